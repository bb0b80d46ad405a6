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

func TestAddDoesNotAllocateForAKnownRow(t *testing.T) {
	var o Outbox
	row := Row{Flag: "Flags.isHoliday", Variation: "true", Served: true, Reason: "RULE"}
	o.Add(row)
	if n := testing.AllocsPerRun(1000, func() { o.Add(row) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
