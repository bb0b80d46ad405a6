package document

import (
	"cmp"
	"slices"
)

const (
	keptTables = 16 // tables of a split's past
	manyRanges = 64 // ranges of a table beyond which a plan proposes to compact it

	maxKeptRanges = 1_024 // of a table of the past, so that nobody makes a document grow without end
)

// layout lays a new split out: one cell per share, empty ones left out.
func layout(shares []Share) []Cell {
	var out []Cell
	end := 0
	for _, s := range shares {
		if s.PPM == 0 {
			continue
		}
		end += s.PPM
		out = append(out, Cell{End: end, To: s.To})
	}
	return out
}

// agrees says whether the cells of a table give each party its share.
func agrees(table []Cell, shares []Share) bool {
	if len(table) == 0 {
		return false
	}
	for _, rest := range surplus(table, shares) {
		if rest != 0 {
			return false
		}
	}
	return true
}

// surplus is what each party has in a table beyond its share.
func surplus(table []Cell, shares []Share) map[string]int {
	out, start := map[string]int{}, 0
	for _, c := range table {
		out[c.To] += c.End - start
		start = c.End
	}
	for _, s := range shares {
		out[s.To] -= s.PPM
	}
	return out
}

// edit gives a split other shares and moves as few units as these allow: the
// sum of what the shrinking parties lose. Where an earlier table does the same,
// it is taken, so that going back is exact. Else who shrinks gives back what it
// took last, from the end, and who grows takes it, next being one of them. A
// split without a table gets an earlier one, or a new layout.
func edit(table []Cell, past [][]Cell, shares []Share) []Cell {
	if agrees(table, shares) {
		return table
	}
	least := 0
	for _, rest := range surplus(table, shares) {
		least += max(rest, 0)
	}
	for _, earlier := range past {
		if agrees(earlier, shares) && moved(table, earlier) == least {
			return earlier
		}
	}
	if len(table) == 0 {
		return layout(shares)
	}
	return transfer(table, past, shares)
}

// transfer moves ranges from the parties that shrink to those that grow.
func transfer(table []Cell, past [][]Cell, shares []Share) []Cell {
	rest := surplus(table, shares)
	spans := spansOf(table, past)
	slices.SortStableFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.age, b.age), cmp.Compare(b.end, a.end))
	})
	var kept, free []span
	for _, s := range spans {
		give := min(max(rest[s.to], 0), s.end-s.start)
		rest[s.to] -= give
		if give < s.end-s.start {
			kept = append(kept, span{start: s.start, end: s.end - give, to: s.to})
		}
		if give > 0 {
			free = append(free, span{start: s.end - give, end: s.end})
		}
	}
	slices.SortFunc(free, byPosition)
	for _, share := range shares {
		want := -rest[share.To]
		rest[share.To] = 0
		for want > 0 && len(free) > 0 { // shares that sum to 100 use up what is free
			first := &free[0]
			take := min(want, first.end-first.start)
			kept = append(kept, span{start: first.start, end: first.start + take, to: share.To})
			want -= take
			if first.start += take; first.start == first.end {
				free = free[1:]
			}
		}
	}
	slices.SortFunc(kept, byPosition)
	return cellsOf(kept)
}

// span is a part of a table with how long its party has had it: the number of
// tables in a row, the newest first, that gave it to the same one.
type span struct {
	start, end int
	to         string
	age        int
}

func byPosition(a, b span) int { return cmp.Compare(a.start, b.start) }

// spansOf cuts a table wherever an earlier one has a boundary.
func spansOf(table []Cell, past [][]Cell) []span {
	var ends []int
	for _, t := range append([][]Cell{table}, past...) {
		for _, c := range t {
			ends = append(ends, c.End)
		}
	}
	slices.Sort(ends)
	var out []span
	start := 0
	for _, end := range slices.Compact(ends) {
		s := span{start: start, end: end, to: holder(table, start)}
		for s.age < len(past) && holder(past[s.age], start) == s.to {
			s.age++
		}
		if last := len(out) - 1; last >= 0 && out[last].to == s.to && out[last].age == s.age {
			out[last].end = end
		} else {
			out = append(out, s)
		}
		start = end
	}
	return out
}

// holder is the party that has a position.
func holder(table []Cell, position int) string {
	i, _ := slices.BinarySearchFunc(table, position, func(c Cell, at int) int {
		if c.End <= at {
			return -1
		}
		return 1
	})
	return table[i].To
}

// cellsOf is the table of its parts, which are in order.
func cellsOf(spans []span) []Cell {
	out := make([]Cell, 0, len(spans))
	for _, s := range spans {
		out = append(out, Cell{End: s.end, To: s.to})
	}
	return joined(out)
}

// joined makes one cell of neighbours that belong to the same party.
func joined(table []Cell) []Cell {
	var out []Cell
	for _, c := range table {
		if last := len(out) - 1; last >= 0 && out[last].To == c.To {
			out[last].End = c.End
			continue
		}
		out = append(out, c)
	}
	return out
}

// shift is what moves from one party to another.
type shift struct {
	from, to string
	ppm      int
}

// shifts lists what moves between two tables, the largest first.
func shifts(before, after []Cell) []shift {
	var out []shift
	for i, j, start := 0, 0, 0; i < len(before) && j < len(after); {
		end := min(before[i].End, after[j].End)
		out = addShift(out, before[i].To, after[j].To, end-start)
		if before[i].End == end {
			i++
		}
		if after[j].End == end {
			j++
		}
		start = end
	}
	return bySize(out)
}

func addShift(out []shift, from, to string, ppm int) []shift {
	if from == to || ppm == 0 {
		return out
	}
	at := slices.IndexFunc(out, func(s shift) bool { return s.from == from && s.to == to })
	if at < 0 {
		return append(out, shift{from, to, ppm})
	}
	out[at].ppm += ppm
	return out
}

func bySize(list []shift) []shift {
	slices.SortStableFunc(list, func(a, b shift) int { return cmp.Compare(b.ppm, a.ppm) })
	return list
}

// moved is how much moves between two tables.
func moved(before, after []Cell) int {
	sum := 0
	for _, s := range shifts(before, after) {
		sum += s.ppm
	}
	return sum
}

// remember puts the table that a split leaves at the head of its past. One cell
// alone is not kept: its shares say it exactly. Nor is a table of very many.
func remember(past [][]Cell, left, now []Cell) [][]Cell {
	if slices.Equal(left, now) {
		return past
	}
	var out [][]Cell
	if len(left) > 1 && len(left) <= maxKeptRanges {
		out = append(out, left)
	}
	for _, earlier := range past {
		if len(out) < keptTables && !slices.Equal(earlier, left) && !slices.Equal(earlier, now) {
			out = append(out, earlier)
		}
	}
	return out
}
