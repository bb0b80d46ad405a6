package ruleset

import "testing"

func TestFieldNamesBecomeKeys(t *testing.T) {
	for field, want := range map[string]string{
		"IsHoliday": "isHoliday", "URLCheck": "urlCheck", "URL": "url", "X": "x", "Theme2": "theme2", "HTTP2Push": "http2Push", "ÄHolidays": "äHolidays",
	} {
		if got := FieldKey(field); got != want {
			t.Errorf("FieldKey(%q) = %q, want %q", field, got, want)
		}
	}
}
