package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/store"
)

// An older database in the place of the one that was there is known at the next
// start, whether it is of an earlier epoch or of fewer entries, and no more when it
// has begun again.
func TestAnOlderDatabaseInTheFolderIsKnown(t *testing.T) {
	for name, marked := range map[string]string{"fewer entries": "%d 1000\n", "an earlier epoch": "9%d 0\n"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			wantPutBack(t, s, false)
			s.Tend(t.Context())
			epoch := s.Epoch()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir)
			wantPutBack(t, s, false)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "burgee.newest"), fmt.Appendf(nil, marked, epoch), 0o600); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir)
			wantPutBack(t, s, true)
			s.Tend(t.Context())
			wantPutBack(t, s, true) // what was known is not forgotten
			if _, err := s.BeginAgain(t.Context(), func(catalog.Tx) error { return nil }); err != nil {
				t.Fatal(err)
			}
			wantPutBack(t, s, false)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir)
			wantPutBack(t, s, false)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestADamagedNoteOfTheNewestSaysNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "burgee.newest"), []byte("99999999999"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	wantPutBack(t, s, false)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func wantPutBack(t *testing.T, s *store.Store, want bool) {
	t.Helper()
	if back, err := s.PutBack(t.Context()); err != nil || back != want {
		t.Errorf("put back: %v, %v; want %v", back, err, want)
	}
}
