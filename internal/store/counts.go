package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/internal/receipts"
)

// How long counts are kept.
const (
	keepMinutes = 14 * 24 * time.Hour
	keepHours   = 396 * 24 * time.Hour // thirteen months
	keepBatches = 24 * time.Hour
)

// maxHour is where an hour's total stays: the largest number that JSON carries
// exactly.
const maxHour = int64(1)<<53 - 1

const (
	minuteMs = int64(time.Minute / time.Millisecond)
	hourMs   = int64(time.Hour / time.Millisecond)
)

// HourlyCount is a flag's evaluations by hour, oldest first.
type HourlyCount struct {
	Counts []int64
	LastAt int64 // the minute of the last evaluation ever, in milliseconds
}

// MinuteCount is what was counted in one minute.
type MinuteCount struct {
	Minute      int64
	Variation   string // "" where no variation was served
	Reason      string
	Application string
	Version     string
	SDK         string
	Count       int64
}

// AddCounts implements ingest.Sink.
func (s *Store) AddCounts(ctx context.Context, batchIDs []string, rows []ingest.Row) error {
	now := s.clock.Now()
	rows = slices.SortedFunc(slices.Values(rows), byWhatIsCounted)
	return s.addOnce(ctx, func(q query) error {
		for _, id := range batchIDs {
			if err := q.exec(`INSERT INTO event_batch (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, id, now.UnixMilli()); err != nil {
				return err
			}
		}
		for _, row := range rows {
			if err := addMinute(q, row); err != nil {
				return err
			}
		}
		return addTotals(q, rows)
	})
}

// byWhatIsCounted sorts rows by what they count: nodes that add at the same time lock
// rows in one order, and so wait for each other and not in a circle.
func byWhatIsCounted(a, b ingest.Row) int {
	return cmp.Or(cmp.Compare(a.EnvironmentID, b.EnvironmentID), cmp.Compare(a.Flag, b.Flag), cmp.Compare(a.Minute, b.Minute),
		cmp.Compare(a.Variation, b.Variation), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Experiment, b.Experiment), cmp.Compare(a.Arm, b.Arm),
		cmp.Compare(a.Application, b.Application), cmp.Compare(a.Version, b.Version), cmp.Compare(a.SDK, b.SDK))
}

func addMinute(q query, r ingest.Row) error {
	return q.exec(`INSERT INTO evaluation_count (environment_id, flag, minute, variation, reason, experiment, arm, application, version, sdk, count)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (environment_id, flag, minute, variation, reason, experiment, arm, application, version, sdk)
		DO UPDATE SET count = CASE WHEN evaluation_count.count < $12 - excluded.count THEN evaluation_count.count + excluded.count ELSE $12 END`,
		r.EnvironmentID, r.Flag, r.Minute, r.Variation, r.Reason, r.Experiment, r.Arm, r.Application, r.Version, r.SDK,
		min(r.Count, ingest.MaxCount), int64(ingest.MaxCount))
}

// addTotals adds to the hours and moves the last minutes: one statement for
// each flag, not for each row.
func addTotals(q query, rows []ingest.Row) error {
	type hourOf struct {
		environmentID, hour int64
		flag                string
	}
	type flagOf struct {
		environmentID int64
		flag          string
	}
	hours, last := map[hourOf]int64{}, map[flagOf]int64{}
	var hourly []hourOf // in the order of the rows
	var flags []flagOf
	for _, r := range rows {
		at, flag := hourOf{r.EnvironmentID, r.Minute - r.Minute%hourMs, r.Flag}, flagOf{r.EnvironmentID, r.Flag}
		if _, seen := hours[at]; !seen {
			hourly = append(hourly, at)
		}
		if _, seen := last[flag]; !seen {
			flags = append(flags, flag)
		}
		hours[at] += min(r.Count, ingest.MaxCount)
		last[flag] = max(last[flag], r.Minute)
	}
	for _, at := range hourly {
		count := hours[at]
		if err := q.exec(`INSERT INTO evaluation_hour (environment_id, hour, flag, count) VALUES ($1, $2, $3, $4)
			ON CONFLICT (environment_id, hour, flag) DO UPDATE SET count = CASE WHEN evaluation_hour.count < $5 - excluded.count THEN evaluation_hour.count + excluded.count ELSE $5 END`,
			at.environmentID, at.hour, at.flag, min(count, maxHour), maxHour); err != nil {
			return err
		}
	}
	for _, flag := range flags {
		minute := last[flag]
		if err := q.exec(`INSERT INTO evaluation_last (environment_id, flag, minute) VALUES ($1, $2, $3)
			ON CONFLICT (environment_id, flag) DO UPDATE SET minute = excluded.minute WHERE excluded.minute > evaluation_last.minute`,
			flag.environmentID, flag.flag, minute); err != nil {
			return err
		}
	}
	return nil
}

// RecentBatches implements ingest.Sink.
func (s *Store) RecentBatches(ctx context.Context, since int64) ([]string, error) {
	var out []string
	err := s.read(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var id string
			err := from.Scan(&id)
			out = append(out, id)
			return err
		}, `SELECT id FROM event_batch WHERE at >= $1 ORDER BY at, id`, since)
	})
	return out, err
}

// AddKeyUses implements ingest.Sink.
func (s *Store) AddKeyUses(ctx context.Context, uses []ingest.KeyUse) error {
	uses = slices.SortedFunc(slices.Values(uses), func(a, b ingest.KeyUse) int { return cmp.Compare(a.KeyID, b.KeyID) })
	return s.addOnce(ctx, func(q query) error {
		for _, use := range uses {
			if err := q.exec(`UPDATE sdk_key SET uses = uses + $2,
				last_sdk = CASE WHEN $3 >= last_used_at AND $4 <> '' THEN $4 ELSE last_sdk END,
				last_used_at = CASE WHEN $3 > last_used_at THEN $3 ELSE last_used_at END
				WHERE id = $1`, use.KeyID, use.Uses, use.LastUsedAt, use.SDK); err != nil {
				return err
			}
		}
		return nil
	})
}

const ofEnvironment = `(SELECT e.id FROM environment e JOIN project p ON p.id = e.project_id WHERE p.key = $1 AND e.key = $2)`

// HourlyCounts returns, by flag, the totals of each hour from the given one on.
func (s *Store) HourlyCounts(ctx context.Context, project, environment string, from time.Time, hours int) (map[string]HourlyCount, error) {
	first := from.UnixMilli() - from.UnixMilli()%hourMs
	out := map[string]HourlyCount{}
	of := func(flag string) HourlyCount {
		h, ok := out[flag]
		if !ok {
			h.Counts = make([]int64, hours)
		}
		return h
	}
	err := s.read(ctx, func(q query) error {
		err := q.each(func(from scanner) error {
			var hour, count int64
			var flag string
			if err := from.Scan(&hour, &flag, &count); err != nil {
				return err
			}
			h := of(flag)
			h.Counts[(hour-first)/hourMs] = count
			out[flag] = h
			return nil
		}, `SELECT hour, flag, count FROM evaluation_hour WHERE environment_id = `+ofEnvironment+` AND hour >= $3 AND hour < $4`,
			project, environment, first, first+int64(hours)*hourMs)
		if err != nil {
			return err
		}
		return q.each(func(from scanner) error {
			var flag string
			var minute int64
			if err := from.Scan(&flag, &minute); err != nil {
				return err
			}
			h := of(flag)
			h.LastAt = minute
			out[flag] = h
			return nil
		}, `SELECT flag, minute FROM evaluation_last WHERE environment_id = `+ofEnvironment, project, environment)
	})
	return out, err
}

// MinuteCounts returns one flag's counts by minute from a time on, the oldest
// first.
func (s *Store) MinuteCounts(ctx context.Context, project, environment, flag string, from time.Time) ([]MinuteCount, error) {
	var out []MinuteCount
	err := s.read(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var c MinuteCount
			err := from.Scan(&c.Minute, &c.Variation, &c.Reason, &c.Application, &c.Version, &c.SDK, &c.Count)
			out = append(out, c)
			return err
		}, `SELECT minute, variation, reason, application, version, sdk, SUM(count) FROM evaluation_count
			WHERE environment_id = `+ofEnvironment+` AND flag = $3 AND minute >= $4
			GROUP BY minute, variation, reason, application, version, sdk
			ORDER BY minute, variation, reason, application, version, sdk`,
			project, environment, flag, from.UnixMilli()-from.UnixMilli()%minuteMs)
	})
	return out, err
}

// Prune deletes what is kept for a time only, unless the lease is lost.
func (s *Store) Prune(ctx context.Context, fence lease.Fence, now time.Time) error {
	return s.fenced(ctx, fence, func(q query) error {
		for text, keep := range map[string]time.Duration{
			`DELETE FROM evaluation_count WHERE minute < $1`: keepMinutes,
			`DELETE FROM evaluation_hour WHERE hour < $1`:    keepHours,
			`DELETE FROM event_batch WHERE at < $1`:          keepBatches,
			`DELETE FROM receipt WHERE committed_at < $1`:    receipts.Kept,
			`DELETE FROM session WHERE expires_at < $1`:      0,
			`DELETE FROM delta WHERE at < $1`:                keepDeltas,
		} {
			if err := q.exec(text, now.Add(-keep).UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
}
