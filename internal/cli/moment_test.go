package cli

import (
	"testing"
	"time"
)

func TestAMomentIsReadAsPeopleWriteIt(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, berlin)
	for text, want := range map[string]string{
		"2026-11-24T14:00:00Z":        "2026-11-24T14:00:00Z",
		"2026-11-24T14:00:00+01:00":   "2026-11-24T13:00:00Z",
		"2026-11-24 14:00":            "2026-11-24T13:00:00Z",
		"2026-11-24 14:00:05":         "2026-11-24T13:00:05Z",
		"2026-11-24":                  "2026-11-23T23:00:00Z",
		"2026-11-24 14:00 UTC":        "2026-11-24T14:00:00Z",
		"2026-11-24 14:00:05.250 UTC": "2026-11-24T14:00:05.25Z",
		"90m":                         "2026-11-27T06:30:00Z",
		"0s":                          "2026-11-27T08:00:00Z",
		"1795737600000":               "2026-11-27T00:00:00Z",
	} {
		got, ok := momentOf(text, now)
		if !ok || got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%s: got %s %v, want %s", text, got.UTC().Format(time.RFC3339Nano), ok, want)
		}
	}
	for _, text := range []string{"tuesday", "-5m", "-1", "2026-13-01", ""} {
		if got, ok := momentOf(text, now); ok {
			t.Errorf("%q was read as %s", text, got)
		}
	}
	at := now.UnixMilli()
	if back, ok := momentOf(timeWords(at), now); !ok || back.UnixMilli() != at {
		t.Errorf("what is printed is read as %s", back)
	}
}
