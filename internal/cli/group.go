package cli

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// groups and experiments are the kinds of objects as addresses name them.
const (
	groups      = "groups"
	experiments = "experiments"
)

func newTargetGroup(stdio Stdio) *cobra.Command {
	return group("group", "Make target groups, and say who is in them",
		newGroupList(stdio), newGroupShow(stdio), newGroupCreate(stdio), newGroupSet(stdio), newObjectDelete(stdio, groups, "GROUP", "Delete a target group that nothing uses"))
}

func newGroupList(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the target groups and who is in them",
		Example: "  burgee group list",
	}
	return o.inProject(cmd, exactly(), func(ctx context.Context, client *apiclient.Client, _ []string) error {
		list, raw, err := client.Objects(ctx, o.project, groups)
		if err != nil {
			return err
		}
		return printList(stdio, o.asJSON, raw, []string{"GROUP", "USED BY", "WHO"}, func(t *table) {
			for _, g := range list {
				t.row(g.Key, count(len(g.UsedBy), "place"), g.Summary)
			}
		})
	}, stdio)
}

func newGroupShow(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:     "show GROUP",
		Short:   "Show a target group as a file says it",
		Example: "  burgee group show beta-testers",
	}
	return o.inProject(cmd, exactly("GROUP"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		g, raw, err := client.Object(ctx, o.project, groups, args[0])
		if err != nil || o.asJSON {
			return printAnswer(stdio, raw, err)
		}
		var body document.TargetGroup
		if err := json.Unmarshal(g.Body, &body); err != nil {
			return err
		}
		say(stdio.Out, "%s", document.Render(&document.File{Project: o.project, TargetGroups: map[string]document.TargetGroup{g.Key: body}}))
		return nil
	}, stdio)
}

// groupFields are what commands say of a target group.
type groupFields struct {
	description, by, when, comment     string
	include, exclude                   []string
	alsoInclude, alsoExclude, takenOut []string
}

func (f *groupFields) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.description, "description", "", "what the group is for")
	flags.StringVar(&f.by, "by", "", "the attribute whose values the lists hold (targetingKey when not set)")
	flags.StringVar(&f.when, "when", "", "who is in it beside the lists: a condition as documents write it, or @FILE")
	flags.StringSliceVar(&f.include, "include", nil, "who is in it in any case; again or with commas for more")
	flags.StringSliceVar(&f.exclude, "exclude", nil, "who is not in it in any case")
	flags.StringVar(&f.comment, "comment", "", "why, for the history")
}

// put writes what was said into a group.
func (f *groupFields) put(cmd *cobra.Command, g *document.TargetGroup) error {
	changed := cmd.Flags().Changed
	if changed("description") {
		g.Description = f.description
	}
	if changed("by") {
		g.By = f.by
	}
	if changed("include") {
		g.Include = f.include
	}
	if changed("exclude") {
		g.Exclude = f.exclude
	}
	if changed("when") {
		g.When = nil
		if f.when != "" {
			raw, err := valueOf("--when", f.when)
			if err != nil {
				return err
			}
			if err := json.Unmarshal(raw, &g.When); err != nil {
				return err
			}
		}
	}
	g.Include = with(without(g.Include, f.takenOut), f.alsoInclude)
	g.Exclude = with(without(g.Exclude, f.takenOut), f.alsoExclude)
	return nil
}

// with is a list with others at its end that it lacks.
func with(list, others []string) []string {
	for _, other := range others {
		if !slices.Contains(list, other) {
			list = append(list, other)
		}
	}
	return list
}

func without(list, others []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(have string) bool { return slices.Contains(others, have) })
}

func newGroupCreate(stdio Stdio) *cobra.Command {
	var o writing
	var fields groupFields
	cmd := &cobra.Command{
		Use:   "create GROUP",
		Short: "Make a target group",
		Example: `  burgee group create beta-testers --include alice,bob --when '{email: {ends_with: "@corp.example"}}'
  burgee group create accounts --by organization.key --include acme`,
	}
	fields.bind(cmd)
	return o.inProject(cmd, exactly("GROUP"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		_, _, err := client.Object(ctx, o.project, groups, args[0])
		switch {
		case err == nil:
			return fault.New(fault.Conflict, "group_exists", "There is already a target group %s; burgee group set changes it", args[0])
		case !fault.IsKind(err, fault.NotFound):
			return err
		}
		return o.putGroup(ctx, stdio, cmd, client, args[0], &fields, document.TargetGroup{}, 0)
	}, stdio)
}

func newGroupSet(stdio Stdio) *cobra.Command {
	var o writing
	var fields groupFields
	cmd := &cobra.Command{
		Use:   "set GROUP",
		Short: "Change a target group; what is not named stays",
		Long:  "Change a target group, in all environments; what is not named stays.\n\n" + aboutApprovals,
		Example: `  burgee group set beta-testers --add carol --remove bob
  burgee group set beta-testers --when '{plan: pro}' --comment "all who pay"`,
	}
	fields.bind(cmd)
	cmd.Flags().StringSliceVar(&fields.alsoInclude, "add", nil, "who is in it from now on, beside those who are")
	cmd.Flags().StringSliceVar(&fields.alsoExclude, "keep-out", nil, "who is excluded from now on, beside those who are")
	cmd.Flags().StringSliceVar(&fields.takenOut, "remove", nil, "who is on neither list any more")
	return o.inProject(cmd, exactly("GROUP"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		present, _, err := client.Object(ctx, o.project, groups, args[0])
		if err != nil {
			return err
		}
		var body document.TargetGroup
		if err := json.Unmarshal(present.Body, &body); err != nil {
			return err
		}
		return o.putGroup(ctx, stdio, cmd, client, args[0], &fields, body, present.Version)
	}, stdio)
}

func (o *writing) putGroup(ctx context.Context, stdio Stdio, cmd *cobra.Command, client *apiclient.Client, key string, fields *groupFields, body document.TargetGroup, version int64) error {
	if err := fields.put(cmd, &body); err != nil {
		return err
	}
	raw, err := client.PutObject(ctx, o.project, groups, key, body, version, fields.comment)
	if needsReview(err) {
		return o.proposeObject(ctx, stdio, client, "targetGroups", key, body, "change "+key, fields.comment, nil)
	}
	return o.raw(stdio, raw, err, "target group %s is written", key)
}

// kindOf are the kinds of objects as documents name them.
var kindOf = map[string]document.Kind{groups: document.TargetGroupKind, experiments: document.ExperimentKind}

// newObjectDelete makes the command that deletes a group or an experiment.
func newObjectDelete(stdio Stdio, kind, argument, short string) *cobra.Command {
	var o writing
	var comment string
	cmd := &cobra.Command{
		Use:     "delete " + argument,
		Short:   short,
		Long:    short + ".\n\n" + aboutApprovals,
		Example: "  burgee " + kind[:len(kind)-1] + " delete old-one",
	}
	cmd.Flags().StringVar(&comment, "comment", "", "why, for the history")
	return o.inProject(cmd, exactly(argument), func(ctx context.Context, client *apiclient.Client, args []string) error {
		err := client.DeleteObject(ctx, o.project, kind, args[0], comment)
		if needsReview(err) {
			gone := apiclient.ObjectRef{Kind: kindOf[kind], Key: args[0]}
			return o.proposeWithout(ctx, stdio, client, gone, false, "delete "+args[0], comment)
		}
		return o.done(stdio, map[string]any{"key": args[0], "deleted": true}, err, "%s is deleted", args[0])
	}, stdio)
}
