package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/fault"
)

func newSSO(stdio Stdio) *cobra.Command {
	return group("sso", "Single sign-on: have people sign in with a provider of OpenID Connect",
		newSSOShow(stdio), newSSOCheck(stdio), newSSOSet(stdio), newSSOOff(stdio))
}

func newSSOShow(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:     "show",
		Short:   "Show whether single sign-on is on, and how",
		Long:    "Show whether single sign-on is on, how, and which address to register at the provider.",
		Example: "  burgee sso show",
		Args:    exactly(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runSSOShow(cmd.Context(), stdio, o) },
	})
}

func runSSOShow(ctx context.Context, stdio Stdio, o memberOptions) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	sso, raw, err := client.SingleSignOn(ctx)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printRaw(stdio, raw)
	}
	printSSO(stdio, sso)
	return nil
}

func printSSO(stdio Stdio, sso apiclient.SingleSignOn) {
	var t table
	if sso.Settings == nil {
		t.row("single sign-on", "off")
		t.row("redirect address", sso.RedirectURL)
		t.print(stdio.Out)
		return
	}
	s := *sso.Settings
	t.row("single sign-on", "on")
	t.row("name", s.Name)
	t.row("issuer", s.Issuer)
	t.row("client id", s.ClientID)
	t.row("redirect address", sso.RedirectURL)
	t.row("scopes", strings.Join(s.Scopes, ", "))
	t.row("claim", s.Claim)
	for _, m := range s.Mapping {
		t.row("roles of "+whose(m.Value), strings.Join(m.Roles, ", "))
	}
	t.row("new accounts", newAccounts(s))
	t.row("passwords", map[string]string{"owners": "of owners only", "everybody": "of everybody"}[s.Passwords])
	t.print(stdio.Out)
}

func whose(value string) string {
	if value == "*" {
		return "everybody"
	}
	return value
}

// newAccounts says who gets an account by signing in.
func newAccounts(s apiclient.SingleSignOnSettings) string {
	switch {
	case !s.Create:
		return "with an invitation only"
	case len(s.Domains) == 0:
		return "for every verified address"
	}
	return "for verified addresses of " + strings.Join(s.Domains, ", ")
}

func newSSOCheck(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:   "check ISSUER",
		Short: "Have the server ask a provider what it says of itself",
		Long: `Have the server ask a provider what it says of itself, the way it does when people sign in.
Nothing is changed.`,
		Example: "  burgee sso check https://login.example.com",
		Args:    exactly("ISSUER"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runSSOCheck(cmd.Context(), stdio, o, args[0]) },
	})
}

func runSSOCheck(ctx context.Context, stdio Stdio, o memberOptions, issuer string) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	provider, err := client.CheckIssuer(ctx, issuer)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, provider)
	}
	var t table
	t.row("issuer", provider.Issuer)
	t.row("people sign in at", provider.SignInAt)
	t.row("scopes", orUnsaid(provider.Scopes))
	t.row("claims", orUnsaid(provider.Claims))
	t.print(stdio.Out)
	return nil
}

func orUnsaid(list []string) string {
	if len(list) == 0 {
		return "the provider does not say"
	}
	return strings.Join(list, ", ")
}

// ssoOptions are the settings that a command names; what it does not name stays.
type ssoOptions struct {
	memberOptions
	said       apiclient.SingleSignOnSettings
	mapping    []string
	secretFile string
	noSecret   bool
}

func newSSOSet(stdio Stdio) *cobra.Command {
	var o ssoOptions
	cmd := o.remote(&cobra.Command{
		Use:   "set",
		Short: "Turn single sign-on on, or change its settings",
		Long: `Turn single sign-on on, or change its settings: what is not named stays as it is, and a list
that is named takes the place of the one that was there; "" empties it. The server asks the
provider before anything changes.

The client secret is in the variable BURGEE_SSO_CLIENT_SECRET, in the file that
BURGEE_SSO_CLIENT_SECRET_FILE names, or in that of --client-secret-file; with none of them the
one that is there stays.

Each --map gives roles to who has a value in the claim, * to everybody: roles that a mapping
names are given and taken at each sign-in, others stay.` + "\n\n" + aboutRoles,
		Example: `  burgee sso set --issuer https://login.example.com --client-id burgee --client-secret-file secret.txt
  burgee sso set --claim groups --map '*=viewer@shop' --map ops=viewer@shop,publisher@shop/production
  burgee sso set --create --domain example.com --passwords everybody`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runSSOSet(cmd.Context(), stdio, o, cmd.Flags().Changed)
		},
	})
	f := cmd.Flags()
	f.StringVar(&o.said.Issuer, "issuer", "", "address of the provider, exactly as it calls itself")
	f.StringVar(&o.said.ClientID, "client-id", "", "name under which the provider knows this server")
	f.StringVar(&o.secretFile, "client-secret-file", "", "file with the client secret; - is standard input")
	f.BoolVar(&o.noSecret, "no-client-secret", false, "the provider gave this server no client secret")
	f.StringVar(&o.said.Name, "name", "", "on the button of the sign-in page")
	f.StringSliceVar(&o.said.Scopes, "scope", nil, "scope to ask for (repeatable; openid, email and profile when none is named)")
	f.StringVar(&o.said.Claim, "claim", "", "claim that --map goes by, such as groups; with dots for one inside another")
	f.StringArrayVar(&o.mapping, "map", nil, "VALUE=ROLE,ROLE: roles of who has the value (repeatable)")
	f.BoolVar(&o.said.Create, "create", false, "make an account for who is not known, and has a role and a verified address")
	f.StringSliceVar(&o.said.Domains, "domain", nil, "domain of the addresses for which accounts are made (repeatable; all when none is named)")
	f.StringVar(&o.said.Passwords, "passwords", "", "who may still sign in with a password: owners or everybody")
	return cmd
}

