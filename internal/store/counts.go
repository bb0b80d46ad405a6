package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/internal/nodes"
	"burgee.dev/burgee/internal/once"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/webhook"
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
	dayMs    = 24 * hourMs
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

// AddCounts implements ingest.Sink. Nodes that add at the same time wait for each
// other's rows and never in a circle: ids and rows are written in order.
func (s *Store) AddCounts(ctx context.Context, load *ingest.Load) error {
	now := s.clock.Now()
	if err := s.makeDays(ctx, load, now); err != nil {
		return err
	}
	err := s.addOnce(ctx, func(q query) error {
		known, err := s.keepBatches(q, load.Batches(), now)
		if err != nil {
			return err
		}
		return s.addRows(q, load.Rows(known))
	})
	if err != nil {
		s.days.Clear() // another node may have dropped one: the next try makes it again
	}
	return err
}

// keepBatches keeps ids and returns those that were there: of batches that this
// server or another one has counted.
func (s *Store) keepBatches(q query, ids []string, now time.Time) (known map[string]bool, err error) {
	known = make(map[string]bool, len(ids))
	rows := make([][]any, len(ids))
	for i, id := range ids {
		known[id] = true
		rows[i] = []any{id, now.UnixMilli()}
	}
	return known, s.insert(q, batchTable, rows, func(from scanner) error {
		var id string
		err := from.Scan(&id)
		delete(known, id)
		return err
	})
}

var (
	batchTable = bulk{
		name: "event_batch", columns: []column{{"id", kindText}, {"at", kindInteger}},
		conflict: "ON CONFLICT (id) DO NOTHING RETURNING id",
	}
	minuteTable = bulk{
		name: minuteTableName, columns: []column{
			{"environment_id", kindInteger}, {"flag", kindText}, {"minute", kindInteger}, {"variation", kindText},
			{"reason", kindText}, {"experiment", kindText}, {"arm", kindText},
			{"application", kindText}, {"version", kindText}, {"sdk", kindText}, {"count", kindInteger},
		},
		conflict: `ON CONFLICT (environment_id, flag, minute, variation, reason, experiment, arm, application, version, sdk) DO UPDATE SET count = ` +
			added(minuteTableName, ingest.MaxCount),
	}
	hourTable = bulk{
		name: "evaluation_hour", columns: []column{{"environment_id", kindInteger}, {"flag", kindText}, {"hour", kindInteger}, {"count", kindInteger}},
		conflict: "ON CONFLICT (environment_id, hour, flag) DO UPDATE SET count = " + added("evaluation_hour", maxHour),
	}
	lastTable = bulk{
		name: "evaluation_last", columns: []column{{"environment_id", kindInteger}, {"flag", kindText}, {"minute", kindInteger}},
		conflict: "ON CONFLICT (environment_id, flag) DO UPDATE SET minute = excluded.minute WHERE excluded.minute > evaluation_last.minute",
	}
	servedTable = bulk{
		name: "evaluation_served", columns: []column{
			{"environment_id", kindInteger}, {"flag", kindText}, {"variation", kindText}, {"first_minute", kindInteger}, {"last_minute", kindInteger},
		},
		conflict: `ON CONFLICT (environment_id, flag, variation) DO UPDATE SET
			first_minute = CASE WHEN excluded.first_minute < evaluation_served.first_minute THEN excluded.first_minute ELSE evaluation_served.first_minute END,
			last_minute = CASE WHEN excluded.last_minute > evaluation_served.last_minute THEN excluded.last_minute ELSE evaluation_served.last_minute END
			WHERE excluded.first_minute < evaluation_served.first_minute OR excluded.last_minute > evaluation_served.last_minute`,
	}
)

const minuteTableName = "evaluation_count"

// added is the sum of what is there and what comes, which stays at a limit.
func added(table string, most int64) string {
	return fmt.Sprintf("CASE WHEN %[1]s.count < %[2]d - excluded.count THEN %[1]s.count + excluded.count ELSE %[2]d END", table, most)
}

