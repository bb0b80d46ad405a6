package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/fault"
)

// moment is a point in the past, as a command takes it.
type moment struct {
	at       string
	revision int64

	named func() bool // whether --at stands in the command, with whatever
	atMS  int64       // settled; 0 is not given
}

func (m *moment) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&m.at, "at", "", `as it was then: "2026-11-24 14:00", 2026-11-24T14:00:00Z, 90m or 7d for that long ago, or milliseconds since 1970`)
	cmd.Flags().Int64Var(&m.revision, "revision", 0, "as it was at this revision of the environment")
	m.named = func() bool { return cmd.Flags().Changed("at") }
}

// given says whether a point in the past was named.
func (m *moment) given() bool { return m.atMS != 0 || m.revision != 0 }

// settle checks the values.
func (m *moment) settle(now time.Time) error {
	if m.at != "" && m.revision != 0 {
		return fault.New(fault.Invalid, "moment_malformed", "--at and --revision both name a moment; say one of them")
	}
	if m.revision < 0 {
		return fault.New(fault.Invalid, "moment_malformed", "--revision takes the number of a revision, not %d", m.revision)
	}
	if m.at == "" && (m.named == nil || !m.named()) {
		return nil
	}
	at, ok := momentOf(m.at, now)
	if !ok {
		return fault.New(fault.Invalid, "moment_malformed",
			`--at takes "2026-11-24 14:00", 2026-11-24T14:00:00Z, a time ago such as 90m or 7d, or milliseconds since 1970, not %q`, m.at)
	}
	if at.After(now) {
		return fault.New(fault.Invalid, "moment_ahead", "--at takes a time that has been; %s is to come", timeWords(at.UnixMilli()))
	}
	m.atMS = at.UnixMilli()
	return nil
}

// momentOf reads a time. One without a zone is this machine's; one with UTC is
// what the commands print.
func momentOf(text string, now time.Time) (time.Time, bool) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(ms), ms > 0
	}
	if ago, ok := durationOf(text); ok {
		return now.Add(-ago), true
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, true
	}
	zone := now.Location()
	if bare, ok := strings.CutSuffix(text, " UTC"); ok {
		text, zone = bare, time.UTC
	}
	for _, layout := range []string{"2006-01-02 15:04:05.000", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// durationOf reads a length of time as Go writes it, with days before: 7d, 1d12h.
func durationOf(text string) (time.Duration, bool) {
	const longest = 100 * 365 // days
	var whole time.Duration
	if days, rest, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil || n > longest {
			return 0, false
		}
		whole = time.Duration(n) * 24 * time.Hour
		if text = rest; text == "" {
			return whole, true
		}
	}
	part, err := time.ParseDuration(text)
	return whole + part, err == nil && part >= 0
}

// timeWords is a time as commands print it and --at takes it.
func timeWords(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05.000 UTC")
}
