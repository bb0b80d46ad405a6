package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// state is a project's configuration at one generation, decoded. It is
// immutable once made, but for lines that it comes to know: a write makes the
// next one, which shares most of it.
type state struct {
	generation int64
	entry      []byte // the newest of the record then: no other state has both
	seq        int64  // its number
	project    *document.Project
	meta       map[string]flagMeta // of every flag, the archived ones too
	started    map[string]int64    // experiment → when it last began to run
	// hidden holds what archived flags were, to restore them.
	hidden hidden
	lines  *knownLines
}

// flagMeta is what is stored of a flag beside its document.
type flagMeta struct {
	source     Source
	createdAt  int64
	archivedAt int64
	declaredBy int64
	// archivedReason is why it archived itself; empty is that somebody archived it.
	archivedReason string
	restoredAt     int64
}

func metaOf(o ObjectRow) flagMeta {
	return flagMeta{
		source: o.Source, createdAt: o.CreatedAt, archivedAt: o.ArchivedAt, declaredBy: o.DeclaredBy,
		archivedReason: o.ArchivedReason, restoredAt: o.RestoredAt,
	}
}

// hidden is the part of a project that belongs to archived flags.
type hidden struct {
	flags          map[string]document.Flag
	configurations map[string]map[string]*document.Configuration // environment → flag
}

// view is a project in one transaction: its numbers and its state.
type view struct {
	row ProjectRow
	*state
}

// view loads a project. The state comes from memory, and what was committed since,
// by whichever process, from the record.
func (s *Service) view(r Reader, key string) (view, error) {
	row, err := r.Project(key)
	if err != nil {
		return view{}, err
	}
	s.mu.Lock()
	known := s.states[row.ID]
	s.mu.Unlock()
	if known != nil && known.generation == row.Generation && bytes.Equal(known.entry, row.ChainHash) {
		return view{row, known}, nil
	}
	present, err := follow(r, row, known)
	if err == nil && present == nil {
		present, err = load(r, row)
	}
	if err != nil {
		return view{}, err
	}
	s.remember(row.ID, present)
	return view{row, present}, nil
}

// remember keeps a committed state. It may replace a newer one, where a database
// was put back to an earlier day or two transactions end at the same time:
// whoever looks compares, and loads what does not fit.
func (s *Service) remember(projectID int64, committed *state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states[projectID] = committed
}

// forget has a project's state loaded anew.
func (s *Service) forget(projectID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.states, projectID)
}

// environment finds an environment of the project, an archived one too.
func (v view) environment(key string) (EnvironmentRow, error) {
	for _, e := range v.row.Environments {
		if e.Key == key {
			return e, nil
		}
	}
	var known []string
	for _, e := range v.row.live() {
		known = append(known, e.Key)
	}
	return EnvironmentRow{}, fault.New(fault.NotFound, "environment_not_found",
		"The project %s has no environment %q; it has %s", v.row.Key, key, strings.Join(known, ", "))
}

// environmentKeys maps ids to keys.
func (v view) environmentKeys() map[int64]string {
	keys := make(map[int64]string, len(v.row.Environments))
	for _, e := range v.row.Environments {
		keys[e.ID] = e.Key
	}
	return keys
}

// revisions are the environments' numbers.
func (v view) revisions() map[string]int64 {
	out := make(map[string]int64, len(v.row.Environments))
	for _, e := range v.row.live() {
		out[e.Key] = e.Revision
	}
	return out
}

// flag finds a flag, an archived one too.
func (v view) flag(key string) (flag document.Flag, archived bool, err error) {
	if f, ok := v.project.Flags[key]; ok {
		return f, false, nil
	}
	if f, ok := v.hidden.flags[key]; ok {
		return f, true, nil
	}
	return document.Flag{}, false, fault.New(fault.NotFound, "flag_not_found", "The project %s has no flag %q%s",
		v.row.Key, key, document.AlikeHint(key, maps.Keys(v.meta)))
}

// lookAlikes finds, for each of some keys, the flags that look like it, the archived
// ones too.
func (v view) lookAlikes(keys ...string) map[string][]string {
	return document.LookAlikes(keys, maps.Keys(v.meta))
}

// live finds a flag that is not archived.
func (v view) live(key string) (document.Flag, error) {
	f, archived, err := v.flag(key)
	if err == nil && archived {
		err = archivedFault(key)
	}
	return f, err
}

func archivedFault(key string) error {
	return fault.New(fault.Conflict, "flag_archived", "The flag %s is archived; restore it first", key)
}

