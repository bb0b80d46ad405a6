package upkeep

import (
	"context"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/store"
)

// endsSoon is how long before a version of PostgreSQL is mended no more that is
// said.
const endsSoon = 90 * 24 * time.Hour

// checkServer looks at how the database server keeps what it acknowledges, and
// whether it has room for the nodes.
func (e *examination) checkServer(ctx context.Context) (string, error) {
	f, known, err := e.store.Server(ctx)
	if err != nil || !known {
		return "", err
	}
	if !f.Fsync {
		e.find(Warning, "PostgreSQL runs with fsync = off",
			"when its machine crashes or loses power, changes that were acknowledged are lost and the database may be damaged",
			"Set fsync = on in postgresql.conf, and reload it (pg_reload_conf)")
	}
	if !f.FullPageWrites {
		e.find(Warning, "PostgreSQL runs with full_page_writes = off",
			"when its machine crashes or loses power in the middle of writing a page, the database is damaged",
			"Set full_page_writes = on in postgresql.conf, and reload it (pg_reload_conf)")
	}
	if !f.SynchronousCommit {
		e.find(Warning, "PostgreSQL runs with synchronous_commit = off",
			"a node that started before that was set loses acknowledged changes of the last moments in a crash; one that starts now has its own commits synced",
			"Set synchronous_commit = on, or start the nodes again")
	}
	e.checkSupport(f)
	if f.Connections < f.Needed {
		e.find(Warning, fmt.Sprintf("PostgreSQL leaves %s to Burgee, and %s may take %d", counted(max(f.Connections, 0), "connection", "connections"), counted(max(f.Nodes, 1), "node", "nodes"), f.Needed),
			"a node that finds none free refuses changes and may not start", "Raise max_connections, or the limit of the role or the database (CONNECTION LIMIT)")
	}
	return fmt.Sprintf("PostgreSQL %d, %s for %s", f.Major, counted(max(f.Connections, 0), "connection", "connections"), counted(f.Nodes, "node", "nodes")), nil
}

func (e *examination) checkSupport(f store.ServerFacts) {
	left := f.Until.Sub(e.o.Clock.Now())
	if f.Until.IsZero() || left > endsSoon {
		return
	}
	ends := "ends"
	if left < 0 {
		ends = "ended"
	}
	e.find(Warning, fmt.Sprintf("the support of PostgreSQL %d %s on %s", f.Major, ends, f.Until.Format(time.DateOnly)),
		"no defect and no hole of that version is mended afterwards", "Move to a newer version: pg_upgrade, or pg_dump and pg_restore into it")
}
