package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/fault"
)

func newMember(stdio Stdio) *cobra.Command {
	return group("member", "Invite people, and say what they may do",
		newMemberList(stdio), newMemberInvite(stdio), newMemberUninvite(stdio), newMemberRole(stdio), newMemberRemove(stdio), newMemberReset(stdio), newMemberResetTOTP(stdio), newMemberUnlink(stdio))
}

type memberOptions struct {
	connection
	asJSON bool
}

// remote makes a command that asks the server.
func (o *memberOptions) remote(cmd *cobra.Command) *cobra.Command {
	o.bind(cmd)
	bindJSON(cmd, &o.asJSON)
	return cmd
}

const aboutRoles = `A role is viewer, editor, publisher, admin, owner or one that was made in Settings. It
counts everywhere, in a project (viewer@shop) or in an environment
(publisher@shop/production), which takes a role in the project as well.`

func newMemberList(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:     "list",
		Short:   "List the members and the invitations that wait",
		Example: "  burgee member list",
		Args:    exactly(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runMemberList(cmd.Context(), stdio, o) },
	})
}

func runMemberList(ctx context.Context, stdio Stdio, o memberOptions) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	members, raw, err := client.Members(ctx)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printRaw(stdio, raw)
	}
	links, _, err := client.Links(ctx)
	if err != nil {
		return err
	}
	var t table
	t.row("E-MAIL", "ROLES", "ID")
	for _, m := range members {
		t.row(m.Email, strings.Join(m.Roles, ", "), m.ID)
	}
	for _, l := range links {
		if l.Kind == "invitation" {
			t.row(l.Email, strings.Join(l.Roles, ", "), "invited until "+instant(l.ExpiresAt, ""))
		}
	}
	t.print(stdio.Out)
	return nil
}

func newMemberInvite(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:   "invite EMAIL ROLE...",
		Short: "Make a link with which somebody makes an account",
		Long: `Make a link with which somebody makes an account that has the roles named. Copy it to
them: it works once, for 7 days.` + "\n\n" + aboutRoles,
		Example: `  burgee member invite ben@example.com viewer
  burgee member invite ben@example.com viewer@default publisher@default/production`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runMemberInvite(cmd.Context(), stdio, o, args[0], args[1:])
		},
	})
}

func runMemberInvite(ctx context.Context, stdio Stdio, o memberOptions, email string, roles []string) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	link, err := client.Invite(ctx, email, roles)
	if err != nil {
		return err
	}
	return printLink(stdio, o.asJSON, link)
}

// printLink shows a link, this once.
func printLink(stdio Stdio, asJSON bool, link apiclient.Link) error {
	if asJSON {
		return printJSON(stdio.Out, link)
	}
	say(stdio.Out, "%s\n", link.URL)
	say(stdio.Err, "copy it to %s; it works once, until %s\n", link.Email, instant(link.ExpiresAt, ""))
	if link.Replaced {
		say(stdio.Err, "the link that %s had before works no more\n", link.Email)
	}
	return nil
}

func newMemberRole(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:   "role EMAIL ROLE...",
		Short: "Make these the roles of a member",
		Long: `Make these the roles of a member, in the places where you manage members; roles in
other places stay.` + "\n\n" + aboutRoles,
		Example: "  burgee member role ben@example.com viewer@default publisher@default/production",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runMemberRole(cmd.Context(), stdio, o, args[0], args[1:])
		},
	})
}

func runMemberRole(ctx context.Context, stdio Stdio, o memberOptions, email string, roles []string) error {
	client, id, err := o.member(ctx, stdio, email)
	if err != nil {
		return err
	}
	person, err := client.SetRoles(ctx, id, roles)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, person)
	}
	say(stdio.Out, "%s is %s now\n", person.Email, strings.Join(person.Roles, ", "))
	return nil
}

// member finds a member by the e-mail address.
func (o memberOptions) member(ctx context.Context, stdio Stdio, email string) (*apiclient.Client, string, error) {
	client, err := o.client(stdio)
	if err != nil {
		return nil, "", err
	}
	members, _, err := client.Members(ctx)
	if err != nil {
		return nil, "", err
	}
	for _, m := range members {
		if strings.EqualFold(m.Email, email) {
			return client, m.ID, nil
		}
	}
	return nil, "", fault.New(fault.NotFound, "member_not_found", "there is no member %s; burgee member list shows who there is", email)
}

func newMemberRemove(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:     "remove EMAIL",
		Short:   "Remove a member; sessions and personal tokens end at once",
		Example: "  burgee member remove ben@example.com",
		Args:    exactly("EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runMemberRemove(cmd.Context(), stdio, o, args[0])
		},
	})
}

func runMemberRemove(ctx context.Context, stdio Stdio, o memberOptions, email string) error {
	client, id, err := o.member(ctx, stdio, email)
	if err != nil {
		return err
	}
	if err := client.RemoveMember(ctx, id); err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{"id": id, "removed": true})
	}
	say(stdio.Out, "%s is removed\n", email)
	return nil
}

