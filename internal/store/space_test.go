package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/store"
)

// limit lets the database grow by some pages, as a disk without more room does.
func limit(t *testing.T, s *store.Store, pages int64) {
	t.Helper()
	now, err := s.Pragma(t.Context(), "page_count")
	if err == nil {
		_, err = s.Pragma(t.Context(), "max_page_count = "+strconv.FormatInt(now+pages, 10))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func grow(ctx context.Context, s *store.Store, name string, tries *int) error {
	return s.Write(ctx, func(tx catalog.Tx) error {
		*tries++
		_, err := tx.InsertProject(name, strings.Repeat("x", 1<<20), 1)
		return err
	})
}

func TestAStoreWithoutRoomRefusesAndRecovers(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close() //nolint:errcheck // the test is over
	service := catalog.New(s, catalog.Options{})
	if _, err := service.EnsureFirstRun(t.Context(), catalog.FirstRun{}); err != nil {
		t.Fatal(err)
	}
	for pages := range int64(12) {
		limit(t, s, pages)
		var tries int
		err := grow(t.Context(), s, "large", &tries)
		if f := fault.As(err); f.Kind != fault.NoRoom || f.Code != "disk_full" || tries != 1 {
			t.Fatalf("with %d pages: %v after %d tries", pages, err, tries)
		}
		if s.Trouble() == nil {
			t.Error("the store says that it takes writes")
		}
		projects, err := service.Projects(t.Context(), account.Actor{Role: account.Owner})
		if err != nil || len(projects) != 1 {
			t.Fatalf("projects %v, %v", projects, err)
		}
	}
	s.Tend(t.Context())
	if s.Trouble() != nil {
		t.Error("a write went well, and the trouble is not over")
	}
	limit(t, s, 1<<20)
	if err := grow(t.Context(), s, "large", new(int)); err != nil {
		t.Fatal(err)
	}
	if state, err := service.VerifyChain(t.Context(), account.Actor{Role: account.Owner}, "default"); err != nil || !state.OK {
		t.Errorf("chain %+v, %v", state, err)
	}
}

func TestTheReserveIsForChangesOnlyAndComesBack(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Reserve: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // the test is over
	file := filepath.Join(dir, "burgee.reserve")
	if info, err := os.Stat(file); err != nil || info.Size() != 1<<20 || info.Mode().Perm() != 0o600 {
		t.Fatalf("reserve: %v, %v", info, err)
	}
	limit(t, s, 0)
	var tries int
	if err := grow(store.Sparing(t.Context()), s, "a", &tries); !fault.IsKind(err, fault.NoRoom) || tries != 1 || !s.HasReserve() {
		t.Errorf("a sparing write: %v after %d tries, reserve %v", err, tries, s.HasReserve())
	}
	rows := make([]ingest.Row, 5000)
	for i := range rows {
		rows[i] = ingest.Row{EnvironmentID: 1, Flag: strings.Repeat("x", 100) + strconv.Itoa(i), Count: 1}
	}
	if err := s.AddCounts(t.Context(), plain(rows...)); err == nil || !s.HasReserve() {
		t.Errorf("counts: %v, reserve %v", err, s.HasReserve())
	}
	tries = 0
	if err := grow(t.Context(), s, "a", &tries); !fault.IsKind(err, fault.NoRoom) || tries != 2 || s.HasReserve() {
		t.Errorf("a change: %v after %d tries, reserve %v", err, tries, s.HasReserve())
	}
	limit(t, s, 1<<20)
	s.Tend(t.Context())
	if !s.HasReserve() || s.Trouble() != nil {
		t.Errorf("afterwards: reserve %v, trouble %v", s.HasReserve(), s.Trouble())
	}
}

func TestADiskIsLowBelowFivePerCent(t *testing.T) {
	for _, tc := range []struct {
		space store.Space
		low   bool
	}{
		{store.Space{Free: 4 << 20, Total: 100 << 20}, true},
		{store.Space{Free: 5 << 20, Total: 100 << 20}, false},
		{store.Space{Free: 1<<30 - 1, Total: 1 << 40}, true},
		{store.Space{Free: 1 << 30, Total: 1 << 40}, false},
		{store.Space{}, false},
	} {
		if tc.space.Low() != tc.low {
			t.Errorf("%+v: low is %v", tc.space, !tc.low)
		}
	}
}
