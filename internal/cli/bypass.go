package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
)

// bypass is the value of --bypass: a reason. One that says nothing is a mistake,
// such as a shell variable that is not set, and never the same as no --bypass.
type bypass string

// String implements pflag.Value.
func (b *bypass) String() string { return string(*b) }

// Type implements pflag.Value.
func (b *bypass) Type() string { return "string" }

// Set implements pflag.Value.
func (b *bypass) Set(text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return errors.New("it takes the reason")
	}
	*b = bypass(text)
	return nil
}

// bindBypass adds --bypass to a command that publishes.
func bindBypass(cmd *cobra.Command, to *bypass, what string) {
	cmd.Flags().Var(to, "bypass", "the reason to "+what)
}
