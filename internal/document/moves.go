package document

import (
	"slices"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// Move says how many units an edit of a split takes from one party to another:
// from variation to variation, from arm to arm, Next and Code among them.
type Move struct {
	Rule string // id; empty for the default and for an experiment
	By   string // path of the unit
	From string
	To   string
	PPM  int // of the units that come to the split, in parts per million
}

// Moves lists what a change of a configuration or an experiment moves, where a
// split was or is. A rule that is new, gone or put elsewhere moves what nobody
// can count, and an experiment that has not begun has no units yet. p is the
// state after, for the flag's own seed; it may be nil.
func Moves(c Change, p *Project) []Move {
	if c.Action != Update {
		return nil
	}
	switch c.Kind {
	case ConfigurationKind:
		return configurationMoves(from[*Configuration](c.Before), from[*Configuration](c.After), seedOf(p, c.Object))
	case ExperimentKind:
		return experimentMoves(from[Experiment](c.Before), from[Experiment](c.After))
	}
	return nil
}

// seedOf is a flag's own seed, where it is known.
func seedOf(p *Project, flag string) *string {
	if p == nil {
		return nil
	}
	return p.Flags[flag].Seed
}

func configurationMoves(before, after *Configuration, flagSeed *string) []Move {
	var out []Move
	for _, r := range after.Rules {
		at := slices.IndexFunc(before.Rules, func(old Rule) bool { return old.ID == r.ID })
		if at >= 0 {
			out = append(out, serveMoves(r.ID, before.Rules[at].Serve, r.Serve, flagSeed)...)
		}
	}
	return append(out, serveMoves("", before.Default, after.Default, flagSeed)...)
}

func serveMoves(rule string, before, after Serve, flagSeed *string) []Move {
	if len(before.Shares)+len(after.Shares) == 0 {
		return nil
	}
	of := func(s Serve) dealt {
		d := dealt{table: s.Table, by: unitPath(s.By), seed: s.Seed}
		if len(s.Shares) == 0 {
			return dealt{table: whole(s.Variation)}
		}
		if d.seed == nil {
			d.seed = flagSeed
		}
		return d
	}
	return moves(rule, of(before), of(after))
}

func experimentMoves(before, after Experiment) []Move {
	if before.State == Draft || before.Arms == nil && after.Arms == nil {
		return nil
	}
	of := func(x Experiment) dealt {
		if x.Arms == nil {
			return dealt{table: whole(EveryoneArm)}
		}
		return dealt{table: x.Table, by: unitPath(x.By), seed: x.Seed}
	}
	return moves("", of(before), of(after))
}

// dealt is how a split deals units out; a single party needs neither unit nor
// seed.
type dealt struct {
	table []Cell
	by    string
	seed  *string
}

// whole is the table of a single party.
func whole(to string) []Cell { return []Cell{{End: ruleset.Whole, To: to}} }

func moves(rule string, before, after dealt) []Move {
	by := after.by
	if by == "" {
		by = before.by
	}
	list := shifts(before.table, after.table)
	if len(before.table) > 1 && len(after.table) > 1 && anew(before, after) {
		list = reshuffle(before.table, after.table)
	}
	var out []Move
	for _, s := range list {
		out = append(out, Move{Rule: rule, By: by, From: s.from, To: s.to, PPM: s.ppm})
	}
	return out
}

// anew says whether two splits deal the same unit out by different draws.
func anew(before, after dealt) bool {
	return before.by != after.by || Text(before.seed) != Text(after.seed)
}

// reshuffle is what moves, on average, where each unit is drawn again: the
// draws know nothing of each other.
func reshuffle(before, after []Cell) []shift {
	was, is := surplus(before, nil), surplus(after, nil)
	var out []shift
	for _, a := range sortedKeys(was) {
		for _, b := range sortedKeys(is) {
			out = addShift(out, a, b, int(int64(was[a])*int64(is[b])/ruleset.Whole))
		}
	}
	return bySize(out)
}

// moveWords says the moves of one split: "moves 25 % of units by targetingKey:
// false → true", or nothing where there are none.
func moveWords(list []Move, name func(party string) string) string {
	if len(list) == 0 {
		return ""
	}
	sum := 0
	var parts []string
	for _, m := range list {
		sum += m.PPM
		part := name(m.From) + " → " + name(m.To)
		if len(list) > 1 {
			part = percent(m.PPM) + " % " + part
		}
		parts = append(parts, part)
	}
	return "moves " + percent(sum) + " % of units by " + list[0].By + ": " + strings.Join(parts, ", ")
}

// moveSentence appends what an edit of a split moves.
func moveSentence(out []string, subject string, list []Move) []string {
	words := moveWords(list, func(party string) string { return party })
	if words == "" {
		return out
	}
	return append(out, subject+" "+words)
}