// addRows adds to the minutes and the hours, and moves the last minutes. The
// rows are sorted by environment, flag and minute.
func (s *Store) addRows(q query, rows []ingest.Row) error {
	var minutes, hours, last [][]any
	for _, r := range rows {
		count := min(r.Count, ingest.MaxCount)
		minutes = append(minutes, []any{r.EnvironmentID, r.Flag, r.Minute, r.Variation, r.Reason, r.Experiment, r.Arm, r.Application, r.Version, r.SDK, count})
		hour := r.Minute - r.Minute%hourMs
		if h := lastOf(hours); h != nil && h[0] == r.EnvironmentID && h[1] == r.Flag && h[2] == hour {
			h[3] = min(h[3].(int64)+count, maxHour)
		} else {
			hours = append(hours, []any{r.EnvironmentID, r.Flag, hour, count})
		}
		if l := lastOf(last); l != nil && l[0] == r.EnvironmentID && l[1] == r.Flag {
			l[2] = r.Minute
		} else {
			last = append(last, []any{r.EnvironmentID, r.Flag, r.Minute})
		}
	}
	if err := s.insert(q, minuteTable, minutes, nil); err != nil {
		return err
	}
	if err := s.insert(q, hourTable, hours, nil); err != nil {
		return err
	}
	if err := s.insert(q, lastTable, last, nil); err != nil {
		return err
	}
	return s.insert(q, servedTable, servedRows(rows), nil)
}

// servedRows are the first and last minutes of each variation, in the order of the
// table's key.
func servedRows(rows []ingest.Row) [][]any {
	type served struct {
		environmentID   int64
		flag, variation string
	}
	type span struct{ first, last int64 }
	spans := map[served]span{}
	for _, r := range rows {
		key := served{r.EnvironmentID, r.Flag, r.Variation}
		at, known := spans[key]
		if !known {
			at = span{r.Minute, r.Minute}
		}
		spans[key] = span{min(at.first, r.Minute), max(at.last, r.Minute)}
	}
	keys := slices.SortedFunc(maps.Keys(spans), func(a, b served) int {
		return cmp.Or(cmp.Compare(a.environmentID, b.environmentID), cmp.Compare(a.flag, b.flag), cmp.Compare(a.variation, b.variation))
	})
	out := make([][]any, 0, len(keys))
	for _, key := range keys {
		out = append(out, []any{key.environmentID, key.flag, key.variation, spans[key].first, spans[key].last})
	}
	return out
}

