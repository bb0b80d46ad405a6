package document

import (
	"slices"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// settle gives a split its normal form: shares in the order of the flag's
// variations, next last, and a table. An agreeing table stays, so that nobody
// moves; else the split is laid out anew.
func settle(s Serve, stored *Serve, flag Flag) Serve {
	if len(s.Shares) == 0 {
		return Serve{Variation: s.Variation}
	}
	s.Shares = ordered(s.Shares, flag)
	if stored != nil && sameShares(stored.Shares, s.Shares) {
		s.Shares = stored.Shares // variations may have been reordered since
	}
	s.By = normalBy(s.By)
	if stored != nil && s.Table != nil && !agrees(s.Table, s.Shares) && slices.Equal(s.Table, stored.Table) {
		// An editor that changed the shares sent the old table back.
		s.Table = nil
	}
	if s.Table == nil && stored != nil && agrees(stored.Table, s.Shares) {
		s.Table = stored.Table
	}
	if s.Table == nil {
		s.Table = layout(s.Shares)
	}
	return s
}

// sameShares says whether two splits give each party the same.
func sameShares(a, b []Share) bool {
	byParty := func(x, y Share) int { return strings.Compare(x.To, y.To) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), byParty), slices.SortedFunc(slices.Values(b), byParty))
}

// normalBy leaves out the path that is meant when none is written.
func normalBy(by string) string {
	if by == ruleset.TargetingKey {
		return ""
	}
	return by
}

// ordered sorts shares by the flag's variations; unknown ones and next go last.
func ordered(shares []Share, flag Flag) []Share {
	rank := func(s Share) int {
		if i := flag.Variation(s.To); i >= 0 {
			return i
		}
		return len(flag.All())
	}
	out := slices.Clone(shares)
	slices.SortStableFunc(out, func(a, b Share) int { return rank(a) - rank(b) })
	return out
}

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

// armShares are an experiment's shares by arm, the part outside last.
func armShares(arms []Arm) []Share {
	var out, outside []Share
	for _, arm := range arms {
		if arm.Next {
			outside = append(outside, Share{To: Next, PPM: arm.PPM})
			continue
		}
		out = append(out, Share{To: arm.Name, PPM: arm.PPM})
	}
	return append(out, outside...)
}

// agrees says whether the cells of a table give each party its share.
func agrees(table []Cell, shares []Share) bool {
	if len(table) == 0 {
		return false
	}
	mass, start := map[string]int{}, 0
	for _, c := range table {
		mass[c.To] += c.End - start
		start = c.End
	}
	for _, s := range shares {
		mass[s.To] -= s.PPM
	}
	for _, rest := range mass {
		if rest != 0 {
			return false
		}
	}
	return true
}
