package catalog

import (
	"context"
	"encoding/json"
	"strings"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// maxComment bounds a comment, in bytes.
const maxComment = 8 << 10

// command is what all writes have in common.
type command struct {
	project     string
	environment string         // that IfRevision is about
	action      account.Action // the right it takes; empty: by the kinds of objects it changes
	found       bool           // what it is about says in which environment it takes the right
	warns       bool           // what is probably not meant is said with the outcome
	proposes    bool           // nothing is published: it becomes a change request
	approved    map[string]int // how many have approved it, by environment
	opts        WriteOptions
}

// edit is a command at work inside its transaction.
type edit struct {
	view
	tx      Tx     // nil in a dry run
	reader  Reader // the same transaction, for reading
	now     int64
	seeds   document.SeedFunc
	comment string

	next     *document.Project     // the state wanted; nil while nothing changes
	changes  []document.Change     // from the view's project to next
	actions  map[string]ActionKind // flag key → archive or restore, where it is that
	reasons  map[string]string     // flag key → why it archives itself, or comes back
	made     map[string]flagMeta   // how flags that are new came to be
	declared []DeclarationRow      // written with the change, or alone

	fromFile  bool               // the command is a file's
	asking    []document.Warning // of programs that ask for what is archived
	ordinary  bool               // it takes the rights and approvals of any change, whatever the command takes
	requested bool               // something happened to a change request or a rollout
	rollout   int64              // the one that makes the change; 0 is none

	also   []ChangeRow                         // entries of the record beside those of the changes
	finish func(raised map[string]int64) error // writes what depends on the revisions; nil is nothing
}

// committed is what one transaction left behind.
type committed struct {
	outcome Outcome
	state   *state
	row     ProjectRow
	raised  map[string]int64 // environment key → its new revision
}

// commit is the one way in which configuration changes. apply says what the
// command wants; all checks, rows, the record and the revisions are made here,
// and the announcement only after COMMIT.
func (s *Service) commit(ctx context.Context, actor account.Actor, cmd command, apply func(*edit) error) (Outcome, error) {
	if err := cmd.opts.check(); err != nil {
		return Outcome{}, err
	}
	var done committed
	var e *edit
	err := s.store.Write(ctx, func(tx Tx) error {
		var err error
		if e, err = s.begin(tx, actor, cmd); err != nil {
			return err
		}
		if err := apply(e); err != nil {
			return err
		}
		if done, err = s.settle(e, actor, cmd); err != nil {
			return err
		}
		for _, c := range e.changes {
			done.outcome.Moves = append(done.outcome.Moves, document.Moves(c, e.next)...)
		}
		return nil
	})
	if err != nil {
		return Outcome{}, err
	}
	if e.requested {
		s.tell.AnnounceRequest(ctx)
	}
	if done.state != nil {
		s.remember(done.row.ID, done.state)
	}
	for _, environment := range done.row.Environments {
		if revision, ok := done.raised[environment.Key]; ok {
			s.tell.Announce(ctx, environment.ID, revision)
		}
	}
	if cmd.warns && e.next != nil { // last: it takes its time, and nobody waits for it
		done.outcome.Warnings = document.Warnings(e.next, e.changes)
	}
	return done.outcome, nil
}

// check refuses a comment that does not fit, and a reason that says nothing: it is
// all that the record has of why nobody's approval was waited for.
func (o WriteOptions) check() error {
	if len(o.Comment) > maxComment {
		return fault.New(fault.Invalid, "comment_too_long", "The comment is too long").
			WithField("comment", "has %d bytes; at most %d fit", len(o.Comment), maxComment)
	}
	if o.Bypass != "" && strings.TrimSpace(o.Bypass) == "" {
		return fault.New(fault.Invalid, "bypass_empty", "To publish past the approvals takes a reason").
			WithField("bypass", "say why, for example: checkout is down; leave it out to wait for the approvals")
	}
	return nil
}

// begin loads the project and checks what can be known before the command runs.
func (s *Service) begin(tx Tx, actor account.Actor, cmd command) (*edit, error) {
	if err := cmd.authorise(actor); err != nil {
		return nil, err
	}
	v, err := s.view(tx, cmd.project)
	if err != nil {
		return nil, err
	}
	if err := v.row.open(cmd.environment); err != nil {
		return nil, err
	}
	if cmd.environment != "" {
		environment, err := v.environment(cmd.environment)
		if err != nil {
			return nil, err
		}
		if want := cmd.opts.IfRevision; want != nil && *want != environment.Revision {
			return nil, fault.New(fault.Precondition, "revision_moved",
				"%s is at revision %d, not %d: someone changed it meanwhile. Load it again and repeat the change", environment.Key, environment.Revision, *want)
		}
	}
	return s.editOf(tx, v, cmd), nil
}

func (s *Service) editOf(tx Tx, v view, cmd command) *edit {
	return &edit{
		view: v, tx: tx, reader: tx, now: clock.Millis(s.clock), comment: cmd.opts.Comment,
		seeds:   document.RandomSeeds(s.random),
		actions: map[string]ActionKind{}, made: map[string]flagMeta{},
	}
}

// authorise asks for the right that a command takes before its project is read.
func (cmd command) authorise(actor account.Actor) error {
	if cmd.action == "" || cmd.found {
		return account.Can(actor, account.Read, account.Scope{Project: cmd.project})
	}
	return account.Can(actor, cmd.action, account.Scope{Project: cmd.project, Environment: cmd.environment})
}

// merge makes the command of a document.
func (e *edit) merge(file *document.File) error {
	next, changes, err := document.Merge(e.project, file, e.seeds)
	if err != nil {
		return err
	}
	e.next, e.changes = next, changes
	return nil
}

// propose makes the command of an edit of the project. Flags that were archived
// or restored are one change each: their configurations wait beside them.
func (e *edit) propose(next *document.Editor) error {
	if wrong := next.Validate(); wrong != nil {
		return wrong
	}
	e.next, e.changes = next.Project(), next.ChangesFrom(e.aside())
	return nil
}

// aside is the present state with the configurations of flags that are archived
// or restored already where the command puts them: an archived flag keeps them,
// and only what else becomes of them is a change.
func (e *edit) aside() *document.Project {
	if len(e.actions) == 0 {
		return e.project
	}
	out := e.project.Edit()
	for key, action := range e.actions {
		for _, environment := range e.project.Environments {
			var waiting *document.Configuration
			if action == ActionRestore {
				waiting = e.hidden.configurations[environment][key]
			}
			out.PutConfiguration(environment, key, waiting)
		}
	}
	return out.Project()
}

// settle checks the state that a command wants, and writes it.
func (s *Service) settle(e *edit, actor account.Actor, cmd command) (committed, error) {
	if len(e.changes) == 0 {
		done := committed{row: e.row, outcome: Outcome{Revisions: e.revisions()}}
		if err := e.finished(nil); err != nil {
			return done, err
		}
		if _, err := s.recordAlso(e, actor, cmd, s.chain(e.tx, e.row)); err != nil {
			return done, err
		}
		return done, e.putDeclarations()
	}
	after, err := e.check(actor, cmd)
	if err != nil {
		return committed{}, err
	}
	return s.write(e, actor, cmd, after)
}

// check authorises the changes and finds out whether what they lead to can be
// served. It returns what each environment that gets a revision will serve.
func (e *edit) check(actor account.Actor, cmd command) ([]serving, error) {
	if e.ordinary {
		cmd.action = ""
	}
	if err := e.allowed(actor, cmd); err != nil {
		return nil, err
	}
	if err := e.unmanaged(cmd); err != nil {
		return nil, err
	}
	for _, c := range e.changes {
		if err := stays(c); err != nil {
			return nil, err
		}
		if err := e.row.open(c.Environment); err != nil {
			return nil, err
		}
	}
	var after []serving
	for _, environment := range e.concerned() {
		s, err := e.serve(environment)
		if err != nil {
			return nil, err
		}
		after = append(after, s)
	}
	for _, s := range after {
		if err := s.dryRun(e.row); err != nil {
			return nil, err
		}
	}
	return after, nil
}

// stays refuses to move an experiment: its results belong to its environment.
func stays(c document.Change) error {
	if c.Kind != document.ExperimentKind || c.Action != document.Update {
		return nil
	}
	var before, after document.Experiment
	if json.Unmarshal(c.Before, &before) == nil && json.Unmarshal(c.After, &after) == nil && before.Environment != after.Environment {
		return fault.New(fault.Invalid, "document_invalid", "An experiment stays in its environment").
			WithField("experiments."+c.Object+".environment", "is %s and cannot become %s; make another experiment there", before.Environment, after.Environment)
	}
	return nil
}

// concerned are the environments that get a revision: all of them when an
// object of the project changes, else those of the objects. An archived one gets
// none: what its programs are sent is made when it is restored.
func (e *edit) concerned() []EnvironmentRow {
	named := map[string]bool{}
	for _, c := range e.changes {
		if c.Environment == "" {
			return e.row.live()
		}
		named[c.Environment] = true
	}
	var out []EnvironmentRow
	for _, environment := range e.row.live() {
		if named[environment.Key] {
			out = append(out, environment)
		}
	}
	return out
}
