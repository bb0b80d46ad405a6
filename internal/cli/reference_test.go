package cli

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "rewrite docs/reference/cli.md")

const referenceFile = "../../docs/reference/cli.md"

func TestTheReferenceIsOfTheCommandsThatThereAre(t *testing.T) {
	got := reference(newRoot(Stdio{}))
	if *update {
		if err := os.WriteFile(referenceFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/reference/cli.md is old; run `make golden`:\n%s", diff)
	}
}

// reference is docs/reference/cli.md.
func reference(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString("# Command line\n\nThis page is made from the commands (`make golden`). Every command explains itself with `--help`.\n\n")
	fmt.Fprintf(&b, "```text\n%s\n```\n", exitHelp)
	b.WriteString(completionHelp)
	for _, g := range root.Groups() {
		if !hasCommands(root, g.ID) {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", strings.TrimSuffix(g.Title, ":"))
		for _, cmd := range root.Commands() {
			if cmd.GroupID == g.ID && !cmd.Hidden {
				describe(&b, cmd)
			}
		}
	}
	return b.String()
}

func hasCommands(root *cobra.Command, group string) bool {
	for _, cmd := range root.Commands() {
		if cmd.GroupID == group {
			return true
		}
	}
	return false
}

const completionHelp = `
` + "`burgee completion bash|zsh|fish|powershell`" + ` prints a script for a shell; its own ` + "`--help`" + ` says where to put it. With it the Tab key completes commands and
options, and where a server can be reached with a token also the keys of projects, environments, flags, target groups and experiments.
`

func describe(b *strings.Builder, cmd *cobra.Command) {
	if len(cmd.Commands()) > 0 {
		for _, sub := range cmd.Commands() {
			describe(b, sub)
		}
		return
	}
	fmt.Fprintf(b, "\n### %s\n\n", cmd.CommandPath())
	fmt.Fprintf(b, "%s.\n\n```text\n%s\n", strings.TrimSuffix(cmd.Short, "."), cmd.UseLine())
	if cmd.Long != "" {
		fmt.Fprintf(b, "\n%s\n", strings.TrimSpace(cmd.Long))
	}
	if flags := cmd.LocalFlags().FlagUsagesWrapped(110); flags != "" {
		fmt.Fprintf(b, "\n%s", flags)
	}
	if cmd.Example != "" {
		fmt.Fprintf(b, "\n%s\n", cmd.Example)
	}
	b.WriteString("```\n")
}

func TestEveryCommandHasAGroupAnExampleAndWords(t *testing.T) {
	root := newRoot(Stdio{})
	for _, cmd := range root.Commands() {
		if cmd.GroupID == "" {
			t.Errorf("%s is in no group of the help", cmd.CommandPath())
		}
	}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
		if cmd.Short == "" || len(cmd.Commands()) == 0 && cmd.Example == "" {
			t.Errorf("%s has no words or no example", cmd.CommandPath())
		}
	}
	for _, cmd := range root.Commands() {
		walk(cmd)
	}
}
