package ruleset

import (
	"math"
	"strconv"
	"strings"
)

// FormatDouble writes a double as the shortest text that reads back as the same
// double, with ".0" where neither a point nor an exponent shows that it is one.
func FormatDouble(f float64) string {
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	text := strconv.FormatFloat(f, format, -1, 64)
	if strings.ContainsAny(text, ".eIN") {
		return text
	}
	return text + ".0"
}

// WholeNumber is f as an integer where f is whole and at most MaxSafeInteger in
// size, so that no digit was lost.
func WholeNumber(f float64) (int64, bool) {
	if f != math.Trunc(f) || math.Abs(f) > MaxSafeInteger {
		return 0, false
	}
	return int64(f), true
}

// ParseNumber reads a JSON number as a finite double.
func ParseNumber(raw []byte) (float64, bool) {
	if len(raw) == 0 || raw[0] != '-' && !digit(raw[0]) {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	return f, err == nil
}
