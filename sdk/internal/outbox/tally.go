package outbox

import "sync/atomic"

const minuteMS = 60_000

// sealed is the bit of a counter that was read for the last time. Whoever counts
// into it sees the bit and counts again elsewhere, so that no evaluation is lost
// and none counted twice.
const sealed = 1 << 63

// idleCuts is how many cuts a window without counts stays open.
const idleCuts = 12

// maxOpen is how many windows may be open; more come about only where nobody
// cuts for many minutes, because the server does not answer.
const maxOpen = 16

// Tally counts the evaluations of one configuration by the numbers of their
// outcomes. Its methods may be called by many goroutines.
type Tally struct {
	box      *Outbox
	outcomes int
	row      func(outcome int) Row
	window   atomic.Pointer[window] // replaced with the box's mu held
}

// window is what happened in one minute.
type window struct {
	tally  *Tally
	minute int64 // its start
	counts []atomic.Uint64
	idle   int // cuts without counts, guarded by the box's mu
}

// NewTally returns a tally for outcomes numbered from 0 to outcomes-1; row says
// what a number stands for, and its Minute is not read. A tally that is no longer
// used needs no closing, and one that is used again goes on counting.
func (o *Outbox) NewTally(outcomes int, row func(outcome int) Row) *Tally {
	return &Tally{box: o, outcomes: outcomes, row: row}
}

// Add counts one evaluation at an instant, in Unix milliseconds. It takes no lock
// and allocates nothing, but for the first evaluation of a minute.
func (t *Tally) Add(outcome int, at int64) {
	if w := t.window.Load(); w != nil && uint64(at-w.minute) < minuteMS && w.counts[outcome].Add(1)&sealed == 0 {
		return
	}
	t.addElsewhere(outcome, startOfMinute(at))
}

// addElsewhere counts where there is no window for the minute: it opens one, or
// counts in the box when the minute is over. The window in t.window is never a
// sealed one while mu is held.
func (t *Tally) addElsewhere(outcome int, minute int64) {
	t.box.mu.Lock()
	w := t.window.Load()
	if w == nil || w.minute < minute {
		if len(t.box.open) >= maxOpen {
			t.box.cut()
		}
		w = &window{tally: t, minute: minute, counts: make([]atomic.Uint64, t.outcomes)}
		t.box.open = append(t.box.open, w)
		t.window.Store(w)
	}
	late := w.minute != minute
	if !late {
		w.counts[outcome].Add(1)
	}
	t.box.mu.Unlock()
	if late {
		t.box.Add(w.row(outcome, minute))
	}
}

// row is what an outcome stands for in a minute.
func (w *window) row(outcome int, minute int64) Row {
	row := w.tally.row(outcome)
	row.Minute = minute
	return row
}

// drain moves the counts of the open windows into rows and closes the windows
// whose time is over. The caller holds mu.
func (o *Outbox) drain(rows map[Row]int64) {
	open := o.open[:0]
	for _, w := range o.open {
		closing := w.tally.window.Load() != w
		if !closing && w.idle >= idleCuts {
			w.tally.window.Store(nil)
			closing = true
		}
		w.idle++
		if w.take(rows, closing) {
			w.idle = 0
		}
		if !closing {
			open = append(open, w)
		}
	}
	clear(o.open[len(open):])
	o.open = open
}

// take moves the counts into rows, for the last time when closing, and reports
// whether there were any.
func (w *window) take(rows map[Row]int64, closing bool) (any bool) {
	left := uint64(0)
	if closing {
		left = sealed
	}
	for outcome := range w.counts {
		c := &w.counts[outcome]
		if !closing && c.Load() == 0 {
			continue
		}
		if n := c.Swap(left); n > 0 {
			rows[w.row(outcome, w.minute)] += int64(n)
			any = true
		}
	}
	return any
}

// startOfMinute is the start of the minute that an instant lies in.
func startOfMinute(at int64) int64 {
	start := at / minuteMS * minuteMS
	if at < start {
		start -= minuteMS
	}
	return start
}
