package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/server"
	"burgee.dev/burgee/internal/store"
)

func newUser(stdio Stdio) *cobra.Command {
	return group("user", "Manage people on the server's own machine, without a token", newUserList(stdio), newCreateOwner(stdio), newSetPassword(stdio), newResetPassword(stdio), newResetTOTP(stdio))
}

type ownerOptions struct {
	place place
	email string
}

func newCreateOwner(stdio Stdio) *cobra.Command {
	var o ownerOptions
	cmd := &cobra.Command{
		Use:   "create-owner",
		Short: "Make the owner's account, on the server's own machine",
		Long: `Make the owner's account in a data folder, beside a running server or without one.
The e-mail address and the password are asked for; without a terminal the password is
the first line of standard input.`,
		Example: `  burgee user create-owner --data ./data
  burgee user create-owner --data ./data --email ann@example.com < password.txt`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runCreateOwner(cmd.Context(), stdio, o) },
	}
	o.place.bind(cmd)
	cmd.Flags().StringVar(&o.email, "email", "", "the owner's e-mail address")
	return cmd
}

func newSetPassword(stdio Stdio) *cobra.Command {
	var o ownerOptions
	cmd := &cobra.Command{
		Use:   "set-password",
		Short: "Give somebody another password, on the server's own machine",
		Long: `Give somebody who has an account another password, beside a running server or without
one. All their sign-ins end. Without a terminal the password is the first line of standard input.`,
		Example: `  burgee user set-password --data ./data
  burgee user set-password --data ./data --email ann@example.com < password.txt`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withPassword(cmd.Context(), stdio, o, server.SetPassword, "%s has another password now\n")
		},
	}
	o.place.bind(cmd)
	cmd.Flags().StringVar(&o.email, "email", "", "the person's e-mail address")
	return cmd
}

func newResetPassword(stdio Stdio) *cobra.Command {
	var o ownerOptions
	var base string
	cmd := &cobra.Command{
		Use:   "reset-password",
		Short: "Make a link that sets another password, on the server's own machine",
		Long: `Make a link with which somebody who has an account sets another password, beside a
running server or without one. It works once, for 7 days, when the server is up. Its
address is the one that the server's variables and its file in BURGEE_CONFIG tell here:
those that burgee serve got as flags it does not know.`,
		Example: `  burgee user reset-password --data ./data --email ann@example.com
  burgee user reset-password --data ./data --email ann@example.com --url https://flags.example.com`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runResetPassword(cmd.Context(), stdio, o, base) },
	}
	o.place.bind(cmd)
	cmd.Flags().StringVar(&o.email, "email", "", "the person's e-mail address")
	cmd.Flags().StringVar(&base, "url", "", "where people reach the server (BURGEE_PUBLIC_URL, or else what BURGEE_ADDR listens on)")
	return cmd
}

func newResetTOTP(stdio Stdio) *cobra.Command {
	var o ownerOptions
	cmd := &cobra.Command{
		Use:   "reset-totp",
		Short: "Turn off somebody's second step, on the server's own machine",
		Long: `Turn off the second step of the sign-in of somebody who has lost it, beside a running
server or without one. They sign in with the password alone, and can turn it on again.`,
		Example: `  burgee user reset-totp --data ./data --email ann@example.com`,
		Args:    exactly(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runResetTOTP(cmd.Context(), stdio, o) },
	}
	o.place.bind(cmd)
	cmd.Flags().StringVar(&o.email, "email", "", "the person's e-mail address")
	return cmd
}

func runResetTOTP(ctx context.Context, stdio Stdio, o ownerOptions) error {
	at, err := o.ofSomebody(stdio)
	if err != nil {
		return err
	}
	if err := server.ResetTOTP(ctx, at, o.email); err != nil {
		return err
	}
	say(stdio.Out, "%s signs in without a second step now\n", o.email)
	return nil
}

// ofSomebody is found, for commands that do not ask whom they are about.
func (o ownerOptions) ofSomebody(stdio Stdio) (store.Place, error) {
	if o.email == "" {
		return store.Place{}, fault.New(fault.Invalid, "email_missing", "the e-mail address is missing; add --email")
	}
	return o.found(stdio)
}

