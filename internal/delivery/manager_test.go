package delivery_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/delivery/deliverytest"
	"burgee.dev/burgee/sdk/eval"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "bgs_0123456789012345678901234567890123456789"

// flag is the line of a boolean flag that serves one value to everyone.
func flag(key string, on bool) string {
	variation := 1
	if on {
		variation = 0
	}
	return fmt.Sprintf(`{"flag":%q,"type":"boolean","client":false,"enabled":true,"variations":[["true",true],["false",false]],`+
		`"off":1,"prerequisites":[],"targets":[],"rules":[],"default":{"variation":%d}}`, key, variation)
}

func on(t testing.TB, s *delivery.State, key string) bool {
	t.Helper()
	result := s.Snapshot.Evaluate(key, eval.NewContext(nil), 0)
	id, served := result.Variation()
	if !served {
		t.Errorf("flag %s served nothing: %v", key, result.Reason())
	}
	return id == "true"
}

// start runs a Manager until the test ends.
func start(t testing.TB, r delivery.Reader, opts delivery.Options) *delivery.Manager {
	t.Helper()
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	m := delivery.New(r, opts)
	stop := deliverytest.Start(m)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func TestACommittedRevisionIsPublishedWhenAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.Publish(1, flag("a", false))
		m := start(t, r, delivery.Options{})
		synctest.Wait()
		if !m.Ready() {
			t.Fatal("not ready after the first look")
		}
		cell := m.ByEnvironment("default", "production")
		before := cell.State()
		m.Announce(1, r.Publish(1, flag("a", true)))
		<-before.Next()
		if got := cell.State(); got.Revision() != 3 || !on(t, got, "a") {
			t.Errorf("revision %d, a is %v", got.Revision(), on(t, got, "a"))
		}
		if before.Revision() != 2 || on(t, before, "a") {
			t.Error("the State that readers hold changed under them")
		}
	})
}

func TestALostAnnouncementCostsASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		m := start(t, r, delivery.Options{})
		synctest.Wait()
		state := m.ByEnvironment("default", "production").State()
		r.Publish(1, flag("a", true))
		at := time.Now()
		<-state.Next()
		if took := time.Since(at); took > time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestRevisionsNeverGoBackUnlessTheStoreIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.Restore(1, 1, 40)
		m := start(t, r, delivery.Options{})
		synctest.Wait()
		cell := m.ByEnvironment("default", "production")
		r.Restore(1, 1, 20)
		time.Sleep(3 * time.Second)
		if got := cell.State().Revision(); got != 40 {
			t.Errorf("revision %d was published after 40", got)
		}
		r.Restore(1, 2, 3)
		time.Sleep(3 * time.Second)
		if got := cell.State(); got.Revision() != 3 || got.Header.Epoch != 2 {
			t.Errorf("a store made anew: epoch %d revision %d, want 2 and 3", got.Header.Epoch, got.Revision())
		}
	})
}

func TestARulesetThatCannotBeUsedLeavesTheOldStateAndIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.AddKey(1, 7, secret, delivery.ServerKey, 0)
		r.Publish(1, flag("a", true))
		var failures atomic.Int32
		m := start(t, r, delivery.Options{Failed: func(string, error) { failures.Add(1) }})
		synctest.Wait()
		cell := m.ByEnvironment("default", "production")

		r.Publish(1, strings.Replace(flag("a", false), `"default":{"variation":1}`, `"default":{"variation":99}`, 1))
		time.Sleep(5 * time.Second)
		if got := cell.State(); got.Revision() != 2 || !on(t, got, "a") {
			t.Errorf("revision %d is served", got.Revision())
		}
		problems := m.Problems()
		if len(problems) != 1 || problems[0].Revision != 3 || problems[0].Environment != "production" {
			t.Errorf("problems: %+v", problems)
		}
		if failures.Load() != 1 {
			t.Errorf("reported %d times, want once", failures.Load())
		}

		r.RevokeKeys(1)
		time.Sleep(2 * time.Second)
		if _, _, ok := m.ByKey(sha256.Sum256([]byte(secret))); ok {
			t.Error("a revoked key lives on because a ruleset is broken")
		}
		if len(m.Problems()) != 1 {
			t.Error("the change of keys hid the problem")
		}
		r.Publish(1, flag("a", false))
		time.Sleep(2 * time.Second)
		if got := cell.State(); got.Revision() != 4 || on(t, got, "a") || len(m.Problems()) != 0 {
			t.Errorf("after the repair: revision %d, problems %+v", got.Revision(), m.Problems())
		}
	})
}

