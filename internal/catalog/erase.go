package catalog

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/audit"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// ErasureKind is of an entry that tells of an erasure; its object is the
// placeholder that stands where the identifier was.
const ErasureKind document.Kind = audit.ErasureKind

// ActionErase is what such an entry did.
const ActionErase ActionKind = "erase"

// maxUnit bounds an identifier, in bytes.
const maxUnit = 1 << 10

// mostVouched is how many rewritten entries one entry of the record speaks of; for
// more there are several.
const mostVouched = 1000

// EraseRequest asks to take an identifier out of everything.
type EraseRequest struct {
	Unit      string
	Project   string // this one only; "" is each in which the actor may erase
	Comment   string
	RequestID string
	DryRun    bool // say what would be done and do nothing
}

// ErasureResult says what an erasure did, or would do.
type ErasureResult struct {
	Placeholder string          // that stands where the identifier was
	Projects    []ErasedProject // in which it was found, the oldest first
	Skipped     []string        // projects in which the actor may look but not erase
}

// ErasedProject is what was found in one project.
type ErasedProject struct {
	Project        string
	Objects        []ErasedObject
	Entries        int              // of the record, that are rewritten
	ChangeRequests int              // that are rewritten
	Revisions      map[string]int64 // made by it, by environment; of a dry run, those that would be
	Kept           []ErasedObject   // objects that still have it, in values or patterns
	Named          int              // entries that name it as who acted, or as whose account they are about; they stay
}

// ErasedObject is an object that the identifier is in.
type ErasedObject struct {
	Kind        document.Kind
	Key         string
	Environment string
	Archived    bool
	Places      []string // as paths in the object
}

// changes says whether there is anything to erase.
func (p ErasedProject) changes() bool {
	return len(p.Objects) > 0 || p.Entries > 0 || p.ChangeRequests > 0 || len(p.Revisions) > 0
}

// Erase takes an identifier out of targets, target groups, conditions and texts,
// of what is live, of archived flags, of change requests, rollouts and declarations,
// of answers that are kept and of the record, in one transaction over all projects. The record's chain holds on: the entries that are
// rewritten keep their hashes, and an entry of its own vouches for what they are
// now. Programs get a new revision, whole: what led to it is no longer kept.
func (s *Service) Erase(ctx context.Context, actor account.Actor, request EraseRequest) (ErasureResult, error) {
	if err := request.check(actor); err != nil {
		return ErasureResult{}, err
	}
	placeholder, err := s.placeholder()
	if err != nil {
		return ErasureResult{}, err
	}
	var result ErasureResult
	var done []*erasure
	all := func(r Reader, tx Tx) error {
		result, done = ErasureResult{Placeholder: placeholder}, nil
		rows, err := erasable(r, actor, request, &result)
		if err != nil {
			return err
		}
		for _, row := range rows {
			x, err := s.eraseIn(r, tx, actor, row, request, document.NewEraser(request.Unit, placeholder))
			if err != nil {
				return err
			}
			if x.found.changes() || len(x.found.Kept) > 0 || x.found.Named > 0 {
				result.Projects, done = append(result.Projects, x.found), append(done, x)
			}
		}
		return nil
	}
	if request.DryRun {
		err := s.store.Read(ctx, func(r Reader) error { return all(r, nil) })
		return result, err
	}
	err = s.store.Write(ctx, func(tx Tx) error {
		if err := all(tx, tx); err != nil {
			return err
		}
		return tx.ForgetReplays()
	})
	if err != nil {
		return ErasureResult{}, err
	}
	for _, x := range done {
		s.forget(x.row.ID)
	}
	s.pasts.clear()
	for _, x := range done {
		for _, environment := range x.row.Environments {
			if revision, ok := x.found.Revisions[environment.Key]; ok {
				s.tell.Announce(ctx, environment.ID, revision)
			}
		}
	}
	return result, nil
}

func (r EraseRequest) check(actor account.Actor) error {
	if r.Project == "" {
		if err := account.CanSomewhere(actor, account.Erase); err != nil {
			return err
		}
	} else if err := account.Can(actor, account.Erase, account.Scope{Project: r.Project}); err != nil {
		return err
	}
	if strings.TrimSpace(r.Unit) == "" || len(r.Unit) > maxUnit || !utf8.ValidString(r.Unit) {
		return fault.New(fault.Invalid, "unit_invalid", "Say which identifier to erase").
			WithField("unit", "takes 1 to %d bytes of text", maxUnit)
	}
	if len(r.Comment) > maxComment {
		return fault.New(fault.Invalid, "comment_too_long", "The comment is too long").
			WithField("comment", "has %d bytes; at most %d fit", len(r.Comment), maxComment)
	}
	return nil
}

