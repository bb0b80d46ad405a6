package ruleset

import (
	"errors"
	"strconv"
	"strings"
)

var errPercent = errors.New(`a share is a percentage from 0 to 100 with at most 4 decimals, such as 12.5`)

// ParsePPM reads a percentage written as decimal text, such as "12.5", as parts
// per million. No binary fraction is involved, so what was written is what is
// served.
func ParsePPM(text string) (int, error) {
	whole, fraction, point := strings.Cut(text, ".")
	if !digits(whole) || len(whole) > 3 || point && (!digits(fraction) || len(fraction) > 4) {
		return 0, errPercent
	}
	ppm, _ := strconv.Atoi(whole + fraction + "0000"[len(fraction):])
	if ppm > Whole {
		return 0, errPercent
	}
	return ppm, nil
}

// FormatPercent writes parts per million as the shortest percentage.
func FormatPercent(ppm int) string {
	text := strconv.Itoa(ppm / 10_000)
	rest := ppm % 10_000
	if rest == 0 {
		return text
	}
	fraction := strconv.Itoa(10_000 + rest)[1:]
	return text + "." + strings.TrimRight(fraction, "0")
}

func digits(s string) bool {
	for i := range len(s) {
		if !digit(s[i]) {
			return false
		}
	}
	return s != ""
}