func TestAStoreThatIsAwayLeavesEveryStateInPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		away := errors.New("disk gone")
		r.Fail(away)
		m := start(t, r, delivery.Options{})
		time.Sleep(2 * time.Second)
		if m.Ready() {
			t.Error("ready without having read anything")
		}
		r.Fail(nil)
		time.Sleep(2 * time.Second)
		if !m.Ready() || len(m.Problems()) != 0 {
			t.Fatalf("not ready after the store came: %+v", m.Problems())
		}
		r.Fail(away)
		r.Publish(1, flag("a", true))
		time.Sleep(2 * time.Second)
		if got := m.ByEnvironment("default", "production").State().Revision(); got != 1 {
			t.Errorf("revision %d", got)
		}
		if p := m.Problems(); len(p) != 1 || !errors.Is(p[0].Err, away) {
			t.Errorf("problems: %+v", p)
		}
	})
}

func TestKeysOpenTheirOwnEnvironmentUntilTheyEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.AddEnvironment(2, "default", "development")
		hash := sha256.Sum256([]byte(secret))
		r.AddKey(2, 7, secret, delivery.ServerKey, time.Now().Add(10*time.Second).UnixMilli())
		m := start(t, r, delivery.Options{})
		synctest.Wait()
		cell, key, ok := m.ByKey(hash)
		if !ok || key.ID != 7 || cell.State().Environment != "development" {
			t.Fatalf("got %+v, %v", key, ok)
		}
		if _, _, ok := m.ByKey(sha256.Sum256([]byte(secret + "x"))); ok {
			t.Error("another secret opens an environment")
		}
		time.Sleep(11 * time.Second)
		if _, _, ok := m.ByKey(hash); ok {
			t.Error("the key is over and still opens its environment")
		}
	})
}

func TestAChangeOfKeysKeepsTheBytesAndWakesTheStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.Publish(1, flag("a", true))
		m := start(t, r, delivery.Options{})
		synctest.Wait()
		cell := m.ByEnvironment("default", "production")
		before := cell.State()
		r.AddKey(1, 7, secret, delivery.ServerKey, 0)
		m.Announce(1, 0)
		<-before.Next()
		after := cell.State()
		if after.EventID != before.EventID || &after.Raw[0] != &before.Raw[0] || after.Snapshot != before.Snapshot {
			t.Error("the ruleset was made anew for a change of keys")
		}
		synctest.Wait()
		if _, _, ok := m.ByKey(sha256.Sum256([]byte(secret))); !ok {
			t.Error("the new key opens nothing")
		}
	})
}

func TestARemovedEnvironmentEndsItsStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.AddEnvironment(2, "default", "development")
		r.AddKey(2, 7, secret, delivery.ServerKey, 0)
		m := start(t, r, delivery.Options{})
		synctest.Wait()
		cell := m.ByEnvironment("default", "development")
		before := cell.State()
		r.RemoveEnvironment(2)
		<-before.Next()
		if _, ok := cell.State().Key(sha256.Sum256([]byte(secret)), time.Now().UnixMilli()); ok {
			t.Error("the key still opens it")
		}
		synctest.Wait()
		if m.ByEnvironment("default", "development") != nil || len(m.Cells()) != 1 {
			t.Error("the environment is still found")
		}
	})
}