func newMemberReset(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:     "reset-password EMAIL",
		Short:   "Make a link with which a member sets another password",
		Example: "  burgee member reset-password ben@example.com",
		Args:    exactly("EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runMemberReset(cmd.Context(), stdio, o, args[0])
		},
	})
}

func runMemberReset(ctx context.Context, stdio Stdio, o memberOptions, email string) error {
	client, id, err := o.member(ctx, stdio, email)
	if err != nil {
		return err
	}
	link, err := client.ResetPassword(ctx, id)
	if err != nil {
		return err
	}
	return printLink(stdio, o.asJSON, link)
}

func newMemberResetTOTP(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:     "reset-totp EMAIL",
		Short:   "Turn off the second step of a member who has lost it",
		Example: "  burgee member reset-totp ben@example.com",
		Args:    exactly("EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runMemberResetTOTP(cmd.Context(), stdio, o, args[0])
		},
	})
}

func runMemberResetTOTP(ctx context.Context, stdio Stdio, o memberOptions, email string) error {
	client, id, err := o.member(ctx, stdio, email)
	if err != nil {
		return err
	}
	if err := client.ResetTOTP(ctx, id); err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{"id": id, "totp": false})
	}
	say(stdio.Out, "%s signs in without a second step now\n", email)
	return nil
}

func newMemberUnlink(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:   "unlink EMAIL",
		Short: "Have a member not sign in with a provider any more",
		Long: `Unlink a member from the provider of single sign-on, for example when the account there is
somebody else's now. Sign-ins that there are go on: burgee session revoke ends them. Who has no
password needs a link that sets one: burgee member reset-password makes it.`,
		Example: "  burgee member unlink ben@example.com",
		Args:    exactly("EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runMemberUnlink(cmd.Context(), stdio, o, args[0])
		},
	})
}

func runMemberUnlink(ctx context.Context, stdio Stdio, o memberOptions, email string) error {
	client, id, err := o.member(ctx, stdio, email)
	if err != nil {
		return err
	}
	if err := client.Unlink(ctx, id); err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{"id": id, "singleSignOn": false})
	}
	say(stdio.Out, "%s does not sign in with a provider any more\n", email)
	return nil
}

func newSession(stdio Stdio) *cobra.Command {
	return group("session", "List and end sign-ins", newSessionList(stdio), newSessionRevoke(stdio))
}

func bindMember(cmd *cobra.Command, email *string) *cobra.Command {
	cmd.Flags().StringVar(email, "member", "", "e-mail address of another member; yours when not set")
	return cmd
}

func newSessionList(stdio Stdio) *cobra.Command {
	var o memberOptions
	var email string
	return bindMember(o.remote(&cobra.Command{
		Use:     "list",
		Short:   "List where a member is signed in",
		Example: "  burgee session list --member ben@example.com",
		Args:    exactly(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runSessionList(cmd.Context(), stdio, o, email) },
	}), &email)
}

// whose is the client and the id of the member who is meant; empty is whose token
// it is.
func (o memberOptions) whose(ctx context.Context, stdio Stdio, email string) (*apiclient.Client, string, error) {
	if email != "" {
		return o.member(ctx, stdio, email)
	}
	client, err := o.client(stdio)
	return client, "", err
}

func runSessionList(ctx context.Context, stdio Stdio, o memberOptions, email string) error {
	client, id, err := o.whose(ctx, stdio, email)
	if err != nil {
		return err
	}
	sessions, raw, err := client.Sessions(ctx, id)
	if err != nil {
		return err
	}
	return printList(stdio, o.asJSON, raw, []string{"ID", "LAST SEEN", "ENDS", "ADDRESS", "BROWSER"}, func(t *table) {
		for _, s := range sessions {
			t.row(s.ID, instant(s.LastSeenAt, "never"), instant(s.ExpiresAt, "never"), s.Address, s.UserAgent)
		}
	})
}

func newSessionRevoke(stdio Stdio) *cobra.Command {
	var o memberOptions
	var email string
	return bindMember(o.remote(&cobra.Command{
		Use:     "revoke ID",
		Short:   "End a sign-in at once",
		Example: "  burgee session list --member ben@example.com\n  burgee session revoke IxZ3rRkNd0bUqC7a --member ben@example.com",
		Args:    exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSessionRevoke(cmd.Context(), stdio, o, email, args[0])
		},
	}), &email)
}

func runSessionRevoke(ctx context.Context, stdio Stdio, o memberOptions, email, session string) error {
	client, id, err := o.whose(ctx, stdio, email)
	if err != nil {
		return err
	}
	if err := client.EndSession(ctx, id, session); err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{"id": session, "revoked": true})
	}
	say(stdio.Out, "session %s has ended\n", session)
	return nil
}
