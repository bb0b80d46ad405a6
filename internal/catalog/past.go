package catalog

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/eval"
)

// Moment selects a state of an environment in time. At most one field is set;
// the zero value is the newest state.
type Moment struct {
	Revision int64 // this revision
	At       int64 // what was in force then, in milliseconds since 1970
}

// Past is an environment as it was at one of its revisions. It is immutable and
// safe for concurrent use.
type Past struct {
	Revision
	Until   int64             // when the next revision was committed; 0 while this is the newest
	Erased  int64             // when an identifier was last erased since: for who it named the answer was another; 0 is never
	Project *document.Project // the whole project then; read only

	entry    int64 // id of the last entry of the record that it holds
	snapshot func() (*eval.Snapshot, error)
}

// Snapshot is what programs evaluated then. It is the same engine and the same
// lines: with the time and the context of an evaluation it gives the same answer.
func (p *Past) Snapshot() (*eval.Snapshot, error) { return p.snapshot() }

// AsOf returns an environment as it was. The faults are NotFound with the code
// revision_not_found, or environment_not_yet before the environment was made.
func (s *Service) AsOf(ctx context.Context, actor account.Actor, project, environment string, m Moment) (*Past, error) {
	if err := account.Can(actor, account.Read, account.Scope{Project: project, Environment: environment}); err != nil {
		return nil, err
	}
	var out *Past
	err := s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(project)
		if err != nil {
			return err
		}
		e, err := (view{row: row}).environment(environment)
		if err != nil {
			return err
		}
		out, err = s.asOf(r, row, e, m)
		return err
	})
	return out, err
}

// asOf is AsOf inside a transaction.
func (s *Service) asOf(r Reader, row ProjectRow, e EnvironmentRow, m Moment) (*Past, error) {
	number, err := m.number(r, row, e)
	if err != nil {
		return nil, err
	}
	key := pastKey{row.ID, e.ID, number, row.Generation, string(row.ChainHash)}
	if known := s.pasts.get(key); known != nil {
		return known, nil
	}
	entries, err := revisionEntries(r, row, e, number)
	if err != nil {
		return nil, err
	}
	out := &Past{Revision: newRevision(number, entries), entry: entries[0].ID}
	if out.Project, err = projectAt(r, row, out.entry); err != nil {
		return nil, err
	}
	if number < e.Revision {
		next, err := revisionEntries(r, row, e, number+1)
		if err != nil {
			return nil, err
		}
		out.Until = next[0].At
	}
	if out.Erased, err = erasedSince(r, row, out.entry); err != nil {
		return nil, err
	}
	out.snapshot = sync.OnceValues(func() (*eval.Snapshot, error) { return out.compile(e.Key) })
	s.pasts.put(key, out)
	return out, nil
}

// erasedSince is when an identifier was last erased after an entry was made; 0 is
// never.
func erasedSince(r Reader, row ProjectRow, entry int64) (int64, error) {
	erasures, err := r.Changes(ChangeQuery{ProjectID: row.ID, Kind: ErasureKind, Limit: 1})
	if err != nil || len(erasures) == 0 || erasures[0].ID <= entry {
		return 0, err
	}
	return erasures[0].At, nil
}

// number is the revision that a moment selects.
func (m Moment) number(r Reader, row ProjectRow, e EnvironmentRow) (int64, error) {
	if m.At == 0 {
		number := cmp.Or(m.Revision, e.Revision)
		if number < firstRevision || number > e.Revision {
			return 0, fault.New(fault.NotFound, "revision_not_found", "%s has no revision %d; the newest is %d", e.Key, number, e.Revision)
		}
		return number, nil
	}
	entry, err := r.EntryAt(row.ID, m.At)
	if err != nil {
		return 0, err
	}
	number, err := r.RevisionAt(e.ID, entry)
	if err != nil || number != 0 {
		return number, err
	}
	made, err := revisionEntries(r, row, e, firstRevision)
	if err != nil {
		return 0, err
	}
	if entry < made[0].ID {
		return 0, fault.New(fault.NotFound, "environment_not_yet", "%s was made at %s; before that it served nothing", e.Key, clockWords(made[0].At))
	}
	return firstRevision, nil
}

func clockWords(at int64) string { return time.UnixMilli(at).UTC().Format("2006-01-02 15:04:05 UTC") }

// revisionEntries are the entries of a revision, newest first; that of the
// first is the one that tells of the environment itself.
func revisionEntries(r Reader, row ProjectRow, e EnvironmentRow, number int64) ([]ChangeRow, error) {
	query := ChangeQuery{ProjectID: row.ID, EnvironmentID: e.ID, Revision: number}
	if number == firstRevision {
		query = ChangeQuery{ProjectID: row.ID, Kind: EnvironmentKey, Object: e.Key}
	}
	entries, err := r.Changes(query)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, fault.New(fault.NotFound, "revision_not_found", "The record has no entry of revision %d of %s", number, e.Key)
	}
	if number == firstRevision {
		return entries[len(entries)-1:], nil
	}
	return entries, nil
}

// projectAt is a project as an entry of its record left it.
func projectAt(r Reader, row ProjectRow, entry int64) (*document.Project, error) {
	rows, err := r.ObjectsAt(row.ID, entry)
	if err != nil {
		return nil, err
	}
	then, err := decoded(row, objectsOf(rows))
	if err != nil {
		return nil, err
	}
	return then.project, nil
}

