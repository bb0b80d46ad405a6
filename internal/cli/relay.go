package cli

import (
	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/server"
)

func newRelay(stdio Stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "relay",
		Short: "Serve programs near them, from another server",
		Long: `Serve programs near them: take environments from another server, keep them on disk, and
go on serving when that server is away. Programs keep their keys and change only the
address.

The token of scope relay comes by BURGEE_RELAY_TOKEN, or by BURGEE_RELAY_TOKEN_FILE
with a file that holds it. Each flag can also be a variable (--upstream is
BURGEE_UPSTREAM) or a line of the file of --config.`,
		Example: `  burgee token create edge --scope relay --environment default/production > relay-token
  BURGEE_RELAY_TOKEN_FILE=relay-token burgee relay --upstream https://flags.example.com`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runRelay(cmd, stdio) },
	}
	bindSettings(cmd, config.RelaySettings())
	return cmd
}

func runRelay(cmd *cobra.Command, stdio Stdio) error {
	cfg, err := loadSettings(cmd, stdio, config.RelaySettings())
	if err != nil {
		return err
	}
	srv, err := server.NewRelay(cfg, server.Options{Stderr: stdio.Err})
	if err != nil {
		return err
	}
	easeCollector()
	return srv.Run(cmd.Context())
}