// placeholder is what stands for an identifier from now on. It is random: nothing
// leads back from it.
func (s *Service) placeholder() (string, error) {
	random := make([]byte, 4)
	if _, err := io.ReadFull(s.random, random); err != nil {
		return "", fmt.Errorf("catalog: placeholder: %w", err)
	}
	return "erased-" + hex.EncodeToString(random), nil
}

// erasable are the projects that a request is about.
func erasable(r Reader, actor account.Actor, request EraseRequest, result *ErasureResult) ([]ProjectRow, error) {
	if request.Project != "" {
		row, err := r.Project(request.Project)
		return []ProjectRow{row}, err
	}
	rows, err := r.Projects()
	return slices.DeleteFunc(rows, func(row ProjectRow) bool {
		scope := account.Scope{Project: row.Key}
		if account.Can(actor, account.Erase, scope) == nil {
			return false
		}
		if account.Can(actor, account.Read, scope) == nil {
			result.Skipped = append(result.Skipped, row.Key)
		}
		return true
	}), err
}

// erasure is the work in one project.
type erasure struct {
	*edit
	eraser document.Eraser
	found  ErasedProject

	archived []ObjectRow       // without it, where the record's objects are not live
	served   []serving         // what programs get
	stale    []EnvironmentRow  // others whose retained deltas have it
	entries  []ChangeRow       // rewritten
	said     []audit.Rewritten // of these
	requests []erasedRequest

	rollouts     []RolloutRow
	declarations []DeclarationRow
}

// erasedRequest is a change request without the identifier, and those of its
// events that had it.
type erasedRequest struct {
	row    ChangeRequestRow
	events []ChangeRequestEventRow
}

// eraseIn finds an identifier in one project, and takes it out unless tx is nil.
func (s *Service) eraseIn(r Reader, tx Tx, actor account.Actor, row ProjectRow, request EraseRequest, eraser document.Eraser) (*erasure, error) {
	v, err := s.view(r, row.Key)
	if err != nil {
		return nil, err
	}
	comment, _ := eraser.Text(request.Comment)
	x := &erasure{
		edit: &edit{
			view: v, tx: tx, reader: r, now: clock.Millis(s.clock), comment: comment,
			actions: map[string]ActionKind{}, made: map[string]flagMeta{},
		},
		eraser: eraser, found: ErasedProject{Project: row.Key, Revisions: map[string]int64{}},
	}
	for _, find := range []func() error{x.inObjects, x.inLines, func() error { return x.inRecord(s.random) }, func() error { return x.inRequests(s.random) }, x.inRollouts, x.inDeclarations} {
		if err := find(); err != nil {
			return nil, err
		}
	}
	if tx == nil || !x.found.changes() {
		return x, nil
	}
	return x, x.write(s, actor, command{project: row.Key, opts: WriteOptions{RequestID: request.RequestID}})
}

// inObjects looks at what is stored of the present.
func (x *erasure) inObjects() error {
	rows, err := x.reader.Objects(x.row.ID)
	if err != nil {
		return err
	}
	next, keys := x.project.Edit(), x.environmentKeys()
	for _, o := range slices.Concat(rows.Attributes, rows.Groups, rows.Flags, rows.Configurations, rows.Experiments) {
		about := ErasedObject{Kind: o.Kind, Key: o.Key, Environment: keys[o.EnvironmentID]}
		about.Archived = x.project.Archived[o.Key] && (o.Kind == document.FlagKind || o.Kind == document.ConfigurationKind)
		erase := x.eraser.Present
		if about.Archived {
			erase = x.eraser.Past // as the record has it, from which it may be restored
		}
		got, err := erase(o.Kind, o.Body)
		if err != nil {
			return err
		}
		if about.Places = got.Kept; len(got.Kept) > 0 {
			x.found.Kept = append(x.found.Kept, about)
		}
		if !got.Found() {
			continue
		}
		about.Places = got.Places
		x.found.Objects = append(x.found.Objects, about)
		o.Body = got.Object
		if about.Archived {
			x.archived = append(x.archived, o)
		} else if err := putInto(next, about.Environment, o); err != nil {
			return (&loader{row: x.row}).failed(o, err)
		}
	}
	if wrong := next.Validate(); wrong != nil {
		return wrong
	}
	x.next, x.changes = next.Project(), next.Changes()
	return nil
}

// putInto puts a stored object into a project.
func putInto(next *document.Editor, environment string, o ObjectRow) error {
	switch o.Kind {
	case document.FlagKind:
		return decodeInto(o.Body, func(f document.Flag) { next.PutFlag(o.Key, f) })
	case document.ConfigurationKind:
		c := new(document.Configuration)
		err := c.UnmarshalJSON(o.Body)
		next.PutConfiguration(environment, o.Key, c)
		return err
	case document.TargetGroupKind:
		return decodeInto(o.Body, func(g document.TargetGroup) { next.PutGroup(o.Key, g) })
	case document.AttributeKind:
		return decodeInto(o.Body, func(a document.Attribute) { next.PutAttribute(o.Key, a) })
	}
	return decodeInto(o.Body, func(e document.Experiment) { next.PutExperiment(o.Key, e) })
}

