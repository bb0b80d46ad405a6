package cli

import (
	"cmp"
	"context"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/fault"
)

type loginOptions struct {
	url               string
	noBrowser, asJSON bool
}

func newLogin(stdio Stdio) *cobra.Command {
	var o loginOptions
	cmd := &cobra.Command{
		Use:   "login [URL]",
		Short: "Sign this machine in through the browser",
		Long: `Open the server's page in the browser, where a person who is signed in approves this
machine: the code that both show must be the same. The machine then has an API token of
that person, for 90 days, in a file of the user's own; commands use it, and this server,
where no other is named. It is listed as "burgee login on MACHINE", and burgee logout or
the dashboard ends it.

Without a terminal no browser is opened: the address is printed, for any browser.`,
		Example: `  burgee login
  burgee login https://flags.example.com
  burgee login https://flags.example.com --no-browser`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.url = args[0]
			}
			return runLogin(cmd.Context(), stdio, o)
		},
	}
	cmd.Flags().StringVar(&o.url, "url", "", "address of the server (BURGEE_URL; http://127.0.0.1:7878 when not set)")
	cmd.Flags().BoolVar(&o.noBrowser, "no-browser", false, "print the address and open no browser")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

func runLogin(ctx context.Context, stdio Stdio, o loginOptions) error {
	kept, err := loadLogins(stdio) // before anybody is asked for anything
	if err != nil {
		return err
	}
	address := cmp.Or(o.url, stdio.getenv("BURGEE_URL"), defaultURL)
	client, err := apiclient.NewWithoutToken(address)
	if err != nil {
		return err
	}
	machine, err := os.Hostname()
	if err != nil || machine == "" {
		machine = "an unnamed machine"
	}
	started, err := client.StartLogin(ctx, machine)
	if err != nil {
		return err
	}
	page, err := loginPage(client.Address(), started.URL)
	if err != nil {
		return err
	}
	say(stdio.Err, "Open %s\nand approve it there if the page shows the code %s\n", page, started.Code)
	if !o.noBrowser && terminal(stdio.In) && hasDesktop(stdio) {
		openBrowser(ctx, page)
	}
	token, err := collect(ctx, client, started)
	if err != nil {
		return err
	}
	if kept, err = loadLogins(stdio); err != nil { // others may have written it meanwhile
		return err
	}
	kept.put(client.Address(), keptLogin{Token: token.Secret, ID: token.ID, ExpiresAt: token.ExpiresAt})
	if err := kept.save(); err != nil {
		return err
	}
	sayWhatComesFirst(stdio, client.Address())
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{"url": client.Address(), "id": token.ID, "expiresAt": token.ExpiresAt})
	}
	say(stdio.Out, "signed in at %s as %s until %s\n", client.Address(), token.Member, instant(token.ExpiresAt, "further notice"))
	return nil
}

// loginPage is where a person approves a login. It is opened by the desktop, which
// opens other things than pages too, so what a server says is looked at. One behind a
// proxy may know itself only by where the proxy finds it: then it is this machine's
// way to it.
func loginPage(server, said string) (string, error) {
	page, err := url.Parse(said)
	if err != nil || page.Scheme != "https" && page.Scheme != "http" || page.Host == "" || page.User != nil {
		return "", fault.New(fault.Unavailable, "not_burgee", "%s does not answer like a Burgee server: it names no page to sign in on", server)
	}
	own, err := url.Parse(server)
	if err == nil && loopback(page.Hostname()) && !loopback(own.Hostname()) {
		page.Scheme, page.Host = own.Scheme, own.Host
	}
	return page.String(), nil
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// hasDesktop says whether there is one that a browser could open on.
func hasDesktop(stdio Stdio) bool {
	return runtime.GOOS == "darwin" || runtime.GOOS == "windows" || stdio.getenv("DISPLAY") != "" || stdio.getenv("WAYLAND_DISPLAY") != ""
}

// sayWhatComesFirst warns of variables for which the sign-in would not be used.
func sayWhatComesFirst(stdio Stdio, server string) {
	for _, name := range []string{"BURGEE_TOKEN", "BURGEE_TOKEN_FILE"} {
		if stdio.getenv(name) != "" {
			say(stdio.Err, "%s is set and comes before this sign-in\n", name)
		}
	}
	if other := stdio.getenv("BURGEE_URL"); other != "" && tidyAddress(other) != tidyAddress(server) {
		say(stdio.Err, "BURGEE_URL is set: commands go to %s unless they name another with --url\n", other)
	}
}

// collect asks for the token until somebody has approved the login or it is over. A
// server that is away for a moment is asked again.
func collect(ctx context.Context, client *apiclient.Client, started apiclient.StartedLogin) (apiclient.Token, error) {
	over := time.Now().Add(time.Duration(started.ExpiresInSeconds) * time.Second)
	wait := time.NewTicker(max(time.Duration(started.IntervalSeconds), 1) * time.Second)
	defer wait.Stop()
	for {
		token, err := client.CollectLogin(ctx, started.Secret)
		away := fault.IsKind(err, fault.Unavailable) && ctx.Err() == nil && time.Now().Before(over)
		if err == nil || !away && fault.As(err).Code != "login_waits" {
			return token, err
		}
		select {
		case <-ctx.Done():
			return token, fault.New(fault.Unavailable, "interrupted", "interrupted; nobody was signed in")
		case <-wait.C:
		}
	}
}

// openBrowser opens an address as the desktop does. Where that fails the user has
// the address on the screen.
func openBrowser(ctx context.Context, address string) {
	name, args := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), name, args...)
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }() // it ends with the browser's start
	}
}

func newLogout(stdio Stdio) *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:     "logout",
		Short:   "End this machine's sign-in, here and on the server",
		Example: "  burgee logout\n  burgee logout --url https://flags.example.com",
		Args:    exactly(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runLogout(cmd.Context(), stdio, address) },
	}
	cmd.Flags().StringVar(&address, "url", "", "address of the server (the one signed in to last when not set)")
	return cmd
}

func runLogout(ctx context.Context, stdio Stdio, named string) error {
	kept, err := loadLogins(stdio)
	if err != nil {
		return err
	}
	address := cmp.Or(named, stdio.getenv("BURGEE_URL"), kept.Current, defaultURL)
	login, known := kept.of(address)
	if !known {
		return fault.New(fault.NotFound, "not_signed_in", "this machine is not signed in at %s", address)
	}
	client, err := apiclient.New(address, login.Token)
	if err != nil {
		return err
	}
	kept.drop(address)
	if err := kept.save(); err != nil {
		return err
	}
	err = client.RevokeToken(ctx, login.ID)
	if err != nil && !fault.IsKind(err, fault.Unauthenticated) && !fault.IsKind(err, fault.NotFound) {
		return fault.Wrap(err, fault.KindOf(err), "token_left", "this machine has forgotten its token, but the server was not told, and the token works until it is revoked there: %v", err)
	}
	say(stdio.Out, "signed out at %s\n", address)
	return nil
}