func lastOf(rows [][]any) []any {
	if len(rows) == 0 {
		return nil
	}
	return rows[len(rows)-1]
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

// HourlyCounts returns, by environment and flag, the totals of each hour from the
// given one on: of the flags of a project from first to last, both included.
func (s *Store) HourlyCounts(ctx context.Context, project, first, last string, from time.Time, hours int) (map[string]map[string]HourlyCount, error) {
	start := from.UnixMilli() - from.UnixMilli()%hourMs
	out := map[string]map[string]HourlyCount{}
	of := func(environment, flag string) HourlyCount {
		if out[environment] == nil {
			out[environment] = map[string]HourlyCount{}
		}
		h, ok := out[environment][flag]
		if !ok {
			h.Counts = make([]int64, hours)
		}
		return h
	}
	text, args := hourlyText(project, first, last, start, hours)
	err := s.read(ctx, func(q query) error {
		err := q.each(func(from scanner) error {
			var environment, flag string
			var hour, count int64
			if err := from.Scan(&environment, &flag, &hour, &count); err != nil {
				return err
			}
			h := of(environment, flag)
			h.Counts[(hour-start)/hourMs] = count
			out[environment][flag] = h
			return nil
		}, text, args...)
		if err != nil {
			return err
		}
		return q.each(func(from scanner) error {
			var environment, flag string
			var minute int64
			if err := from.Scan(&environment, &flag, &minute); err != nil {
				return err
			}
			h := of(environment, flag)
			h.LastAt = minute
			out[environment][flag] = h
			return nil
		}, `SELECT e.key, l.flag, l.minute`+ofProject("evaluation_last l", "l")+`l.flag >= $2 AND l.flag <= $3`, project, first, last)
	})
	return out, err
}

// ofProject is the FROM of a table with a row for each environment and flag.
func ofProject(table, name string) string {
	return ` FROM project p JOIN environment e ON e.project_id = p.id JOIN ` + table + ` ON ` + name + `.environment_id = e.id WHERE p.key = $1 AND `
}

// hourlyText names each hour, so that of each only the flags that are asked for
// are read, and not those of the whole day.
func hourlyText(project, first, last string, start int64, hours int) (text string, args []any) {
	args = []any{project, first, last}
	for i := range hours {
		args = append(args, start+int64(i)*hourMs)
	}
	return `SELECT e.key, h.flag, h.hour, h.count` + ofProject("evaluation_hour h", "h") +
		`h.hour IN (` + numbers(3, hours) + `) AND h.flag >= $2 AND h.flag <= $3`, args
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

// Prune deletes what is kept for a time only, in transactions of a few thousand
// rows each; where days are partitions, it drops them. It stops when the lease is
// lost.
func (s *Store) Prune(ctx context.Context, fence lease.Fence, now time.Time) error {
	if err := s.pruneMinutes(ctx, fence, now.Add(-keepMinutes)); err != nil {
		return err
	}
	for _, of := range []struct {
		table, column string
		keep          time.Duration
		also          string
	}{
		{"evaluation_hour", "hour", keepHours, ""},
		{"evaluation_hour", "hour", keepMinutes, unknownFlag("evaluation_hour")},
		{"evaluation_last", "minute", keepMinutes, unknownFlag("evaluation_last")},
		{"evaluation_served", "last_minute", keepMinutes, unknownFlag("evaluation_served")},
		{"event_batch", "at", keepBatches, ""},
		{"receipt", "committed_at", receipts.Kept, ""},
		{"session", "expires_at", 0, ""},
		{"pending_sign_in", "expires_at", 0, ""},
		{"cli_login", "expires_at", 0, ""},
		{"delta", "at", keepDeltas, ""},
		{"sign_in_failure", "last_at", account.ForgetAfter, ""},
		{"node", "beat", nodes.Kept, ""},
		{"node_news", "at", nodes.Kept, ""},
		{"webhook_delivery", "created_at", webhook.Kept, notWaiting},
		{"idempotency_key", "at", once.Kept, ""},
	} {
		if err := s.deleteBefore(ctx, fence, of.table, of.column, of.also, now.Add(-of.keep).UnixMilli()); err != nil {
			return err
		}
	}
	return nil
}

// unknownFlag narrows to what was counted under names that are no flags.
func unknownFlag(table string) string {
	return fmt.Sprintf(` AND NOT EXISTS (SELECT 1 FROM environment e JOIN flag f ON f.project_id = e.project_id
		WHERE e.id = %[1]s.environment_id AND f.key = %[1]s.flag)`, table)
}

func (s *Store) pruneMinutes(ctx context.Context, fence lease.Fence, before time.Time) error {
	var dropped bool
	err := s.fenced(ctx, fence, func(q query) (err error) {
		dropped, err = s.engine.dropDays(q, minuteTableName, before.UnixMilli())
		return err
	})
	s.days.Clear()
	if err != nil || dropped {
		return err
	}
	return s.deleteBefore(ctx, fence, minuteTableName, "minute", "", before.UnixMilli())
}

// pruneRows is about how many rows one transaction of retention deletes: others
// write between two of them.
const pruneRows = 5000

// deleteBefore deletes the rows whose time is before another one, oldest first.
func (s *Store) deleteBefore(ctx context.Context, fence lease.Fence, table, column, also string, before int64) error {
	old := fmt.Sprintf(" FROM %s WHERE %s < $1%s", table, column, also)
	for {
		upTo, more := before, true
		err := s.glance(ctx, func(q query) error {
			return q.row(fmt.Sprintf("SELECT %s%s ORDER BY %s LIMIT 1 OFFSET %d", column, old, column, pruneRows), before).scan(&upTo)
		})
		if errors.Is(err, sql.ErrNoRows) {
			more, err = false, nil
		}
		if err != nil {
			return err
		}
		err = s.fenced(ctx, fence, func(q query) error { return q.exec("DELETE"+old+" AND "+column+" <= $2", before, upTo) })
		if err != nil || !more {
			return err
		}
	}
}

// makeDays makes the partitions that a load needs, and those of the next day.
func (s *Store) makeDays(ctx context.Context, load *ingest.Load, now time.Time) error {
	missing := map[int64]bool{}
	need := func(at int64) {
		if day := at / dayMs; !missing[day] {
			if _, made := s.days.Load(day); !made {
				missing[day] = true
			}
		}
	}
	load.Minutes(need)
	need(now.UnixMilli())
	need(now.UnixMilli() + dayMs)
	if len(missing) == 0 {
		return nil
	}
	days := slices.Sorted(maps.Keys(missing))
	if err := s.add(ctx, func(q query) error { return s.engine.makeDays(q, minuteTableName, days) }); err != nil {
		return err
	}
	for _, day := range days {
		s.days.Store(day, true)
	}
	return nil
}
