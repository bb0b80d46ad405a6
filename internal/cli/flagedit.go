package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// flagFields are a flag's own fields as commands take them.
type flagFields struct {
	description, owner, kind, expires, comment string
	tags, variations                           []string
	client                                     bool
}

func (f *flagFields) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.description, "description", "", "what the flag is for")
	flags.StringVar(&f.owner, "owner", "", "whose it is, such as team-pay")
	flags.StringVar(&f.kind, "kind", "", "release, experiment, operational or permission")
	flags.StringVar(&f.expires, "expires", "", "when it should be gone: 2027-03-31")
	flags.StringSliceVar(&f.tags, "tag", nil, "a tag; again for more")
	flags.StringArrayVar(&f.variations, "variation", nil, "ID=VALUE, the value as JSON or, of a string flag, as it is; again for more")
	flags.BoolVar(&f.client, "client", false, "client keys may see it")
	flags.StringVar(&f.comment, "comment", "", "why, for the history")
}

// said are the fields that were given, as the API takes them.
func (f *flagFields) said(cmd *cobra.Command, kind string) (map[string]any, error) {
	out := map[string]any{}
	for name, field := range map[string]any{
		"description": f.description, "owner": f.owner, "kind": f.kind, "expires": f.expires, "client": f.client,
	} {
		if cmd.Flags().Changed(name) {
			out[name] = field
		}
	}
	if cmd.Flags().Changed("tag") {
		out["tags"] = append([]string{}, f.tags...)
	}
	if len(f.variations) == 0 {
		return out, nil
	}
	var variations []document.Variation
	for _, text := range f.variations {
		id, value, found := strings.Cut(text, "=")
		if !found {
			return nil, fault.New(fault.Invalid, "variation_malformed", "--variation takes ID=VALUE, such as red=\"#f00\", not %q", text)
		}
		raw := json.RawMessage(value)
		if kind == string(ruleset.String) {
			raw, _ = json.Marshal(value)
		}
		if !json.Valid(raw) {
			return nil, fault.New(fault.Invalid, "variation_malformed", "the value of the variation %s is no JSON: %s", id, value)
		}
		variations = append(variations, document.Variation{ID: id, Value: raw})
	}
	out["variations"] = variations
	return out, nil
}

func newFlagCreate(stdio Stdio) *cobra.Command {
	var o placeOptions
	var fields flagFields
	var kind string
	var force bool
	cmd := &cobra.Command{
		Use:   "create KEY --type TYPE",
		Short: "Make a flag; programs get their own default until it is configured",
		Long: `Make a flag. Programs get their own default until it is configured. A key that differs from
another flag's in upper and lower case, _ or - alone is refused without --force: people
would take the one for the other.`,
		Example: `  burgee flag create pay.api --type boolean --owner team-pay
  burgee flag create web.theme --type string --variation blue=blue --variation red=red`,
	}
	cmd.Flags().StringVar(&kind, "type", "", "boolean, string, integer, double or json")
	cmd.Flags().BoolVar(&force, "force", false, "also where the key looks like another flag's")
	fields.bind(cmd)
	return o.inProject(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		body, err := fields.said(cmd, kind)
		if err != nil {
			return err
		}
		body["key"], body["type"] = args[0], kind
		raw, err := client.CreateFlag(ctx, o.project, body, fields.comment, force)
		return o.raw(stdio, raw, sayForce(err), "flag %s is made; burgee flag configure says what an environment serves", args[0])
	}, stdio)
}

