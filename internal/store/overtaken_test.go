package store_test

import (
	"fmt"
	"testing"

	"golang.org/x/sync/errgroup"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

// A node that is overtaken by another one is let in alone the next time: who is
// slow, since it has much to read, is not overtaken for ever.
func TestANodeIsOvertakenOnce(t *testing.T) {
	url := storetest.Postgres(t)
	slow, fast := openURL(t, store.Options{URL: url}), openURL(t, store.Options{URL: url})
	var project int64
	err := slow.Write(t.Context(), func(tx catalog.Tx) (err error) {
		if project, err = tx.InsertProject("p", "p", 0); err == nil {
			_, err = tx.InsertProject("q", "q", 0)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rename := func(s *store.Store, name string) error {
		return s.Write(t.Context(), func(tx catalog.Tx) error {
			if _, err := tx.Project("p"); err != nil {
				return err
			}
			return tx.RenameProject(project, name)
		})
	}
	var behind errgroup.Group
	tries := 0
	err = slow.Write(t.Context(), func(tx catalog.Tx) error {
		tries++
		if _, err := tx.Project("p"); err != nil {
			return err
		}
		if tries == 1 {
			if err := rename(fast, "faster"); err != nil {
				return err
			}
		} else {
			behind.Go(func() error { return rename(fast, fmt.Sprint("after try ", tries)) })
		}
		return tx.RenameProject(project, "slow")
	})
	if err != nil || tries != 2 {
		t.Errorf("%d tries, %v", tries, err)
	}
	if err := behind.Wait(); err != nil {
		t.Fatal(err)
	}
	err = slow.Read(t.Context(), func(r catalog.Reader) error {
		row, err := r.Project("p")
		if err == nil && row.Name != "after try 2" {
			t.Errorf("the last name is %q", row.Name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
