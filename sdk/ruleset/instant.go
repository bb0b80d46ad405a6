package ruleset

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseInstant reads an RFC 3339 text as milliseconds since 1970. It wants "T"
// and "Z" or an offset of hours and minutes, seconds up to 59, and cuts a
// fraction to milliseconds.
func ParseInstant(s string) (ms int64, ok bool) {
	const layout = "0000-00-00T00:00:00"
	if len(s) <= len(layout) || !shaped(s[:len(layout)], layout) {
		return 0, false
	}
	year, month, day := number(s[0:4]), number(s[5:7]), number(s[8:10])
	hour, minute, second := number(s[11:13]), number(s[14:16]), number(s[17:19])
	if month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	date := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if date.Day() != day { // such as 30 February
		return 0, false
	}
	millis, rest, ok := fraction(s[len(layout):])
	if !ok {
		return 0, false
	}
	offset, ok := offsetMinutes(rest)
	return date.Unix()*1000 + millis - offset*60_000, ok
}

// IsInstant says whether ParseInstant reads s.
func IsInstant(s string) bool {
	_, ok := ParseInstant(s)
	return ok
}

// FloorInstant is a number of milliseconds as an instant; NaN, the infinities
// and what does not fit 64 bits are none.
func FloorInstant(f float64) (ms int64, ok bool) {
	f = math.Floor(f)
	if !(f >= math.MinInt64 && f < math.MaxInt64) { // NaN too; MaxInt64 is 2^63 as a double
		return 0, false
	}
	return int64(f), true
}

// shaped says whether s has a digit wherever the layout has a 0, and the
// layout's own character elsewhere.
func shaped(s, layout string) bool {
	for i := range len(layout) {
		if layout[i] == '0' && digit(s[i]) {
			continue
		}
		if layout[i] == '0' || s[i] != layout[i] {
			return false
		}
	}
	return len(s) == len(layout)
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func fraction(s string) (millis int64, rest string, ok bool) {
	if !strings.HasPrefix(s, ".") {
		return 0, s, true
	}
	rest = strings.TrimLeft(s[1:], "0123456789")
	decimals := s[1 : len(s)-len(rest)]
	if decimals == "" {
		return 0, "", false
	}
	return int64(number((decimals + "00")[:3])), rest, true
}

func offsetMinutes(s string) (int64, bool) {
	if s == "Z" {
		return 0, true
	}
	if !shaped(s, "+00:00") && !shaped(s, "-00:00") {
		return 0, false
	}
	hours, minutes := number(s[1:3]), number(s[4:6])
	if hours > 23 || minutes > 59 {
		return 0, false
	}
	offset := int64(hours*60 + minutes)
	if s[0] == '-' {
		return -offset, true
	}
	return offset, true
}