// inLines makes the lines that programs get, and finds the environments in whose
// retained deltas the identifier still is.
func (x *erasure) inLines() error {
	concerned := map[string]bool{}
	if len(x.changes) > 0 {
		for _, environment := range x.concerned() {
			s, err := x.serve(environment)
			if err != nil {
				return err
			}
			if err := s.dryRun(x.row); err != nil {
				return err
			}
			x.served, concerned[environment.Key] = append(x.served, s), true
			x.found.Revisions[environment.Key] = environment.Revision + 1
		}
	}
	for _, environment := range x.row.Environments {
		if concerned[environment.Key] {
			continue
		}
		deltas, err := x.reader.DeltasSince(environment.ID, 0)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(deltas, func(d DeltaRow) bool {
			return slices.ContainsFunc(d.Lines, func(l LineRow) bool { return x.eraser.Holds(l.Line) })
		}) {
			x.stale = append(x.stale, environment)
			x.found.Revisions[environment.Key] = environment.Revision + 1
		}
	}
	return nil
}

// inRecord rewrites the entries of the record that have it.
func (x *erasure) inRecord(random io.Reader) error {
	err := x.reader.ChangesWith(x.row.ID, x.eraser.Needle(), func(c ChangeRow) error {
		rewritten, said, err := x.rewritten(c, random)
		if err != nil || rewritten == nil {
			return err
		}
		x.entries, x.said = append(x.entries, *rewritten), append(x.said, said)
		return nil
	})
	if err != nil {
		return err
	}
	x.found.Entries = len(x.entries)
	x.found.Named, err = x.reader.ChangesNaming(x.row.ID, x.eraser.Unit())
	return err
}

// rewritten is an entry without the identifier; nil where it is not in it.
func (x *erasure) rewritten(c ChangeRow, random io.Reader) (*ChangeRow, audit.Rewritten, error) {
	var said audit.Rewritten
	switch c.Kind {
	case ErasureKind: // is never rewritten: it vouches for others
		return nil, said, nil
	case MemberKind, TokenKind, LinkKind, RoleKind, SessionKind: // says who may come in
		return nil, said, nil
	}
	before, err := x.eraser.Past(c.Kind, c.Before)
	if err != nil {
		return nil, said, err
	}
	after, err := x.eraser.Past(c.Kind, c.After)
	if err != nil {
		return nil, said, err
	}
	comment, commented := x.eraser.Text(c.Comment)
	if !before.Found() && !after.Found() && !commented {
		return nil, said, nil
	}
	salts := make([]byte, 32)
	if _, err := io.ReadFull(random, salts); err != nil {
		return nil, said, fmt.Errorf("catalog: salt: %w", err)
	}
	e, said, err := entryOf(x.row.Key, c).Rewrite(before.Object, after.Object, comment, salts[:16:16], salts[16:])
	c.Before, c.After, c.Comment = e.Before, e.After, e.Comment
	c.BeforeSalt, c.AfterSalt, c.BeforeHash, c.AfterHash = e.BeforeSalt, e.AfterSalt, e.BeforeHash, e.AfterHash
	return &c, said, err
}

// inRequests takes it out of change requests. They keep their version and their
// approvals: for all but who it named they say the same.
func (x *erasure) inRequests(random io.Reader) error {
	for before := int64(0); ; {
		page, err := x.reader.ChangeRequests(ChangeRequestQuery{ProjectID: x.row.ID, Before: before, Limit: maxPage})
		if err != nil {
			return err
		}
		for _, row := range page {
			if err := x.inRequest(row.Number, random); err != nil {
				return err
			}
			before = row.Number
		}
		if len(page) < maxPage {
			x.found.ChangeRequests = len(x.requests)
			return nil
		}
	}
}

func (x *erasure) inRequest(number int64, random io.Reader) error {
	row, err := x.reader.ChangeRequest(x.row.ID, number)
	if err != nil {
		return err
	}
	events, err := x.reader.ChangeRequestEvents(x.row.ID, number, number)
	if err != nil {
		return err
	}
	changes, found, err := x.proposed(row.Changes)
	if err != nil {
		return err
	}
	if found {
		row.Changes = changes
		// It was made from the content, and would tell a guess.
		if _, err := io.ReadFull(random, row.Digest); err != nil {
			return fmt.Errorf("catalog: digest: %w", err)
		}
	}
	for _, text := range []*string{&row.Title, &row.Problem} {
		without, was := x.eraser.Text(*text)
		*text, found = without, found || was
	}
	out := erasedRequest{row: row}
	for _, e := range events {
		if without, was := x.eraser.Text(e.Text); was {
			e.Text = without
			out.events = append(out.events, e)
		}
	}
	if found || len(out.events) > 0 {
		x.requests = append(x.requests, out)
	}
	return nil
}

