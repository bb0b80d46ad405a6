package store

import (
	"context"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/nodes"
)

// ServerFacts are what can be asked of a database server about itself.
type ServerFacts struct {
	Major int       // its version
	Until time.Time // when its makers stop mending that version; zero is not known

	// Where they are false a crash of its machine may cost something; of the last
	// one only with nodes that started before it was set.
	Fsync, FullPageWrites, SynchronousCommit bool

	Connections int // that it leaves to the nodes, beside what others hold now
	Nodes       int // that were heard of lately
	Needed      int // connections that those may take, at least one node's
}

// supported is until when the project PostgreSQL mends a version.
var supported = map[int]time.Time{
	13: day(2025, time.November, 13),
	14: day(2026, time.November, 12),
	15: day(2027, time.November, 11),
	16: day(2028, time.November, 9),
	17: day(2029, time.November, 8),
	18: day(2030, time.November, 14),
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

// Server asks the database server about itself; false where there is none.
func (s *Store) Server(ctx context.Context) (f ServerFacts, known bool, err error) {
	err = s.read(ctx, func(q query) error {
		f, known, err = s.engine.server(q)
		return err
	})
	return f, known, err
}

// server leaves aside the limits that are not for superusers.
func (e *postgresEngine) server(q query) (f ServerFacts, known bool, err error) {
	var number, others int
	err = q.row(`SELECT current_setting('server_version_num')::int, current_setting('fsync')::bool, current_setting('full_page_writes')::bool,
			current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
				- COALESCE(current_setting('reserved_connections', true)::int, 0),
			(SELECT COUNT(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND application_name <> $1)`,
		e.config.RuntimeParams["application_name"]).scan(&number, &f.Fsync, &f.FullPageWrites, &f.Connections, &others)
	if err != nil {
		return f, true, err
	}
	f.SynchronousCommit = e.durability != "off" // in this session it is on all the same
	f.Major, f.Until = number/10_000, supported[number/10_000]
	f.Connections -= others
	var role, database int
	err = q.row(`SELECT CASE WHEN rolsuper THEN -1 ELSE rolconnlimit END, CASE WHEN rolsuper THEN -1 ELSE datconnlimit END
		FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`).scan(&role, &database)
	if err != nil {
		return f, true, err
	}
	for _, limit := range []int{role, database} {
		if limit >= 0 {
			f.Connections = min(f.Connections, limit)
		}
	}
	err = q.row(fmt.Sprintf(`SELECT COUNT(*) FROM node WHERE beat > %s - $1`, e.now()), nodes.Kept.Milliseconds()).scan(&f.Nodes)
	f.Needed = max(f.Nodes, 1) * mostConnections()
	return f, true, err
}
