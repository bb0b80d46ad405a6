package catalog_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

var (
	ann  = account.Actor{Kind: account.Member, ID: "m1", Name: "ann@example.org", Role: account.Owner}
	bob  = account.Actor{Kind: account.Token, ID: "t1", Name: "bob", Role: account.Owner}
	none = catalog.WriteOptions{}
)

// home is a catalog on a real store, with a clock that tests move and a record
// of what was announced.
type home struct {
	*catalog.Service
	store *store.Store

	mu        sync.Mutex
	now       time.Time // guarded by mu
	announced [][2]int64
	requested int                      // how often change requests were announced
	rights    map[string]account.Actor // of authors, by id, where they are others than before; guarded by mu
}

// Actor implements catalog.Actors: people may do what they may in the tests, unless
// rights says otherwise.
func (h *home) Actor(_ context.Context, _ account.ActorKind, id, _ string) (account.Actor, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if actor, ok := h.rights[id]; ok {
		return actor, nil
	}
	for _, actor := range []account.Actor{ann, bob, cleo, dora, emil, fred, gina} {
		if actor.ID == id {
			return actor, nil
		}
	}
	return account.Actor{}, fault.New(fault.Forbidden, "author_gone", "there is no such member any more")
}

func open(t testing.TB) *home {
	t.Helper()
	h := &home{now: time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)}
	tick := h.clock()
	s, err := store.Open(t.Context(), storetest.At(t, store.Options{Dir: t.TempDir(), Clock: tick}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	h.store = s
	h.Service = catalog.New(s, catalog.Options{Clock: tick, Announcer: h, Actors: h})
	if _, err := h.EnsureFirstRun(t.Context(), catalog.FirstRun{}); err != nil {
		t.Fatal(err)
	}
	h.announced = nil
	return h
}

func (h *home) clock() clock.Func {
	return func() time.Time {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.now
	}
}

func (h *home) Announce(_ context.Context, environmentID, revision int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.announced = append(h.announced, [2]int64{environmentID, revision})
}

// AnnounceRequest implements catalog.Announcer.
func (h *home) AnnounceRequest(context.Context) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requested++
}

func (h *home) wait(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// must fails the test on an error and returns the outcome.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%v", err)
		}
		return v
	}
}

func wantFault(t *testing.T, err error, kind fault.Kind, code string, words ...string) {
	t.Helper()
	f := fault.As(err)
	if err == nil || f.Kind != kind || f.Code != code {
		t.Fatalf("got %v (%s %s), want %s %s", err, f.Kind, f.Code, kind, code)
	}
	for _, w := range words {
		if !strings.Contains(f.Error(), w) {
			t.Errorf("%q does not say %q", f.Error(), w)
		}
	}
}

// apply applies the text of a file.
func (h *home) apply(t *testing.T, actor account.Actor, text string) catalog.ApplyResult {
	t.Helper()
	out, err := h.tryApply(t.Context(), actor, text, catalog.ApplyRequest{})
	return must[catalog.ApplyResult](t)(out, err)
}

func (h *home) tryApply(ctx context.Context, actor account.Actor, text string, request catalog.ApplyRequest) (catalog.ApplyResult, error) {
	file, err := document.Parse("flags.yaml", []byte(text))
	if err != nil {
		return catalog.ApplyResult{}, err
	}
	request.File = file
	return h.Apply(ctx, actor, "default", request)
}

// lines are the wire lines that delivery would send, by flag.
func (h *home) lines(t *testing.T, environment string) map[string]string {
	t.Helper()
	all := must[[]byte](t)(h.wire(t.Context(), environment))
	out := map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(string(all)), "\n") {
		var head struct {
			Flag  string `json:"flag"`
			Group string `json:"target_group"`
		}
		if err := json.Unmarshal([]byte(line), &head); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out[head.Flag+head.Group] = line
	}
	return out
}

func (h *home) wire(ctx context.Context, environment string) ([]byte, error) {
	environments, err := h.store.Environments(ctx)
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, e := range environments {
		if e.Key != environment {
			continue
		}
		all, err := h.store.Ruleset(ctx, e.ID)
		if err != nil {
			return nil, err
		}
		for _, line := range all.Lines {
			out = append(append(out, line...), '\n')
		}
	}
	return out, nil
}

func (h *home) verify(t *testing.T) catalog.ChainState {
	t.Helper()
	state := must[catalog.ChainState](t)(h.VerifyChain(t.Context(), ann, "default"))
	if !state.OK {
		t.Fatalf("the chain is broken: %+v", state)
	}
	return state
}

func boolean(on string) *document.Configuration {
	c := document.Unconfigured("boolean")
	c.Default = document.Serve{Variation: on}
	return c
}