// proposed is the content of a change request without it.
func (x *erasure) proposed(raw json.RawMessage) (_ json.RawMessage, found bool, err error) {
	var changes []proposedChange
	if err := json.Unmarshal(raw, &changes); err != nil {
		return nil, false, fmt.Errorf("catalog: read a change request of %s: %w", x.row.Key, err)
	}
	for i := range changes {
		c := &changes[i]
		for _, body := range []*json.RawMessage{&c.Before, &c.After} {
			got, err := x.eraser.Present(c.Kind, *body)
			if err != nil {
				return nil, false, err
			}
			*body, found = got.Object, found || got.Found()
		}
	}
	return jsonOf(changes), found, nil
}

// write writes what was found without it, and the entry that says so.
func (x *erasure) write(s *Service, actor account.Actor, cmd command) error {
	for _, o := range x.archived {
		if err := x.tx.PutObject(x.row.ID, o); err != nil {
			return err
		}
	}
	for _, c := range x.entries {
		if err := x.tx.RewriteChange(c); err != nil {
			return err
		}
	}
	if err := x.writeRequests(); err != nil {
		return err
	}
	if err := x.writeRows(); err != nil {
		return err
	}
	if err := x.publish(); err != nil {
		return err
	}
	if err := x.tell(); err != nil {
		return err
	}
	if _, _, err := s.record(x.edit, actor, cmd, x.found.Revisions); err != nil {
		return err
	}
	_, err := x.tx.RaiseGeneration(x.row.ID)
	return err
}

func (x *erasure) writeRequests() error {
	for _, r := range x.requests {
		if _, err := x.tx.PutChangeRequest(r.row); err != nil {
			return err
		}
		for _, e := range r.events {
			if err := x.tx.PutChangeRequestText(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// publish makes the revisions without it, and ends the log that led there: the
// lines before are the identifier's too. Programs go on with a whole snapshot.
func (x *erasure) publish() error {
	if len(x.changes) > 0 {
		after := x.successor(x.served)
		for _, c := range x.changes {
			if err := x.putObject(c, after); err != nil {
				return err
			}
		}
	}
	for _, s := range x.served {
		revision, err := x.putRevision(s)
		if err != nil {
			return err
		}
		x.found.Revisions[s.environment.Key] = revision
		if err := x.tx.DropDeltas(s.environment.ID); err != nil {
			return err
		}
	}
	for _, environment := range x.stale {
		revision, err := x.tx.RaiseRevision(environment.ID)
		if err != nil {
			return err
		}
		x.found.Revisions[environment.Key] = revision
		if err := x.tx.DropDeltas(environment.ID); err != nil {
			return err
		}
	}
	return nil
}

// tell prepares the entries of the record: of live objects that have lost
// something what they were, with the placeholder, and of the erasure itself. An
// object that differs in the placeholder only is as its rewritten entry has it.
func (x *erasure) tell() error {
	told := make([]document.Change, 0, len(x.changes))
	for _, c := range x.changes {
		before, err := x.eraser.Past(c.Kind, c.Before)
		if err != nil {
			return err
		}
		if c.Before = before.Object; string(c.Before) != string(c.After) {
			told = append(told, c)
		}
	}
	x.changes = told
	placeholder := x.eraser.Placeholder()
	entry := func(said []audit.Rewritten, revisions map[string]int64) ChangeRow {
		return ChangeRow{
			Kind: ErasureKind, Object: placeholder, Action: ActionErase, Comment: x.comment, Revisions: revisions,
			After: jsonOf(audit.Erasure{Placeholder: placeholder, Entries: said}),
		}
	}
	first := min(len(x.said), mostVouched)
	x.also = []ChangeRow{entry(x.said[:first], maps.Clone(x.found.Revisions))}
	for said := range slices.Chunk(x.said[first:], mostVouched) {
		x.also = append(x.also, entry(said, nil))
	}
	return nil
}

// erasureSentences says what an erasure did.
func erasureSentences(c Change) []string {
	var said audit.Erasure
	decode(c.After, &said)
	entries := fmt.Sprintf("%d entries of the record were rewritten", len(said.Entries))
	if len(said.Entries) == 1 {
		entries = "1 entry of the record was rewritten"
	}
	return []string{fmt.Sprintf("an identifier was erased: %s stands where it was; %s", c.Object, entries)}
}
