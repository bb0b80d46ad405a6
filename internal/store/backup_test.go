package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
)

var owner = account.Actor{Kind: account.Host, Name: "host", Role: account.Owner}

// used returns a store with a project in it, and its catalog.
func used(t *testing.T, dir string) (*store.Store, *catalog.Service) {
	t.Helper()
	s := open(t, dir)
	service := catalog.New(s, catalog.Options{})
	if _, err := service.EnsureFirstRun(t.Context(), catalog.FirstRun{}); err != nil {
		t.Fatal(err)
	}
	return s, service
}

func putFlag(ctx context.Context, service *catalog.Service, key string) error {
	_, err := service.CreateFlag(ctx, owner, "default", key, document.Flag{Type: "boolean"}, catalog.WriteOptions{})
	return err
}

func verified(ctx context.Context, s *store.Store) error {
	state, err := catalog.New(s, catalog.Options{}).VerifyChain(ctx, owner, "default")
	if err == nil && !state.OK {
		err = errors.New(state.Reason)
	}
	return err
}

func entries(t *testing.T, folder string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func TestABackupIsWholeWhileOthersWrite(t *testing.T) {
	s, service := used(t, filepath.Join(t.TempDir(), "data"))
	defer s.Close() //nolint:errcheck // the test is over
	folder := filepath.Join(t.TempDir(), "a folder? 100%")
	stop := make(chan struct{})
	var writers sync.WaitGroup
	var written []string
	writers.Go(func() {
		for key := "f"; ; key += "f" {
			select {
			case <-stop:
				return
			default:
			}
			if err := putFlag(context.Background(), service, key); err != nil {
				t.Error(err)
				return
			}
			written = append(written, key)
		}
	})
	var last int64
	for i := range 5 {
		b, err := s.Backup(t.Context(), store.BackupOptions{
			File: filepath.Join(folder, store.BackupName(time.Unix(int64(i), 0), "")), Version: "0.1.0", Check: verified,
		})
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(b.File)
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() != b.Size {
			t.Errorf("%v, %v", info, err)
		}
		if b.Facts.Epoch != s.Epoch() || b.Facts.BackupAt == 0 || b.Facts.BackupBy != "0.1.0" || len(b.Facts.Environments) != 2 {
			t.Errorf("facts %+v", b.Facts)
		}
		if changes := b.Facts.Projects[0].Changes; changes < last {
			t.Errorf("backup %d has %d changes, the one before it %d", i, changes, last)
		} else {
			last = changes
		}
	}
	close(stop)
	writers.Wait()
	if names := entries(t, folder); len(names) != 5 {
		t.Errorf("the folder holds %v", names)
	}
	if len(written) == 0 {
		t.Error("nobody wrote meanwhile")
	}
	list, err := store.ListBackups(folder)
	if err != nil || len(list) != 5 || !list[0].At.Equal(time.Unix(4, 0)) {
		t.Errorf("listed %+v, %v", list, err)
	}
}

func TestABackupThatFailsLeavesNothing(t *testing.T) {
	s, _ := used(t, filepath.Join(t.TempDir(), "data"))
	defer s.Close() //nolint:errcheck // the test is over
	folder := t.TempDir()
	file := filepath.Join(folder, "b.db")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Backup(cancelled, store.BackupOptions{File: file}); err == nil {
		t.Error("a backup that was cut off went well")
	}
	unfit := errors.New("unfit")
	_, err := s.Backup(t.Context(), store.BackupOptions{File: file, Check: func(context.Context, *store.Store) error { return unfit }})
	if !errors.Is(err, unfit) {
		t.Errorf("got %v", err)
	}
	if names := entries(t, folder); len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Backup(t.Context(), store.BackupOptions{File: file}); !fault.IsKind(err, fault.Conflict) {
		t.Errorf("over a file that is there: %v", err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
		t.Errorf("the file is now %q, %v", text, err)
	}
}

func TestOnlyAStoreIsLookedAt(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text")
	if err := os.WriteFile(text, []byte("not a database at all, but long enough to have a header of one hundred bytes, which is what the engine reads first"), 0o600); err != nil {
		t.Fatal(err)
	}
	look := func(file string) error {
		s, err := store.OpenBackup(t.Context(), file)
		if err != nil {
			return err
		}
		defer s.Close() //nolint:errcheck // the test is over
		_, err = s.Facts(t.Context())
		return err
	}
	wantWords(t, look(text), "not_a_store", text)
	wantWords(t, look(folder), "not_a_store", folder)
	wantWords(t, look(filepath.Join(folder, "none")), "file_missing", "none")
	_, err := store.Look(t.Context(), folder)
	wantWords(t, err, "data_missing", folder, "--data")
	if names := entries(t, folder); len(names) != 1 {
		t.Errorf("looking made %v", names)
	}
}
