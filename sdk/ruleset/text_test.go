package ruleset

import (
	"math"
	"strings"
	"testing"
)

func TestValidKey(t *testing.T) {
	for key, want := range map[string]bool{
		"a": true, "Flags.isHoliday": true, "a_b-c.9": true, "9": true, strings.Repeat("a", 128): true,
		"": false, ".a": false, "-a": false, "_a": false, "a b": false, "ä": false, "a/b": false, strings.Repeat("a", 129): false,
	} {
		if got := ValidKey(key); got != want {
			t.Errorf("ValidKey(%q) = %v, want %v", key, got, want)
		}
	}
}

func TestPercentagesAreDecimal(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "100": 1_000_000, "12.5": 125_000, "0.0001": 1, "99.9999": 999_999, "33.3333": 333_333, "00.10": 1000, "5": 50_000, "0.1": 1000} {
		if got, err := ParsePPM(text); err != nil || got != want {
			t.Errorf("ParsePPM(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", "5.", ".5", "-1", "+1", "100.0001", "101", "1e1", "12.34567", "1,5", " 1", "1 ", "0100", "NaN", "٣"} {
		if got, err := ParsePPM(text); err == nil {
			t.Errorf("ParsePPM(%q) = %d, want an error", text, got)
		}
	}
	for ppm := 0; ppm <= Whole; ppm += 7 {
		if got, err := ParsePPM(FormatPercent(ppm)); err != nil || got != ppm {
			t.Fatalf("%d ppm is written %q and read as %d, %v", ppm, FormatPercent(ppm), got, err)
		}
	}
	for ppm, want := range map[int]string{0: "0", 1: "0.0001", 125_000: "12.5", 1_000_000: "100", 100_000: "10"} {
		if got := FormatPercent(ppm); got != want {
			t.Errorf("FormatPercent(%d) = %q, want %q", ppm, got, want)
		}
	}
}

func TestDoublesShowThatTheyAreDoubles(t *testing.T) {
	for f, want := range map[float64]string{
		10: "10.0", 0: "0.0", -3: "-3.0", 0.5: "0.5", 0.1: "0.1", 1e20: "100000000000000000000.0", 1e21: "1e+21", 1e-7: "1e-07",
		math.MaxFloat64: "1.7976931348623157e+308", 5e-324: "5e-324", 9007199254740993: "9007199254740992.0",
	} {
		if got := FormatDouble(f); got != want {
			t.Errorf("FormatDouble(%v) = %q, want %q", f, got, want)
		}
	}
}

func TestWholeNumbersStopWhereDoublesLoseDigits(t *testing.T) {
	for f, want := range map[float64]bool{0: true, 42: true, -42: true, 1<<53 - 1: true, -(1<<53 - 1): true, 1 << 53: false, -(1 << 53): false, 0.5: false, math.Inf(1): false, math.NaN(): false} {
		if _, got := WholeNumber(f); got != want {
			t.Errorf("WholeNumber(%v) says %v, want %v", f, got, want)
		}
	}
}

// FuzzVersion holds the order to its laws and the quick way to the slow one.
func FuzzVersion(f *testing.F) {
	f.Add("1.2.3", "v1.2.3-rc.1", "1.10+b")
	f.Add("1-0", "99999999999999999999.1", "0.0.0")
	f.Add("1.2.3-a..b", "", "1-alpha.beta")
	f.Fuzz(func(t *testing.T, x, y, z string) {
		a, okA := ParseVersion(x)
		if okA != IsVersion(x) {
			t.Errorf("ParseVersion and IsVersion disagree on %q", x)
		}
		b, okB := ParseVersion(y)
		c, okC := ParseVersion(z)
		if !okA || !okB {
			return
		}
		if sign(a.Compare(b)) != -sign(b.Compare(a)) {
			t.Errorf("%q and %q have no order", x, y)
		}
		if order, ok := b.CompareText(x); !ok || sign(order) != sign(a.Compare(b)) {
			t.Errorf("%q against %q as text gives %d, %v, parsed %d", x, y, order, ok, a.Compare(b))
		}
		if okC && a.Compare(b) <= 0 && b.Compare(c) <= 0 && a.Compare(c) > 0 {
			t.Errorf("%q ≤ %q ≤ %q, but not the first and the last", x, y, z)
		}
	})
}

// FuzzVersionRange holds comparators to the order that they stand for.
func FuzzVersionRange(f *testing.F) {
	f.Add("1.2.3", "1.4")
	f.Add("0.0.9", "0.0.9-rc")
	f.Add("99", "100-0")
	f.Fuzz(func(t *testing.T, bound, subject string) {
		b, ok := ParseVersion(bound)
		v, isVersion := ParseVersion(subject)
		if !ok || !isVersion {
			return
		}
		order := v.Compare(b)
		for sign, want := range map[string]bool{"": order == 0, "=": order == 0, ">": order > 0, ">=": order >= 0, "<": order < 0, "<=": order <= 0} {
			r, ok := ParseVersionRange(sign + bound)
			if !ok {
				t.Fatalf("%q is no range", sign+bound)
			}
			if got, known := r.Holds(subject); !known || got != want {
				t.Errorf("%q in %q: %v, %v; want %v", subject, sign+bound, got, known, want)
			}
		}
		caret, _ := ParseVersionRange("^" + bound)
		if got, _ := caret.Holds(subject); got && order < 0 {
			t.Errorf("%q is in ^%s though it is older", subject, bound)
		}
		if got, _ := caret.Holds(bound); !got {
			t.Errorf("%q is not in its own caret range", bound)
		}
	})
}

func sign(n int) int { return min(1, max(-1, n)) }
