package document

import (
	"bytes"
	"slices"
	"strconv"
)

// numberRules gives an id to each rule that has none: that of the stored rule
// with an equal condition, at the same position first, then the only other one;
// else the lowest rN that is free. The result is a copy.
func numberRules(stored, rules []Rule) []Rule {
	if len(rules) == 0 {
		return nil
	}
	out := slices.Clone(rules)
	taken := map[string]bool{}
	for _, r := range out {
		taken[r.ID] = true
	}
	give := func(i int, id string) {
		out[i].ID = id
		taken[id] = true
	}
	for i := range out {
		if out[i].ID == "" && i < len(stored) && !taken[stored[i].ID] && sameWhen(stored[i], out[i]) {
			give(i, stored[i].ID)
		}
	}
	for i := range out {
		if out[i].ID != "" {
			continue
		}
		if id, one := onlyTwin(stored, out[i], taken); one {
			give(i, id)
		}
	}
	for i, n := 0, 1; i < len(out); i++ {
		if out[i].ID != "" {
			continue
		}
		for taken["r"+strconv.Itoa(n)] {
			n++
		}
		give(i, "r"+strconv.Itoa(n))
	}
	return out
}

// onlyTwin finds the one stored rule with the same condition whose id is free.
func onlyTwin(stored []Rule, r Rule, taken map[string]bool) (id string, one bool) {
	found := 0
	for _, s := range stored {
		if !taken[s.ID] && sameWhen(s, r) {
			id = s.ID
			found++
		}
	}
	return id, found == 1
}

// sameWhen says whether two rules have the same condition, whatever the order
// of its lines.
func sameWhen(a, b Rule) bool {
	return bytes.Equal(whenKey(a.When), whenKey(b.When))
}

func whenKey(c Condition) []byte {
	if len(c) == 0 {
		return nil
	}
	n := conditionNode(c, canonical)
	sortLines(n)
	return appendJSON(nil, n)
}

// sortLines sorts the entries of every mapping; the order of lists counts.
func sortLines(n *node) {
	slices.SortFunc(n.fields, func(a, b field) int { return bytes.Compare([]byte(a.key), []byte(b.key)) })
	for _, f := range n.fields {
		sortLines(f.value)
	}
	for _, item := range n.items {
		sortLines(item)
	}
}