func newFlagSet(stdio Stdio) *cobra.Command {
	var o writing
	var fields flagFields
	cmd := &cobra.Command{
		Use:   "set KEY",
		Short: "Change a flag's own fields; those not named stay",
		Long: `Change what all environments share of a flag. Fields that are not named stay; a text that
is empty takes its field away. The tags and the variations named take the place of all
that there were.

` + aboutApprovals,
		Example: `  burgee flag set pay.api --description "The new payment API" --tag payments --owner team-pay
  burgee flag set pay.api --expires ""`,
	}
	fields.bind(cmd)
	return o.inProject(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		present, _, err := client.Flag(ctx, o.project, args[0])
		if err != nil {
			return err
		}
		body, err := fields.said(cmd, present.Type)
		if err != nil {
			return err
		}
		if len(body) == 0 {
			return usageError{errors.New("say what to change, such as --description or --tag")}
		}
		raw, err := client.PatchFlag(ctx, o.project, args[0], body, present.Version, fields.comment)
		if needsReview(err) {
			return o.proposeObject(ctx, stdio, client, "flags", args[0], body, "change "+args[0], fields.comment, nil)
		}
		return o.raw(stdio, raw, err, "flag %s is changed", args[0])
	}, stdio)
}

func newFlagKeep(stdio Stdio) *cobra.Command {
	var o placeOptions
	var until, comment string
	cmd := &cobra.Command{
		Use:   "keep KEY",
		Short: "Keep a flag: it is not stale, and does not archive itself",
		Long: `Keep a flag that serves one thing, or that no program asks for. It is not stale and does not
archive itself, through a day, or for good where none is named. --until "" ends that.`,
		Example: `  burgee flag keep pay.api --comment "the switch for bad days"
  burgee flag keep pay.api --until 2027-02-26
  burgee flag keep pay.api --until ""`,
	}
	cmd.Flags().StringVar(&until, "until", document.Always, "the last day: 2027-02-26")
	cmd.Flags().StringVar(&comment, "comment", "", "why, for the history")
	return o.inProject(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		present, _, err := client.Flag(ctx, o.project, args[0])
		if err != nil {
			return err
		}
		raw, err := client.PatchFlag(ctx, o.project, args[0], map[string]any{"keepUntil": until}, present.Version, comment)
		return o.raw(stdio, raw, err, "%s", keptWords(args[0], until))
	}, stdio)
}

func keptWords(flag, until string) string {
	switch until {
	case "":
		return flag + " is stale again when it has done its work"
	case document.Always:
		return flag + " is kept for good"
	}
	return flag + " is kept until " + until
}

func newFlagShow(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:   "show KEY",
		Short: "Show a flag as a file says it",
		Long:  "Show a flag with what each environment does with it, as a document that burgee apply takes.",
		Example: `  burgee flag show pay.api
  burgee flag show pay.api --json`,
	}
	return o.inProject(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		flag, raw, err := client.Flag(ctx, o.project, args[0])
		if err != nil {
			return err
		}
		if o.asJSON {
			return printRaw(stdio, raw)
		}
		say(stdio.Out, "%s", document.Render(&document.File{Project: o.project, Flags: map[string]document.Flag{flag.Key: flagOf(flag)}}))
		sayLooksLike(stdio, flag.Flag)
		return nil
	}, stdio)
}

// flagOf is a flag as a document says it.
func flagOf(f apiclient.FlagDetail) document.Flag {
	out := document.Flag{
		Type: ruleset.Type(f.Type), Description: written(f.Description), Tags: f.Tags, Owner: written(f.Owner), Kind: written(f.Kind),
		Expires: written(f.Expires), KeepUntil: written(f.KeepUntil), Seed: written(f.Seed), ManagedBy: written(f.ManagedBy), ManagedIn: written(f.ManagedIn),
		Environments: map[string]*document.Configuration{},
	}
	if len(f.Tags) == 0 {
		out.Tags = nil
	}
	if f.Kind == "release" { // what a flag is that says nothing else
		out.Kind = nil
	}
	if f.Client {
		out.Client = &f.Client
	}
	if out.Type != ruleset.Boolean || slices.ContainsFunc(f.Variations, func(v document.Variation) bool { return v.Name != "" }) {
		out.Variations = f.Variations
	}
	for environment, c := range f.Configurations {
		if c != nil {
			out.Environments[environment] = c
		}
	}
	return out
}

