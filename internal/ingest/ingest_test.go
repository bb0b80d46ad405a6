package ingest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ledger is the outside of ingest: it keeps what it is given, as the store does.
type ledger struct {
	mu   sync.Mutex
	down error
	ids  map[string]bool
	rows map[Row]int64
	uses map[int64]int64
}

func newLedger() *ledger {
	return &ledger{ids: map[string]bool{}, rows: map[Row]int64{}, uses: map[int64]int64{}}
}

func (l *ledger) AddCounts(_ context.Context, load *Load) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down != nil {
		return l.down
	}
	for _, row := range load.Rows(l.ids) {
		n := row.Count
		row.Count = 0
		l.rows[row] += n
	}
	for _, id := range load.Batches() {
		l.ids[id] = true
	}
	return nil
}

func (l *ledger) AddKeyUses(_ context.Context, uses []KeyUse) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down != nil {
		return l.down
	}
	for _, use := range uses {
		l.uses[use.KeyID] += use.Uses
	}
	return nil
}

func (l *ledger) total() (sum int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.rows {
		sum += n
	}
	return sum
}

const minute = int64(1_793_779_200_000)

func fixed() clock.Clock {
	return clock.Func(func() time.Time { return time.UnixMilli(minute + 30_000) })
}

func batch(id string, counts ...Count) Batch {
	return Batch{ID: id, EnvironmentID: 1, Application: Application{Name: "calendar", Version: "1.0", SDK: "python/0.1.0"}, Counts: counts}
}

func served(flag, variation string, n int64) Count {
	return Count{Flag: flag, Variation: variation, Reason: "RULE", Minute: minute, Count: n}
}

func TestCountsOfOneMinuteAreAddedUp(t *testing.T) {
	sink := newLedger()
	in := New(sink, Options{Clock: fixed()})
	for _, b := range []Batch{
		batch("b1", served("f", "true", 2), served("f", "", 1)),
		batch("b2", served("f", "true", 40)),
	} {
		if n, err := in.Offer(b); err != nil || n != len(b.Counts) {
			t.Fatalf("got %d, %v", n, err)
		}
	}
	in.Served(1, Application{Name: "calendar", Version: "1.0", SDK: "python/0.1.0"}, Count{Flag: "f", Variation: "true", Reason: "RULE"})
	changed := in.Changed()
	if err := in.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-changed
	row := Row{EnvironmentID: 1, Minute: minute, Flag: "f", Reason: "RULE", Application: "calendar", Version: "1.0", SDK: "python/0.1.0"}
	none := row
	row.Variation = "true"
	if diff := cmp.Diff(map[Row]int64{row: 43, none: 1}, sink.rows); diff != "" {
		t.Error(diff)
	}
}

func TestASumStaysAtTheMostThatIsTaken(t *testing.T) {
	l := newLedger()
	in := New(l, Options{Clock: fixed()})
	most := Count{Flag: "f", Reason: "RULE", Minute: minute, Count: MaxCount}
	if n, err := in.Offer(batch("a", most, most, most)); err != nil || n != 3 {
		t.Fatalf("took %d, %v", n, err)
	}
	if err := in.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if l.total() != MaxCount {
		t.Errorf("the sum is %d", l.total())
	}
}

