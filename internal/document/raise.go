package document

import (
	"cmp"
	"slices"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// Raise returns what a place serves when a variation gets a larger share there,
// in parts per million, and all others keep what they have in proportion. rest is
// what the others get where the program's own default is served, which no split can
// give; by is the unit of a split that is new. The table is left to Merge, which
// edits the present one, so that nobody loses the variation.
func Raise(present Serve, to, rest, by string, ppm int) (Serve, error) {
	shares, err := sharesBefore(present, to, rest)
	if err != nil {
		return Serve{}, err
	}
	if present.Shares != nil && by != "" && normalBy(by) != present.By {
		return Serve{}, notRaised("the split goes by %s; it would give other units the variation", cmp.Or(present.By, ruleset.TargetingKey))
	}
	var others []int
	for _, s := range shares {
		if s.To == to && s.PPM > ppm {
			return Serve{}, notRaised("%s has %s %% already, more than %s %%", to, percent(s.PPM), percent(ppm))
		}
		if s.To != to {
			others = append(others, s.PPM)
		}
	}
	if ppm == ruleset.Whole {
		return Serve{Variation: to}, nil
	}
	out := Serve{Shares: []Share{{To: to, PPM: ppm}}, By: present.By, Seed: present.Seed}
	if present.Shares == nil {
		out.By = by
	}
	others = scaled(others, ruleset.Whole-ppm)
	for _, s := range shares {
		if s.To != to {
			out.Shares = append(out.Shares, Share{To: s.To, PPM: others[0]})
			others = others[1:]
		}
	}
	return out, nil
}

// sharesBefore are the shares that a place serves before it is raised.
func sharesBefore(present Serve, to, rest string) ([]Share, error) {
	if len(present.Shares) > 0 {
		if rest != "" && !slices.ContainsFunc(present.Shares, func(s Share) bool { return s.To == rest }) {
			return nil, notRaised("the others keep what the split gives them; %s has no share of it", rest)
		}
		if slices.ContainsFunc(present.Shares, func(s Share) bool { return s.To == to && s.PPM == ruleset.Whole }) {
			return nil, notRaised("everyone gets %s already", to)
		}
		return present.Shares, nil
	}
	served := present.Variation
	switch {
	case served == to:
		return nil, notRaised("everyone gets %s already", to)
	case served != Code && served != "" && rest != "" && rest != served:
		return nil, notRaised("the others keep what they get, which is %s", served)
	case served != Code && served != "":
		rest = served
	case rest == "":
		return nil, notRaised("the program's own default is served there, and no split can give it; name what the others get (rest)")
	}
	if rest == to || rest == Code || rest == Next {
		return nil, notRaised("the others get another variation than %s", to)
	}
	return []Share{{To: rest, PPM: ruleset.Whole}}, nil
}

// RaiseArms returns an experiment with a larger share of the units in it, in parts
// per million: its arms grow in proportion. The table is left to Merge.
func RaiseArms(x Experiment, ppm int) (Experiment, error) {
	if x.Arms == nil {
		return x, notRaised("the experiment serves everyone of its audience; give it arms with shares")
	}
	var parts []int
	sum := 0
	for _, arm := range x.Arms {
		if !arm.Next {
			parts, sum = append(parts, arm.PPM), sum+arm.PPM
		}
	}
	if sum > ppm {
		return x, notRaised("the experiment has %s %% already, more than %s %%", percent(sum), percent(ppm))
	}
	parts = scaled(parts, ppm)
	arms := make([]Arm, 0, len(x.Arms)+1)
	for _, arm := range x.Arms {
		if !arm.Next {
			arm.PPM, parts = parts[0], parts[1:]
			arms = append(arms, arm)
		}
	}
	if ppm < ruleset.Whole {
		arms = append(arms, Arm{Next: true, PPM: ruleset.Whole - ppm})
	}
	x.Arms, x.Table = arms, nil
	return x, nil
}

// scaled gives parts another sum in proportion. What does not come out even goes to
// those that lost most by rounding, so that none passes its own exact part by a
// whole millionth. Parts that are all nothing get equal ones.
func scaled(parts []int, total int) []int {
	sum := 0
	for _, p := range parts {
		sum += p
	}
	if sum == 0 {
		parts, sum = slices.Repeat([]int{1}, len(parts)), len(parts)
	}
	out, order := make([]int, len(parts)), make([]int, len(parts))
	lost, left := make([]int, len(parts)), total
	for i, p := range parts {
		out[i], lost[i], order[i] = p*total/sum, p*total%sum, i
		left -= out[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(lost[b], lost[a]) })
	for _, i := range order[:left] {
		out[i]++
	}
	return out
}

func notRaised(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "rollout_invalid", "It cannot be rolled out step by step: "+format, args...)
}

// SameServe says whether two serve the same to the same units, whatever they
// served before.
func SameServe(a, b Serve) bool {
	return a.Variation == b.Variation && a.By == b.By && Text(a.Seed) == Text(b.Seed) && (a.Seed == nil) == (b.Seed == nil) &&
		slices.Equal(a.Shares, b.Shares) && slices.Equal(a.Table, b.Table)
}

// SameArms says whether two states of an experiment give the same units the same
// arms.
func SameArms(a, b Experiment) bool {
	return a.By == b.By && Text(a.Seed) == Text(b.Seed) && slices.Equal(armShares(a.Arms), armShares(b.Arms)) && slices.Equal(a.Table, b.Table)
}
