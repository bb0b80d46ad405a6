package ingest

import (
	"cmp"
	"crypto/rand"
	"slices"
)

// Load is what one flush hands to the Sink: sums, and which batch added what to
// them. What a batch adds can so be left out when the Sink finds that the batch
// was counted already, by this server or by another one.
//
// The zero value is empty. A Load that the Sink has is not changed any more.
type Load struct {
	id      string // of what belongs to no batch, as if that were one
	rows    []Row  // with what belongs to no batch as Count
	batches []sent
	adds    int // of all batches
}

// sent is what a batch adds.
type sent struct {
	id   string
	adds []add
}

// add is a count for a row of the load.
type add struct {
	row   int32
	count int64
}

// Batch appends a batch with its rows.
func (l *Load) Batch(id string, rows ...Row) {
	adds := make([]add, len(rows))
	for i, row := range rows {
		adds[i] = add{int32(len(l.rows)), row.Count} //nolint:gosec // a load has fewer rows than that
		row.Count = 0
		l.rows = append(l.rows, row)
	}
	l.put(id, adds)
}

// Plain appends rows of no batch. They too are counted once, when a load comes
// again whose answer was lost.
func (l *Load) Plain(rows ...Row) {
	for _, row := range rows {
		l.rows = append(l.rows, row)
		l.plain(int32(len(l.rows)-1), 0) //nolint:gosec // a load has fewer rows than that
	}
}

// plain adds to a row what belongs to no batch.
func (l *Load) plain(place int32, count int64) {
	if l.id == "" {
		l.id = "load/" + rand.Text()
	}
	l.rows[place].Count = min(l.rows[place].Count+count, MaxCount)
}

func (l *Load) put(id string, adds []add) {
	l.batches = append(l.batches, sent{id, adds})
	l.adds += len(adds)
}

// Batches are the ids of the batches, and that of the rest, sorted: who writes them in this order
// does not deadlock with who writes others.
func (l *Load) Batches() []string {
	ids := make([]string, 0, len(l.batches)+1)
	for _, b := range l.batches {
		ids = append(ids, b.id)
	}
	if l.id != "" {
		ids = append(ids, l.id)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Minutes calls visit with the minute of each row.
func (l *Load) Minutes(visit func(minute int64)) {
	for i := range l.rows {
		visit(l.rows[i].Minute)
	}
}

// Rows are the sums, sorted by what they are about, without those of the
// batches that are known and each batch once.
func (l *Load) Rows(known map[string]bool) []Row {
	sums := slices.Clone(l.rows)
	if known[l.id] {
		for i := range sums {
			sums[i].Count = 0
		}
	}
	done := make(map[string]bool, len(l.batches))
	for _, b := range l.batches {
		if known[b.id] || done[b.id] {
			continue
		}
		done[b.id] = true
		for _, a := range b.adds {
			sums[a.row].Count = min(sums[a.row].Count+a.count, MaxCount)
		}
	}
	return folded(slices.DeleteFunc(sums, func(r Row) bool { return r.Count == 0 }))
}

// folded sorts rows and adds up those of one key.
func folded(rows []Row) []Row {
	slices.SortFunc(rows, Row.compare)
	kept := rows[:0]
	for _, r := range rows {
		if last := len(kept) - 1; last >= 0 && kept[last].compare(r) == 0 {
			kept[last].Count = min(kept[last].Count+r.Count, MaxCount)
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// compare orders rows by everything but their counts.
func (r Row) compare(o Row) int {
	return cmp.Or(
		cmp.Compare(r.EnvironmentID, o.EnvironmentID), cmp.Compare(r.Flag, o.Flag), cmp.Compare(r.Minute, o.Minute),
		cmp.Compare(r.Variation, o.Variation), cmp.Compare(r.Reason, o.Reason),
		cmp.Compare(r.Experiment, o.Experiment), cmp.Compare(r.Arm, o.Arm),
		cmp.Compare(r.Application, o.Application), cmp.Compare(r.Version, o.Version), cmp.Compare(r.SDK, o.SDK),
	)
}