func TestABatchCountsOnceHoweverOftenItComes(t *testing.T) {
	sink := newLedger()
	in := New(sink, Options{Clock: fixed()})
	offer := func(in *Ingest, b Batch) {
		t.Helper()
		if n, err := in.Offer(b); err != nil || n != 1 {
			t.Fatalf("got %d, %v", n, err)
		}
		if err := in.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	offer(in, batch("same", served("f", "true", 5)))
	offer(in, batch("same", served("f", "true", 5)))
	if got := sink.total(); got != 5 {
		t.Errorf("sent twice: %d, want 5", got)
	}
	other := batch("same", served("f", "true", 5))
	other.EnvironmentID = 2
	offer(in, other)
	if got := sink.total(); got != 10 {
		t.Errorf("another environment's batch with the same id: %d, want 10", got)
	}
	restarted := New(sink, Options{Clock: fixed()})
	offer(restarted, batch("same", served("f", "true", 5)))
	if got := sink.total(); got != 10 {
		t.Errorf("sent again after a restart: %d, want 10", got)
	}
}

func TestASinkThatFailsLosesNothing(t *testing.T) {
	sink := newLedger()
	in := New(sink, Options{Clock: fixed()})
	sink.down = errors.New("disk full")
	in.KeyUsed(9, "python/0.1.0")
	if _, err := in.Offer(batch("b1", served("f", "true", 1))); err != nil {
		t.Fatal(err)
	}
	if err := in.Flush(t.Context()); !errors.Is(err, sink.down) {
		t.Fatalf("got %v, want the cause", err)
	}
	sink.down = nil
	in.KeyUsed(9, "")
	if _, err := in.Offer(batch("b2", served("f", "true", 2))); err != nil {
		t.Fatal(err)
	}
	if err := in.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if sink.total() != 3 || sink.uses[9] != 2 || len(sink.ids) != 2 {
		t.Errorf("got %d counts, %d uses, ids %v", sink.total(), sink.uses[9], sink.ids)
	}
}

func TestWithoutRoomCountsAreDroppedAndUsesOfKeysAreNot(t *testing.T) {
	sink := newLedger()
	room := false
	in := New(sink, Options{Clock: fixed(), Room: func() bool { return room }})
	flush := func() {
		t.Helper()
		in.KeyUsed(9, "python/0.1.0")
		if n, err := in.Offer(batch("b1", served("f", "true", 4), served("g", "true", 3))); err != nil || n != 2 {
			t.Fatalf("took %d, %v", n, err)
		}
		if err := in.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	flush()
	if sink.total() != 0 || len(sink.ids) != 0 || in.Stats().Dropped.Of("no_room").Load() != 7 || sink.uses[9] != 1 {
		t.Errorf("%d counts, ids %v, %d dropped, %d uses", sink.total(), sink.ids, in.Stats().Dropped.Of("no_room").Load(), sink.uses[9])
	}
	room = true
	flush() // the same batch again: it was answered for
	if _, err := in.Offer(batch("b2", served("f", "true", 5))); err != nil {
		t.Fatal(err)
	}
	flush()
	if sink.total() != 5 || in.Stats().Dropped.Of("no_room").Load() != 7 {
		t.Errorf("with room: %d counts, %d dropped", sink.total(), in.Stats().Dropped.Of("no_room").Load())
	}
}

func TestMemoryIsBoundedAndAFullServerSaysSo(t *testing.T) {
	sink := newLedger()
	sink.down = errors.New("away")
	in := New(sink, Options{Clock: fixed(), MaxRows: 10})
	var refused error
	for i := range 20 {
		if _, err := in.Offer(batch(fmt.Sprint("b", i), served(fmt.Sprint("f", i), "true", 1))); err != nil {
			refused = err
		}
	}
	if f := fault.As(refused); f.Kind != fault.Unavailable || f.RetryAfter <= 0 {
		t.Errorf("got %v, want unavailable with a time to retry", refused)
	}
	in.Served(1, Application{}, Count{Flag: "new", Reason: "OFF"})
	if in.Held() != 10 || in.Stats().Dropped.Of("full").Load() != 1 {
		t.Errorf("%d rows held, %d dropped; want 10 and 1", in.Held(), in.Stats().Dropped.Of("full").Load())
	}
}

func TestRunFlushesOnTimeAndAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := newLedger()
		in := New(sink, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- in.Run(ctx) }()
		in.Served(1, Application{}, Count{Flag: "f", Reason: "OFF"})
		time.Sleep(5100 * time.Millisecond)
		if got := sink.total(); got != 1 {
			t.Errorf("after 5 s: %d, want 1", got)
		}
		in.Served(1, Application{}, Count{Flag: "f", Reason: "OFF"})
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if got := sink.total(); got != 2 {
			t.Errorf("after the stop: %d, want 2", got)
		}
	})
}

func TestAWrongBatchNamesItsFields(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Batch)
		field string
	}{
		{"no id", func(b *Batch) { b.ID = "" }, "id"},
		{"a flag that is no key", func(b *Batch) { b.Counts[0].Flag = "a b" }, "counts[0].flag"},
		{"a variation that is no id", func(b *Batch) { b.Counts[0].Variation = "-" }, "counts[0].variation"},
		{"a reason nobody knows", func(b *Batch) { b.Counts[0].Reason = "BECAUSE" }, "counts[0].reason"},
		{"a minute that does not start one", func(b *Batch) { b.Counts[0].Minute++ }, "counts[0].minute"},
		{"a negative count", func(b *Batch) { b.Counts[0].Count = -1 }, "counts[0].count"},
		{"too many counts", func(b *Batch) { b.Counts = make([]Count, MaxCounts+1) }, "counts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := batch("b", served("f", "true", 1))
			tt.spoil(&b)
			n, err := New(newLedger(), Options{Clock: fixed()}).Offer(b)
			f := fault.As(err)
			if n != 0 || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Field != tt.field {
				t.Errorf("got %d, %v, want a fault of %s", n, err, tt.field)
			}
		})
	}
}

