package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/fault"
)

// Stdio is what a command reads and writes, and the environment it sees.
type Stdio struct {
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
	Environ []string // as of os.Environ
}

// getenv returns a variable of the command's environment.
func (s Stdio) getenv(name string) string {
	value := ""
	for _, pair := range s.Environ {
		if v, ok := strings.CutPrefix(pair, name+"="); ok {
			value = v
		}
	}
	return value
}

// Exit codes, by whose turn it is.
const (
	exitOK          = 0
	exitInternal    = 1
	exitInvalid     = 2
	exitReview      = 3
	exitForbidden   = 4
	exitNotFound    = 5
	exitConflict    = 6
	exitUnavailable = 7
	exitWarnings    = 8
	exitProblems    = 9
	exitDifferences = 10
)

const exitHelp = `Exit codes:
  0  done
  1  something went wrong inside Burgee
  2  the file, argument or setting is wrong: change it
  3  burgee apply opened a change request: somebody has to approve it
  4  not allowed: no API token, a wrong one, or one without the right
  5  there is no such flag, environment, project or key
  6  somebody changed it meanwhile, or it exists already
  7  the server is not there, busy, its disk full, or the request too large: try again later
  8  burgee doctor found nothing worse than warnings
  9  burgee doctor found something that does not work, burgee audit verify an audit log
     that was altered
  10 burgee diff found differences`

// Run runs one command and returns the exit code of the process.
func Run(ctx context.Context, args []string, stdio Stdio) int {
	root := newRoot(stdio)
	root.SetArgs(args)
	root.SetIn(stdio.In)
	root.SetOut(stdio.Out)
	root.SetErr(stdio.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if found, ok := errors.AsType[found](err); ok {
		return found.code
	}
	printError(stdio.Err, err)
	return exitCode(err)
}

// usageError is a mistake in how a command was written.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func newRoot(stdio Stdio) *cobra.Command {
	root := &cobra.Command{
		Use:   "burgee",
		Short: "Feature management that you own",
		Long: `Burgee holds your feature flags, decides who gets what, and tells every running
program within a second.

  burgee serve      start the server; the rest of the commands talk to it
  burgee relay      serve programs near them, from a server elsewhere

Commands that talk to a server find it with --url or BURGEE_URL
(http://127.0.0.1:7878 when neither is set) and take an API token with --token or
BURGEE_TOKEN; or burgee login signs this machine in through the browser.

` + exitHelp,
		Example: `  burgee serve
  burgee apply -f flags.yaml
  burgee eval Flags.isHoliday --environment production --context '{"targetingKey":"alice"}'`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
	})
	addCommands(root, stdio)
	return root
}

// addCommands adds the commands in the groups that the help shows.
func addCommands(root *cobra.Command, stdio Stdio) {
	for _, g := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"Run it:", []*cobra.Command{newServe(stdio), newRelay(stdio), newDoctor(stdio), newBackup(stdio), newRestore(stdio), newMigrateStore(stdio), newSecretKey(stdio), newConfig(stdio)}},
		{"Flags and what they serve:", []*cobra.Command{newFlag(stdio), newTargetGroup(stdio), newExperiment(stdio), newRollout(stdio), newEval(stdio), newWhy(stdio), newRefs(stdio)}},
		{"At once:", []*cobra.Command{newOff(stdio), newOn(stdio), newUndo(stdio)}},
		{"Configuration as code:", []*cobra.Command{newApply(stdio), newDiff(stdio), newExport(stdio), newImport(stdio)}},
		{"What happened, and taking it back:", []*cobra.Command{newHistory(stdio), newRollback(stdio), newChangeRequest(stdio), newAudit(stdio), newErase(stdio)}},
		{"Projects, environments and programs:", []*cobra.Command{newProject(stdio), newEnvironment(stdio), newKey(stdio), newConnections(stdio), newWebhook(stdio)}},
		{"People and tokens:", []*cobra.Command{newLogin(stdio), newLogout(stdio), newWhoami(stdio), newToken(stdio), newUser(stdio), newMember(stdio), newRole(stdio), newSession(stdio), newSSO(stdio)}},
		{"Other:", []*cobra.Command{newVersion(stdio)}},
	} {
		root.AddGroup(&cobra.Group{ID: g.title, Title: g.title})
		for _, cmd := range g.commands {
			cmd.GroupID = g.title
			root.AddCommand(cmd)
		}
	}
	root.SetHelpCommandGroupID("Other:")
	root.SetCompletionCommandGroupID("Other:")
	addCompletion(root, stdio)
}

