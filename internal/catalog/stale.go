package catalog

import (
	"fmt"
	"time"

	"burgee.dev/burgee/internal/document"
)

// staleAfter is how long nothing has to happen to a flag before it counts as done.
const staleAfter = 30 * 24 * time.Hour

// StaleReason says why a flag may have done its work.
type StaleReason string

// The reasons.
const (
	StaleSame     StaleReason = "one_variation" // it has served the same to everyone, everywhere
	StaleNotAsked StaleReason = "not_asked"     // no program asks for it
	StaleExpired  StaleReason = "expired"       // it was to be removed by a day that has passed
)

// Stale is one reason for which a flag may be taken out.
type Stale struct {
	Reason StaleReason
	Since  int64  // when that began, in milliseconds since 1970
	Words  string // one sentence
}

// pastOf is what is known of a flag that bears on whether it is stale.
type pastOf struct {
	flag      document.Flag
	createdAt int64
	touchedAt int64 // when somebody changed what it serves, or brought it back
	declared  int64 // when a program declared it last; 0 is never
	busy      bool  // an experiment holds it, or it is being rolled out
	served    []ServedRow
}

// stale finds the reasons at a time, the weightiest first. A flag that was made or
// changed within the last 30 days has none but its own day of removal.
// One that somebody wants to keep has none.
func (p pastOf) stale(now int64) []Stale {
	if p.kept(now) {
		return nil
	}
	var out []Stale
	first := now - staleAfter.Milliseconds()
	settled := max(p.createdAt, p.touchedAt)
	asked := p.declared
	for _, s := range p.served {
		asked = max(asked, s.LastAt)
	}
	switch {
	case settled > first || p.busy:
	case asked <= first:
		out = append(out, notAsked(p.createdAt, asked))
	case !p.lasting():
		if since, variation, same := p.same(settled, first); same {
			out = append(out, Stale{StaleSame, since, fmt.Sprintf("has served %s to everyone, wherever a program asked, since %s", variationWords(variation), dayWords(since))})
		}
	}
	if over, said := endOf(p.flag.Expires); said && over <= now {
		out = append(out, Stale{StaleExpired, over, "was to be removed by " + document.Text(p.flag.Expires)})
	}
	return out
}

// kept says whether somebody wants to keep the flag, whatever it serves.
func (p pastOf) kept(now int64) bool {
	end, said := endOf(p.flag.KeepUntil)
	return said && now < end || document.Text(p.flag.KeepUntil) == document.Always
}

// endOf is when a day of a flag is over, which is its own to the end; false where it
// names none.
func endOf(text *string) (end int64, said bool) {
	day, err := time.Parse(time.DateOnly, document.Text(text))
	return day.Add(24 * time.Hour).UnixMilli(), err == nil
}

func notAsked(createdAt, asked int64) Stale {
	if asked == 0 {
		return Stale{StaleNotAsked, createdAt, "no program has ever asked for it; it was made on " + dayWords(createdAt)}
	}
	return Stale{StaleNotAsked, asked, "no program has asked for it since " + dayWords(asked)}
}

// lasting says whether a flag is of a kind that is there to serve one thing for a
// long time.
func (p pastOf) lasting() bool {
	kind := document.Text(p.flag.Kind)
	return kind == "operational" || kind == "permission"
}

// same finds the one variation that was served from a time on, which was before
// first. Settled is when the flag became what it is.
func (p pastOf) same(settled, first int64) (since int64, variation string, same bool) {
	last, began := int64(0), int64(0)
	for _, s := range p.served {
		if s.LastAt > last {
			last, variation = s.LastAt, s.Variation
		}
	}
	if last == 0 || variation == UnknownVariation {
		return 0, "", false
	}
	since = settled
	for _, s := range p.served {
		switch {
		case s.Variation != variation:
			since = max(since, s.LastAt)
		case began == 0 || s.FirstAt < began:
			began = s.FirstAt
		}
	}
	since = max(since, began)
	return since, variation, since <= first
}

func variationWords(variation string) string {
	if variation == "" {
		return "the program's own default"
	}
	return variation
}

// dayWords is a day as sentences name it.
func dayWords(at int64) string { return time.UnixMilli(at).UTC().Format(time.DateOnly) }

// readServed reads what the flags of a listing have served.
func (l *listing) readServed(r Reader, v view) error {
	rows, err := r.Served(v.row.ID, l.keys...)
	live := map[int64]bool{}
	for _, e := range v.row.live() {
		live[e.ID] = true
	}
	for _, row := range rows {
		if live[row.EnvironmentID] {
			l.served[row.Flag] = append(l.served[row.Flag], row)
		}
	}
	return err
}

// stale says why a flag of a listing may have done its work; an archived one has.
func (l *listing) stale(s FlagSummary, now int64) []Stale {
	if s.ArchivedAt != 0 {
		return nil
	}
	p := pastOf{flag: s.Flag, createdAt: s.CreatedAt, touchedAt: l.meta[s.Key].restoredAt, served: l.served[s.Key]}
	for _, d := range l.declarations[s.Key] {
		p.declared = max(p.declared, d.LastSeenAt)
	}
	for _, e := range l.row.live() {
		state := s.Environments[e.Key]
		p.busy = p.busy || state.Serving.Experiment != "" || state.Serving.RollingOut
		if c := l.latest.of(document.ConfigurationKind, s.Key, e.ID, e.ID); c != nil {
			p.touchedAt = max(p.touchedAt, c.At)
		}
		for _, x := range l.acting[s.Key] {
			if c := l.latest.of(document.ExperimentKind, x, e.ID, e.ID); c != nil {
				p.touchedAt = max(p.touchedAt, c.At)
			}
		}
	}
	return p.stale(now)
}
