package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/server"
)

func newServe(stdio Stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start the server",
		Long: `Start the server. It needs nothing: its database is a folder, and the first start
prints a link that makes the owner's account and a server key for programs.

Each flag can also be a variable (--public-url is BURGEE_PUBLIC_URL) or a line of the
file of --config. On an empty data folder BURGEE_INIT_OWNER_EMAIL with
BURGEE_INIT_OWNER_PASSWORD, BURGEE_INIT_TOKEN, BURGEE_INIT_SERVER_KEY and
BURGEE_INIT_CLIENT_KEY make the first account and keys. BURGEE_SECRET_KEY seals in the
database what else would be a file, such as the signing key, and is needed with --store;
make one with burgee secret-key new. Each secret has a _FILE form.`,
		Example: `  burgee serve
  burgee serve --addr 127.0.0.1:7878 --data ./data
  burgee serve --addr :443 --public-url https://flags.example.com --tls-cert cert.pem --tls-key key.pem`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd, stdio) },
	}
	bindSettings(cmd, config.Settings())
	return cmd
}

// bindSettings makes a flag of each row of a table of settings.
func bindSettings(cmd *cobra.Command, table []config.Setting) {
	flags := cmd.Flags()
	flags.String("config", "", "a YAML file of settings (BURGEE_CONFIG)")
	for _, s := range table {
		if s.Flag == "" {
			continue
		}
		flags.String(s.Flag, s.Default, fmt.Sprintf("%s (%s)", s.Help, s.Env))
		if s.Bool {
			flags.Lookup(s.Flag).NoOptDefVal = "true"
		}
	}
}

// loadSettings resolves every setting of a table from the flags given, the
// environment, the file and the defaults.
func loadSettings(cmd *cobra.Command, stdio Stdio, table []config.Setting) (*config.Config, error) {
	sources := config.Sources{Environ: stdio.Environ, Flags: map[string]string{}, File: stdio.getenv("BURGEE_CONFIG"), Table: table}
	given := func(name string) (string, bool) {
		f := cmd.Flags().Lookup(name)
		return f.Value.String(), f.Changed
	}
	if file, ok := given("config"); ok {
		sources.File = file
	}
	for _, s := range table {
		if s.Flag == "" {
			continue
		}
		if value, ok := given(s.Flag); ok {
			sources.Flags[s.Flag] = value
		}
	}
	return config.Load(sources)
}

func runServe(cmd *cobra.Command, stdio Stdio) error {
	cfg, err := loadSettings(cmd, stdio, config.Settings())
	if err != nil {
		return err
	}
	srv, err := server.New(cfg, server.Options{Stderr: stdio.Err})
	if err != nil {
		return err
	}
	easeCollector()
	return srv.Run(cmd.Context())
}

func newConfig(stdio Stdio) *cobra.Command {
	show := &cobra.Command{
		Use:     "print",
		Short:   "Print every setting of the server and where its value comes from",
		Example: "  burgee config print\n  BURGEE_ADDR=:8080 burgee config print",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadSettings(cmd, stdio, config.Settings())
			if err != nil {
				return err
			}
			return cfg.Print(stdio.Out)
		},
	}
	bindSettings(show, config.Settings())
	return group("config", "Look at the server's settings", show)
}