// load decodes a project from its rows.
func load(r Reader, row ProjectRow) (*state, error) {
	objects, err := r.Objects(row.ID)
	if err != nil {
		return nil, err
	}
	return decoded(row, objects)
}

// decoded is the state that a project's objects make.
func decoded(row ProjectRow, objects ObjectRows) (*state, error) {
	l := &loader{
		row:  row,
		keys: view{row: row}.environmentKeys(),
		state: &state{
			generation: row.Generation,
			entry:      row.ChainHash,
			seq:        row.ChainSeq,
			meta:       make(map[string]flagMeta, len(objects.Flags)),
			started:    map[string]int64{},
			hidden:     newHidden(row),
			lines:      new(knownLines),
		},
	}
	var environments []string
	for _, e := range row.Environments {
		environments = append(environments, e.Key)
	}
	l.state.project = document.NewProject(row.Key, environments...)
	for _, part := range []struct {
		rows []ObjectRow
		add  func(ObjectRow) error
	}{
		{objects.Flags, l.flag},
		{objects.Groups, l.group},
		{objects.Experiments, l.experiment},
		{objects.Attributes, l.attribute},
	} {
		for _, o := range part.rows {
			if err := part.add(o); err != nil {
				return nil, l.failed(o, err)
			}
		}
	}
	return l.state, l.configurations(objects.Configurations)
}

func newHidden(row ProjectRow) hidden {
	h := hidden{flags: map[string]document.Flag{}, configurations: map[string]map[string]*document.Configuration{}}
	for _, e := range row.Environments {
		h.configurations[e.Key] = map[string]*document.Configuration{}
	}
	return h
}

func (h hidden) clone() hidden {
	out := hidden{flags: maps.Clone(h.flags), configurations: make(map[string]map[string]*document.Configuration, len(h.configurations))}
	for environment, configurations := range h.configurations {
		out.configurations[environment] = maps.Clone(configurations)
	}
	return out
}

type loader struct {
	row   ProjectRow
	keys  map[int64]string
	state *state
}

func (l *loader) flag(o ObjectRow) error {
	var f document.Flag
	if err := json.Unmarshal(o.Body, &f); err != nil {
		return err
	}
	l.state.meta[o.Key] = metaOf(o)
	if o.ArchivedAt != 0 {
		l.state.hidden.flags[o.Key] = f
		l.state.project.Archived[o.Key] = true
		return nil
	}
	l.state.project.Flags[o.Key] = f
	return nil
}

// readTogether is how many configurations are worth a goroutine.
const readTogether = 64

// configurations reads those of all environments, on all processors. There may be
// a million, and most are like others: flags do the same in many environments.
// Those are read once and shared.
func (l *loader) configurations(rows []ObjectRow) error {
	alike := map[string]*document.Configuration{}
	var distinct []ObjectRow
	for _, o := range rows {
		if alike[string(o.Body)] == nil {
			alike[string(o.Body)] = new(document.Configuration)
			distinct = append(distinct, o)
		}
	}
	var reading errgroup.Group
	for part := range slices.Chunk(distinct, max(readTogether, len(distinct)/runtime.GOMAXPROCS(0)+1)) {
		reading.Go(func() error {
			for _, o := range part {
				if err := alike[string(o.Body)].UnmarshalJSON(o.Body); err != nil {
					return l.failed(o, err)
				}
			}
			return nil
		})
	}
	if err := reading.Wait(); err != nil {
		return err
	}
	for _, o := range rows {
		home := l.state.project.Configurations
		if l.state.project.Archived[o.Key] {
			home = l.state.hidden.configurations
		}
		home[l.keys[o.EnvironmentID]][o.Key] = alike[string(o.Body)]
	}
	return nil
}

func (l *loader) failed(o ObjectRow, err error) error {
	return fmt.Errorf("catalog: load %s %s of project %s: %w", o.Kind, o.Key, l.row.Key, err)
}

func (l *loader) group(o ObjectRow) error {
	var g document.TargetGroup
	if err := json.Unmarshal(o.Body, &g); err != nil {
		return err
	}
	l.state.project.TargetGroups[o.Key] = g
	return nil
}

func (l *loader) experiment(o ObjectRow) error {
	var x document.Experiment
	if err := json.Unmarshal(o.Body, &x); err != nil {
		return err
	}
	l.state.project.Experiments[o.Key] = x
	l.state.started[o.Key] = o.StartedAt
	return nil
}

func (l *loader) attribute(o ObjectRow) error {
	var a document.Attribute
	if err := json.Unmarshal(o.Body, &a); err != nil {
		return err
	}
	l.state.project.Attributes[o.Key] = a
	return nil
}

// sortedKeys returns a map's keys in byte order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
