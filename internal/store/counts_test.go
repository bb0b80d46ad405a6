package store_test

import (
	"testing"
	"time"

	"burgee.dev/burgee/internal/ingest"
)

// A program that counts wrongly must not make what others counted unreadable:
// a sum beyond 64 bits is none that can be read again.
func TestCountsStopGrowingBeforeTheyCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	defer func() { _ = s.Close() }()
	db := raw(t, dir)
	defer func() { _ = db.Close() }()
	for _, text := range []string{
		`INSERT INTO project (id, key, name, created_at) VALUES (7, 'p', 'p', 0)`,
		`INSERT INTO environment (id, project_id, key, name, kind, position, revision, created_at) VALUES (7, 7, 'e', 'e', 'production', 0, 1, 0)`,
	} {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	at := time.UnixMilli(1_793_779_200_000)
	row := ingest.Row{EnvironmentID: 7, Minute: at.UnixMilli(), Flag: "f", Reason: "RULE", Count: 1 << 62}
	for range 3 {
		if err := s.AddCounts(t.Context(), plain(row)); err != nil {
			t.Fatal(err)
		}
	}
	hours, err := s.HourlyCounts(t.Context(), "p", "f", "f", at, 1)
	if err != nil {
		t.Fatal(err)
	}
	if n := hours["e"]["f"].Counts[0]; n <= 0 || n > 1<<53 {
		t.Errorf("the hour counts %d", n)
	}
	minutes, err := s.MinuteCounts(t.Context(), "p", "e", "f", at)
	if err != nil {
		t.Fatal(err)
	}
	if len(minutes) != 1 || minutes[0].Count != ingest.MaxCount {
		t.Errorf("minutes: %+v", minutes)
	}
}

func plain(rows ...ingest.Row) *ingest.Load {
	load := &ingest.Load{}
	load.Plain(rows...)
	return load
}