// objectsOf are the objects that entries of the record left behind.
func objectsOf(rows []PastRow) ObjectRows {
	var out ObjectRows
	homes := map[document.Kind]*[]ObjectRow{
		document.FlagKind: &out.Flags, document.ConfigurationKind: &out.Configurations, document.TargetGroupKind: &out.Groups,
		document.ExperimentKind: &out.Experiments, document.AttributeKind: &out.Attributes,
	}
	for _, row := range rows {
		o := ObjectRow{Kind: row.Kind, Key: row.Object, EnvironmentID: row.EnvironmentID, Body: row.After}
		if row.After == nil && row.Kind == document.FlagKind { // archived: its key stays taken
			o.Body, o.ArchivedAt = row.Before, row.At
		}
		if o.Body != nil {
			*homes[row.Kind] = append(*homes[row.Kind], o)
		}
	}
	return out
}

// compile makes of the past what programs had.
func (p *Past) compile(environment string) (*eval.Snapshot, error) {
	lines, err := p.Project.Lower(environment)
	if err != nil {
		return nil, fmt.Errorf("catalog: lower revision %d of %s: %w", p.Number, environment, err)
	}
	snapshot, err := compile(p.Project.Key, environment, p.Number, slices.Collect(maps.Values(lines)))
	if err != nil {
		return nil, fmt.Errorf("catalog: compile revision %d of %s: %w", p.Number, environment, err)
	}
	return snapshot, nil
}

// pastKey names a past state. What was committed since is part of it: who takes
// a value out of the record commits too.
type pastKey struct {
	project, environment, revision int64
	generation                     int64
	entry                          string // hash of the record's newest entry
}

// keptPasts is how many past states are kept: somebody who looks back asks
// about the same few again and again.
const keptPasts = 4

// pasts keeps the past states used last. It is safe for concurrent use.
type pasts struct {
	mu   sync.Mutex // guards kept
	kept []keptPast // the one used last at the end
}

type keptPast struct {
	key  pastKey
	past *Past
}

// get returns a kept state, or nil.
func (c *pasts) get(key pastKey) *Past {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, k := range c.kept {
		if k.key == key {
			c.kept = append(append(c.kept[:i:i], c.kept[i+1:]...), k)
			return k.past
		}
	}
	return nil
}

// put keeps a state in the place of the one used longest ago.
func (c *pasts) put(key pastKey, p *Past) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = append(c.kept, keptPast{key, p})
	if len(c.kept) > keptPasts {
		c.kept = append([]keptPast(nil), c.kept[1:]...)
	}
}

// clear forgets all of them.
func (c *pasts) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = nil
}

// Compare says what changed in an environment from one moment to another: its
// own objects and those of the project that it sees. With an object's key it
// tells of that object only.
func (s *Service) Compare(ctx context.Context, actor account.Actor, project, environment, object string, from, to Moment) (before, after *Past, plan []PlanItem, err error) {
	if before, err = s.AsOf(ctx, actor, project, environment, from); err != nil {
		return nil, nil, nil, err
	}
	if after, err = s.AsOf(ctx, actor, project, environment, to); err != nil {
		return nil, nil, nil, err
	}
	var changes []document.Change
	for _, c := range document.Changes(before.Project, after.Project) {
		if (c.Environment == "" || c.Environment == environment) && (object == "" || c.Object == object) {
			changes = append(changes, c)
		}
	}
	return before, after, planOf(changes, after.Project), nil
}

// ExportAsOf is Export of a moment. A moment that is a revision is of the
// environment; a time needs none.
func (s *Service) ExportAsOf(ctx context.Context, actor account.Actor, project, environment string, m Moment) (*document.File, error) {
	if err := account.Can(actor, account.Read, account.Scope{Project: project}); err != nil {
		return nil, err
	}
	var out *document.File
	err := s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(project)
		if err != nil {
			return err
		}
		entry, err := s.entryAt(r, row, environment, m)
		if err != nil {
			return err
		}
		then, err := projectAt(r, row, entry)
		if err != nil {
			return err
		}
		revisions := map[string]int64{}
		for _, e := range row.live() {
			number, err := r.RevisionAt(e.ID, entry)
			if err != nil {
				return err
			}
			revisions[e.Key] = max(number, firstRevision)
		}
		out = then.ExportOf(keysOf(row.live()), revisions)
		return nil
	})
	return out, err
}

// entryAt is the last entry of the record that a moment holds.
func (s *Service) entryAt(r Reader, row ProjectRow, environment string, m Moment) (int64, error) {
	if m.At == 0 {
		e, err := (view{row: row}).environment(environment)
		if err != nil {
			return 0, err
		}
		past, err := s.asOf(r, row, e, m)
		if err != nil {
			return 0, err
		}
		return wholeChange(r, row, past.entry)
	}
	entry, err := r.EntryAt(row.ID, m.At)
	if err == nil && entry == 0 {
		err = fault.New(fault.NotFound, "project_not_yet", "The record of project %s begins after %s", row.Key, clockWords(m.At))
	}
	return entry, err
}

// wholeChange is the last entry of the change that an entry belongs to. One
// change may give several environments a revision, and what it did to each has
// entries of its own; half of it was never anyone's state.
func wholeChange(r Reader, row ProjectRow, entry int64) (int64, error) {
	last := entry
	for _, e := range row.Environments {
		number, err := r.RevisionAt(e.ID, entry)
		if err != nil {
			return 0, err
		}
		if number == 0 {
			continue
		}
		entries, err := revisionEntries(r, row, e, number)
		if err != nil {
			return 0, err
		}
		last = max(last, entries[0].ID)
	}
	return last, nil
}