// written is a field that a document leaves out where it is empty.
func written(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

type configureOptions struct {
	writing
	environment, file, def, off, comment string
}

func newFlagConfigure(stdio Stdio) *cobra.Command {
	var o configureOptions
	cmd := &cobra.Command{
		Use:   "configure KEY -e ENVIRONMENT",
		Short: "Say what an environment does with a flag",
		Long: `Change what an environment does with a flag. --default and --off change these alone; -f
replaces the whole block with a file's, which is written as in a document:

  rules: [{when: {country: DE}, serve: {true: 25, next: 75}}]
  default: false

What somebody changed in the environment meanwhile is not overwritten: the command is
then refused.

` + aboutApprovals,
		Example: `  burgee flag configure pay.api -e production --default true
  burgee flag configure pay.api -e production --default '{true: 25, false: 75}'
  burgee flag configure pay.api -e production -f block.yaml --comment "Germany first"`,
	}
	f := cmd.Flags()
	bindEnvironment(cmd, &o.environment)
	f.StringVar(&o.def, "default", "", "what is served where no rule decides: a variation, code, or shares in percent")
	f.StringVar(&o.off, "off", "", "what is served while it is off: a variation, or code")
	f.StringVarP(&o.file, "file", "f", "", "a file with the whole block; - is standard input")
	f.StringVar(&o.comment, "comment", "", "why, for the history")
	return o.inProject(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		return runConfigure(ctx, stdio, &o, client, args[0])
	}, stdio)
}

func runConfigure(ctx context.Context, stdio Stdio, o *configureOptions, client *apiclient.Client, key string) error {
	if (o.file == "") == (o.def == "" && o.off == "") {
		return usageError{errors.New("say what to change with --default and --off, or the whole with -f")}
	}
	environment, err := chosen(stdio, o.environment, environments(ctx, client, o.project))
	if err != nil {
		return err
	}
	revision, err := revisionOf(ctx, client, o.project, environment)
	if err != nil {
		return err
	}
	block, err := o.block(ctx, stdio, client, key, environment)
	if err != nil {
		return err
	}
	out, err := client.PutConfiguration(ctx, o.project, key, environment, block, revision, o.comment)
	if needsReview(err) {
		value := map[string]any{"environments": map[string]any{environment: block}}
		return o.proposeObject(ctx, stdio, client, "flags", key, value, "change "+key+" in "+environment, o.comment, map[string]int64{environment: revision})
	}
	if err == nil && !o.asJSON {
		printWarnings(stdio, &document.File{}, out.Warnings)
		for _, m := range out.Moves {
			say(stdio.Out, "%s %% of %s go from %s to %s\n", strconv.FormatFloat(m.Percent, 'f', -1, 64), m.By, m.From, m.To)
		}
	}
	return o.done(stdio, out, err, "%s is configured in %s, revision %d", key, environment, out.Revision)
}

// block is what the environment shall do with the flag: the file's, or what it does
// now with what was said.
func (o *configureOptions) block(ctx context.Context, stdio Stdio, client *apiclient.Client, key, environment string) (any, error) {
	if o.file != "" {
		name, text, err := readInput(stdio, o.file)
		if err != nil {
			return nil, err
		}
		return document.JSONOf(name, text)
	}
	flag, _, err := client.Flag(ctx, o.project, key)
	if err != nil {
		return nil, err
	}
	c := flag.Configurations[environment]
	if c == nil {
		c = document.Unconfigured(ruleset.Type(flag.Type))
	}
	if o.off != "" {
		c.Off = o.off
	}
	if o.def == "" {
		return c, nil
	}
	raw, err := document.JSONOf("--default", []byte(o.def))
	if err != nil {
		return nil, err
	}
	if raw[0] == '{' {
		raw = slices.Concat([]byte(`{"serve":`), raw, []byte("}"))
	} else if raw[0] != '"' {
		raw, _ = json.Marshal(string(raw))
	}
	if err := json.Unmarshal(raw, &c.Default); err != nil {
		return nil, err
	}
	return c, nil
}

