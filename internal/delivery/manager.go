package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/sdk/ruleset"
)

// Options are the Manager's optional inputs.
type Options struct {
	Logger *slog.Logger
	Clock  clock.Clock
	Poll   time.Duration // how often to look without an announcement; 0 is 1 s
	Signer *Signer       // signs what comes unsigned; nil leaves it so
	// Published is called after each publication, from the Manager's goroutine.
	Published func(*State)
	// Failed is called for each environment that could not be refreshed.
	Failed func(environment string, err error)
}

// Manager owns the States of all environments. Its goroutine is Run.
type Manager struct {
	reader Reader
	opts   Options
	wake   chan struct{} // capacity 1; a full channel means that a look is due anyway
	index  atomic.Pointer[index]

	mu       sync.Mutex
	problems map[int64]Problem // guarded by mu
	fault    error             // guarded by mu: why the store could not be read at all
	loaded   bool              // guarded by mu: every environment has been looked at once
}

// index finds Cells. It is immutable; Run replaces it.
type index struct {
	byID   map[int64]*Cell
	byName map[name]*Cell
	byKey  map[[32]byte]*Cell
	prints map[Print][32]byte   // the hashes in byKey
	tokens map[[32]byte][]*Cell // what the token of a relay opens, by project, environment
	cells  []*Cell              // by project, environment
	keysOf map[int64]int64      // of which generation the keys of an environment are
}

type name struct{ project, environment string }

// Problem says that an environment is not at the revision that the store holds.
type Problem struct {
	Project     string
	Environment string
	Revision    int64 // the one that failed
	Err         error
}

// unusable is the cause when a ruleset was read but cannot be served: trying the
// same revision again would change nothing.
type unusable struct{ error }

func (u unusable) Unwrap() error { return u.error }

// New returns a Manager that has loaded nothing yet; Run does.
func New(reader Reader, opts Options) *Manager {
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	if opts.Clock == nil {
		opts.Clock = clock.System{}
	}
	opts.Poll = cmp.Or(opts.Poll, time.Second)
	m := &Manager{reader: reader, opts: opts, wake: make(chan struct{}, 1), problems: map[int64]Problem{}}
	m.index.Store(&index{})
	return m
}

// Run keeps the States up to date until ctx ends.
func (m *Manager) Run(ctx context.Context) error {
	ticker := time.NewTicker(m.opts.Poll)
	defer ticker.Stop()
	for {
		m.refresh(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-m.wake:
		case <-ticker.C:
		}
	}
}

// Announce hints that an environment changed. It never blocks. The store is the
// truth: whatever the numbers say, the next look reads what is committed, and
// hints that come meanwhile become one look.
func (m *Manager) Announce(_, _ int64) {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Ready reports whether every environment has a State. Until then an unknown
// key means nothing, and nobody may be told so.
func (m *Manager) Ready() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.loaded
}

// Knows reports whether the keys of these environments, as they are or later
// ones, are what ByKey, ByPrint and ByToken find.
func (m *Manager) Knows(envs []EnvironmentState) bool {
	x := m.index.Load()
	return !slices.ContainsFunc(envs, func(e EnvironmentState) bool {
		generation, ok := x.keysOf[e.ID]
		return !ok || generation < e.KeyGeneration
	})
}

// Problems lists the environments that are behind the store, and why.
func (m *Manager) Problems() []Problem {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]Problem, 0, len(m.problems)+1)
	if m.fault != nil {
		list = append(list, Problem{Err: m.fault})
	}
	for _, p := range m.problems {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Environment, b.Environment))
	})
	return list
}

// ByKey finds the environment that a key, by the SHA-256 of its secret, opens.
func (m *Manager) ByKey(hash [32]byte) (*Cell, KeyRef, bool) {
	cell := m.index.Load().byKey[hash]
	if cell == nil {
		return nil, KeyRef{}, false
	}
	key, ok := cell.State().Key(hash, clock.Millis(m.opts.Clock))
	return cell, key, ok
}

// ByPrint is ByKey for who has a key's print only.
func (m *Manager) ByPrint(p Print) (*Cell, KeyRef, bool) {
	hash, known := m.index.Load().prints[p]
	if !known {
		return nil, KeyRef{}, false
	}
	return m.ByKey(hash)
}

// ByToken finds the environments that the token of a relay, by the SHA-256 of
// its secret, opens now.
func (m *Manager) ByToken(hash [32]byte) []*Cell {
	var open []*Cell
	for _, cell := range m.index.Load().tokens[hash] {
		if _, ok := cell.State().Key(hash, clock.Millis(m.opts.Clock)); ok {
			open = append(open, cell)
		}
	}
	return open
}

// ByEnvironment finds an environment by its project's and its own key; nil when
// there is none.
func (m *Manager) ByEnvironment(project, environment string) *Cell {
	return m.index.Load().byName[name{project, environment}]
}

// ByID finds an environment by its id in the store; nil when there is none.
func (m *Manager) ByID(environmentID int64) *Cell { return m.index.Load().byID[environmentID] }

// Cells lists all environments, by project and key.
func (m *Manager) Cells() []*Cell { return m.index.Load().cells }

