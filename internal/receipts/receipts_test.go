package receipts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/presence"
)

var production = Environment{ID: 1, Project: "default", Key: "production"}

// bench is a Registry with a presence of its own and a time that tests set.
type bench struct {
	t        *testing.T
	now      int64
	presence *presence.Registry
	sink     *memory
	*Registry
}

func newBench(t *testing.T, sink *memory) *bench {
	t.Helper()
	b := &bench{t: t, now: 1_000_000, sink: sink}
	c := clock.Func(func() time.Time { return time.UnixMilli(b.now) })
	b.presence = presence.New(c)
	b.Registry = New(b.presence, sink, Options{Clock: c})
	if err := b.Recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Published(production, 5)
	return b
}

func caller(id string) presence.Caller {
	return presence.Caller{Application: "calendar", Version: "1.4.0", SDK: "go/0.1.0", Instance: id, Address: "10.0.0.1"}
}

// stream connects an instance that has a revision.
func (b *bench) stream(id string, has int64) *presence.Connection {
	b.Holds(production.ID, caller(id), has)
	c := new(presence.Connection)
	b.presence.Connect(c, presence.Instance{Caller: caller(id), Project: "default", Environment: "production"})
	return c
}

func (b *bench) applied(id string, revision, agoMs int64) {
	b.Report(Report{EnvironmentID: production.ID, Caller: caller(id), Revision: revision, AgoMs: agoMs})
}

func (b *bench) commit(revision int64) { b.Committed(production, revision, b.now) }

func (b *bench) after(d time.Duration) { b.now += d.Milliseconds() }

func (b *bench) receipt(revision int64) Receipt {
	b.t.Helper()
	got, ok, err := b.Receipt(b.t.Context(), production.ID, revision)
	if err != nil || !ok {
		b.t.Fatalf("receipt of %d: %v, %v", revision, ok, err)
	}
	return got
}

func (b *bench) want(revision int64, expected, applied, stale int) Receipt {
	b.t.Helper()
	got := b.receipt(revision)
	if got.Expected != expected || got.Applied != applied || got.Stale != stale {
		b.t.Errorf("revision %d: applied by %d of %d, %d stale; want %d of %d, %d stale",
			revision, got.Applied, got.Expected, got.Stale, applied, expected, stale)
	}
	return got
}

func TestWhoWasConnectedIsExpectedAndTheTimeIsThatOfTheReportLessItsAge(t *testing.T) {
	b := newBench(t, newMemory())
	for _, id := range []string{"a", "b", "c"} {
		b.stream(id, 5)
	}
	b.commit(6)
	b.stream("late", 6)
	b.want(6, 3, 0, 0)
	b.after(5 * time.Second)
	b.applied("a", 6, 4900)
	b.applied("b", 6, 4690)
	b.applied("late", 6, 10)
	b.want(6, 3, 2, 0)
	b.applied("c", 6, 9000) // by its clock before the commit
	got := b.want(6, 3, 3, 0)
	if got.SlowestMs != 310 || got.Slowest.Instance != "b" || got.P50Ms != 101 || got.P99Ms != 310 || got.Timed != 3 {
		t.Errorf("times: %+v", got)
	}
	b.applied("c", 6, 0)
	b.want(6, 3, 3, 0)
}

func TestALaterRevisionIsAReceiptOfTheEarlierOnes(t *testing.T) {
	b := newBench(t, newMemory())
	b.stream("a", 5)
	b.commit(6)
	b.after(time.Second)
	b.commit(7)
	b.after(time.Second)
	b.commit(8)
	b.applied("a", 7, 500)
	if got := b.want(6, 1, 1, 0); got.SlowestMs != 1500 {
		t.Errorf("slowest %d ms, want 1500", got.SlowestMs)
	}
	if got := b.want(7, 1, 1, 0); got.SlowestMs != 500 {
		t.Errorf("slowest %d ms, want 500", got.SlowestMs)
	}
	b.want(8, 1, 0, 0)
}

func TestAReportThatIsFasterThanTheAnnouncementCounts(t *testing.T) {
	b := newBench(t, newMemory())
	b.stream("a", 5)
	committedAt := b.now
	b.after(20 * time.Millisecond)
	b.applied("a", 6, 5)
	b.Committed(production, 6, committedAt)
	if got := b.want(6, 1, 1, 0); got.SlowestMs != 15 {
		t.Errorf("slowest %d ms, want 15", got.SlowestMs)
	}
}

