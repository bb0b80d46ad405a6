package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	project = "/api/v1/projects/default"
	starts  = 3
	repeats = 15  // of a page
	many    = 200 // switches
	some    = 10  // of other changes
)

// measure starts a server on each store and prints what they do there.
func measure(_ context.Context, o options) error {
	t := &table{}
	for _, n := range o.stores {
		t.subjects = append(t.subjects, &subjectOf{named: n})
	}
	defer func() {
		for _, s := range t.subjects {
			if s.burgee != nil {
				s.Kill()
			}
		}
	}()
	if err := t.start(o); err != nil {
		return err
	}
	for _, part := range []func(options) error{t.memory, t.pages, t.changes, t.fanout, t.writes, t.evaluations, t.memoryAfter} {
		if err := part(o); err != nil {
			return err
		}
	}
	t.print()
	return nil
}

// start starts every server several times, in turns; the last ones stay.
func (t *table) start(o options) error {
	turn := func(s *subjectOf, _ int) (time.Duration, error) {
		if s.burgee != nil {
			if err := s.Stop(); err != nil {
				return 0, err
			}
			s.burgee = nil
		}
		b, err := start(o.burgee, s.store)
		if err != nil {
			return 0, err
		}
		s.burgee = b
		return b.up, nil
	}
	return t.turns("start until ready, ms", starts, turn)
}

func (t *table) memory(o options) error {
	resident := func(s *subjectOf) (string, error) { return megabytes(s.Usage().Resident), nil }
	if err := t.each("memory after the start, MB", resident); err != nil {
		return err
	}
	time.Sleep(o.settle)
	return t.each("memory "+o.settle.String()+" later, MB", resident)
}

func (t *table) memoryAfter(options) error {
	if err := t.each("memory after the changes, MB", func(s *subjectOf) (string, error) { return megabytes(s.Usage().Resident), nil }); err != nil {
		return err
	}
	return t.each("memory at its highest, MB", func(s *subjectOf) (string, error) { return megabytes(s.Usage().Peak), nil })
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.0f", float64(bytes)/1e6) }

// pages times what the dashboard and the command line read. The first list is
// told apart: it loads the project.
func (t *table) pages(options) error {
	get := func(path string) func(*subjectOf, int) (time.Duration, error) {
		return func(s *subjectOf, _ int) (time.Duration, error) { return s.timed(http.MethodGet, path, nil) }
	}
	if err := t.turns("list of flags, first, ms", 1, get(project+"/flags")); err != nil {
		return err
	}
	const changes = project + "/changes"
	for _, page := range []struct{ name, path string }{
		{"list of flags, ms", project + "/flags"},
		{"flag, ms", project + "/flags/" + flagKey(0)},
		{"history of a flag, ms", changes + "?object=" + flagKey(0)},
		{"audit log, ms", changes},
		{"audit log of an environment, ms", changes + "?environment=production"},
		{"audit log of a person, ms", changes + "?actor=" + url.QueryEscape("person-7@example.org")},
		{"audit log of nobody, ms", changes + "?actor=nobody"},
		{"revisions, ms", project + "/environments/production/revisions"},
		{"export, ms", project + "/export"},
	} {
		if err := t.turns(page.name, repeats, get(page.path)); err != nil {
			return err
		}
	}
	return t.deep()
}

// deep goes to the tenth page of the record, which every store has.
func (t *table) deep() error {
	paths := map[*subjectOf]string{}
	for _, s := range t.subjects {
		paths[s] = project + "/changes"
		for range 9 {
			answer, err := s.Want(http.MethodGet, paths[s], nil)
			if err != nil {
				return err
			}
			var page struct{ Next *int64 }
			if err := json.Unmarshal(answer, &page); err != nil {
				return err
			}
			if page.Next == nil {
				return fmt.Errorf("%s: the record has no ten pages", s.name)
			}
			paths[s] = fmt.Sprintf("%s/changes?before=%d", project, *page.Next)
		}
	}
	return t.turns("audit log, tenth page, ms", repeats, func(s *subjectOf, _ int) (time.Duration, error) {
		return s.timed(http.MethodGet, paths[s], nil)
	})
}

func (b *burgee) timed(method, path string, body any) (time.Duration, error) {
	began := time.Now()
	_, err := b.Want(method, path, body)
	return time.Since(began), err
}

// flip switches a flag off or on.
func (b *burgee) flip(flag int, environment string, turn int) (time.Duration, error) {
	return b.timed(http.MethodPost, project+"/flags/"+flagKey(flag)+"/environments/"+environment+"/"+[...]string{"off", "on"}[turn%2], map[string]any{})
}

// retag changes a flag's own fields, which is a revision of every environment.
func (b *burgee) retag() (time.Duration, error) {
	return b.timed(http.MethodPatch, project+"/flags/"+flagKey(2), map[string]any{"tags": []string{fmt.Sprintf("tag-%d", time.Now().UnixNano())}})
}

func (t *table) changes(options) error {
	err := t.turns("a switch, p50 · p99 · worst, ms", many, func(s *subjectOf, turn int) (time.Duration, error) {
		return s.flip(0, "production", turn)
	})
	if err != nil {
		return err
	}
	err = t.turns("apply a file of one flag, ms", some, func(s *subjectOf, turn int) (time.Duration, error) {
		text := fmt.Sprintf("apiVersion: burgee/v1\nproject: default\nflags:\n  %s: {type: boolean, environments: {production: {default: %t}}}\n", flagKey(1), turn%2 == 0)
		return s.timed(http.MethodPost, project+"/apply", map[string]any{"text": text, "file": "one.yaml"})
	})
	if err != nil {
		return err
	}
	return t.turns("a flag's tags, a revision of all its project's environments, ms", some, func(s *subjectOf, _ int) (time.Duration, error) {
		return s.retag()
	})
}

// writes counts the changes that so many writers get acknowledged in a second,
// each on a flag of its own.
func (t *table) writes(o options) error {
	for _, writers := range []int{1, 4, 16} {
		err := t.each(fmt.Sprintf("changes a second, writers: %d", writers), func(s *subjectOf) (string, error) {
			return perSecond(writers, o.seconds, func(writer, turn int) error {
				_, err := s.flip(writer, "production", turn)
				return err
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// evaluations counts what 16 programs without an SDK get evaluated in a second.
func (t *table) evaluations(o options) error {
	return t.each("remote evaluations a second, 16 connections", func(s *subjectOf) (string, error) {
		asking := *s.Process
		asking.Token = key
		body := map[string]any{"context": map[string]any{"targetingKey": "someone", "country": "DE"}}
		return perSecond(16, o.seconds, func(_, turn int) error {
			_, err := asking.Want(http.MethodPost, "/ofrep/v1/evaluate/flags/"+flagKey(turn%100), body)
			return err
		})
	})
}

// perSecond has so many do something again and again, for some time.
func perSecond(n int, howLong time.Duration, do func(who, turn int) error) (string, error) {
	var all errgroup.Group
	done := make([]int, n)
	began := time.Now()
	for who := range n {
		all.Go(func() error {
			for time.Since(began) < howLong {
				if err := do(who, done[who]); err != nil {
					return err
				}
				done[who]++
			}
			return nil
		})
	}
	err := all.Wait()
	passed := time.Since(began)
	sum := 0
	for _, d := range done {
		sum += d
	}
	return fmt.Sprintf("%.0f", float64(sum)/passed.Seconds()), err
}
