package cli

import (
	"testing"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/fault"
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
		"7d":                          "2026-11-20T08:00:00Z",
		"1d12h":                       "2026-11-25T20:00:00Z",
		"0s":                          "2026-11-27T08:00:00Z",
		"1795737600000":               "2026-11-27T00:00:00Z",
	} {
		got, ok := momentOf(text, now)
		if !ok || got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%s: got %s %v, want %s", text, got.UTC().Format(time.RFC3339Nano), ok, want)
		}
	}
	for _, text := range []string{"tuesday", "-5m", "-1", "-1d", "1d-5m", "d", "7d7d", "65000d", "40000d", "2026-13-01", ""} {
		if got, ok := momentOf(text, now); ok {
			t.Errorf("%q was read as %s", text, got)
		}
	}
	at := now.UnixMilli()
	if back, ok := momentOf(timeWords(at), now); !ok || back.UnixMilli() != at {
		t.Errorf("what is printed is read as %s", back)
	}
}

func TestAMomentHasBeen(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	for text, code := range map[string]string{
		"7d": "", "2026-11-27 09:00 UTC": "", "": "moment_malformed", "2026-11-27 09:01 UTC": "moment_ahead", "2127-01-01": "moment_ahead",
	} {
		var m moment
		cmd := &cobra.Command{}
		m.bind(cmd)
		if err := cmd.Flags().Set("at", text); err != nil {
			t.Fatal(err)
		}
		err := m.settle(now)
		if (err == nil) != (code == "") || err != nil && fault.As(err).Code != code {
			t.Errorf("--at %q: %v, want %q", text, err, code)
		}
	}
	var none moment
	none.bind(&cobra.Command{})
	if err := none.settle(now); err != nil || none.given() {
		t.Errorf("without --at: %v", err)
	}
}

func TestWhoWasFasterIsSaidWithTheTimeOfThisClock(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.FixedZone("CET", 3600))
	for at, want := range map[time.Time]string{
		now.Add(-time.Hour):      "ben changed pay.api in production at 08:00 (revision 4: switched off)",
		now.Add(-10 * time.Hour): "ben changed pay.api in production at 2026-11-26 23:00 (revision 4: switched off)",
	} {
		m := fault.Meanwhile{By: "ben", Object: "pay.api", Environment: "production", Revision: 4, What: "switched off", At: at.UnixMilli()}
		if got := m.Words(onThisClock(now)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