// refresh is the one path by which States come to be: at boot, on change, and
// on repair.
func (m *Manager) refresh(ctx context.Context) {
	envs, err := m.reader.Environments(ctx)
	if err != nil {
		m.storeFailed(ctx, err)
		return
	}
	cells := make(map[int64]*Cell, len(envs))
	changed := false
	m.look(ctx, envs, func(l look) {
		if l.next != nil {
			changed = m.publish(&l) || changed
		}
		if l.cell != nil {
			cells[l.env.ID] = l.cell
		}
		m.report(ctx, l.env, l.err)
	})
	complete := len(cells) == len(envs)
	changed = m.drop(envs) || changed
	if changed {
		m.index.Store(newIndex(cells))
	}
	m.mu.Lock()
	m.fault, m.loaded = nil, m.loaded || complete
	m.mu.Unlock()
}

// look is a look at one environment, and what came of it.
type look struct {
	env               EnvironmentState
	cell              *Cell  // nil while it has none
	current           *State // nil while it has none
	newRules, newKeys bool
	next              *State // to be published; nil is nothing
	err               error
}

// look brings what is new of the environments, as many at a time as there are
// processors, and calls found from this goroutine: with each environment once,
// as soon as it is known.
func (m *Manager) look(ctx context.Context, envs []EnvironmentState, found func(look)) {
	var due []look
	for _, env := range envs {
		l := m.begin(env)
		if l.newRules || l.newKeys {
			due = append(due, l)
		} else {
			found(l)
		}
	}
	ready := make(chan look) // without capacity: nobody reads on while a State waits to be published
	var taken atomic.Int64
	var readers sync.WaitGroup
	for range min(len(due), runtime.GOMAXPROCS(0)) {
		readers.Go(func() {
			for i := taken.Add(1); i <= int64(len(due)); i = taken.Add(1) {
				l := due[i-1]
				l.next, l.err = m.bring(ctx, l)
				ready <- l
			}
		})
	}
	for range due {
		found(<-ready)
	}
	readers.Wait()
}

// begin says what is new of an environment.
func (m *Manager) begin(env EnvironmentState) look {
	l := look{env: env, cell: m.index.Load().byID[env.ID], err: m.failed(env)}
	if l.cell != nil {
		l.current = l.cell.State()
	}
	current := l.current
	l.newRules = current == nil || env.Epoch > current.Header.Epoch ||
		env.Epoch == current.Header.Epoch && env.Revision > current.Header.Revision
	l.newKeys = current == nil || env.Epoch > current.Header.Epoch || env.KeyGeneration > current.Generation
	l.newRules = l.newRules && (l.err == nil || current == nil)
	return l
}

// bring makes the State that an environment is to have; nil leaves it as it is.
func (m *Manager) bring(ctx context.Context, l look) (*State, error) {
	keys, err := m.reader.Keys(ctx, l.env.ID)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	if !l.newRules {
		return l.current.withKeys(keys, l.env.KeyGeneration), l.err
	}
	return m.next(ctx, l.env, l.current, keys)
}

// publish serves what a look has brought, and says whether it does.
func (m *Manager) publish(l *look) bool {
	if l.cell == nil {
		l.cell = &Cell{}
	}
	if !l.cell.publish(l.next) {
		return false
	}
	if m.opts.Published != nil {
		m.opts.Published(l.next)
	}
	return true
}

// next makes the State to publish. When the new rules cannot be used it is the
// old State with the new keys, beside the reason: a revoked key must not live on
// because a ruleset is broken.
func (m *Manager) next(ctx context.Context, env EnvironmentState, current *State, keys []KeyRef) (*State, error) {
	content, err := m.read(ctx, env, current)
	if err != nil {
		return keptWith(current, keys, env), err
	}
	next, err := compile(env, content, keys)
	if err != nil {
		return keptWith(current, keys, env), unusable{err}
	}
	problems := next.Snapshot.Problems()
	if len(problems) == 0 {
		return next, nil
	}
	err = unusable{fmt.Errorf("compile %s/%s revision %d: %v", env.Project, env.Key, next.Revision(), problems[0])}
	if current != nil && current.Header.Epoch == next.Header.Epoch {
		return keptWith(current, keys, env), err
	}
	// With nothing older to serve, the sound flags are better than none.
	return next, err
}

// content is what a State is made of.
type content struct {
	document    *ruleset.Document
	chain       chain
	committedAt int64
}

// read returns the newest content: by the deltas since the current State, or
// else the whole.
func (m *Manager) read(ctx context.Context, env EnvironmentState, current *State) (content, error) {
	if current == nil || current.Header.Epoch != env.Epoch {
		return m.load(ctx, env)
	}
	next, err := m.follow(ctx, env, current)
	if err == nil {
		return next, nil
	}
	if !errors.Is(err, ruleset.ErrGap) {
		m.opts.Logger.WarnContext(ctx, "deltas not used; the whole environment is read instead",
			"project", env.Project, "environment", env.Key, "revision", env.Revision, "error", err)
	}
	next, err = m.load(ctx, env)
	next.chain = chain{} // what could not be followed here is no use to others
	return next, err
}

