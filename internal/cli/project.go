package cli

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
)

func newProject(stdio Stdio) *cobra.Command {
	return group("project", "Make, rename and archive projects",
		newProjectList(stdio), newProjectCreate(stdio), newProjectRename(stdio), newProjectArchive(stdio), newProjectRestore(stdio), newAttributes(stdio))
}

// placeOptions are those of a command about a project or an environment.
type placeOptions struct {
	connection
	project string
	asJSON  bool
}

// about makes a command about one project, or about one environment of a project.
func (o *placeOptions) about(cmd *cobra.Command, args cobra.PositionalArgs, run func(context.Context, *apiclient.Client, []string) error, stdio Stdio) *cobra.Command {
	cmd.Args = args
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		client, err := o.client(stdio)
		if err != nil {
			return err
		}
		return run(cmd.Context(), client, args)
	}
	o.bind(cmd)
	bindJSON(cmd, &o.asJSON)
	return cmd
}

// inProject is about with --project.
func (o *placeOptions) inProject(cmd *cobra.Command, args cobra.PositionalArgs, run func(context.Context, *apiclient.Client, []string) error, stdio Stdio) *cobra.Command {
	bindProject(cmd, &o.project)
	return o.about(cmd, args, func(ctx context.Context, client *apiclient.Client, args []string) error {
		o.project = projectOr(stdio, o.project)
		return run(ctx, client, args)
	}, stdio)
}

// done writes what a command has made of something: a value for programs, or words.
func (o *placeOptions) done(stdio Stdio, value any, err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, value)
	}
	say(stdio.Out, format+"\n", args...)
	return nil
}

func newProjectList(stdio Stdio) *cobra.Command {
	var o placeOptions
	var archived bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the projects with their environments",
		Example: "  burgee project list\n  burgee project list --archived",
	}
	cmd.Flags().BoolVar(&archived, "archived", false, "the archived projects instead")
	return o.about(cmd, exactly(), func(ctx context.Context, client *apiclient.Client, _ []string) error {
		projects, raw, err := client.Projects(ctx, archived)
		if err != nil {
			return err
		}
		return printList(stdio, o.asJSON, raw, []string{"PROJECT", "NAME", "ENVIRONMENTS", "FLAGS"}, func(t *table) {
			for _, p := range projects {
				var keys []string
				for _, e := range p.Environments {
					keys = append(keys, e.Key)
				}
				t.row(p.Key, p.Name, strings.Join(keys, ", "), strconv.Itoa(p.FlagCount))
			}
		})
	}, stdio)
}

func newProjectCreate(stdio Stdio) *cobra.Command {
	var o placeOptions
	var name string
	cmd := &cobra.Command{
		Use:   "create KEY",
		Short: "Make a project with the environments production and development",
		Long: `Make a project with the environments production and development, which have no keys
yet. Its key never changes; it takes the right to manage projects everywhere.`,
		Example: "  burgee project create shop --name \"Web shop\"\n  burgee key create --project shop -e development --name checkout",
	}
	cmd.Flags().StringVar(&name, "name", "", "what people call it (the key when not set)")
	return o.about(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		p, err := client.CreateProject(ctx, args[0], name)
		return o.done(stdio, p, err, "project %s is made, with %s", p.Key, environmentWords(p.Environments))
	}, stdio)
}

func environmentWords(environments []apiclient.Environment) string {
	var keys []string
	for _, e := range environments {
		keys = append(keys, e.Key)
	}
	return strings.Join(keys, ", ")
}

func newProjectRename(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:     "rename KEY NAME",
		Short:   "Give a project another name; its key stays",
		Example: "  burgee project rename default \"Web shop\"",
	}
	return o.about(cmd, exactly("KEY", "NAME"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		p, err := client.RenameProject(ctx, args[0], args[1])
		return o.done(stdio, p, err, "project %s is called %s", p.Key, p.Name)
	}, stdio)
}

func newProjectArchive(stdio Stdio) *cobra.Command {
	var o placeOptions
	var how apiclient.Archiving
	cmd := &cobra.Command{
		Use:   "archive KEY",
		Short: "End a project: its keys are no longer accepted",
		Long: `End a project: the keys of its environments are no longer accepted, and programs that
are connected are disconnected. All it has stays, and "burgee project restore" brings it
back. While programs are connected it is refused, and names them, unless --force is said.`,
		Example: "  burgee project archive shop --comment \"sold\"\n  burgee project archive shop --force",
	}
	bindArchiving(cmd, &how)
	return o.about(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		p, err := client.ArchiveProject(ctx, args[0], how)
		return o.done(stdio, p, sayForce(err), "project %s is archived; its keys are no longer accepted", p.Key)
	}, stdio)
}

func newProjectRestore(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:     "restore KEY",
		Short:   "Bring an archived project back, with its keys",
		Example: "  burgee project restore shop",
	}
	return o.about(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		p, err := client.RestoreProject(ctx, args[0])
		return o.done(stdio, p, err, "project %s is back, with %s", p.Key, environmentWords(p.Environments))
	}, stdio)
}
