package catalog

import (
	"context"
	"encoding/json"
	"slices"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
)

// objectID names an object of a project's record.
type objectID struct {
	kind          document.Kind
	object        string
	environmentID int64
}

// lastChanges are the newest changes of objects.
type lastChanges map[objectID]LatestRow

func newLastChanges(rows []LatestRow) lastChanges {
	out := make(lastChanges, len(rows))
	for _, row := range rows {
		out[objectID{row.Kind, row.Object, row.EnvironmentID}] = row
	}
	return out
}

// of returns the newest change of an object, with its revision in the
// environment seen; nil when there is none.
func (l lastChanges) of(kind document.Kind, object string, environmentID, seen int64) *LastChange {
	row, ok := l[objectID{kind, object, environmentID}]
	if !ok {
		return nil
	}
	return &LastChange{ID: row.ChangeID, At: row.At, Author: row.Author, Revision: row.Revisions[seen]}
}

// newest returns the later of two changes; either may be nil.
func newest(a, b *LastChange) *LastChange {
	if a == nil || (b != nil && b.ID > a.ID) {
		return b
	}
	return a
}

// environmentIDs maps keys to ids.
func (v view) environmentIDs() map[string]int64 {
	ids := make(map[string]int64, len(v.row.Environments))
	for _, e := range v.row.Environments {
		ids[e.Key] = e.ID
	}
	return ids
}

// readLatest loads a project with the newest changes of its objects of a kind;
// with objects, only those of these.
func (s *Service) readLatest(ctx context.Context, actor account.Actor, project string, kind document.Kind, objects ...string) (view, lastChanges, error) {
	var latest []LatestRow
	v, err := s.read(ctx, actor, project, func(r Reader, v view) error {
		var err error
		latest, err = r.Latest(v.row.ID, kind, objects...)
		return err
	})
	return v, newLastChanges(latest), err
}

const (
	flagPage     = 100
	mostFlagPage = 500
)

// Flags lists a page of flags by key: a fixed number of queries, which read what
// belongs to the flags of the page and nothing else, unless it takes all that is
// known of a flag to say whether it fits.
func (s *Service) Flags(ctx context.Context, actor account.Actor, project string, filter FlagFilter) (FlagPage, error) {
	if err := filter.check(); err != nil {
		return FlagPage{}, err
	}
	l, err := s.listing(ctx, actor, project, filter.keys)
	if err != nil {
		return FlagPage{}, err
	}
	if filter.Serving != "" {
		if _, err := l.environment(filter.Environment); err != nil {
			return FlagPage{}, err
		}
	}
	return filter.page(l)
}

// Flag returns one flag, an archived one too.
func (s *Service) Flag(ctx context.Context, actor account.Actor, project, key string) (FlagDetail, error) {
	l, err := s.listing(ctx, actor, project, only(key))
	if err != nil {
		return FlagDetail{}, err
	}
	f, archived, err := l.flag(key)
	if err != nil {
		return FlagDetail{}, err
	}
	out := FlagDetail{
		FlagSummary:    l.summary(key, f),
		Version:        l.latest.of(document.FlagKind, key, 0, 0).Version(),
		Configurations: map[string]*document.Configuration{},
		Declarations:   l.declarations[key],
		Experiments:    []Experiment{},
	}
	for _, e := range l.row.live() {
		out.Configurations[e.Key] = l.configuration(e.Key, key, archived)
	}
	if !archived {
		out.UsedBy = l.project.UsesOfFlag(key)
		out.Experiments = l.experiments(l.latest, func(_ string, x document.Experiment) bool { return acts(x, key) })
	}
	return out, nil
}

// Declarations lists how programs declare a flag, the newest first.
func (s *Service) Declarations(ctx context.Context, actor account.Actor, project, flag string) ([]Declaration, error) {
	l, err := s.listing(ctx, actor, project, only(flag))
	if err != nil {
		return nil, err
	}
	if _, _, err := l.flag(flag); err != nil {
		return nil, err
	}
	return l.declarations[flag], nil
}

// listing is what flags of a project are shown from.
type listing struct {
	view
	keys         []string // of the flags
	latest       lastChanges
	declarations map[string][]Declaration // by flag, the newest first
	acting       map[string][]string      // flag → keys of the experiments on it
	served       map[string][]ServedRow   // by flag, in the environments that are not archived
	alike        map[string][]string      // flag → those that look like it
	now          int64
}