func TestWhoLeavesAfterTheCommitWasConnectedAtIt(t *testing.T) {
	b := newBench(t, newMemory())
	gone := b.stream("a", 5)
	b.stream("b", 5)
	b.commit(6)
	gone.Close()
	b.want(6, 2, 0, 0)
}

func TestACommitDoesNotWaitForTheQuestionWhoIsConnected(t *testing.T) {
	b := newBench(t, newMemory())
	b.stream("a", 5)
	asked := false
	b.connected = asking{b.connected, &asked}
	b.commit(6)
	b.Report(Report{EnvironmentID: production.ID, Caller: caller("a")}) // no news
	if asked {
		t.Error("asked before anybody had to know")
	}
	b.want(6, 1, 0, 0)
	if !asked {
		t.Error("never asked")
	}
	asked = false
	b.commit(7)
	b.want(7, 1, 0, 0)
	if asked {
		t.Error("asked again although the same ones are connected")
	}
	b.stream("b", 7)
	b.commit(8)
	b.want(8, 2, 0, 0)
}

// asking notes that it was asked who is connected.
type asking struct {
	Connected
	asked *bool
}

func (a asking) Programs(project, environment string, visit func(presence.Instance)) {
	*a.asked = true
	a.Connected.Programs(project, environment, visit)
}

func TestWhoLacksARevisionAfterTheGraceIsStaleSinceItFellBehind(t *testing.T) {
	b := newBench(t, newMemory())
	b.stream("a", 5)
	gone := b.stream("b", 5)
	fellBehind := b.now
	b.commit(6)
	b.after(graceStream - time.Millisecond)
	b.want(6, 2, 0, 0)
	b.after(time.Millisecond)
	b.want(6, 2, 0, 2)
	gone.Close()
	b.commit(7)
	b.after(graceStream)
	got := b.want(7, 1, 0, 1) // the other one had left before
	want := []Stale{{Caller: caller("a"), Revision: 5, Since: fellBehind, LastSeenAt: fellBehind, Connected: true}}
	if diff := cmp.Diff(want, got.StaleOnes); diff != "" || got.StaleSince != fellBehind {
		t.Errorf("since %d: %s", got.StaleSince, diff)
	}
	if newest, ok := b.Newest(production.ID); !ok || newest.Revision != 7 || newest.Stale != 1 {
		t.Errorf("the newest: %+v, %v", newest, ok)
	}
	if _, ok := b.Newest(production.ID + 1); ok {
		t.Error("an environment that never was has a receipt")
	}
	if s := b.Standing(production.ID, "a"); s.Applied != 5 || s.StaleSince != fellBehind {
		t.Errorf("standing %+v", s)
	}
	six := b.want(6, 2, 0, 2)
	if six.StaleOnes[1].Instance != "b" || six.StaleOnes[1].Connected {
		t.Errorf("who left without applying: %+v", six.StaleOnes[1])
	}
	b.applied("a", 7, 0)
	b.want(7, 1, 1, 0)
	b.want(6, 2, 1, 1)
	if s := b.Standing(production.ID, "a"); s.StaleSince != 0 {
		t.Errorf("still stale: %+v", s)
	}
}

func TestAPollerHasTheTimeOfAPoll(t *testing.T) {
	b := newBench(t, newMemory())
	b.presence.Seen(presence.Instance{Caller: caller("a"), Project: "default", Environment: "production", Transport: presence.Poll})
	b.presence.Seen(presence.Instance{Caller: caller("remote"), Project: "default", Environment: "production", Transport: presence.OFREP})
	b.presence.Seen(presence.Instance{Caller: presence.Caller{Application: "curl"}, Project: "default", Environment: "production", Transport: presence.Poll})
	b.commit(6)
	b.after(graceStream)
	b.want(6, 1, 0, 0)
	b.after(gracePoll - graceStream)
	b.want(6, 1, 0, 1)
}

