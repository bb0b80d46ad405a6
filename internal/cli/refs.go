package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/refs"
)

type refsOptions struct {
	connection
	project, file string
	flags         []string
	asJSON        bool
}

func newRefs(stdio Stdio) *cobra.Command {
	var o refsOptions
	cmd := &cobra.Command{
		Use:   "refs PATH",
		Short: "List the places in code that name flags, and the flags that no place names",
		Long: `Read the text files below a folder, in any language, and list the lines that name a flag
of the project: by its whole key, for certain, or by the last part of the key as an
attribute or in a declaration (flags.isHoliday.is_enabled(), flags.IsHoliday), which may
be another thing of that name. Then name the flags that no line names: what is to be
cleaned up, unless another repository has them.

The flags are the server's, archived ones not among them, or those of a file with -f,
which needs no server. Hidden files, folders such as node_modules, vendor, build and
dist, files over 1 MB and Burgee's own documents are passed over.`,
		Example: `  burgee refs .
  burgee refs services/checkout --flag Flags.isHoliday
  burgee refs . -f flags.yaml --json`,
		Args: exactly("PATH"),
		RunE: func(cmd *cobra.Command, args []string) error { return runRefs(cmd.Context(), stdio, o, args[0]) },
	}
	o.bind(cmd)
	bindProject(cmd, &o.project)
	f := cmd.Flags()
	f.StringVarP(&o.file, "file", "f", "", "take the flags of a file instead of a server's; - is standard input")
	f.StringArrayVar(&o.flags, "flag", nil, "only this flag; may be said several times")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

// refsAnswer is what --json prints.
type refsAnswer struct {
	Places []refs.Place `json:"places"`
	Unused []string     `json:"unused"` // flags that no place names
	Files  int          `json:"files"`
}

func runRefs(ctx context.Context, stdio Stdio, o refsOptions, folder string) error {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fault.New(fault.Invalid, "folder_unreadable", "%s is no folder that can be read; say which one has the code, such as . for this one", folder)
	}
	keys, err := o.keys(ctx, stdio)
	if err != nil {
		return err
	}
	found, err := refs.Scan(os.DirFS(folder), keys)
	if err != nil {
		return fault.New(fault.Invalid, "folder_unreadable", "the folder cannot be read: %v", err)
	}
	answer := refsAnswer{Places: found.Places, Unused: unnamed(keys, found.Places), Files: found.Files}
	if o.asJSON {
		if answer.Places == nil {
			answer.Places = []refs.Place{}
		}
		return printJSON(stdio.Out, answer)
	}
	answer.print(stdio)
	return nil
}

// keys are the flags to look for, in their order.
func (o *refsOptions) keys(ctx context.Context, stdio Stdio) ([]string, error) {
	known, err := o.known(ctx, stdio)
	if err != nil {
		return nil, err
	}
	slices.Sort(known)
	for _, key := range o.flags {
		if !slices.Contains(known, key) {
			return nil, fault.New(fault.NotFound, "flag_not_found", "there is no flag %q%s; burgee flag list shows what there is", key, document.AlikeHint(key, slices.Values(known)))
		}
	}
	if len(o.flags) > 0 {
		return o.flags, nil
	}
	return known, nil
}

func (o *refsOptions) known(ctx context.Context, stdio Stdio) (keys []string, err error) {
	if o.file != "" {
		name, text, err := readInput(stdio, o.file)
		if err != nil {
			return nil, err
		}
		file, err := document.Parse(name, text)
		if err != nil {
			return nil, err
		}
		project, _, _, err := alone(stdio, file)
		if err != nil {
			return nil, err
		}
		for key := range project.Flags {
			keys = append(keys, key)
		}
		return keys, nil
	}
	client, err := o.client(stdio)
	if err != nil {
		return nil, err
	}
	return flagKeys(ctx, client, projectOr(stdio, o.project))
}

func unnamed(keys []string, places []refs.Place) []string {
	named := map[string]bool{}
	for _, place := range places {
		named[place.Flag] = true
	}
	rest := []string{}
	for _, key := range keys {
		if !named[key] {
			rest = append(rest, key)
		}
	}
	return rest
}

// print lists the places of each flag together.
func (a *refsAnswer) print(stdio Stdio) {
	slices.SortStableFunc(a.Places, func(p, q refs.Place) int { return strings.Compare(p.Flag, q.Flag) })
	if len(a.Places) > 0 {
		var t table
		t.row("FLAG", "FOUND BY", "PLACE", "LINE")
		for _, p := range a.Places {
			t.row(p.Flag, p.How, p.File+":"+strconv.Itoa(p.Line), p.Text)
		}
		t.print(stdio.Out)
	}
	for _, key := range a.Unused {
		say(stdio.Out, "%s: no place\n", key)
	}
	say(stdio.Err, "%s in %s; %s\n", count(len(a.Places), "place"), count(a.Files, "file"), noPlace(len(a.Unused)))
}

func noPlace(n int) string {
	if n == 0 {
		return "every flag has one"
	}
	return fmt.Sprintf("%s without one", count(n, "flag"))
}
