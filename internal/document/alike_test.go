package document

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestKeysLookAlikeThatDifferInCaseAndSeparatorsAlone(t *testing.T) {
	keys := []string{"Flags.isHoliday", "flags.is_holiday", "FLAGS.IS-HOLIDAY", "Flags.isHolidays", "Flags.is.Holiday", "a", "A", "b"}
	got := LookAlikes([]string{"Flags.isHoliday", "flags.isholiday", "a", "b", "none"}, slices.Values(keys))
	want := map[string][]string{
		"Flags.isHoliday": {"FLAGS.IS-HOLIDAY", "flags.is_holiday"},
		"flags.isholiday": {"FLAGS.IS-HOLIDAY", "Flags.isHoliday", "flags.is_holiday"},
		"a":               {"A"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAMessageGoesOnWithWhatAKeyLooksLike(t *testing.T) {
	keys := slices.Values([]string{"is.on", "isOn", "is-on"})
	for key, want := range map[string]string{"ison": "; it looks like is-on and isOn", "IS.ON": "; it looks like is.on", "is.off": ""} {
		if got := AlikeHint(key, keys); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

// Whatever is done to a key's case and separators, it looks like the key and the key
// like it; with one more letter it does not.
func TestLookingAlikeGoesBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9._-]{0,20}`).Draw(t, "key")
		other := ""
		for _, c := range key {
			text := string(c)
			switch rapid.IntRange(0, 4).Draw(t, "change") {
			case 0:
				text = strings.ToUpper(text)
			case 1:
				text = strings.ToLower(text)
			case 2:
				text += "_"
			case 3:
				text = strings.Trim(text, "_-")
			}
			other += text
		}
		both := []string{key, other, key + "x"}
		got := LookAlikes(both, slices.Values(both))
		want := map[string][]string{key: {other}, other: {key}}
		if key == other {
			want = map[string][]string{}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
