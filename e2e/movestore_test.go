package e2e

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/testkit"
	burgee "burgee.dev/burgee/sdk"
)

// moved is a server whose store moves while a program follows it.
type moved struct {
	*server
	line   *tap
	client *burgee.Client
}

// values are what a flag is for a thousand users.
func (m *moved) values(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for i := range 1000 {
		ctx := burgee.NewContext(t.Context(), map[string]any{"targetingKey": fmt.Sprintf("unit-%d", i)})
		fmt.Fprintf(&b, "%v ", m.client.Bool(ctx, "Flags.ramp", false))
	}
	return b.String()
}

// move stops the server, moves its store, and starts it at the same address.
// The program keeps every value and takes up where it was.
func (m *moved) move(t *testing.T, prepare func(), args ...string) {
	t.Helper()
	before := m.values(t)
	_, snapshot := m.get(t, "/sdk/v1/snapshot", serverKey)
	heard := m.client.Status().LastHeard
	m.line.forget()
	m.stop(t)
	m.burgee(t, "", append([]string{"migrate-store"}, args...)...)
	if got := m.values(t); got != before {
		t.Error("without a server the program has other values")
	}
	prepare()
	m.start(t)
	sent := ""
	until(t, "the stream again", 30*time.Second, func() bool {
		sent = m.line.events()
		s := m.client.Status()
		return s.Connected && s.LastHeard.After(heard) && sent != "goaway" // a poll connects, too
	})
	if sent != "goaway uptodate" {
		t.Errorf("after %q the program was sent %q, want that it is up to date", args, sent)
	}
	if got := m.values(t); got != before {
		t.Errorf("after %q the program has other values", args)
	}
	if _, got := m.get(t, "/sdk/v1/snapshot", serverKey); got != snapshot {
		t.Errorf("after %q the same revision has other bytes:\n%s\n%s", args, snapshot, got)
	}
}

// publish changes the split, of which the program is sent what differs.
func (m *moved) publish(t *testing.T, share int) {
	t.Helper()
	m.line.forget()
	untilRevision(t, m.client, m.apply(t, fmt.Sprintf(splitDocument, share, 100-share))["production"])
	if got := m.line.events(); got != "delta" {
		t.Errorf("at the next revision: sent %q, want a delta", got)
	}
}

// A program follows its server from SQLite to PostgreSQL and back as through a
// restart.
func TestAProgramFollowsAServerWhoseStoreMoves(t *testing.T) {
	m := &moved{server: startServer(t)}
	others := "apiVersion: burgee/v1\nproject: default\nflags:\n"
	for i := range 20 {
		others += fmt.Sprintf("  other.flag-%d: {type: boolean, environments: {production: {default: true}}}\n", i)
	}
	m.apply(t, others)
	m.apply(t, fmt.Sprintf(splitDocument, 30, 70))
	m.line = newTap(t, m.server)
	var err error
	if m.client, err = burgee.New(burgee.Options{Key: serverKey, URL: m.line.URL}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.client.Close() })
	until(t, "the stream", 20*time.Second, func() bool { return m.client.Status().Connected })
	m.publish(t, 40)
	_, pinned := m.get(t, "/sdk/v1/snapshot", serverKey)

	url, folder := storetest.EmptyPostgres(t), filepath.Join(t.TempDir(), "back")
	sqlite := m.data
	t.Setenv("BURGEE_SECRET_KEY_FILE", secretFile(t, "key"))
	m.move(t, func() {
		t.Setenv("BURGEE_STORE", url)
		m.data = filepath.Join(t.TempDir(), "none")
	}, "--from", sqlite, "--to", url)
	m.publish(t, 50)

	m.move(t, func() {
		for _, name := range []string{"BURGEE_STORE", "BURGEE_SECRET_KEY_FILE"} {
			if err := os.Unsetenv(name); err != nil { // t.Setenv puts back what was there
				t.Fatal(err)
			}
		}
		m.data = folder
	}, "--to", folder, "--unseal")
	m.publish(t, 60)
	if got := m.client.Status(); got.Resyncs != 0 || got.Stale {
		t.Errorf("status %+v", got)
	}
	m.stop(t)

	// The first folder is as it was.
	m.data = sqlite
	m.start(t)
	if _, got := m.get(t, "/sdk/v1/snapshot", serverKey); got != pinned {
		t.Errorf("the source serves something else than before it was moved:\n%s\n%s", pinned, got)
	}
}

// However often a move is killed, and wherever, the next one goes on, and in
// the end everything is there.
func TestAMoveThatIsKilledGoesOn(t *testing.T) {
	s := startServer(t)
	s.apply(t, fmt.Sprintf(splitDocument, 30, 70))
	s.stop(t)
	const counts = 40_000
	db, err := sql.Open("sqlite", filepath.Join(s.data, "burgee.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO evaluation_count (environment_id, flag, minute, variation, reason, experiment, arm, application, version, sdk, count)
		SELECT 1, 'Flags.ramp', (CAST(strftime('%s', 'now', 'start of day') AS INTEGER) + i % 1440 * 60) * 1000, 'true', 'SPLIT', '', '', 'app', i / 1440, 'go/1', i FROM n`, counts)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	url := storetest.EmptyPostgres(t)
	env := []string{"BURGEE_SECRET_KEY_FILE=" + secretFile(t, "key"), "BURGEE_STORE=" + url}
	done, killed := -1, 0
	rounds := testkit.Rounds(8, 60)
	for i := 0; done != 0 && i <= rounds; i++ {
		kill := 150 * time.Millisecond * time.Duration(i+1)
		if i == rounds {
			kill = 0 // to the end
		}
		if done = exit(t, kill, env, "migrate-store", "--from", s.data); done != 0 {
			killed++
			if done != -1 {
				t.Fatalf("round %d ended with %d", i, done)
			}
		}
	}
	if done != 0 || killed == 0 {
		t.Fatalf("ended with %d after %d kills", done, killed)
	}
	pg, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pg.Close() }()
	var rows, sum int64
	if err := pg.QueryRow(`SELECT COUNT(*), SUM(count) FROM evaluation_count`).Scan(&rows, &sum); err != nil {
		t.Fatal(err)
	}
	if rows != counts || sum != counts*(counts+1)/2 {
		t.Errorf("%d rows with a sum of %d after %d kills", rows, sum, killed)
	}
	if code := exit(t, 0, env, "doctor"); code != 0 && code != 8 { // the database of the tests does not sync
		t.Errorf("the doctor ends with %d", code)
	}
	if code := exit(t, 0, env, "migrate-store", "--from", s.data); code != 0 {
		t.Errorf("once more ends with %d", code)
	}
	t.Logf("%d kills", killed)
}