func TestTheEncodedFormsHoldTheSameRuleset(t *testing.T) {
	r := deliverytest.NewReader()
	r.Publish(1, flag("b", true), flag("a", false))
	m := start(t, r, delivery.Options{})
	state := loaded(t, m)

	lines := strings.Split(strings.TrimSuffix(string(state.Raw), "\n"), "\n")
	if len(lines) != 3 || !strings.Contains(lines[1], `"flag":"a"`) {
		t.Fatalf("raw: %q", state.Raw)
	}
	want := "id: " + state.EventID + "\nevent: full\ndata: " + strings.Join(lines, "\ndata: ") + "\n\n"
	if string(state.Full()) != want {
		t.Errorf("event: %q, want %q", state.Full(), want)
	}
	if state.EventID != fmt.Sprintf("1-2-%s", state.Header.Root[:6]) || state.ETag != `"`+state.EventID+`"` {
		t.Errorf("event id %s, etag %s", state.EventID, state.ETag)
	}
	z, err := gzip.NewReader(bytes.NewReader(state.Gzip()))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, state.Raw) {
		t.Errorf("gzip differs: %v", err)
	}
	if f, ok := state.Flag("a"); !ok || !f.Plain || f.Client {
		t.Errorf("flag a: %+v, %v", f, ok)
	}
	if _, ok := state.Flag("c"); ok {
		t.Error("found a flag that is not there")
	}
}

// loaded waits for the first State of default/production.
func loaded(t testing.TB, m *delivery.Manager) *delivery.State {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if m.Ready() {
			return m.ByEnvironment("default", "production").State()
		}
	}
	t.Fatal("nothing loaded in 5 s")
	return nil
}

// Two flags are always flipped together, each State shows them equal, and no
// reader of a pinned State ever sees one without the other.
func TestReadersNeverSeeOneOfTwoFlagsWithoutTheOther(t *testing.T) {
	r := deliverytest.NewReader()
	r.Publish(1, flag("a", false), flag("b", false))
	m := start(t, r, delivery.Options{})
	loaded(t, m)
	cell := m.ByEnvironment("default", "production")
	stop := make(chan struct{})
	var reads, flips atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			last := int64(0)
			for {
				select {
				case <-stop:
					return
				default:
				}
				pinned := cell.State()
				if on(t, pinned, "a") != on(t, pinned, "b") {
					t.Errorf("revision %d: a and b differ", pinned.Revision())
					return
				}
				if pinned.Revision() < last {
					t.Errorf("revision %d after %d", pinned.Revision(), last)
					return
				}
				if pinned.Revision() > last {
					flips.Add(1)
				}
				last = pinned.Revision()
				reads.Add(1)
			}
		})
	}
	// At least a hundred changes, and until the readers have seen a hundred: on a
	// busy machine they may sleep through many.
	for i := 0; i < 100 || (flips.Load() < 100 && i < 100_000); i++ {
		state := cell.State()
		value := i%2 == 0
		m.Announce(1, r.Publish(1, flag("a", value), flag("b", value)))
		<-state.Next()
	}
	close(stop)
	wg.Wait()
	if reads.Load() < 100 || flips.Load() < 100 {
		t.Errorf("only %d reads that saw %d changes: the test shows nothing", reads.Load(), flips.Load())
	}
}

func BenchmarkWake10000Waiters(b *testing.B) {
	const waiters = 10_000
	r := deliverytest.NewReader()
	r.Publish(1, flag("a", false))
	m := start(b, r, delivery.Options{})
	loaded(b, m)
	cell := m.ByEnvironment("default", "production")
	stop := make(chan struct{})
	var woken, waiting, all sync.WaitGroup
	waiting.Add(waiters)
	for range waiters {
		all.Go(func() {
			state := cell.State()
			waiting.Done()
			for {
				select {
				case <-state.Next():
				case <-stop:
					return
				}
				state = cell.State()
				woken.Done()
			}
		})
	}
	waiting.Wait()
	b.ResetTimer()
	for i := range b.N {
		woken.Add(waiters)
		m.Announce(1, r.Publish(1, flag("a", i%2 == 0)))
		woken.Wait()
	}
	b.StopTimer()
	close(stop)
	all.Wait()
}

func TestTheManagerKnowsWhichKeysItAnswersBy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		m := start(t, r, delivery.Options{})
		synctest.Wait()
		r.AddEnvironment(2, "default", "development")
		r.AddKey(1, 7, secret, delivery.ServerKey, 0)
		now, err := r.Environments(t.Context())
		if err != nil || len(now) != 2 {
			t.Fatal(now, err)
		}
		for _, env := range now {
			if m.Knows([]delivery.EnvironmentState{env}) {
				t.Errorf("it knows %s before it has looked", env.Key)
			}
		}
		m.Announce(0, 0)
		synctest.Wait()
		if !m.Knows(now) {
			t.Error("it has looked and does not know")
		}
	})
}
