package cli

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/server"
)

func newToken(stdio Stdio) *cobra.Command {
	return group("token", "Make, list and revoke API tokens", newTokenCreate(stdio), newTokenList(stdio), newTokenRevoke(stdio))
}

type tokenOptions struct {
	connection
	hostOptions
	name, scope, expires, id string
	environments             []string
	service, asJSON          bool
}

func (o *tokenOptions) bindAll(cmd *cobra.Command) {
	o.connection.bind(cmd)
	o.bindHost(cmd)
	bindJSON(cmd, &o.asJSON)
}

func newTokenCreate(stdio Stdio) *cobra.Command {
	var o tokenOptions
	cmd := &cobra.Command{
		Use:   "create NAME",
		Short: "Make an API token; it is shown once",
		Long: `Make an API token; it is shown once. A personal token does what its member may and ends
with the member; a service token is nobody's. With the scope full, which is the default,
it may do all of that; with a role, such as viewer, no more than the role lets do in the
environments named, or everywhere. With the scope relay it is for burgee relay and may
do nothing else: it reads the configuration of the environments named, or of all.

With --data, on the server's own host, it takes no token and makes a service token; the
running server takes it at once.`,
		Example: `  burgee token create pipeline --expires 90d
  burgee token create deploy --service --scope publisher --environment default/production --expires 90d
  burgee --data ./data token create first
  burgee token create edge --scope relay --environment default/production`,
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.name = args[0]
			return runTokenCreate(cmd.Context(), stdio, o)
		},
	}
	o.bindAll(cmd)
	cmd.Flags().StringVar(&o.scope, "scope", "full", "full, relay or a role, such as viewer")
	cmd.Flags().BoolVar(&o.service, "service", false, "make it nobody's: it stays when you go")
	cmd.Flags().StringArrayVarP(&o.environments, "environment", "e", nil, "PROJECT/ENVIRONMENT, or PROJECT, where it counts; again for more, none is everywhere")
	cmd.Flags().StringVar(&o.expires, "expires", "", "in how many days it ends, such as 90d; never when not set")
	return cmd
}

func runTokenCreate(ctx context.Context, stdio Stdio, o tokenOptions) error {
	days, err := readDays(o.expires)
	if err != nil {
		return err
	}
	token, err := o.create(ctx, stdio, days)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, token)
	}
	say(stdio.Out, "%s\n", token.Secret)
	say(stdio.Err, "the API token %s (%s); it is not shown again\n", token.Name, reach(token))
	if days == 0 && token.ExpiresAt != 0 {
		say(stdio.Err, "it ends with the token that made it: %s\n", instant(token.ExpiresAt, "never"))
	}
	return nil
}

func (o tokenOptions) create(ctx context.Context, stdio Stdio, days int) (apiclient.Token, error) {
	if o.onHost() {
		return o.createOnHost(ctx, stdio, days)
	}
	client, err := o.client(stdio)
	if err != nil {
		return apiclient.Token{}, err
	}
	kind := ""
	if o.service {
		kind = "service"
	}
	return client.CreateToken(ctx, apiclient.TokenRequest{
		Kind: kind, Name: o.name, Scope: o.scope, Environments: o.environments, ExpiresInDays: days,
	})
}

// readDays reads a time such as 90d; 0 is none.
func readDays(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	number, unit := strings.CutSuffix(text, "d")
	days, err := strconv.Atoi(number)
	if !unit || err != nil || days < 1 {
		return 0, fault.New(fault.Invalid, "expires_malformed", "--expires is a number of days, such as 90d, not %q", text)
	}
	return days, nil
}

// reach says in short what a token may do.
func reach(t apiclient.Token) string {
	if len(t.Environments) > 0 {
		return t.Scope + ": " + strings.Join(t.Environments, ", ")
	}
	if t.Scope == "relay" {
		return "relay: all environments"
	}
	return t.Scope
}

func newTokenList(stdio Stdio) *cobra.Command {
	var o tokenOptions
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the API tokens",
		Example: "  burgee token list",
		Args:    exactly(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runTokenList(cmd.Context(), stdio, o) },
	}
	o.bindAll(cmd)
	return cmd
}

func runTokenList(ctx context.Context, stdio Stdio, o tokenOptions) error {
	tokens, raw, err := o.tokens(ctx, stdio)
	if err != nil {
		return err
	}
	return printList(stdio, o.asJSON, raw, []string{"ID", "NAME", "TOKEN", "LAST USED", "EXPIRES", "SCOPE"}, func(t *table) {
		for _, token := range tokens {
			t.row(token.ID, token.Name, token.Masked, instant(token.LastUsedAt, "never"), instant(token.ExpiresAt, "never"), reach(token))
		}
	})
}

// tokens lists the tokens; raw is the list as the API tells it.
func (o tokenOptions) tokens(ctx context.Context, stdio Stdio) (tokens []apiclient.Token, raw json.RawMessage, err error) {
	if !o.onHost() {
		client, err := o.client(stdio)
		if err != nil {
			return nil, nil, err
		}
		return client.Tokens(ctx)
	}
	at, err := o.host(stdio)
	if err != nil {
		return nil, nil, err
	}
	all, err := server.Tokens(ctx, at)
	if err != nil {
		return nil, nil, err
	}
	tokens = []apiclient.Token{}
	for _, t := range all {
		tokens = append(tokens, tokenOf(t))
	}
	raw, err = json.Marshal(map[string]any{"items": tokens})
	return tokens, raw, err
}

func newTokenRevoke(stdio Stdio) *cobra.Command {
	var o tokenOptions
	cmd := &cobra.Command{
		Use:     "revoke ID",
		Short:   "End an API token at once",
		Example: "  burgee token list\n  burgee token revoke 019a5c1e-7b3d-7a60-9c1e-5f2a9c1e7b3d",
		Args:    exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.id = args[0]
			return runTokenRevoke(cmd.Context(), stdio, o)
		},
	}
	o.bindAll(cmd)
	return cmd
}

func runTokenRevoke(ctx context.Context, stdio Stdio, o tokenOptions) error {
	if err := o.revoke(ctx, stdio); err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{"id": o.id, "revoked": true})
	}
	say(stdio.Out, "token %s is revoked\n", o.id)
	return nil
}

func (o tokenOptions) revoke(ctx context.Context, stdio Stdio) error {
	if o.onHost() {
		at, err := o.host(stdio)
		if err != nil {
			return err
		}
		return server.RevokeToken(ctx, at, o.id)
	}
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	return client.RevokeToken(ctx, o.id)
}