// follow goes on from the current State. What the deltas do not change is not
// read again.
func (m *Manager) follow(ctx context.Context, env EnvironmentState, current *State) (content, error) {
	deltas, err := m.reader.Deltas(ctx, env.ID, current.Revision(), len(current.Raw))
	if err != nil {
		return content{}, fmt.Errorf("read deltas: %w", err)
	}
	if len(deltas) == 0 {
		return content{}, ruleset.ErrGap
	}
	next := content{document: current.document, chain: current.chain.clone()}
	for _, d := range deltas {
		delta := m.opts.Signer.delta(d)
		from := next.document.Header().ID()
		if next.document, err = next.document.Apply(delta); err != nil {
			return content{}, err
		}
		next.chain.add(from, encodeDelta(next.document.Header().ID(), delta))
		next.committedAt = d.CommittedAt
	}
	return next, nil
}

// load reads the whole, and the deltas that led to it, so that programs go on
// from where they were although this process was not there.
func (m *Manager) load(ctx context.Context, env EnvironmentState) (content, error) {
	all, err := m.reader.Ruleset(ctx, env.ID)
	if err != nil {
		return content{}, fmt.Errorf("read ruleset: %w", err)
	}
	document, err := m.opts.Signer.document(all)
	if err != nil {
		return content{}, unusable{fmt.Errorf("read %s/%s revision %d: %w", env.Project, env.Key, all.Header.Revision, err)}
	}
	size := len(document.Encode())
	deltas, err := m.reader.Deltas(ctx, env.ID, 0, size)
	if err != nil {
		return content{}, fmt.Errorf("read deltas: %w", err)
	}
	return content{document, chainOf(m.opts.Signer, deltas, document.Header(), size), all.CommittedAt}, nil
}

func keptWith(current *State, keys []KeyRef, env EnvironmentState) *State {
	if current == nil || current.Generation >= env.KeyGeneration {
		return nil
	}
	return current.withKeys(keys, env.KeyGeneration)
}

// drop takes the keys from environments that are gone, so that their streams
// end, and reports whether there were any.
func (m *Manager) drop(envs []EnvironmentState) bool {
	dropped := false
	for id, cell := range m.index.Load().byID {
		if slices.ContainsFunc(envs, func(e EnvironmentState) bool { return e.ID == id }) {
			continue
		}
		state := cell.State()
		cell.publish(state.withKeys(nil, state.Generation+1))
		m.mu.Lock()
		delete(m.problems, id)
		m.mu.Unlock()
		dropped = true
	}
	return dropped
}

func newIndex(cells map[int64]*Cell) *index {
	x := &index{byID: cells, byName: map[name]*Cell{}, byKey: map[[32]byte]*Cell{}, prints: map[Print][32]byte{}, tokens: map[[32]byte][]*Cell{}, keysOf: map[int64]int64{}}
	x.cells = slices.SortedFunc(maps.Values(cells), func(a, b *Cell) int {
		s, t := a.State(), b.State()
		return cmp.Or(cmp.Compare(s.Project, t.Project), cmp.Compare(s.Environment, t.Environment))
	})
	for id, cell := range cells {
		x.keysOf[id] = cell.State().Generation
	}
	for _, cell := range x.cells {
		state := cell.State()
		x.byName[name{state.Project, state.Environment}] = cell
		for hash, key := range state.keys {
			if key.Kind == RelayToken {
				x.tokens[hash] = append(x.tokens[hash], cell)
			} else {
				x.byKey[hash] = cell
				x.prints[key.Print()] = hash
			}
		}
	}
	return x
}

// failed returns why this very revision cannot be served, if that is known.
func (m *Manager) failed(env EnvironmentState) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.problems[env.ID]
	if _, ok := errors.AsType[unusable](known.Err); ok && known.Revision == env.Revision {
		return known.Err
	}
	return nil
}

// report keeps why an environment is behind and logs it once per cause.
func (m *Manager) report(ctx context.Context, env EnvironmentState, err error) {
	m.mu.Lock()
	before, had := m.problems[env.ID]
	if err == nil {
		delete(m.problems, env.ID)
	} else {
		m.problems[env.ID] = Problem{Project: env.Project, Environment: env.Key, Revision: env.Revision, Err: err}
	}
	m.mu.Unlock()
	if err == nil || ctx.Err() != nil || had && before.Err.Error() == err.Error() {
		return
	}
	m.opts.Logger.ErrorContext(ctx, "environment not refreshed; the last good revision is still served",
		"project", env.Project, "environment", env.Key, "revision", env.Revision, "error", err)
	if m.opts.Failed != nil {
		m.opts.Failed(env.Project+"/"+env.Key, err)
	}
}

func (m *Manager) storeFailed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	m.mu.Lock()
	first := m.fault == nil
	m.fault = fmt.Errorf("read environments: %w", err)
	m.mu.Unlock()
	if first {
		m.opts.Logger.ErrorContext(ctx, "the store cannot be read; the last good revisions are still served", "error", err)
	}
	if first && m.opts.Failed != nil {
		m.opts.Failed("", err)
	}
}