func TestWhatAnInstanceHoldsWhenItConnectsCountsAndItsReportGivesTheTime(t *testing.T) {
	b := newBench(t, newMemory())
	connection := b.stream("a", 5)
	b.commit(6)
	b.after(time.Second)
	connection.Close()
	b.stream("a", 6)
	if got := b.want(6, 1, 1, 0); got.Timed != 0 {
		t.Errorf("a time nobody told: %+v", got)
	}
	b.applied("a", 6, 900)
	if got := b.want(6, 1, 1, 0); got.Timed != 1 || got.SlowestMs != 100 {
		t.Errorf("times: %+v", got)
	}
}

func TestInstancesBehindARelayCountWhileTheyAreHeardOf(t *testing.T) {
	b := newBench(t, newMemory())
	b.applied("a", 5, 0)
	b.applied("silent", 5, 0)
	b.after(relayed)
	b.Report(Report{EnvironmentID: production.ID, Caller: caller("a")})
	b.after(time.Second)
	b.commit(6)
	b.want(6, 1, 0, 0)
	b.after(2 * time.Second)
	b.applied("a", 6, 0)
	b.want(6, 1, 1, 0)
	b.applied("silent", 6, 500) // it was there all the time
	b.want(6, 2, 2, 0)
	if got := b.Relayed(production.ID); len(got) != 2 || got[0].Instance != "a" || got[0].Applied != 6 {
		t.Errorf("through a relay: %+v", got)
	}
	b.stream("a", 6)
	if got := b.Relayed(production.ID); len(got) != 1 {
		t.Errorf("one connects here now: %+v", got)
	}
}

func TestAnInstanceThatClosedItsStreamIsNotTakenForARelaysOne(t *testing.T) {
	b := newBench(t, newMemory())
	b.stream("a", 5).Close()
	b.applied("a", 5, 0) // its last words
	b.commit(6)
	b.want(6, 0, 0, 0)
}

func TestOverridesAreCountedAmongThoseConnected(t *testing.T) {
	sink := newMemory()
	b := newBench(t, sink)
	for _, id := range []string{"a", "b", "c"} {
		b.stream(id, 5)
	}
	tell := func(id string, flags ...string) {
		b.Report(Report{EnvironmentID: production.ID, Caller: caller(id), Overrides: &flags})
	}
	tell("a", "x", "f", "f")
	tell("b", "f")
	b.Holds(production.ID, caller("gone"), 0)
	tell("gone", "f")
	check := func(b *bench, want ...string) {
		t.Helper()
		by, of := b.Overridden(production.ID, "f")
		var got []string
		for _, c := range by {
			got = append(got, c.Instance)
		}
		if of != 3 || !slices.Equal(got, want) {
			t.Errorf("overridden by %v of %d, want %v of 3", got, of, want)
		}
	}
	check(b, "a", "b")
	if got := b.Standing(production.ID, "a").Overrides; !slices.Equal(got, []string{"f", "x"}) {
		t.Errorf("standing: %v", got)
	}
	b.save()

	again := newBench(t, sink) // an instance tells it only once
	connection := again.stream("a", 5)
	again.stream("b", 5)
	again.stream("c", 5)
	check(again, "a", "b")
	none := []string{}
	again.Report(Report{EnvironmentID: production.ID, Caller: caller("b"), Overrides: &none})
	check(again, "a")
	again.save()
	if kept := slices.Sorted(maps.Keys(sink.overrides)); !slices.Equal(kept, []string{"a", "gone"}) {
		t.Errorf("kept: %v", kept)
	}
	again.after(forgetOverrides + time.Second)
	connection.Sent(5, again.now)
	again.sweep()
	again.save()
	if kept := slices.Sorted(maps.Keys(sink.overrides)); !slices.Equal(kept, []string{"a"}) {
		t.Errorf("kept of those connected: %v", kept)
	}
}

func TestReceiptsOutliveARestart(t *testing.T) {
	sink := newMemory()
	b := newBench(t, sink)
	for _, id := range []string{"a", "b"} {
		b.stream(id, 5)
	}
	b.commit(6)
	b.after(time.Second)
	b.applied("a", 6, 0)
	b.save()
	before := b.now

	again := newBench(t, sink)
	again.now = before + gracePoll.Milliseconds()
	got := again.want(6, 2, 1, 1)
	if got.SlowestMs != 1000 || got.StaleOnes[0].Instance != "b" || got.StaleOnes[0].Revision != 5 || got.StaleOnes[0].Connected {
		t.Errorf("after the restart: %+v", got)
	}
	again.stream("b", 6)
	again.want(6, 2, 2, 0)
	again.commit(7)
	again.want(7, 1, 0, 0)
}