// revisionOf is the number of an environment's newest revision.
func revisionOf(ctx context.Context, client *apiclient.Client, project, environment string) (int64, error) {
	p, err := client.Project(ctx, project)
	for _, e := range p.Environments {
		if e.Key == environment {
			return e.Revision, err
		}
	}
	return 0, err
}

func newFlagClear(stdio Stdio) *cobra.Command {
	var o writing
	var environment, comment string
	cmd := &cobra.Command{
		Use:     "clear KEY -e ENVIRONMENT",
		Short:   "Take away what an environment does with a flag: programs get their own default",
		Long:    "Take away what an environment does with a flag: programs get their own default.\n\n" + aboutApprovals,
		Example: "  burgee flag clear pay.api -e development",
	}
	bindEnvironment(cmd, &environment)
	cmd.Flags().StringVar(&comment, "comment", "", "why, for the history")
	return o.inProject(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		environment, err := chosen(stdio, environment, environments(ctx, client, o.project))
		if err != nil {
			return err
		}
		out, err := client.ClearConfiguration(ctx, o.project, args[0], environment, comment)
		if needsReview(err) {
			gone := apiclient.ObjectRef{Kind: document.ConfigurationKind, Key: args[0], Environment: environment}
			return o.proposeWithout(ctx, stdio, client, gone, false, "clear "+args[0]+" in "+environment, comment)
		}
		return o.done(stdio, out, err, "%s is not configured in %s any more, revision %d", args[0], environment, out.Revision)
	}, stdio)
}

func newFlagEvaluations(stdio Stdio) *cobra.Command {
	var o placeOptions
	var environment string
	hours := 24
	cmd := &cobra.Command{
		Use:     "evaluations KEY -e ENVIRONMENT",
		Short:   "Count what was served of a flag lately, and to which programs",
		Example: "  burgee flag evaluations pay.api -e production --hours 48",
	}
	bindEnvironment(cmd, &environment)
	cmd.Flags().IntVar(&hours, "hours", hours, "how far back, at most 2160")
	return o.inProject(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		environment, err := chosen(stdio, environment, environments(ctx, client, o.project))
		if err != nil {
			return err
		}
		out, raw, err := client.Evaluations(ctx, o.project, args[0], environment, hours)
		if err != nil || o.asJSON {
			return printAnswer(stdio, raw, err)
		}
		served := map[string]int64{}
		for _, s := range out.Series {
			for _, p := range s.Points {
				served[s.Label] += p.Count
			}
		}
		var t table
		t.row("SERVED", "COUNT")
		for _, label := range slices.Sorted(maps.Keys(served)) {
			t.row(label, fmt.Sprint(served[label]))
		}
		t.row("in all", fmt.Sprint(out.Total))
		t.print(stdio.Out)
		for _, a := range out.ByApplication {
			say(stdio.Out, "%s %s (%s): %d\n", a.Application, a.Version, a.SDK, a.Count)
		}
		return nil
	}, stdio)
}

// printAnswer writes the server's answer, unless there was an error.
func printAnswer(stdio Stdio, raw json.RawMessage, err error) error {
	if err != nil {
		return err
	}
	return printRaw(stdio, raw)
}

// raw is done for an answer that is printed as the server gave it.
func (o *placeOptions) raw(stdio Stdio, raw json.RawMessage, err error, format string, args ...any) error {
	if err != nil || o.asJSON {
		return printAnswer(stdio, raw, err)
	}
	say(stdio.Out, format+"\n", args...)
	return nil
}

// valueOf reads a value that an option holds as documents write it, or a file of
// one with @FILE.
func valueOf(option, text string) (json.RawMessage, error) {
	if name, isFile := strings.CutPrefix(text, "@"); isFile {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fault.New(fault.Invalid, "file_unreadable", "the file cannot be read: %v", err)
		}
		return document.JSONOf(name, data)
	}
	return document.JSONOf(option, []byte(text))
}