func TestAClockThatRunsAheadCountsAsNowAndOldCountsAreDropped(t *testing.T) {
	sink := newLedger()
	in := New(sink, Options{Clock: fixed()})
	ahead, old := served("f", "true", 1), served("f", "true", 7)
	ahead.Minute += 10 * 60_000
	old.Minute -= 15 * 24 * 60 * 60_000
	n, err := in.Offer(batch("b", ahead, old))
	if err != nil || n != 1 || in.Stats().Dropped.Of("old").Load() != 7 {
		t.Fatalf("took %d, dropped %d, %v", n, in.Stats().Dropped.Of("old").Load(), err)
	}
	for _, row := range in.load.rows {
		if row.Minute != minute {
			t.Errorf("counted for %d, want %d", row.Minute, minute)
		}
	}
}

func TestManyProgramsCountAtOnceAndNothingIsLost(t *testing.T) {
	sink := newLedger()
	in := New(sink, Options{Every: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- in.Run(ctx) }()
	var wg sync.WaitGroup
	for p := range 16 {
		wg.Go(func() {
			for i := range 100 {
				b := batch(fmt.Sprintf("%d-%d", p, i), served("f", "true", 1))
				b.Counts[0].Minute = time.Now().UnixMilli() / 60_000 * 60_000
				if _, err := in.Offer(b); err != nil {
					t.Error(err)
				}
				in.Served(1, Application{}, Count{Flag: "g", Reason: "OFF"})
			}
		})
	}
	wg.Wait()
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := sink.total(); got != 3200 {
		t.Errorf("got %d, want 3200", got)
	}
}

func BenchmarkServed(b *testing.B) {
	in := New(newLedger(), Options{Clock: fixed()})
	app := Application{Name: "calendar"}
	b.ReportAllocs()
	for b.Loop() {
		in.Served(1, app, Count{Flag: "f", Variation: "true", Reason: "RULE"})
	}
}

func TestKeyUsesCanBeWrittenAtOnceAndSurviveAFailure(t *testing.T) {
	sink := newLedger()
	in := New(sink, Options{})
	in.KeyUsed(7, "go/0.1.0")
	if err := in.FlushUses(t.Context()); err != nil || sink.uses[7] != 1 {
		t.Fatalf("uses %v, %v", sink.uses, err)
	}
	in.KeyUsed(7, "go/0.1.0")
	sink.down = errors.New("the store is away")
	if err := in.FlushUses(t.Context()); err == nil {
		t.Fatal("the failure is hidden")
	}
	sink.down = nil
	if err := in.Flush(t.Context()); err != nil || sink.uses[7] != 2 {
		t.Fatalf("uses %v, %v", sink.uses, err)
	}
}

func TestTheSumsTellWhatBecameOfEachBatch(t *testing.T) {
	in := New(newLedger(), Options{Clock: fixed(), MaxRows: 2})
	_, _ = in.Offer(batch("a", served("f", "true", 3), served("g", "true", 4)))
	_, _ = in.Offer(batch("a", served("f", "true", 3)))
	_, _ = in.Offer(batch("", served("f", "true", 1)))
	_, _ = in.Offer(batch("b", served("h", "true", 1)))
	got := map[string]int64{}
	in.Stats().Batches.Each(func(outcome string, n int64) { got[outcome] = n })
	if diff := cmp.Diff(map[string]int64{"accepted": 1, "duplicate": 1, "invalid": 1, "busy": 1, "other": 0}, got); diff != "" {
		t.Error(diff)
	}
	if n := in.Stats().Evaluations.Load(); n != 7 || in.Held() != 2 || in.Limit() != 4 {
		t.Errorf("%d evaluations, %d of %d sums held; want 7, 2 of 4", n, in.Held(), in.Limit())
	}
}
