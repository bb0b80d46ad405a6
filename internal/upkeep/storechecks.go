package upkeep

import (
	"context"
	"fmt"
	"strings"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/store"
)

// listed is how many of many like things are named.
const listed = 5

// advice is what to do about a database that cannot be relied on.
func (e *examination) advice() string {
	if e.o.Store != "" {
		return "Stop the servers, put the newest sound backup back with PostgreSQL's own tools, and then run burgee restore --store URL"
	}
	return restoreAdvice
}

const restoreAdvice = "Stop the server, keep a copy of the data folder, and restore the newest sound backup: burgee restore FILE"

func (e *examination) checkStore(ctx context.Context) (string, error) {
	if e.opening != nil {
		e.find(Problem, fmt.Sprintf("the database cannot be read: %v", e.opening), "nothing that was changed can be relied on", e.advice())
		return "", nil
	}
	damage, err := e.store.Damage(ctx)
	if err != nil {
		return "", err
	}
	if len(damage) > 0 {
		e.find(Problem, "the database is damaged: "+strings.Join(some(damage, listed), "; "), "what is read from it may be wrong, and writes may fail", e.advice())
	}
	known, err := store.Schema()
	if err != nil {
		return "", err
	}
	switch {
	case e.facts.Moving != "":
		e.find(Problem, fmt.Sprintf("moving %s here was not finished", e.facts.Moving), "a part of the data is missing, and no server starts on it",
			"Run burgee migrate-store again with the same places: it goes on where it was cut off")
	case !e.facts.UsableBy(known):
		e.find(Problem, fmt.Sprintf("the data is of schema %d%s; this burgee knows %d", e.facts.Schema, writtenBy(e.facts), known),
			"this burgee cannot serve it, and cannot look further into it", "Run the newer version, its doctor too")
	case e.facts.Schema < known:
		return fmt.Sprintf("schema %d; this burgee has %d and will migrate it at its next start%s", e.facts.Schema, known, e.afterBackup()), nil
	default:
		e.readable = len(damage) == 0
	}
	return fmt.Sprintf("schema %d%s, epoch %d", e.facts.Schema, writtenBy(e.facts), e.facts.Epoch), nil
}

func (e *examination) afterBackup() string {
	if e.o.Store != "" {
		return "; make a backup before, with pg_dump"
	}
	return ", after a backup"
}

func writtenBy(f store.Facts) string {
	if f.Version == "" {
		return ""
	}
	return " of Burgee " + f.Version
}

func (e *examination) checkRecord(ctx context.Context) (string, error) {
	var entries int64
	for _, p := range e.facts.Projects {
		state, err := e.service.VerifyChain(ctx, host, p.Key)
		if err != nil {
			return "", err
		}
		entries += state.Checked
		if !state.OK {
			e.find(Problem, fmt.Sprintf("the record of project %s does not fit together: %s", p.Key, state.Reason),
				"somebody altered the database past Burgee: who changed what, and when, cannot be relied on from there on",
				"Keep a copy of the data folder, find out who had access to it, and compare with an earlier backup")
		}
	}
	return fmt.Sprintf("%s of %s", counted(int(entries), "entry", "entries"), counted(len(e.facts.Projects), "project", "projects")), nil
}

func (e *examination) checkLines(ctx context.Context) (string, error) {
	for _, p := range e.facts.Projects {
		differing, err := e.service.VerifyLines(ctx, host, p.Key)
		if err != nil {
			return "", err
		}
		if len(differing) > 0 {
			e.find(Problem, fmt.Sprintf("project %s: %s", p.Key, strings.Join(some(differing, listed), "; ")),
				"programs get something else than the dashboard shows",
				"Publish a change to each flag named, which writes its lines anew; if somebody altered the database, restore a backup")
		}
	}
	return fmt.Sprintf("what is sent in %s, beside what is configured", counted(len(e.facts.Environments), "environment", "environments")), nil
}

// checkSchedule looks for what should have happened at its time and did not.
func (e *examination) checkSchedule(ctx context.Context) (string, error) {
	waiting, rollouts := 0, 0
	for _, p := range e.facts.Projects {
		requests, _, err := e.service.ChangeRequests(ctx, host, p.Key, catalog.ChangeRequestFilter{State: catalog.RequestOpen, Limit: lookedAt})
		if err != nil {
			return "", err
		}
		for _, c := range requests {
			if c.PublishAt != 0 {
				waiting++
			}
			if c.Problem != "" {
				e.find(Warning, fmt.Sprintf("project %s, change request %d “%s” was not published at its time: %s", p.Key, c.Number, c.Title, c.Problem),
					"what somebody planned has not happened", fmt.Sprintf("Look at it with burgee change-request show %d, and schedule or publish it again", c.Number))
			}
		}
		live, _, err := e.service.Rollouts(ctx, host, p.Key, catalog.RolloutFilter{Live: true, Limit: lookedAt})
		if err != nil {
			return "", err
		}
		rollouts += len(live)
		for _, r := range live {
			if r.Problem != "" {
				e.find(Warning, fmt.Sprintf("project %s, rollout %d is %s: %s", p.Key, r.Number, r.State, r.Problem),
					"its next step is not made, or late", fmt.Sprintf("Look at it with burgee rollout show %d, and resume, roll back or stop it", r.Number))
			}
		}
	}
	return fmt.Sprintf("%s at a time, %s", counted(waiting, "change request", "change requests"), counted(rollouts, "rollout", "rollouts")), nil
}

