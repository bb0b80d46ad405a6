package ruleset

import "strings"

// VersionRange holds for a version when all its comparators do.
type VersionRange struct {
	bounds []bound
}

type bound struct {
	sign byte // '=', '>', '<', 'g' for >=, 'l' for <=
	than Version
}

// ParseVersionRange reads comparators separated by spaces, such as ">=1.2 <2",
// "^0.2.3" or "~1"; a bare version means that one.
func ParseVersionRange(s string) (VersionRange, bool) {
	var r VersionRange
	for _, field := range strings.Fields(s) {
		if !r.add(field) {
			return VersionRange{}, false
		}
	}
	return r, len(r.bounds) > 0
}

// IsVersionRange says whether ParseVersionRange reads s.
func IsVersionRange(s string) bool {
	_, ok := ParseVersionRange(s)
	return ok
}

// Holds says whether a version text lies in r; ok is false when s is not a
// version.
func (r VersionRange) Holds(s string) (holds, ok bool) {
	if !IsVersion(s) {
		return false, false
	}
	for i := range r.bounds {
		b := &r.bounds[i]
		order, _ := b.than.CompareText(s)
		if !b.holds(order) {
			return false, true
		}
	}
	return true, true
}

func (b bound) holds(order int) bool {
	switch b.sign {
	case '=':
		return order == 0
	case '>':
		return order > 0
	case '<':
		return order < 0
	case 'g':
		return order >= 0
	}
	return order <= 0
}

func (r *VersionRange) add(field string) bool {
	sign, text := comparator(field)
	v, ok := ParseVersion(text)
	if !ok {
		return false
	}
	if sign != '^' && sign != '~' {
		r.bounds = append(r.bounds, bound{sign, v})
		return true
	}
	numbers, _, _ := splitVersion(text)
	end := Version{numbers: rangeEnd(sign, numbers), prerelease: []string{"0"}}
	end.small = smallNumbers(end.numbers)
	r.bounds = append(r.bounds, bound{'g', v}, bound{'<', end})
	return true
}

func comparator(field string) (sign byte, text string) {
	switch {
	case strings.HasPrefix(field, ">="):
		return 'g', field[2:]
	case strings.HasPrefix(field, "<="):
		return 'l', field[2:]
	case field != "" && strings.IndexByte("=<>^~", field[0]) >= 0:
		return field[0], field[1:]
	}
	return '=', field
}

// rangeEnd is the first release past a caret or tilde range: the leftmost
// number that is not zero grows for a caret, the second one for a tilde.
func rangeEnd(sign byte, numbers string) []string {
	parts := strings.Split(numbers, ".")
	grows := min(1, len(parts)-1)
	if sign == '^' {
		grows = 0
		for grows < len(parts)-1 && strings.Trim(parts[grows], "0") == "" {
			grows++
		}
	}
	end := trimmedNumbers(append(parts[:grows:grows], increment(parts[grows])))
	return end
}

// increment adds one to a digit string of any length.
func increment(digits string) string {
	kept := strings.TrimRight(digits, "9")
	zeros := strings.Repeat("0", len(digits)-len(kept))
	if kept == "" {
		return "1" + zeros
	}
	last := len(kept) - 1
	return kept[:last] + string(kept[last]+1) + zeros
}
