package adminapi

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// flagEvaluations counts by variation, in steps that give some fifty points.
func (a *API) flagEvaluations(ctx context.Context, in *evaluationsInput) (*body[Evaluations], error) {
	if _, err := a.deps.Catalog.Flag(ctx, actorOf(ctx), in.Project, in.Flag); err != nil {
		return nil, err
	}
	if err := a.knowsEnvironment(ctx, in.Project, in.Environment); err != nil {
		return nil, err
	}
	to := a.deps.Clock.Now()
	step := stepFor(in.Hours)
	from := to.Add(-time.Duration(in.Hours) * time.Hour).Truncate(step).Add(step)
	rows, err := a.deps.Counts.Minutes(ctx, in.Project, in.Environment, in.Flag, from)
	if err != nil {
		return nil, err
	}
	return &body[Evaluations]{evaluationsOf(rows, from, to, step)}, nil
}

// stepFor returns the width of one point: a minute for an hour, half an hour
// for a day, and whole hours beyond.
func stepFor(hours int) time.Duration {
	switch {
	case hours <= 1:
		return time.Minute
	case hours <= 6:
		return 5 * time.Minute
	case hours <= 24:
		return 30 * time.Minute
	case hours <= 7*24:
		return 4 * time.Hour
	}
	return 8 * time.Hour
}

func evaluationsOf(rows []CountRow, from, to time.Time, step time.Duration) Evaluations {
	e := Evaluations{From: from.UnixMilli(), To: to.UnixMilli(), StepMs: step.Milliseconds(), Series: []Series{}}
	type line struct{ variation, reason string }
	type program struct{ application, version, sdk string }
	series := map[line]map[int64]int64{}
	programs := map[program]int64{}
	for _, row := range rows {
		key := line{variation: row.Variation}
		if row.Variation == "" {
			key.reason = row.Reason
		}
		if series[key] == nil {
			series[key] = map[int64]int64{}
		}
		at := e.From + (row.Minute-e.From)/e.StepMs*e.StepMs
		series[key][at] += row.Count
		programs[program{row.Application, row.Version, row.SDK}] += row.Count
		e.Total += row.Count
	}
	for key, counts := range series {
		e.Series = append(e.Series, seriesOf(key.variation, key.reason, counts, e))
	}
	slices.SortFunc(e.Series, func(a, b Series) int { return cmp.Compare(a.Label, b.Label) })
	e.ByApplication = make([]ApplicationCount, 0, len(programs))
	for p, n := range programs {
		e.ByApplication = append(e.ByApplication, ApplicationCount{Application: p.application, Version: p.version, SDK: p.sdk, Count: n})
	}
	slices.SortFunc(e.ByApplication, func(a, b ApplicationCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Application, b.Application), cmp.Compare(b.Version, a.Version), cmp.Compare(a.SDK, b.SDK))
	})
	return e
}

// seriesOf has a point for each step, so that a chart needs no guesses.
func seriesOf(variation, reason string, counts map[int64]int64, e Evaluations) Series {
	s := Series{Variation: &variation, Label: variation}
	if variation == "" {
		s.Variation, s.Reason, s.Label = nil, reason, withoutVariation(reason)
	}
	for at := e.From; at <= e.To; at += e.StepMs {
		s.Points = append(s.Points, Point{At: at, Count: counts[at]})
	}
	return s
}

// withoutVariation says in words why the program's own default was served.
func withoutVariation(reason string) string {
	switch reason {
	case "CODE_DEFAULT", "DEFAULT":
		return "code default"
	case "OFF":
		return "code default (off)"
	case "FLAG_NOT_FOUND":
		return "flag unknown to the server"
	case "NOT_READY":
		return "no configuration yet"
	case "OVERRIDE":
		return "overridden in the program"
	}
	return "code default (" + reason + ")"
}
