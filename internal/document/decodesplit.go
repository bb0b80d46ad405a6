package document

import (
	"slices"
	"strconv"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// shares reads a mapping from variations, or next, to percentages.
func (d *decoder) shares(at string, n *node) []Share {
	m := d.mapping(at, n)
	if m == nil {
		return nil
	}
	var out []Share
	sum, bad := 0, len(d.problems)
	for _, f := range m.fields {
		ppm := d.share(join(at, f.key), f.value)
		out = append(out, Share{To: f.key, PPM: ppm})
		sum += ppm
	}
	if len(d.problems) == bad {
		d.whole(at, n, sum)
	}
	return out
}

// whole reports shares that do not make up everyone.
func (d *decoder) whole(at string, n *node, sum int) {
	if sum != ruleset.Whole {
		d.fail(n, at, "the shares sum to %s, not 100; %s", percent(sum), remainder(at, sum))
	}
}

// remainder says what to do with what is over or missing; after a default
// nothing comes that next could go on to.
func remainder(at string, sum int) string {
	if sum > ruleset.Whole {
		return "take " + percent(sum-ruleset.Whole) + " away"
	}
	rest := "give the other " + percent(ruleset.Whole-sum)
	place := strings.TrimSuffix("."+at, ".serve")
	switch {
	case strings.HasSuffix(place, ".default"):
		return rest + " to a variation"
	case strings.HasSuffix(place, ".arms"):
		return rest + " to an arm, or to next (not in the experiment)"
	}
	return rest + " to a variation, or to next (go on to the next rule)"
}

// share reads a percentage as parts per million.
func (d *decoder) share(at string, n *node) int {
	d.mark(at, n)
	if n.kind != numberKind {
		d.fail(n, at, "a share is a number of percent, such as 25")
		return 0
	}
	ppm, err := ruleset.ParsePPM(n.text)
	if err != nil {
		d.fail(n, at, "%s is no share; write percent from 0 to 100 with up to 4 decimals", n.text)
		return 0
	}
	return int(ppm)
}

// table reads the cells of a stored split.
func (d *decoder) table(at string, n *node) []Cell {
	var out []Cell
	for i, item := range d.list(at, n) {
		p := index(at, i)
		if item.kind != listKind || len(item.items) != 2 {
			d.fail(item, p, "a cell is [end in ppm, variation], such as [250000, true]")
			continue
		}
		end, err := strconv.Atoi(item.items[0].text)
		if item.items[0].kind != numberKind || err != nil {
			d.fail(item, p, "a cell's end is a whole number of parts per million")
			continue
		}
		if len(out) > 0 && end <= out[len(out)-1].End || end < 1 {
			d.fail(item, p, "the ends of a table grow from cell to cell")
		}
		out = append(out, Cell{End: end, To: d.id(index(p, 1), item.items[1])})
	}
	if len(out) > 0 && out[len(out)-1].End != ruleset.Whole {
		d.fail(n, at, "the last cell of a table ends at %d", ruleset.Whole)
	}
	return out
}

// withPast are the fields of an object with a split: in what is stored, its
// past too.
func (d *decoder) withPast(fields []string) []string {
	if !d.stored {
		return fields
	}
	return append(slices.Clone(fields), pastField)
}

// past reads the tables that a split had before.
func (d *decoder) past(at string, o *node) [][]Cell {
	v := o.get(pastField)
	if v == nil {
		return nil
	}
	var out [][]Cell
	for i, item := range d.list(join(at, pastField), v) {
		out = append(out, d.table(index(join(at, pastField), i), item))
	}
	return out
}