func TestTheRevisionAtTheStartHasNoReceiptOfItsOwn(t *testing.T) {
	b := newBench(t, newMemory())
	if _, ok, err := b.Receipt(t.Context(), production.ID, 5); ok || err != nil {
		t.Errorf("a receipt of what was there before: %v", err)
	}
	b.stream("a", 5)
	b.Published(production, 6) // committed by somebody else
	b.want(6, 1, 0, 0)
	b.commit(6)
	b.want(6, 1, 0, 0)
}

func TestOldRevisionsAreFollowedNoMoreButAnswer(t *testing.T) {
	b := newBench(t, newMemory())
	b.stream("a", 5)
	for n := range maxRounds + 10 {
		b.commit(int64(6 + n))
	}
	b.save()
	b.after(graceStream)
	b.want(6, 1, 0, 1)
	b.applied("a", 6+maxRounds+9, 0)
	b.want(6, 1, 0, 1) // as it was when it was given up
	b.want(6+maxRounds, 1, 1, 0)
	if b.pending != 0 {
		t.Errorf("%d expectations left", b.pending)
	}
	b.after(Kept + time.Hour)
	b.sweep()
	if n := len(b.environments[production.ID].rounds); n != 0 {
		t.Errorf("%d revisions followed after a fortnight", n)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	b := newBench(t, newMemory())
	many := make([]string, 2*maxOverrides)
	for i := range many {
		many[i] = fmt.Sprint("flag", i)
	}
	for i := range maxInstances + 10 {
		report := Report{EnvironmentID: production.ID, Caller: caller(fmt.Sprint(i))}
		if i <= maxOverriden/maxOverrides {
			report.Overrides = &many
		}
		b.Report(report)
	}
	if len(b.instances) != maxInstances || b.overridden != maxOverriden {
		t.Errorf("%d instances, %d flags", len(b.instances), b.overridden)
	}
	for n := range 10 {
		b.commit(int64(6 + n))
	}
	if b.pending > maxPending {
		t.Errorf("%d expectations", b.pending)
	}
	b.after(Kept + time.Hour)
	b.sweep()
	if len(b.instances) != 0 || b.overridden != 0 {
		t.Errorf("%d instances, %d flags after all have gone", len(b.instances), b.overridden)
	}
}

func TestWhatTheSinkDoesNotTakeIsKeptForTheNextTime(t *testing.T) {
	sink := newMemory()
	b := newBench(t, sink)
	b.stream("a", 5)
	b.commit(6)
	flags := []string{"f"}
	b.Report(Report{EnvironmentID: production.ID, Caller: caller("a"), Overrides: &flags})
	sink.err = errors.New("disk full")
	if err := b.Save(t.Context()); !errors.Is(err, sink.err) {
		t.Fatalf("got %v", err)
	}
	sink.err = nil
	b.opts.Room = func() bool { return false }
	b.save()
	if len(sink.records) != 0 {
		t.Error("saved although the disk is full")
	}
	b.opts.Room = nil
	b.save()
	if len(sink.records) != 1 || len(sink.overrides) != 1 {
		t.Errorf("kept %d receipts and %d overrides", len(sink.records), len(sink.overrides))
	}
	saves := sink.saves
	b.save()
	if sink.saves != saves {
		t.Error("saved again what has not changed")
	}
}

func TestRunTellsOfReportsAndOfAGraceThatPassesAndSavesAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := newMemory()
		connected := presence.New(clock.System{})
		r := New(connected, sink, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- r.Run(ctx) }()
		r.Published(production, 5)
		for _, id := range []string{"a", "b"} {
			connected.Connect(new(presence.Connection), presence.Instance{Caller: caller(id), Project: "default", Environment: "production"})
		}
		told := r.Changed()
		r.Committed(production, 6, clock.Millis(clock.System{}))
		<-told
		told = r.Changed()
		began := time.Now()
		if time.Sleep(r.opts.Every); len(sink.records) > 0 {
			t.Error("saved what will soon be another receipt")
		}
		r.Report(Report{EnvironmentID: production.ID, Caller: caller("a"), Revision: 6})
		<-told
		<-r.Changed() // nobody reports: the grace of b has passed
		if waited := time.Since(began); waited < graceStream-breath {
			t.Errorf("told after %v", waited)
		}
		r.Report(Report{EnvironmentID: production.ID, Caller: caller("b"), Revision: 6})
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if got := sink.records[[2]int64{1, 6}]; got.Applied != 2 {
			t.Errorf("saved %+v", got)
		}
	})
}

