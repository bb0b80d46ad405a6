package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// askedLately is how long a program counts as one that still asks for a flag, after
// it has evaluated or declared it.
const askedLately = 7 * 24 * time.Hour

// Asker is a version of a program that asked for a flag lately.
type Asker struct {
	Application, Version string
	Environment          string
	LastAt               int64 // when it evaluated or declared it last, in milliseconds since 1970
	Evaluations          int64 // in that time; 0 where it declared it and evaluated nothing
}

// String names the program as people read it: calendar 1.4.0 in production.
func (a Asker) String() string {
	return strings.TrimSpace(a.Application+" "+a.Version) + " in " + a.Environment
}

// AskedBy lists which programs asked for a flag in the last 7 days, the latest first.
func (s *Service) AskedBy(ctx context.Context, actor account.Actor, project, flag string) ([]Asker, error) {
	var asking map[string][]Asker
	_, err := s.read(ctx, actor, project, func(r Reader, v view) error {
		if _, _, err := v.flag(flag); err != nil {
			return err
		}
		var err error
		asking, err = askers(r, v, clock.Millis(s.clock), []string{flag})
		return err
	})
	return asking[flag], err
}

func (e *edit) askers(flags []string) (map[string][]Asker, error) {
	return askers(e.reader, e.view, e.now, flags)
}

// askers lists, by flag, the programs that asked for it lately. What an environment
// that is archived had does not count: its programs are refused.
func askers(r Reader, v view, now int64, flags []string) (map[string][]Asker, error) {
	if len(flags) == 0 {
		return nil, nil // no key would be every key
	}
	since := now - askedLately.Milliseconds()
	keys := map[int64]string{}
	for _, e := range v.row.live() {
		keys[e.ID] = e.Key
	}
	type program struct{ flag, application, version, environment string }
	found := map[program]Asker{}
	note := func(flag, application, version string, environmentID, at, count int64) {
		environment, live := keys[environmentID]
		if !live || at < since {
			return
		}
		p := program{flag, application, version, environment}
		a := found[p]
		found[p] = Asker{application, version, environment, max(a.LastAt, at), a.Evaluations + count}
	}
	asked, err := r.Asked(v.row.ID, since, flags...)
	if err != nil {
		return nil, err
	}
	for _, a := range asked {
		note(a.Flag, a.Application, a.Version, a.EnvironmentID, a.LastAt, a.Count)
	}
	declared, err := r.Declarations(v.row.ID, flags...)
	for _, d := range declared {
		note(d.Flag, d.Application, d.Version, d.EnvironmentID, d.LastSeenAt, 0)
	}
	out := map[string][]Asker{}
	for p, a := range found {
		out[p.flag] = append(out[p.flag], a)
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b Asker) int {
			return cmp.Or(cmp.Compare(b.LastAt, a.LastAt), cmp.Compare(a.Environment, b.Environment), cmp.Compare(a.Application, b.Application), cmp.Compare(a.Version, b.Version))
		})
	}
	return out, err
}

// mostNamed is how many programs a message names.
const mostNamed = 5

func askerWords(asking []Asker) string {
	var names []string
	for _, a := range asking[:min(len(asking), mostNamed)] {
		names = append(names, a.String())
	}
	if more := len(asking) - mostNamed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}

// notAsked refuses to archive flags that programs asked for lately, and names the
// programs, unless whoever does it has seen that.
func (e *edit) notAsked(flags []string, force bool) error {
	if force {
		return nil
	}
	asking, err := e.askers(flags)
	if err != nil {
		return err
	}
	return askedFor(asking)
}

// askedFor is the refusal to archive flags that programs asked for lately, or nil
// where there are none.
func askedFor(asking map[string][]Asker) error {
	keys := sortedKeys(asking)
	if len(keys) == 0 {
		return nil
	}
	what, it, gives := fmt.Sprintf("programs asked for %d flags", len(keys)), "them", "they give"
	if len(keys) == 1 {
		what, it, gives = askerWords(asking[keys[0]])+" asked for "+keys[0], "it", "it gives"
	}
	refusal := fault.New(fault.Conflict, "flag_asked_for",
		"Nothing was changed: in the last 7 days %s. Archived, %s them their own default; say force to archive %s all the same", what, gives, it)
	for _, w := range askedWarnings(asking) {
		refusal = refusal.WithField(w.Path, "%s", w.Message)
	}
	return refusal
}

// askedWarnings name, flag by flag, the programs that asked for it lately.
func askedWarnings(asking map[string][]Asker) []document.Warning {
	var out []document.Warning
	for _, key := range sortedKeys(asking) {
		out = append(out, document.Warning{Path: "flags." + key, Message: "still asked for by " + askerWords(asking[key])})
	}
	return out
}
