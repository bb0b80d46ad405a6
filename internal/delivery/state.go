package delivery

import (
	"bytes"
	"compress/gzip"
	"crypto/subtle"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// KeyKind is what an SDK key may be used for.
type KeyKind string

// The kinds of SDK keys.
const (
	ServerKey KeyKind = "server" // reads rules, registers flags
	ClientKey KeyKind = "client" // gets evaluated values of client flags only
	// SignedClientKey is a client key with which only signed contexts are taken. It
	// is a kind of its own so that an older relay, which could not tell, refuses it.
	SignedClientKey KeyKind = "signed-client"
	// RelayToken is not an SDK key: it is the token of a relay, which may open
	// several environments.
	RelayToken KeyKind = "relay"
)

// KeyRef is one SDK key, or relay's token, as the data plane knows it: never the secret itself.
type KeyRef struct {
	ID        int64    // 0 for a relay's token
	Hash      [32]byte // SHA-256 of the secret
	Kind      KeyKind
	ExpiresAt int64 // milliseconds since 1970; 0 is never
}

// Client says whether it is the key of a page or an app, which anybody can read.
func (k KeyRef) Client() bool { return k.Kind == ClientKey || k.Kind == SignedClientKey }

// Print is the beginning of a key's hash, which names the key where its hash must
// not be seen: 160 bits of it stay unknown.
type Print [12]byte

// Print returns the key's print.
func (k KeyRef) Print() Print { return Print(k.Hash[:len(Print{})]) }

// Expired says whether the key has ended at nowMs.
func (k KeyRef) Expired(nowMs int64) bool { return k.ExpiresAt != 0 && k.ExpiresAt <= nowMs }

// FlagInfo is what a protocol needs to know of a flag besides its evaluation.
type FlagInfo struct {
	Key    string
	Client bool // may be seen with a client key
	Plain  bool // nothing but the default can decide: no prerequisites, targets, rules or experiments
}

// State is all that one environment serves at one revision, with the keys that
// open it. It is immutable once published.
type State struct {
	EnvironmentID int64
	Project       string
	Environment   string
	Header        ruleset.Header
	CommittedAt   int64  // milliseconds since 1970; 0 where it is not known
	EventID       string // <epoch>-<revision>-<root6>
	ETag          string // EventID in quotes
	Raw           []byte // the snapshot as NDJSON, signed
	UpToDate      []byte // the whole event "uptodate"
	Snapshot      *eval.Snapshot
	Flags         []FlagInfo // by key
	Generation    int64      // of the keys

	document *ruleset.Document
	chain    chain
	keys     map[[32]byte]KeyRef
	derived  *derived
	zip      func() []byte
	full     func() []byte
	next     chan struct{} // closed when a newer State is published
}

// Revision returns the environment's revision.
func (s *State) Revision() int64 { return s.Header.Revision }

// Gzip returns Raw compressed. It is made at the first call and shared: with
// streaming clients nobody may ever ask.
func (s *State) Gzip() []byte { return s.zip() }

// Full returns the whole event "full". It is made at the first call and shared:
// who is up to date needs only deltas.
func (s *State) Full() []byte { return s.full() }

// Since returns the events "delta" that lead from a revision, by its id, to this
// one, the oldest first: none when it is this one. ok is false when they are not
// retained or together larger than the snapshot; Full is the answer then.
func (s *State) Since(id string) (events [][]byte, ok bool) {
	if id == s.EventID {
		return nil, true
	}
	return s.chain.since(id)
}

// derived is what is made of a State once. States that differ in their keys only
// share it.
type derived struct {
	once  sync.Once
	value any
}

// Derive returns what build makes of the State, at the first call, for a protocol
// that keeps something as long as the configuration is the same. There is one such
// value: every caller must ask with the same build, which must not look at keys.
func (s *State) Derive(build func(*State) any) any {
	s.derived.once.Do(func() { s.derived.value = build(s) })
	return s.derived.value
}

// Next is closed when a newer State is in the Cell.
func (s *State) Next() <-chan struct{} { return s.next }

// Key returns the key with the hash when it opens this environment at nowMs.
func (s *State) Key(hash [32]byte, nowMs int64) (KeyRef, bool) {
	key, ok := s.keys[hash]
	if !ok || subtle.ConstantTimeCompare(key.Hash[:], hash[:]) != 1 || key.Expired(nowMs) {
		return KeyRef{}, false
	}
	return key, true
}

// Keys lists the keys and tokens that open this environment, by hash; those
// that have ended too.
func (s *State) Keys() []KeyRef {
	return slices.SortedFunc(maps.Values(s.keys), func(a, b KeyRef) int { return bytes.Compare(a.Hash[:], b.Hash[:]) })
}

// Flag returns what is known of the flag.
func (s *State) Flag(key string) (FlagInfo, bool) {
	i, ok := slices.BinarySearchFunc(s.Flags, key, func(f FlagInfo, key string) int {
		return strings.Compare(f.Key, key)
	})
	if !ok {
		return FlagInfo{}, false
	}
	return s.Flags[i], true
}

// withKeys returns a State that differs in its keys only and shares the rest.
func (s *State) withKeys(keys []KeyRef, generation int64) *State {
	next := *s
	next.keys, next.Generation = keyMap(keys), generation
	next.next = make(chan struct{})
	return &next
}

func keyMap(keys []KeyRef) map[[32]byte]KeyRef {
	m := make(map[[32]byte]KeyRef, len(keys))
	for _, k := range keys {
		m[k.Hash] = k
	}
	return m
}

// compile makes the State of a document. Everything that all readers share is
// encoded once per revision, here or at the first use.
func compile(env EnvironmentState, c content, keys []KeyRef) (s *State, err error) {
	header := c.document.Header()
	defer func() {
		if value := recover(); value != nil {
			s, err = nil, fmt.Errorf("compile %s/%s revision %d: panic: %v", env.Project, env.Key, header.Revision, value)
		}
	}()
	set := c.document.Set()
	raw := c.document.Encode()
	id := header.ID()
	return &State{
		EnvironmentID: env.ID,
		Project:       env.Project,
		Environment:   env.Key,
		Header:        header,
		CommittedAt:   c.committedAt,
		EventID:       id,
		ETag:          `"` + id + `"`,
		Raw:           raw,
		UpToDate:      httpkit.AppendEvent(nil, id, "uptodate", []byte("{}")),
		Snapshot:      eval.Compile(set),
		Flags:         flagInfo(set),
		Generation:    env.KeyGeneration,
		document:      c.document,
		chain:         c.chain.within(len(raw)),
		keys:          keyMap(keys),
		derived:       &derived{},
		zip:           sync.OnceValue(func() []byte { return compress(raw) }),
		full: sync.OnceValue(func() []byte {
			return httpkit.AppendEvent(make([]byte, 0, len(raw)+6*c.document.Len()+128), id, "full", raw)
		}),
		next: make(chan struct{}),
	}, nil
}

func flagInfo(set *ruleset.Set) []FlagInfo {
	infos := make([]FlagInfo, 0, len(set.Flags))
	for i := range set.Flags {
		f := &set.Flags[i]
		infos = append(infos, FlagInfo{
			Key:    f.Key,
			Client: f.Client,
			Plain:  len(f.Prerequisites) == 0 && len(f.Targets) == 0 && len(f.Rules) == 0,
		})
	}
	slices.SortFunc(infos, func(a, b FlagInfo) int { return strings.Compare(a.Key, b.Key) })
	return infos
}

func compress(raw []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(raw) // a buffer takes every write
	_ = z.Close()
	return out.Bytes()
}

// Cell holds the newest State of one environment. Reading it is one atomic
// load; only the Manager's goroutine publishes.
type Cell struct{ state atomic.Pointer[State] }

// State returns the newest State. It is never nil in a Cell that the Manager
// handed out.
func (c *Cell) State() *State { return c.state.Load() }

// publish swaps in next and wakes everyone who waits on the previous State. It
// reports false, and changes nothing, when next would go back.
func (c *Cell) publish(next *State) bool {
	previous := c.state.Load()
	if previous != nil && older(next, previous) {
		return false
	}
	c.state.Store(next)
	if previous != nil {
		close(previous.next)
	}
	return true
}

// older says whether a goes back behind b. Only a store made anew, with a
// greater epoch, may start with small revisions again.
func older(a, b *State) bool {
	if a.Header.Epoch != b.Header.Epoch {
		return a.Header.Epoch < b.Header.Epoch
	}
	return a.Header.Revision < b.Header.Revision || a.Generation < b.Generation
}
