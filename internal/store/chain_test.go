package store_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

// oldEntry is an entry of a record with others after it, as somebody alters it
// past Burgee.
type oldEntry struct {
	service *catalog.Service
	db      *sql.DB
	id      int64
}

var auditor = account.Actor{Kind: account.Member, ID: "m1", Name: "ann", Role: account.Owner}

func newOldEntry(t *testing.T) *oldEntry {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir)
	t.Cleanup(func() { _ = s.Close() })
	service := catalog.New(s, catalog.Options{})
	if _, err := service.EnsureFirstRun(t.Context(), catalog.FirstRun{}); err != nil {
		t.Fatal(err)
	}
	opts := catalog.WriteOptions{Comment: "why", RequestID: "r1"}
	if _, err := service.CreateFlag(t.Context(), auditor, "default", "x", document.Flag{Type: "boolean"}, opts); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := service.SwitchOff(t.Context(), auditor, "default", "x", "production", opts); err != nil {
			t.Fatal(err)
		}
		if _, err := service.SwitchOn(t.Context(), auditor, "default", "x", "production", opts); err != nil {
			t.Fatal(err)
		}
	}
	e := &oldEntry{service: service, db: raw(t, dir)}
	t.Cleanup(func() { _ = e.db.Close() })
	if err := e.db.QueryRow(`SELECT MIN(id) FROM change WHERE before IS NOT NULL AND environment_id IS NOT NULL`).Scan(&e.id); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *oldEntry) get(t *testing.T, column string, into any) {
	t.Helper()
	if err := e.db.QueryRow(`SELECT `+column+` FROM change WHERE id = $1`, e.id).Scan(into); err != nil {
		t.Fatalf("%s: %v", column, err)
	}
}

func (e *oldEntry) put(t *testing.T, column string, value any) {
	t.Helper()
	if _, err := e.db.Exec(`UPDATE change SET `+column+` = $1 WHERE id = $2`, value, e.id); err != nil {
		t.Fatalf("%s: %v", column, err)
	}
}

// told fails where the chain does not tell what was altered.
func (e *oldEntry) told(t *testing.T, what string) {
	t.Helper()
	state, err := e.service.VerifyChain(t.Context(), auditor, "default")
	if err != nil || state.OK || state.BrokenAt == 0 {
		t.Errorf("%s was altered: got %+v, %v", what, state, err)
	}
}

// Whichever byte of an old entry somebody alters, the chain tells.
func TestTheChainTellsOfEveryByteOfAnEntry(t *testing.T) {
	e := newOldEntry(t)
	for _, column := range []string{
		"actor_kind", "actor_id", "actor_name", "kind", "object", "action", "before", "after", "comment", "request_id",
		"before_salt", "after_salt", "before_hash", "after_hash", "prev_hash", "hash",
	} {
		as := func(b []byte) any { return string(b) }
		if strings.HasSuffix(column, "_salt") || strings.HasSuffix(column, "hash") {
			as = func(b []byte) any { return b }
		}
		var stored []byte
		e.get(t, column, &stored)
		if len(stored) == 0 {
			t.Errorf("%s is empty, and nothing of it was tried", column)
		}
		for i := range stored {
			altered := bytes.Clone(stored)
			altered[i] ^= 1
			e.put(t, column, as(altered))
			e.told(t, fmt.Sprintf("byte %d of %s", i, column))
		}
		e.put(t, column, as(stored))
	}
	for column, by := range map[string]int64{"seq": 1000, "at": 1, "environment_id": 1} {
		var stored int64
		e.get(t, column, &stored)
		e.put(t, column, stored+by)
		e.told(t, column)
		e.put(t, column, stored)
	}
	if state, err := e.service.VerifyChain(t.Context(), auditor, "default"); err != nil || !state.OK {
		t.Errorf("all put back: got %+v, %v", state, err)
	}
}