func runSSOSet(ctx context.Context, stdio Stdio, o ssoOptions, named func(flag string) bool) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	secret, err := o.secret(stdio)
	if err != nil {
		return err
	}
	now, _, err := client.SingleSignOn(ctx)
	if err != nil {
		return err
	}
	var settings apiclient.SingleSignOnSettings
	if now.Settings != nil {
		settings = *now.Settings
	}
	if err := o.over(&settings, named); err != nil {
		return err
	}
	sso, raw, err := client.PutSingleSignOn(ctx, settings, secret)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printRaw(stdio, raw)
	}
	printSSO(stdio, sso)
	return nil
}

// secret is the client secret that was named; nil keeps the one that is there.
func (o ssoOptions) secret(stdio Stdio) (*string, error) {
	text, err := config.SSOClientSecret(stdio.Environ)
	if err != nil {
		return nil, err
	}
	if o.secretFile != "" {
		_, data, err := readInput(stdio, o.secretFile)
		if err != nil {
			return nil, err
		}
		if text = strings.TrimSpace(string(data)); text == "" {
			return nil, fault.New(fault.Invalid, "secret_empty", "%s is empty; --no-client-secret is for a provider that gave none", o.secretFile)
		}
	}
	switch {
	case o.noSecret && text != "":
		return nil, usageError{fmt.Errorf("there is a client secret, and --no-client-secret: keep one")}
	case text == "" && !o.noSecret:
		return nil, nil
	}
	return &text, nil
}

// over writes the settings that were named over those that there are.
func (o ssoOptions) over(s *apiclient.SingleSignOnSettings, named func(flag string) bool) error {
	for flag, set := range map[string]func(){
		"issuer":    func() { s.Issuer = o.said.Issuer },
		"client-id": func() { s.ClientID = o.said.ClientID },
		"name":      func() { s.Name = o.said.Name },
		"scope":     func() { s.Scopes = o.said.Scopes },
		"claim":     func() { s.Claim = o.said.Claim },
		"create":    func() { s.Create = o.said.Create },
		"domain":    func() { s.Domains = o.said.Domains },
		"passwords": func() { s.Passwords = o.said.Passwords },
	} {
		if named(flag) {
			set()
		}
	}
	if !named("map") {
		return nil
	}
	mapping, err := readMapping(o.mapping)
	s.Mapping = mapping
	return err
}

// readMapping reads VALUE=ROLE,ROLE. The last = counts: a value may hold others,
// as the names of a directory do, and a role holds none.
func readMapping(texts []string) ([]apiclient.RoleMapping, error) {
	var mapping []apiclient.RoleMapping
	for _, text := range texts {
		if text == "" {
			continue
		}
		at := strings.LastIndex(text, "=")
		if at < 1 || at == len(text)-1 {
			return nil, usageError{fmt.Errorf("--map is VALUE=ROLE,ROLE, such as ops=viewer@shop,publisher@shop/production, not %q", text)}
		}
		mapping = append(mapping, apiclient.RoleMapping{Value: text[:at], Roles: strings.Split(text[at+1:], ",")})
	}
	return mapping, nil
}

func newSSOOff(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:   "off",
		Short: "Turn single sign-on off",
		Long: `Turn single sign-on off. Its settings and the client secret are gone; accounts stay, and so
do the roles that it gave. Who has no password needs a link that sets one: burgee member
reset-password makes it.`,
		Example: "  burgee sso show --json > sso.json\n  burgee sso off",
		Args:    exactly(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runSSOOff(cmd.Context(), stdio, o) },
	})
}

func runSSOOff(ctx context.Context, stdio Stdio, o memberOptions) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	if err := client.DeleteSingleSignOn(ctx); err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{"on": false})
	}
	say(stdio.Out, "single sign-on is off\n")
	return nil
}
