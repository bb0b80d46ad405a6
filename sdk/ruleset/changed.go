package ruleset

import (
	"bytes"
	"slices"
)

// mostChanged is for how many entities it is worth looking who may read them.
const mostChanged = 32

// ChangedFlags are the keys of the flags that may decide otherwise in d than in
// other, sorted: those that differ or are in one of them only, and those that may
// read one of them. It may name too many and never too few; nil is all, where a
// group differs or very many flags do.
func (d *Document) ChangedFlags(other *Document) []string {
	changed, ok := changedFlags(other.entities, d.entities)
	if !ok {
		return nil
	}
	// Who reads one of them names it: in quotes, as JSON has it.
	for next := 0; next < len(changed); next++ {
		if next == mostChanged {
			return nil
		}
		name := []byte(`"` + changed[next] + `"`)
		for i := range d.entities {
			e := &d.entities[i]
			if !bytes.Contains(e.line, name) || e.flag != nil && slices.Contains(changed, e.key) {
				continue
			}
			if e.flag == nil {
				return nil // a group that reads flags, and whoever reads it
			}
			changed = append(changed, e.key)
		}
	}
	slices.Sort(changed)
	return changed
}

// changedFlags are the keys of the flags that differ; ok is false when something
// else does.
func changedFlags(before, after []entity) (changed []string, ok bool) {
	ok = true
	note := func(e *entity) {
		changed = append(changed, e.key)
		ok = ok && e.kind == kindFlag
	}
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(before) == 0 || len(after) > 0 && byKindAndKey(after[0], before[0]) < 0:
			note(&after[0])
			after = after[1:]
		case len(after) == 0 || byKindAndKey(before[0], after[0]) < 0:
			note(&before[0])
			before = before[1:]
		default:
			if before[0].sum != after[0].sum {
				note(&after[0])
			}
			before, after = before[1:], after[1:]
		}
	}
	return changed, ok
}