func runResetPassword(ctx context.Context, stdio Stdio, o ownerOptions, base string) error {
	at, err := o.ofSomebody(stdio)
	if err != nil {
		return err
	}
	known := base != ""
	if !known {
		if base, known, err = serverAddress(stdio); err != nil {
			return err
		}
	}
	link, err := server.ResetLink(ctx, at, o.email, base)
	if err != nil {
		return err
	}
	say(stdio.Out, "%s\n", link)
	say(stdio.Err, "it sets another password for %s, once, within 7 days\n", o.email)
	if !known {
		say(stdio.Err, "where people reach the server at another address, say it with --url\n")
	}
	return nil
}

// serverAddress is where people reach the server that has the settings found here;
// public says whether that is what they say, and not what it listens on.
func serverAddress(stdio Stdio) (address string, public bool, err error) {
	cfg, err := config.Load(config.Sources{Environ: stdio.Environ, File: stdio.getenv("BURGEE_CONFIG")})
	if err != nil {
		return "", false, err
	}
	return cfg.BaseURL(cfg.Addr), cfg.PublicURL != "", nil
}

// found is the place of a server that has run.
func (o ownerOptions) found(stdio Stdio) (store.Place, error) {
	return o.place.ran(stdio)
}

func runCreateOwner(ctx context.Context, stdio Stdio, o ownerOptions) error {
	return withPassword(ctx, stdio, o, server.CreateOwner, "%s can sign in now\n")
}

// withPassword asks for what is missing and hands it to do.
func withPassword(ctx context.Context, stdio Stdio, o ownerOptions,
	do func(ctx context.Context, at store.Place, email, password string) error, done string,
) error {
	at, err := o.found(stdio)
	if err != nil {
		return err
	}
	in := bufio.NewReader(stdio.In)
	if o.email == "" {
		if !terminal(stdio.In) {
			return fault.New(fault.Invalid, "email_missing", "the e-mail address is missing; add --email")
		}
		say(stdio.Err, "E-mail: ")
		email, err := line(ctx, in)
		if err != nil {
			return err
		}
		o.email = email
	}
	password, err := askPassword(ctx, stdio, in)
	if err != nil {
		return err
	}
	if err := do(ctx, at, o.email, password); err != nil {
		return err
	}
	say(stdio.Out, done, o.email)
	return nil
}

// askPassword reads a password. On a terminal it is not shown while typed.
func askPassword(ctx context.Context, stdio Stdio, in *bufio.Reader) (string, error) {
	if !terminal(stdio.In) {
		return line(ctx, in)
	}
	say(stdio.Err, "Password: ")
	show := hide(ctx, stdio)
	password, err := line(ctx, in)
	show()
	say(stdio.Err, "\n")
	return password, err
}

// hide stops the terminal from showing what is typed, until the function it
// returns is called. Where that is not possible it says so.
func hide(ctx context.Context, stdio Stdio) (show func()) {
	stty := func(argument string) error {
		cmd := exec.CommandContext(context.WithoutCancel(ctx), "stty", argument)
		cmd.Stdin = os.Stdin
		return cmd.Run()
	}
	if err := stty("-echo"); err != nil {
		say(stdio.Err, "(shown while you type) ")
		return func() {}
	}
	return func() { _ = stty("echo") }
}

// line reads one line, or ends early when the user interrupts the command.
func line(ctx context.Context, in *bufio.Reader) (string, error) {
	text, err := wholeLine(ctx, in)
	return strings.TrimRight(text, "\r\n"), err
}

// wholeLine is a line with its end, which the last one of a stream may lack.
func wholeLine(ctx context.Context, in *bufio.Reader) (string, error) {
	type read struct {
		text string
		err  error
	}
	done := make(chan read, 1) // the reader may outlive an interrupted question
	go func() {
		text, err := in.ReadString('\n')
		done <- read{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", fault.New(fault.Unavailable, "interrupted", "interrupted; nothing was changed")
	case r := <-done:
		if r.err != nil && !errors.Is(r.err, io.EOF) {
			return "", fmt.Errorf("read standard input: %w", r.err)
		}
		return r.text, nil
	}
}
