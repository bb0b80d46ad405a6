package outbox

import (
	"fmt"
	"sync"
	"testing"
)

func TestEveryEvaluationIsInExactlyOneBatch(t *testing.T) {
	var o Outbox
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 1000 {
				o.Add(Row{Flag: fmt.Sprintf("flag-%d", (g+i)%20), Reason: "DEFAULT"})
				if i%100 == 0 {
					o.Cut()
				}
			}
		})
	}
	wg.Wait()
	o.Cut()
	var total int64
	ids := map[string]bool{}
	for batch, ok := o.Next(); ok; batch, ok = o.Next() {
		if ids[batch.ID] {
			t.Fatal("an id was used twice")
		}
		ids[batch.ID] = true
		for _, c := range batch.Counts {
			total += c.N
		}
		o.Done(batch.ID)
	}
	if total+o.Dropped() != 8000 {
		t.Errorf("counted %d, dropped %d, want 8000 together", total, o.Dropped())
	}
}

func TestABatchStaysUntilItIsDoneAndKeepsItsID(t *testing.T) {
	var o Outbox
	o.Add(Row{Flag: "f"})
	o.Cut()
	first, _ := o.Next()
	again, ok := o.Next()
	if !ok || first.ID != again.ID {
		t.Fatalf("got %v then %v", first, again)
	}
	o.Done("another")
	if _, ok := o.Next(); !ok {
		t.Error("Done of another id took the batch")
	}
	o.Done(first.ID)
	if _, ok := o.Next(); ok {
		t.Error("the batch is still there")
	}
}

func TestAnOutageIsBoundedAndWhatIsDroppedIsCounted(t *testing.T) {
	var o Outbox
	for minute := range int64(30) {
		for flag := range 500 {
			o.Add(Row{Flag: fmt.Sprint("flag-", flag), Minute: minute})
		}
		o.Cut()
	}
	kept := 0
	for batch, ok := o.Next(); ok; batch, ok = o.Next() {
		kept += len(batch.Counts)
		o.Done(batch.ID)
	}
	if kept > Limit || kept+int(o.Dropped()) != 15_000 {
		t.Errorf("kept %d, dropped %d", kept, o.Dropped())
	}
}

// What was not sent yet is added up while an earlier batch waits for its answer,
// which keeps its id and its counts. No batch is larger than a server takes.
func TestWhatWaitsBehindABatchIsAddedUp(t *testing.T) {
	var o Outbox
	o.Add(Row{Flag: "first"})
	o.Cut()
	first, _ := o.Next()
	for range 100 { // far more rows than Limit, were they kept apart
		for flag := range 2 * most {
			o.Add(Row{Flag: fmt.Sprint("flag-", flag), Minute: 60_000})
		}
		o.Add(Row{Flag: "first"})
		o.Cut()
	}
	again, _ := o.Next()
	if again.ID != first.ID || len(again.Counts) != 1 || again.Counts[0].N != 1 {
		t.Errorf("the batch that may have been sent is now %+v", again)
	}
	o.Done(first.ID)
	sums := map[string]int64{}
	for batch, ok := o.Next(); ok; batch, ok = o.Next() {
		if len(batch.Counts) > most {
			t.Errorf("a batch of %d counts", len(batch.Counts))
		}
		for _, c := range batch.Counts {
			sums[c.Flag] += c.N
		}
		o.Done(batch.ID)
	}
	if len(sums) != 2*most+1 || o.Dropped() != 0 {
		t.Errorf("%d flags, %d dropped", len(sums), o.Dropped())
	}
	for flag, n := range sums {
		if n != 100 {
			t.Errorf("%s was counted %d times of 100", flag, n)
		}
	}
}