func TestSlotsAreASet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var have slots
	want := map[int]bool{}
	for range 20_000 {
		slot := random.IntN(300)
		if random.IntN(2) == 0 {
			have.add(slot)
			want[slot] = true
		} else if have.remove(slot) != want[slot] {
			t.Fatalf("%d was in the set: %v", slot, want[slot])
		} else {
			delete(want, slot)
		}
		if have.len() != len(want) || have.has(slot) != want[slot] {
			t.Fatalf("%d of %d, %d in the set: %v", have.len(), len(want), slot, have.has(slot))
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Collect(have.all())); diff != "" {
		t.Error(diff)
	}
}

func TestTimesAreCountedWithin3Percent(t *testing.T) {
	var l Latencies
	for ms := int64(0); ms < 3_000_000; ms = ms*21/20 + 1 {
		number := bucketOf(ms)
		if up := upper(number); up < ms || float64(up-ms) > 0.0323*float64(ms) {
			t.Fatalf("%d ms is shown as %d", ms, up)
		}
		if ms > 0 && bucketOf(upper(number)) != number {
			t.Fatalf("bucket %d does not hold its end", number)
		}
	}
	for ms := range int64(100) {
		l.add(99 - ms)
	}
	if l.within(0.5) != 49 || l.within(0.99) != 99 || l.within(1) != 99 {
		t.Errorf("p50 %d, p99 %d, all %d", l.within(0.5), l.within(0.99), l.within(1))
	}
	if got := latenciesOf(l.buckets); got.total != 100 || got.within(0.5) != 49 {
		t.Errorf("restored: %+v", got)
	}
}

func (b *bench) save() {
	b.t.Helper()
	if err := b.Save(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// memory is a Sink for tests of what happens between saves; the store's own is
// tested with the store.
type memory struct {
	records   map[[2]int64]Record
	overrides map[string]Override
	saves     int
	err       error
}

func newMemory() *memory {
	return &memory{records: map[[2]int64]Record{}, overrides: map[string]Override{}}
}

func (m *memory) SaveReceipts(_ context.Context, changes Changes) error {
	if m.err != nil {
		return m.err
	}
	m.saves++
	for _, r := range changes.Receipts {
		m.records[[2]int64{r.EnvironmentID, r.Revision}] = r
	}
	for _, o := range changes.Overrides {
		delete(m.overrides, o.Caller.Instance)
		if len(o.Flags) > 0 {
			m.overrides[o.Caller.Instance] = o
		}
	}
	return nil
}

func (m *memory) Receipt(_ context.Context, environmentID, revision int64) (Record, bool, error) {
	r, ok := m.records[[2]int64{environmentID, revision}]
	return r, ok, nil
}

func (m *memory) RecentReceipts(_ context.Context, each int) ([]Record, error) {
	list := slices.Collect(maps.Values(m.records))
	slices.SortFunc(list, func(a, b Record) int { return int(a.Revision - b.Revision) })
	return list[max(0, len(list)-each):], nil
}

func (m *memory) Overrides(context.Context) ([]Override, error) {
	return slices.Collect(maps.Values(m.overrides)), nil
}

func BenchmarkACommitWithTenThousandConnected(b *testing.B) {
	c := clock.System{}
	connected := presence.New(c)
	r := New(connected, newMemory(), Options{})
	r.Published(production, 0)
	for i := range 10_000 {
		connected.Connect(new(presence.Connection), presence.Instance{Caller: caller(fmt.Sprint(i)), Project: "default", Environment: "production"})
	}
	revision := int64(0)
	for b.Loop() {
		revision++
		r.Committed(production, revision, clock.Millis(c))
		for i := range 10_000 {
			r.Report(Report{EnvironmentID: production.ID, Caller: caller(fmt.Sprint(i)), Revision: revision, AgoMs: 100})
		}
	}
}
