package cli

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/fault"
)

func newKey(stdio Stdio) *cobra.Command {
	return group("key", "Make, list, rotate and revoke SDK keys",
		newKeyGenerate(stdio), newKeyCreate(stdio), newKeyList(stdio), newKeyRotate(stdio), newKeyRevoke(stdio))
}

// prefixes are how keys begin, by kind.
var prefixes = map[string]string{"server": "bgs_", "client": "bgc_", "token": "bgp_"}

func newKeyGenerate(stdio Stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "generate server|client|token",
		Short: "Print a new random key, without a server",
		Long: `Print a new random key or API token. No server knows it yet: give it to a first
start with BURGEE_INIT_SERVER_KEY, BURGEE_INIT_CLIENT_KEY or BURGEE_INIT_TOKEN.`,
		Example:   "  BURGEE_INIT_SERVER_KEY=$(burgee key generate server) burgee serve",
		ValidArgs: []string{"server", "client", "token"},
		Args:      exactly("server|client|token"),
		RunE: func(_ *cobra.Command, args []string) error {
			prefix, known := prefixes[args[0]]
			if !known {
				return fault.New(fault.Invalid, "kind_unknown", "a key is of kind server, client or token, not %q", args[0])
			}
			say(stdio.Out, "%s\n", prefix+randomKey())
			return nil
		},
	}
}

// randomKey is 256 random bits in the alphabet of keys.
func randomKey() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails, by its contract
	return base64.RawURLEncoding.EncodeToString(raw)
}

type keyOptions struct {
	connection
	project, environment string
	kind, name, id       string
	signed, asJSON       bool
}

func (o *keyOptions) bindAll(cmd *cobra.Command) {
	o.bind(cmd)
	bindProject(cmd, &o.project)
	bindEnvironment(cmd, &o.environment)
	bindJSON(cmd, &o.asJSON)
}

func newKeyCreate(stdio Stdio) *cobra.Command {
	var o keyOptions
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make an SDK key of an environment; it is shown once",
		Example: `  burgee key create --environment production --name checkout
  burgee key create --environment development --kind client --name web
  burgee key create --environment production --kind client --name shop --signed-contexts`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runKeyCreate(cmd.Context(), stdio, o) },
	}
	o.bindAll(cmd)
	cmd.Flags().StringVar(&o.kind, "kind", "server", "server or client")
	cmd.Flags().StringVar(&o.name, "name", "", "what it is for")
	cmd.Flags().BoolVar(&o.signed, "signed-contexts", false, "of a client key: take contexts only that a service has signed")
	return cmd
}

func runKeyCreate(ctx context.Context, stdio Stdio, o keyOptions) error {
	if o.kind != "server" && o.kind != "client" {
		return fault.New(fault.Invalid, "kind_unknown", "--kind is server or client, not %q", o.kind)
	}
	if o.name == "" {
		return fault.New(fault.Invalid, "name_missing", "say what the key is for with --name, such as the program's name")
	}
	if o.signed && o.kind != "client" {
		return fault.New(fault.Invalid, "key_signed", "--signed-contexts is of client keys: a program with a server key is believed what it says of its users")
	}
	client, project, environment, err := o.reach(ctx, stdio, o.project, o.environment)
	if err != nil {
		return err
	}
	key, err := client.CreateKey(ctx, project, environment, apiclient.KeySpec{Kind: o.kind, Name: o.name, SignedContexts: o.signed})
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, key)
	}
	say(stdio.Out, "%s\n", key.Key)
	if o.kind == "server" {
		say(stdio.Err, "the key of %s / %s; it is not shown again\n", project, environment)
	}
	return nil
}

func newKeyList(stdio Stdio) *cobra.Command {
	var o keyOptions
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the SDK keys of an environment",
		Example: "  burgee key list --environment production",
		Args:    exactly(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runKeyList(cmd.Context(), stdio, o) },
	}
	o.bindAll(cmd)
	return cmd
}

func runKeyList(ctx context.Context, stdio Stdio, o keyOptions) error {
	client, project, environment, err := o.reach(ctx, stdio, o.project, o.environment)
	if err != nil {
		return err
	}
	keys, raw, err := client.Keys(ctx, project, environment)
	if err != nil {
		return err
	}
	return printList(stdio, o.asJSON, raw, []string{"ID", "KIND", "NAME", "KEY", "LAST USED", "STATE"}, func(t *table) {
		for _, k := range keys {
			shown := k.Masked
			if k.Key != "" {
				shown = k.Key
			}
			kind := k.Kind
			if k.SignedContexts {
				kind += ", signed"
			}
			t.row(k.ID, kind, k.Name, shown, instant(k.LastUsedAt, "never"), keyState(k.RevokedAt, k.ExpiresAt))
		}
	})
}

func keyState(revokedAt, expiresAt int64) string {
	switch {
	case revokedAt > 0:
		return "revoked " + instant(revokedAt, "")
	case expiresAt > 0:
		return "until " + instant(expiresAt, "")
	}
	return "active"
}

// instant writes milliseconds since 1970, or a word for none.
func instant(ms int64, none string) string {
	if ms == 0 {
		return none
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04")
}

func newKeyRevoke(stdio Stdio) *cobra.Command {
	var o keyOptions
	cmd := &cobra.Command{
		Use:     "revoke ID",
		Short:   "End an SDK key at once: programs that use it are disconnected",
		Example: "  burgee key list --environment production\n  burgee key revoke 4 --environment production",
		Args:    exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.id = args[0]
			return runKeyRevoke(cmd.Context(), stdio, o)
		},
	}
	o.bindAll(cmd)
	return cmd
}

func runKeyRevoke(ctx context.Context, stdio Stdio, o keyOptions) error {
	client, project, environment, err := o.reach(ctx, stdio, o.project, o.environment)
	if err != nil {
		return err
	}
	if err := client.RevokeKey(ctx, project, environment, o.id); err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{"id": o.id, "revoked": true})
	}
	say(stdio.Out, "%s\n", fmt.Sprintf("key %s of %s / %s is revoked", o.id, project, environment))
	return nil
}