func TestAddDoesNotAllocateForAKnownRow(t *testing.T) {
	var o Outbox
	row := Row{Flag: "Flags.isHoliday", Variation: "true", Served: true, Reason: "RULE"}
	o.Add(row)
	if n := testing.AllocsPerRun(1000, func() { o.Add(row) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// tallyOf counts outcomes that are called by their number.
func tallyOf(o *Outbox, outcomes int) *Tally {
	return o.NewTally(outcomes, func(n int) Row { return Row{Flag: fmt.Sprint("flag-", n), Reason: "RULE"} })
}

// drained takes everything out of a box, by row.
func drained(o *Outbox) map[Row]int64 {
	rows := map[Row]int64{}
	o.Cut()
	for batch, ok := o.Next(); ok; batch, ok = o.Next() {
		for _, c := range batch.Counts {
			rows[c.Row] += c.N
		}
		o.Done(batch.ID)
	}
	return rows
}

func TestNoCountIsLostOrDoubledWhileTalliesMinutesAndCutsChange(t *testing.T) {
	const workers, each, outcomes, minutes = 8, 20_000, 30, 40
	var o Outbox
	tallies := []*Tally{tallyOf(&o, outcomes), tallyOf(&o, outcomes), tallyOf(&o, outcomes)}
	var counting, cutting sync.WaitGroup
	stop := make(chan struct{})
	rows := map[Row]int64{}
	cutting.Go(func() {
		for {
			for row, n := range drained(&o) {
				rows[row] += n
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	for g := range workers {
		counting.Go(func() {
			for i := range each {
				minute := int64(i / (each / minutes))
				tallies[(i/500+g)%len(tallies)].Add(i%outcomes, minute*minuteMS+int64(i%minuteMS))
			}
		})
	}
	counting.Wait()
	close(stop)
	cutting.Wait()
	for row, n := range drained(&o) {
		rows[row] += n
	}
	for minute := range int64(minutes) {
		total := int64(0)
		for n := range outcomes {
			total += rows[Row{Flag: fmt.Sprint("flag-", n), Reason: "RULE", Minute: minute * minuteMS}]
		}
		if want := int64(workers * each / minutes); total != want {
			t.Errorf("minute %d has %d counts, want %d", minute, total, want)
		}
	}
}

func TestATallyThatIsOutOfUseLetsItsWindowGo(t *testing.T) {
	var o Outbox
	tally := tallyOf(&o, 2)
	tally.Add(1, 90_000)
	if got := drained(&o); got[Row{Flag: "flag-1", Reason: "RULE", Minute: 60_000}] != 1 || len(got) != 1 {
		t.Fatalf("got %v", got)
	}
	for range idleCuts + 1 {
		o.Cut()
	}
	if len(o.open) != 0 {
		t.Errorf("%d windows are still open", len(o.open))
	}
	tally.Add(1, 90_000)
	if got := drained(&o); got[Row{Flag: "flag-1", Reason: "RULE", Minute: 60_000}] != 1 {
		t.Errorf("used again it counts %v", got)
	}
}

func TestAnEvaluationOfAnEarlierMinuteKeepsItsMinute(t *testing.T) {
	var o Outbox
	tally := tallyOf(&o, 1)
	tally.Add(0, 5*minuteMS)
	tally.Add(0, 5*minuteMS-1)
	tally.Add(0, -1)
	got := drained(&o)
	for _, minute := range []int64{5 * minuteMS, 4 * minuteMS, -minuteMS} {
		if got[Row{Flag: "flag-0", Reason: "RULE", Minute: minute}] != 1 {
			t.Errorf("minute %d: got %v", minute, got)
		}
	}
}

func TestWithoutCutsTheWindowsAreBounded(t *testing.T) {
	var o Outbox
	tally := tallyOf(&o, 500)
	for minute := range int64(200) {
		for n := range 500 {
			tally.Add(n, minute*minuteMS)
		}
		if len(o.open) > maxOpen {
			t.Fatalf("%d windows are open", len(o.open))
		}
	}
	kept := int64(0)
	for _, n := range drained(&o) {
		kept += n
	}
	if kept > Limit+maxOpen*500 || kept+o.Dropped() != 100_000 {
		t.Errorf("kept %d, dropped %d", kept, o.Dropped())
	}
}

func TestATallyDoesNotAllocate(t *testing.T) {
	var o Outbox
	tally := tallyOf(&o, 4)
	tally.Add(3, 0)
	if n := testing.AllocsPerRun(1000, func() { tally.Add(3, 1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkTally(b *testing.B) {
	var o Outbox
	tally := tallyOf(&o, 4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			tally.Add(3, 1)
		}
	})
}
