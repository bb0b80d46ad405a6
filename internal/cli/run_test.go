package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/fault"
)

// result is what a command did.
type result struct {
	code     int
	out, err string
}

// run runs a command the way main does, with an environment of its own.
func run(t *testing.T, stdin string, environ []string, args ...string) result {
	t.Helper()
	var out, errText bytes.Buffer
	code := Run(t.Context(), args, Stdio{In: strings.NewReader(stdin), Out: &out, Err: &errText, Environ: environ})
	return result{code, out.String(), errText.String()}
}

// write puts a file into a folder of the test's own and returns its name.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEachKindOfFaultHasItsExitCode(t *testing.T) {
	for kind, want := range map[fault.Kind]int{
		fault.Invalid: 2, fault.Unauthenticated: 4, fault.Forbidden: 4, fault.NotFound: 5, fault.Conflict: 6, fault.Precondition: 6,
		fault.TooLarge: 7, fault.Limited: 7, fault.Unavailable: 7, fault.NoRoom: 7, fault.Internal: 1,
	} {
		err := fmt.Errorf("wrapped: %w", fault.New(kind, "code", "message"))
		if got := exitCode(err); got != want {
			t.Errorf("%s: got %d, want %d", kind, got, want)
		}
	}
	if got := exitCode(errors.New("anything else")); got != 1 {
		t.Errorf("an error that is no fault: got %d, want 1", got)
	}
}

func TestErrorsArePrintedForPeople(t *testing.T) {
	f := fault.New(fault.Invalid, "x", "flags.yaml has 2 errors; nothing was changed").
		WithField("flags.f.type", "flags.yaml:31: flags.f.type: takes text: always").
		WithField("name", "is missing: say what it is for")
	var b bytes.Buffer
	printError(&b, fmt.Errorf("wrapped: %w", f))
	want := "flags.yaml:31: flags.f.type: takes text: always\nname: is missing: say what it is for\nburgee: flags.yaml has 2 errors; nothing was changed\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Name() == "help" || cmd.Name() == "completion" {
			return
		}
		if cmd.Short == "" {
			t.Errorf("%s has no summary", cmd.CommandPath())
		}
		if !cmd.HasSubCommands() && cmd.Example == "" {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	root := newRoot(Stdio{})
	visit(root)
	for code := range 8 {
		if code != 3 && !strings.Contains(root.Long, fmt.Sprintf("\n  %d  ", code)) {
			t.Errorf("exit code %d is not in the help", code)
		}
	}
}

func TestMistakesInTheCommandSayWhatToWrite(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no such command":       {[]string{"aply"}, `burgee: there is no command "burgee aply"; see burgee --help`},
		"no such subcommand":    {[]string{"key", "make"}, `burgee: there is no command "burgee key make"; see burgee key --help`},
		"no such flag":          {[]string{"apply", "--fil", "x"}, "burgee: unknown flag: --fil; see burgee apply --help"},
		"an argument missing":   {[]string{"eval"}, "burgee: FLAG is missing: burgee eval FLAG [flags]"},
		"an argument too many":  {[]string{"version", "now"}, `burgee: "now" is one argument too many: burgee version [flags]`},
		"no file":               {[]string{"apply"}, "burgee: say which file with -f, or -f - for standard input"},
		"two standard inputs":   {[]string{"eval", "f", "-f", "-", "--context", "-"}, "burgee: -f - and --context - cannot both read standard input"},
		"a default that is not": {[]string{"eval", "f", "--default", "blue"}, `burgee: --default takes JSON, such as false or '"blue"', not blue`},
		"a time that is none":   {[]string{"eval", "f", "--now", "noon"}, `burgee: --now takes 2027-03-31T08:00:00Z or milliseconds since 1970, not "noon"`},
		"a share that is none":  {[]string{"rollout", "start", "f", "--to", "true", "--steps", "NaN"}, `burgee: "NaN" is no share in percent; write a number such as 10 or 0.5`},
		"a share without end":   {[]string{"rollout", "start", "f", "--to", "true", "--steps", "10:1h,+Inf"}, `burgee: "+Inf" is no share in percent; write a number such as 10 or 0.5`},
		"an unknown format":     {[]string{"export", "--format", "toml"}, `burgee: --format is yaml or json, not "toml"`},
	} {
		t.Run(name, func(t *testing.T) {
			got := run(t, "", nil, c.args...)
			if diff := cmp.Diff(result{2, "", c.want + "\n"}, got, cmp.AllowUnexported(result{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A reason that says nothing, such as a variable that is not set, is never the
// same as none: the command would go another way than it was told.
func TestABypassTakesAReason(t *testing.T) {
	var found []string
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Flags().Lookup("bypass") != nil {
			found = append(found, cmd.CommandPath())
		}
		for _, c := range cmd.Commands() {
			visit(c)
		}
	}
	visit(newRoot(Stdio{}))
	if len(found) < 5 {
		t.Errorf("only %v take --bypass", found)
	}
	for _, path := range found {
		for _, reason := range []string{"", " \t"} {
			got := run(t, "", nil, append(strings.Fields(path)[1:], "--bypass", reason)...)
			if got.code != 2 || !strings.Contains(got.err, `"--bypass" flag: it takes the reason`) {
				t.Errorf("%s --bypass %q: %+v", path, reason, got)
			}
		}
	}
}
