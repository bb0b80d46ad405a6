package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/fault"
)

// What is there, and how changes have come to programs.

func newConnections(stdio Stdio) *cobra.Command {
	var o placeOptions
	var environment string
	cmd := &cobra.Command{
		Use:     "connections",
		Short:   "List the programs that are connected, with their versions",
		Example: "  burgee connections\n  burgee connections -e production",
	}
	bindEnvironment(cmd, &environment)
	return o.inProject(cmd, exactly(), func(ctx context.Context, client *apiclient.Client, _ []string) error {
		list, raw, err := client.Connections(ctx, o.project, environment)
		if err != nil {
			return err
		}
		return printList(stdio, o.asJSON, raw, []string{"APPLICATION", "VERSION", "ENVIRONMENT", "SDK", "INSTANCES"}, func(t *table) {
			for _, c := range list {
				t.row(c.Application, c.Version, c.Environment, c.SDK, strconv.Itoa(len(c.Instances)))
			}
		})
	}, stdio)
}

func newAttributes(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:     "attributes",
		Short:   "List a project's registry of context attributes; burgee apply fills it",
		Example: "  burgee project attributes --project default",
	}
	return o.inProject(cmd, exactly(), func(ctx context.Context, client *apiclient.Client, _ []string) error {
		list, raw, err := client.Attributes(ctx, o.project)
		if err != nil {
			return err
		}
		return printList(stdio, o.asJSON, raw, []string{"ATTRIBUTE", "TYPE", "PRIVACY", "VALUES"}, func(t *table) {
			for _, a := range list {
				var values []string
				for _, v := range a.Values {
					values = append(values, string(v))
				}
				t.row(a.Path, a.Type, a.Privacy, strings.Join(values, ", "))
			}
		})
	}, stdio)
}

func newRevisions(stdio Stdio) *cobra.Command {
	var o placeOptions
	var environment string
	limit := 20
	cmd := &cobra.Command{
		Use:     "revisions",
		Short:   "List the newest revisions of an environment",
		Example: "  burgee env revisions -e production",
	}
	bindEnvironment(cmd, &environment)
	cmd.Flags().IntVar(&limit, "limit", limit, "how many, at most 200")
	return o.inProject(cmd, exactly(), func(ctx context.Context, client *apiclient.Client, _ []string) error {
		environment, err := chosen(stdio, environment, environments(ctx, client, o.project))
		if err != nil {
			return err
		}
		list, raw, err := client.Revisions(ctx, o.project, environment, limit)
		if err != nil {
			return err
		}
		return printList(stdio, o.asJSON, raw, []string{"REVISION", "AT", "BY", "WHAT"}, func(t *table) {
			for _, r := range list {
				t.row(fmt.Sprint(r.Number), instant(r.At, ""), r.Actor.Name, strings.Join(r.Sentences, "; "))
			}
		})
	}, stdio)
}

func newReceipts(stdio Stdio) *cobra.Command {
	var o placeOptions
	var environment string
	var revision int64
	cmd := &cobra.Command{
		Use:     "receipts",
		Short:   "Say how many programs have applied a revision, and how fast",
		Example: "  burgee env receipts -e production\n  burgee env receipts -e production --revision 812",
	}
	bindEnvironment(cmd, &environment)
	cmd.Flags().Int64Var(&revision, "revision", 0, "which one (the newest when not set)")
	return o.inProject(cmd, exactly(), func(ctx context.Context, client *apiclient.Client, _ []string) error {
		environment, err := chosen(stdio, environment, environments(ctx, client, o.project))
		if err != nil {
			return err
		}
		if revision == 0 {
			if revision, err = revisionOf(ctx, client, o.project, environment); err != nil {
				return err
			}
		}
		r, raw, err := client.Receipt(ctx, o.project, environment, revision)
		if err != nil || o.asJSON {
			return printAnswer(stdio, raw, err)
		}
		say(stdio.Out, "revision %d of %s: %s, %d of %d programs have it\n", revision, environment, r.State, r.Applied, r.Expected)
		if r.P50Ms != nil && r.P99Ms != nil {
			say(stdio.Out, "half within %d ms, 99 %% within %d ms\n", *r.P50Ms, *r.P99Ms)
		}
		if r.Stale > 0 {
			say(stdio.Out, "%d lack it\n", r.Stale)
		}
		return nil
	}, stdio)
}

func newKeyRotate(stdio Stdio) *cobra.Command {
	var o placeOptions
	var environment string
	hours := 24
	cmd := &cobra.Command{
		Use:   "rotate ID",
		Short: "Make a new SDK key in place of another, which goes on working for a while",
		Example: `  burgee key list -e production
  burgee key rotate 4 -e production --overlap-hours 48`,
	}
	bindEnvironment(cmd, &environment)
	cmd.Flags().IntVar(&hours, "overlap-hours", hours, "how long the old key goes on working, at most 720")
	return o.inProject(cmd, exactly("ID"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		environment, err := chosen(stdio, environment, environments(ctx, client, o.project))
		if err != nil {
			return err
		}
		key, err := client.RotateKey(ctx, o.project, environment, args[0], hours)
		if err == nil && !o.asJSON {
			say(stdio.Err, "the key %s works for %d more hours; the new one of %s / %s is not shown again\n", args[0], hours, o.project, environment)
		}
		return o.done(stdio, key, err, "%s", key.Key)
	}, stdio)
}

func newMemberUninvite(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:     "uninvite ID",
		Short:   "End an invitation that waits; burgee member list shows them",
		Example: "  burgee member list --json\n  burgee member uninvite 019a5c1e-7b3d-7a60-9c1e-5f2a9c1e7b3d",
	}
	return o.about(cmd, exactly("ID"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		err := client.DeleteLink(ctx, args[0])
		return o.done(stdio, map[string]any{"id": args[0], "ended": true}, err, "the invitation %s has ended", args[0])
	}, stdio)
}

func newWhoami(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:     "whoami",
		Short:   "Say with which server and as whom the commands speak",
		Example: "  burgee whoami",
	}
	return o.about(cmd, exactly(), func(ctx context.Context, client *apiclient.Client, _ []string) error {
		who, raw, err := client.Whoami(ctx)
		if err != nil || o.asJSON {
			return printAnswer(stdio, raw, err)
		}
		if who.Token == "" {
			return fault.New(fault.Unauthenticated, "token_unknown", "%s does not take this API token: it is wrong, revoked or expired", client.Address())
		}
		say(stdio.Out, "the API token %s, at %s (Burgee %s)\n", who.Token, client.Address(), who.Version)
		return nil
	}, stdio)
}
