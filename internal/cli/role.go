package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/fault"
)

func newRole(stdio Stdio) *cobra.Command {
	return group("role", "Make roles of your own: sets of actions",
		newRoleList(stdio), newRoleCreate(stdio), newRoleDelete(stdio))
}

func newRoleList(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:     "list",
		Short:   "List the roles and what they let do",
		Example: "  burgee role list",
		Args:    exactly(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runRoleList(cmd.Context(), stdio, o) },
	})
}

func runRoleList(ctx context.Context, stdio Stdio, o memberOptions) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	roles, raw, err := client.Roles(ctx)
	if err != nil {
		return err
	}
	return printList(stdio, o.asJSON, raw, []string{"ROLE", "MAY", "DESCRIPTION"}, func(t *table) {
		for _, r := range roles {
			about := r.Description
			if r.BuiltIn {
				about = "built in"
			}
			t.row(r.Name, strings.Join(r.Actions, ", "), about)
		}
	})
}

type roleOptions struct {
	memberOptions
	description string
	replace     bool
}

func newRoleCreate(stdio Stdio) *cobra.Command {
	var o roleOptions
	cmd := o.remote(&cobra.Command{
		Use:   "create ROLE ACTION...",
		Short: "Make a role: a set of actions",
		Long: `Make a role. Its actions are some of read, edit_flags, publish, off, manage_keys,
manage_project and manage_accounts; whoever has a role may read, whatever else it names.
With --replace a role that there is gets these actions, which count at once for everybody
who has it. An owner makes roles.`,
		Example: `  burgee role create duty off --description "On duty: switch off, stop and undo"
  burgee role create release edit_flags publish off --replace`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRoleCreate(cmd.Context(), stdio, o, args[0], args[1:])
		},
	})
	cmd.Flags().StringVar(&o.description, "description", "", "what the role is for")
	cmd.Flags().BoolVar(&o.replace, "replace", false, "change the role when there is one of this name")
	return cmd
}

func runRoleCreate(ctx context.Context, stdio Stdio, o roleOptions, name string, actions []string) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	role, err := client.PutRole(ctx, name, actions, o.description, o.replace)
	if fault.IsKind(err, fault.Precondition) {
		return fault.Wrap(err, fault.Conflict, "role_exists", "there is a role %s already; --replace gives it other actions", name)
	}
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, role)
	}
	say(stdio.Out, "%s may %s\n", role.Name, strings.Join(role.Actions, ", "))
	return nil
}

func newRoleDelete(stdio Stdio) *cobra.Command {
	var o memberOptions
	return o.remote(&cobra.Command{
		Use:     "delete ROLE",
		Short:   "Delete a role that nobody has",
		Example: "  burgee role delete duty",
		Args:    exactly("ROLE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRoleDelete(cmd.Context(), stdio, o, args[0])
		},
	})
}

func runRoleDelete(ctx context.Context, stdio Stdio, o memberOptions, name string) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	if err := client.DeleteRole(ctx, name); err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{"name": name, "deleted": true})
	}
	say(stdio.Out, "the role %s is deleted\n", name)
	return nil
}
