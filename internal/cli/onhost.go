package cli

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/server"
	"burgee.dev/burgee/internal/store"
)

// hostOptions have a command work on a data folder instead of asking the server:
// whoever may read the folder needs no token.
type hostOptions struct{ place }

func (h *hostOptions) bindHost(cmd *cobra.Command) {
	cmd.Flags().StringVar(&h.data, "data", "", "on the server's own host: its data folder, instead of --url and a token")
	cmd.Flags().StringVar(&h.place.store, "store", "", "on the server's own host: its PostgreSQL database, postgres://…")
}

// onHost says whether the command works on a folder or a database.
func (h *hostOptions) onHost() bool { return h.data != "" || h.place.store != "" }

// host is the place of a server that has run.
func (h *hostOptions) host(stdio Stdio) (store.Place, error) { return h.place.ran(stdio) }

// ran is the place of a server that has run.
func (p *place) ran(stdio Stdio) (store.Place, error) {
	at, err := p.find(stdio)
	if err != nil {
		return at, err
	}
	if _, err := os.Stat(at.Dir); at.URL == "" && errors.Is(err, os.ErrNotExist) {
		return at, fault.New(fault.NotFound, "data_missing", "there is no folder %s; start the server once, or name its folder with --data", at.Dir)
	}
	return at, nil
}

// createOnHost makes a service token: on the host nobody is a member.
func (o tokenOptions) createOnHost(ctx context.Context, stdio Stdio, days int) (apiclient.Token, error) {
	at, err := o.host(stdio)
	if err != nil {
		return apiclient.Token{}, err
	}
	request := account.TokenRequest{Name: o.name, Kind: account.ServiceToken, Role: account.Role(o.scope), Life: time.Duration(days) * 24 * time.Hour}
	if o.scope == "full" {
		request.Role = account.Owner
	}
	for _, text := range o.environments {
		scope, err := account.ParseScope(text)
		if err != nil {
			return apiclient.Token{}, err
		}
		request.Scopes = append(request.Scopes, scope)
	}
	token, secret, err := server.CreateToken(ctx, at, request)
	out := tokenOf(token)
	out.Secret = secret
	return out, err
}

// tokenOf is a token as the API tells it.
func tokenOf(t account.APIToken) apiclient.Token {
	out := apiclient.Token{
		ID: t.ID, Name: t.Name, Masked: t.Masked, Kind: string(t.Kind), Member: t.Owner, Scope: string(t.Role), Environments: []string{},
		CreatedAt: t.CreatedAt, LastUsedAt: t.LastUsedAt, ExpiresAt: t.ExpiresAt,
	}
	if t.Role == account.Owner {
		out.Scope = "full"
	}
	for _, scope := range t.Scopes {
		out.Environments = append(out.Environments, scope.String())
	}
	return out
}

func newUserList(stdio Stdio) *cobra.Command {
	var h hostOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List who has an account, on the server's own machine",
		Example: "  burgee user list --data ./data\n  burgee --data ./data user list",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := h.host(stdio)
			if err != nil {
				return err
			}
			members, err := server.Members(cmd.Context(), at)
			if err != nil {
				return err
			}
			return printMembers(stdio, asJSON, members)
		},
	}
	h.place.bind(cmd)
	bindJSON(cmd, &asJSON)
	return cmd
}

func printMembers(stdio Stdio, asJSON bool, members []account.Person) error {
	type member struct {
		ID    string   `json:"id"`
		Email string   `json:"email"`
		Roles []string `json:"roles"`
		TOTP  bool     `json:"totp"`
	}
	list := make([]member, 0, len(members))
	for _, p := range members {
		roles := make([]string, 0, len(p.Grants))
		for _, g := range p.Grants {
			roles = append(roles, g.String())
		}
		list = append(list, member{p.ID, p.Email, roles, p.TOTP})
	}
	if asJSON {
		return printJSON(stdio.Out, map[string]any{"items": list})
	}
	var t table
	t.row("E-MAIL", "ROLES", "SECOND STEP")
	for _, m := range list {
		t.row(m.Email, strings.Join(m.Roles, ", "), map[bool]string{true: "yes", false: "no"}[m.TOTP])
	}
	t.print(stdio.Out)
	return nil
}