// noSuchCommand is cobra's check of a command's first word, in our words.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usageError{fmt.Errorf("there is no command %q; see %s --help", cmd.CommandPath()+" "+args[0], cmd.CommandPath())}
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  noSuchCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(commands...)
	return cmd
}

// exactly checks the number of a command's arguments, and names what is
// missing.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return usageError{fmt.Errorf("%s is missing: %s", names[len(args)], cmd.UseLine())}
		}
		if len(args) > len(names) {
			return usageError{fmt.Errorf("%q is one argument too many: %s", args[len(names)], cmd.UseLine())}
		}
		return nil
	}
}

// atLeast checks that a command has the arguments, the last one or more times.
func atLeast(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return usageError{fmt.Errorf("%s is missing: %s", names[len(args)], cmd.UseLine())}
		}
		return nil
	}
}

// exitCode is the exit code that an error stands for.
func exitCode(err error) int {
	if _, ok := errors.AsType[usageError](err); ok {
		return exitInvalid
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return exitInvalid
	case fault.Unauthenticated, fault.Forbidden:
		return exitForbidden
	case fault.NotFound:
		return exitNotFound
	case fault.Conflict, fault.Precondition:
		return exitConflict
	case fault.TooLarge, fault.Limited, fault.Unavailable, fault.NoRoom:
		return exitUnavailable
	}
	return exitInternal
}

// printError says what went wrong: the message, then each field at fault on a
// line of its own.
func printError(w io.Writer, err error) {
	if _, ok := errors.AsType[usageError](err); ok {
		say(w, "burgee: %v\n", err)
		return
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		say(w, "burgee: %v\n", err)
		return
	}
	for _, field := range f.Fields {
		say(w, "%s\n", fieldLine(field))
	}
	say(w, "burgee: %s\n", message(f))
}

// message is a fault's text, with its cause where that tells more: this is the
// user's own machine.
func message(f *fault.Error) string {
	text := f.Message
	if cause := f.Unwrap(); cause != nil && f.Kind == fault.Internal {
		text += ": " + cause.Error()
	}
	if f.RetryAfter > 0 {
		text += fmt.Sprintf("; try again in %s", f.RetryAfter)
	}
	return text
}

// fieldLine is a field at fault. A message about a file has its place already.
func fieldLine(field fault.Field) string {
	if field.Field == "" || strings.Contains(field.Message, ": ") && placed(field) {
		return field.Message
	}
	return field.Field + ": " + field.Message
}

// placed says whether a message starts with its place in a file.
func placed(field fault.Field) bool {
	at, _, _ := strings.Cut(field.Message, ": ")
	name, line, found := strings.Cut(at, ":")
	return found && name != "" && line != "" && strings.Trim(line, "0123456789") == ""
}

// say writes to a terminal or pipe. Where that is gone there is nobody left to
// tell. What would do something to a terminal is shown instead.
func say(w io.Writer, format string, args ...any) {
	_, _ = io.WriteString(w, visible(fmt.Sprintf(format, args...)))
}

// redraw writes a line of a terminal anew.
func redraw(w io.Writer, format string, args ...any) {
	_, _ = io.WriteString(w, "\r\x1b[K"+visible(fmt.Sprintf(format, args...)))
}

// terminal says whether a stream is a person's terminal.
func terminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
