package document

import (
	"slices"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// settle gives a split its normal form: shares in the order of the flag's
// variations, next last, and a table. A table that is written and agrees with
// the shares wins; else the stored one is edited, so that as few units move as
// the shares allow; a split that is new is laid out.
func settle(s Serve, stored *Serve, flag Flag) Serve {
	var before Serve
	if stored != nil {
		before = *stored
	}
	if len(s.Shares) == 0 {
		return Serve{Variation: s.Variation, Past: remember(before.Past, before.Table, nil)}
	}
	s.Shares = ordered(s.Shares, flag)
	if sameShares(before.Shares, s.Shares) {
		s.Shares = before.Shares // variations may have been reordered since
	}
	s.By = normalBy(s.By)
	s.Table, s.Past = retable(s.Table, before.Table, before.Past, s.Shares)
	return s
}

// retable is the table of a split and its past, after an edit. An editor that
// changed the shares may send back the table that it read: that one is no wish.
func retable(written, table []Cell, past [][]Cell, shares []Share) ([]Cell, [][]Cell) {
	written = joined(written)
	read := func(t []Cell) bool { return slices.Equal(t, written) }
	if written != nil && !agrees(written, shares) && (read(table) || slices.ContainsFunc(past, read)) {
		written = nil
	}
	if written == nil {
		written = edit(table, past, shares)
	}
	return written, remember(past, table, written)
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
