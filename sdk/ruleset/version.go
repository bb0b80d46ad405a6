package ruleset

import (
	"cmp"
	"strconv"
	"strings"
)

// Version is a parsed version: dotted numbers of any count and length, then
// SemVer pre-release identifiers. The zero Version is "0".
type Version struct {
	numbers    []string // leading zeros stripped, trailing empty ones dropped
	prerelease []string // nil for a release
	small      []uint64 // numbers, where all have at most smallDigits digits
}

// smallDigits is how long a number may be to fit 64 bits.
const smallDigits = 18

// ParseVersion reads a version text: an optional v, dotted numbers, an optional
// pre-release and optional build metadata, which is ignored.
func ParseVersion(s string) (Version, bool) {
	numbers, prerelease, ok := splitVersion(s)
	if !ok {
		return Version{}, false
	}
	v := Version{numbers: trimmedNumbers(strings.Split(numbers, "."))}
	v.small = smallNumbers(v.numbers)
	if prerelease != "" {
		v.prerelease = strings.Split(prerelease, ".")
	}
	return v, true
}

// IsVersion says whether ParseVersion reads s.
func IsVersion(s string) bool {
	_, _, ok := splitVersion(s)
	return ok
}

// splitVersion checks s and finds its parts without allocating.
func splitVersion(s string) (numbers, prerelease string, ok bool) {
	s = strings.TrimPrefix(s, "v")
	end := 0
	for end < len(s) && (digit(s[end]) || s[end] == '.') {
		end++
	}
	numbers, rest := s[:end], s[end:]
	if !dotted(numbers, digit) {
		return "", "", false
	}
	if strings.HasPrefix(rest, "-") {
		prerelease, rest = rest[1:], ""
		if plus := strings.IndexByte(prerelease, '+'); plus >= 0 {
			prerelease, rest = prerelease[:plus], prerelease[plus:]
		}
		if !dotted(prerelease, identifier) {
			return "", "", false
		}
	}
	if rest == "" {
		return numbers, prerelease, true
	}
	return numbers, prerelease, rest[0] == '+' && dotted(rest[1:], identifier)
}

func identifier(c byte) bool { return alphanumeric(c) || c == '-' }

// dotted says whether s is one or more non-empty parts joined by dots, made of
// bytes that fit.
func dotted(s string, fits func(byte) bool) bool {
	empty := true
	for i := range len(s) {
		switch {
		case s[i] != '.':
			if !fits(s[i]) {
				return false
			}
			empty = false
		case empty:
			return false
		default:
			empty = true
		}
	}
	return !empty
}

func trimmedNumbers(parts []string) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = strings.TrimLeft(p, "0")
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// smallNumbers is nil when a number is too long.
func smallNumbers(numbers []string) []uint64 {
	small := make([]uint64, len(numbers))
	for i, n := range numbers {
		if len(n) > smallDigits {
			return nil
		}
		small[i], _ = strconv.ParseUint("0"+n, 10, 64)
	}
	return small
}

// Compare orders v and other: negative when v is the older.
func (v Version) Compare(other Version) int {
	for i := range max(len(v.numbers), len(other.numbers)) {
		if c := compareNumbers(at(v.numbers, i), at(other.numbers, i)); c != 0 {
			return c
		}
	}
	for i := 0; ; i++ {
		a, b := at(v.prerelease, i), at(other.prerelease, i)
		if c, done := comparePrerelease(a, b, i); done {
			return c
		}
	}
}

// CompareText orders a version text against v without allocating; ok is false
// when s is not a version.
func (v *Version) CompareText(s string) (order int, ok bool) {
	if order, ok = v.comparePlain(s); ok {
		return order, true
	}
	return v.compareAny(s)
}

// comparePlain is the quick way for a version of dotted short numbers only; ok
// is false when s has anything else.
func (v *Version) comparePlain(s string) (order int, ok bool) {
	if v.small == nil {
		return 0, false
	}
	i := 0
	if s != "" && s[0] == 'v' {
		i = 1
	}
	for part := 0; ; part++ {
		start, n := i, uint64(0)
		for i < len(s) && digit(s[i]) {
			n = n*10 + uint64(s[i]-'0')
			i++
		}
		if i == start || i-start > smallDigits {
			return 0, false
		}
		bound := uint64(0)
		if part < len(v.small) {
			bound = v.small[part]
		}
		if order == 0 {
			order = cmp.Compare(n, bound)
		}
		if i == len(s) {
			return v.afterNumbers(order, part+1), true
		}
		if s[i] != '.' {
			return 0, false
		}
		i++
	}
}

// afterNumbers orders a release whose first numbers compare as given.
func (v *Version) afterNumbers(order, parts int) int {
	switch {
	case order != 0:
		return order
	case parts < len(v.small): // the last number of v is not zero
		return -1
	case v.prerelease != nil:
		return 1
	}
	return 0
}

func (v *Version) compareAny(s string) (order int, ok bool) {
	numbers, prerelease, ok := splitVersion(s)
	if !ok {
		return 0, false
	}
	for i := 0; numbers != "" || i < len(v.numbers); i++ {
		var part string
		part, numbers = nextPart(numbers)
		if c := compareNumbers(strings.TrimLeft(part, "0"), at(v.numbers, i)); c != 0 {
			return c, true
		}
	}
	for i := 0; ; i++ {
		var part string
		part, prerelease = nextPart(prerelease)
		if c, done := comparePrerelease(part, at(v.prerelease, i), i); done {
			return c, true
		}
	}
}

func nextPart(s string) (part, rest string) {
	if dot := strings.IndexByte(s, '.'); dot >= 0 {
		return s[:dot], s[dot+1:]
	}
	return s, ""
}

func at(parts []string, i int) string {
	if i < len(parts) {
		return parts[i]
	}
	return ""
}

// compareNumbers orders digit strings without leading zeros.
func compareNumbers(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// comparePrerelease orders the i-th identifiers, "" where there is none: a
// release comes after its pre-releases, a shorter list before a longer one.
func comparePrerelease(a, b string, i int) (order int, done bool) {
	switch {
	case a == "" && b == "":
		return 0, true
	case a == "":
		return releaseOrder(i), true
	case b == "":
		return -releaseOrder(i), true
	}
	an, bn := digits(a), digits(b)
	switch {
	case an && bn:
		order = compareNumbers(strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0"))
	case an:
		order = -1
	case bn:
		order = 1
	default:
		order = strings.Compare(a, b)
	}
	return order, order != 0
}

func releaseOrder(i int) int {
	if i == 0 {
		return 1
	}
	return -1
}