// lookedAt is how many of the newest of a kind are looked at in each project.
const lookedAt = 200

const (
	expiresSoon = 7 * 24 * time.Hour
	usedLately  = 24 * time.Hour
)

func (e *examination) checkKeys(ctx context.Context) (string, error) {
	var keys int
	for _, environment := range e.facts.Environments {
		list, err := e.service.Keys(ctx, host, environment.Project, environment.Environment)
		if err != nil {
			return "", err
		}
		for _, k := range list {
			if k.RevokedAt == 0 {
				keys++
				e.checkKey(k, environment.Project+" / "+environment.Environment)
			}
		}
	}
	tokens, err := e.store.ListTokens(ctx)
	if err != nil {
		return "", err
	}
	for _, t := range tokens {
		e.checkExpiry(fmt.Sprintf("the API token %q (%s)", t.Name, t.Masked), t.ExpiresAt, t.LastUsedAt, "Make a new token under Settings, Tokens, and give it to what uses this one")
	}
	return fmt.Sprintf("%s, %s", counted(keys, "SDK key", "SDK keys"), counted(len(tokens), "API token", "API tokens")), nil
}

func (e *examination) checkKey(k catalog.Key, where string) {
	what := fmt.Sprintf("the %s key %q (%s) of %s", k.Kind, k.Name, k.Masked, where)
	e.checkExpiry(what, k.ExpiresAt, k.LastUsedAt, "Give the programs that use it the key that took its place, or a new one: burgee key create")
}

// checkExpiry finds what ends soon while in use, and what was in use when it
// ended.
func (e *examination) checkExpiry(what string, expiresAt, usedAt int64, do string) {
	if expiresAt == 0 || usedAt == 0 {
		return
	}
	now := e.o.Clock.Now().UnixMilli()
	end := time.UnixMilli(expiresAt).UTC().Format("2006-01-02 15:04 UTC")
	switch {
	case expiresAt > now && expiresAt-now < expiresSoon.Milliseconds() && now-usedAt < usedLately.Milliseconds():
		e.find(Warning, fmt.Sprintf("%s expires at %s and is in use", what, end), "programs that still use it then are shut out and keep their last values", do)
	case expiresAt <= now && now-expiresAt < 4*expiresSoon.Milliseconds() && expiresAt-usedAt < usedLately.Milliseconds():
		e.find(Warning, fmt.Sprintf("%s expired at %s and was in use until then", what, end), "a program that still has it is shut out and keeps its last values", do)
	}
}

// skew is how far clocks may be apart without a word.
const skew = 5 * time.Second

func (e *examination) checkClock(ctx context.Context) (string, error) {
	newest, back, err := e.store.ClockSteps(ctx, skew)
	if err != nil {
		return "", err
	}
	if ahead := time.Duration(newest-e.o.Clock.Now().UnixMilli()) * time.Millisecond; ahead > skew {
		e.find(Problem, fmt.Sprintf("the newest change was made %v in the future", ahead.Round(time.Second)),
			"the clock is wrong now or was then: times in the record, expiries and sign-ins go by it", "Set the clock of this machine, and let it follow a time server (NTP)")
	}
	if len(back) > 0 {
		last := back[len(back)-1]
		e.find(Warning, fmt.Sprintf("the clock went back between changes %s, last by %v before entry %d of project %s",
			times(len(back)), time.Duration(last.Before-last.After)*time.Millisecond, last.Seq, last.Project),
			"order never goes by the clock, but the times shown in the record do", "Let this machine follow a time server (NTP) that adjusts its clock slowly")
	}
	if err := e.checkDatabaseClock(ctx); err != nil {
		return "", err
	}
	if newest == 0 {
		return "no change yet", nil
	}
	return "newest change " + time.UnixMilli(newest).UTC().Format("2006-01-02 15:04:05 UTC"), nil
}

// checkDatabaseClock compares this machine's clock with that of a database
// elsewhere: nodes that share it shall agree with each other.
func (e *examination) checkDatabaseClock(ctx context.Context) error {
	there, known, err := e.store.DatabaseTime(ctx)
	if err != nil || !known {
		return err
	}
	if apart := there.Sub(e.o.Clock.Now()).Abs(); apart > skew {
		e.find(Warning, fmt.Sprintf("the clocks of this machine and of the database are %v apart", apart.Round(time.Second)),
			"times in the record, expiries and sign-ins go by the clock of the node that is asked", "Let both machines follow a time server (NTP)")
	}
	return nil
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
