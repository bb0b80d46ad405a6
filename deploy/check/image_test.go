package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func stages(t *testing.T) []instructions.Stage {
	t.Helper()
	file, err := os.Open("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	parsed, err := parser.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range parsed.Warnings {
		t.Errorf("warning: %s", w.Short)
	}
	all, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What is copied is in the repository, or comes from a stage before.
func TestTheDockerfileCopiesWhatThereIs(t *testing.T) {
	before := map[string]bool{}
	copies := 0
	for _, stage := range stages(t) {
		for _, command := range stage.Commands {
			c, ok := command.(*instructions.CopyCommand)
			if !ok {
				continue
			}
			copies++
			if c.From != "" {
				if !before[c.From] {
					t.Errorf("%s copies from %s, which is no stage before it", stage.Name, c.From)
				}
				continue
			}
			for _, source := range c.SourcePaths {
				if found, err := filepath.Glob(filepath.Join("../..", source)); err != nil || len(found) == 0 {
					t.Errorf("%s copies %s, which is not there: %v", stage.Name, source, err)
				}
			}
		}
		before[stage.Name] = true
	}
	if copies < 10 {
		t.Errorf("only %d copies were seen", copies)
	}
}

func TestTheImageIsNobodysAndHasNoShell(t *testing.T) {
	all := stages(t)
	last := all[len(all)-1]
	if !strings.HasPrefix(last.BaseName, "gcr.io/distroless/static") {
		t.Errorf("it is made from %s", last.BaseName)
	}
	user := ""
	for _, command := range last.Commands {
		switch c := command.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.RunCommand:
			t.Errorf("it runs %v, and has nothing to run it with", c.CmdLine)
		case *instructions.EntrypointCommand:
			if c.PrependShell {
				t.Error("the entry point needs a shell")
			}
		}
	}
	if user != "65532:65532" {
		t.Errorf("it runs as %q", user)
	}
}