// only selects one flag, whether it is there or not.
func only(flag string) func(view) []string {
	return func(view) []string { return []string{flag} }
}

// listing loads what the flags that are selected are shown from.
func (s *Service) listing(ctx context.Context, actor account.Actor, project string, selected func(view) []string) (l *listing, err error) {
	_, err = s.read(ctx, actor, project, func(r Reader, v view) (err error) {
		l, err = listingOf(r, v, selected(v), clock.Millis(s.clock))
		return err
	})
	return l, err
}

// listingOf loads what some flags are shown from, in a transaction.
func listingOf(r Reader, v view, flags []string, now int64) (*listing, error) {
	l := &listing{view: v, keys: flags, declarations: map[string][]Declaration{}, acting: map[string][]string{}, served: map[string][]ServedRow{}, now: now}
	for _, key := range sortedKeys(v.project.Experiments) {
		for _, controlled := range controlled(v.project.Experiments[key]) {
			l.acting[controlled] = append(l.acting[controlled], key)
		}
	}
	if len(l.keys) == 0 {
		return l, nil // no key would be every key
	}
	l.alike = v.lookAlikes(l.keys...)
	if err := l.readLatest(r, v); err != nil {
		return nil, err
	}
	if err := l.readServed(r, v); err != nil {
		return nil, err
	}
	rows, err := r.Declarations(v.row.ID, l.keys...)
	keys := v.environmentKeys()
	for _, row := range rows {
		d := row.Declaration
		d.Environment = keys[row.EnvironmentID]
		l.declarations[d.Flag] = append(l.declarations[d.Flag], d)
	}
	return l, err
}

// readLatest reads the newest changes of the flags and of the experiments on them.
func (l *listing) readLatest(r Reader, v view) error {
	objects := slices.Clone(l.keys)
	for _, key := range l.keys {
		objects = append(objects, l.acting[key]...)
	}
	slices.Sort(objects)
	rows, err := r.Latest(v.row.ID, "", slices.Compact(objects)...)
	l.latest = newLastChanges(rows)
	return err
}

// controlled are the flags of an experiment; all arms name the same ones.
func controlled(x document.Experiment) []string {
	if x.Serve != nil {
		return sortedKeys(x.Serve)
	}
	for _, arm := range x.Arms {
		if !arm.Next {
			return sortedKeys(arm.Flags)
		}
	}
	return nil
}

func (l *listing) configuration(environment, key string, archived bool) *document.Configuration {
	if archived {
		return l.hidden.configurations[environment][key]
	}
	return l.project.Configuration(environment, key)
}

func (l *listing) summary(key string, f document.Flag) FlagSummary {
	meta := l.meta[key]
	declared := l.declarations[key]
	out := FlagSummary{
		Key: key, Flag: f, Source: meta.source, CreatedAt: meta.createdAt, ArchivedAt: meta.archivedAt, ArchivedReason: meta.archivedReason,
		LooksLike:    l.alike[key],
		Drift:        drift(f, meta, declared),
		Environments: make(map[string]FlagState, len(l.row.Environments)),
	}
	if len(declared) > 0 {
		out.CodeDefault = declared[0].Default
	}
	for _, e := range l.row.live() {
		out.Environments[e.Key] = l.flagState(e, key, f, out.CodeDefault)
	}
	out.Stale = l.stale(out, l.now)
	return out
}

// flagState says what a flag does in one environment and who changed that last.
func (l *listing) flagState(e EnvironmentRow, key string, f document.Flag, codeDefault json.RawMessage) FlagState {
	archived := l.meta[key].archivedAt != 0
	c := l.configuration(e.Key, key, archived)
	out := FlagState{Configured: c != nil, Enabled: c == nil || c.Enabled}
	switch {
	case archived:
		out.Serving = document.Serving{Text: "archived", Kind: document.ServesCode}
	default:
		out.Serving = document.Summarise(l.project, e.Key, key, codeDefault)
	}
	out.LastChange = newest(
		l.latest.of(document.FlagKind, key, 0, e.ID),
		l.latest.of(document.ConfigurationKind, key, e.ID, e.ID))
	for _, x := range l.acting[key] {
		out.LastChange = newest(out.LastChange, l.latest.of(document.ExperimentKind, x, e.ID, e.ID))
	}
	return out
}
