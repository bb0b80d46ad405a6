package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/audit"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

const (
	batch = 5000                     // entries of one transaction
	past  = 2 * 365 * 24 * time.Hour // what the history spans
	hot   = 10                       // one pair of entries in so many is about the first flag
	dated = "history that bench/scale wrote"
)

// history writes entries as the catalog does, without deciding anything: each
// pair of entries is a change of a flag's configuration and its way back, so
// that what is served stays as it is.
type history struct {
	row          catalog.ProjectRow
	flags        int
	written      int
	total        int
	before       int64 // milliseconds: when the history ends
	last         []byte
	on, off      json.RawMessage
	revisions    map[int64]int64
	environments []catalog.EnvironmentRow
}

func (f filler) makeHistory(ctx context.Context, project string, rows int) error {
	began, written := time.Now(), 0
	for {
		n := 0
		err := f.store.Write(ctx, func(tx catalog.Tx) (err error) {
			n, err = f.appendBatch(tx, project, rows)
			return err
		})
		if err != nil {
			return err
		}
		if n == 0 && written == 0 {
			return nil
		}
		if n == 0 {
			break
		}
		written += n
	}
	fmt.Printf("%s: %d entries written in %v\n", project, written, time.Since(began).Round(time.Millisecond))
	return nil
}

// appendBatch adds up to a batch of entries, as pairs, towards rows.
func (f filler) appendBatch(tx catalog.Tx, project string, rows int) (int, error) {
	row, err := tx.Project(project)
	if err != nil {
		return 0, err
	}
	n := min(batch, rows-int(row.ChainSeq)) &^ 1
	if n <= 0 {
		return 0, nil
	}
	flags, err := tx.FlagCount(row.ID)
	if err != nil {
		return 0, err
	}
	h, err := newHistory(row, flags, rows)
	if err != nil {
		return 0, err
	}
	for range n / 2 {
		if err := h.pair(tx); err != nil {
			return 0, err
		}
	}
	_, err = tx.RaiseGeneration(row.ID)
	return n, err
}

func newHistory(row catalog.ProjectRow, flags, rows int) (*history, error) {
	c := configuration()
	on, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	c.Enabled = false
	off, err := json.Marshal(c)
	last := row.ChainHash
	if len(last) == 0 {
		last = audit.Genesis()
	}
	return &history{row: row, flags: flags, written: int(row.ChainSeq), total: rows, before: time.Now().Add(-25 * time.Hour).UnixMilli(),
		last: last, on: on, off: off}, err
}

// pair is a change and its way back: in production, where every flag is
// configured, off and on; elsewhere a configuration that is made and deleted.
func (h *history) pair(tx catalog.Tx) error {
	k := h.written / 2
	flag := flagKey(k % h.flags)
	if k%hot == 0 {
		flag = flagKey(0)
	}
	environment := h.row.Environments[0]
	if k%2 == 1 {
		environment = h.row.Environments[(k/2)%len(h.row.Environments)]
	}
	if environment.Key == "production" {
		return h.both(tx, flag, environment, catalog.ActionUpdate, h.on, h.off, catalog.ActionUpdate)
	}
	return h.both(tx, flag, environment, catalog.ActionCreate, nil, h.off, catalog.ActionDelete)
}

func (h *history) both(tx catalog.Tx, flag string, e catalog.EnvironmentRow, there catalog.ActionKind, a, b json.RawMessage, back catalog.ActionKind) error {
	if err := h.append(tx, flag, e, there, a, b); err != nil {
		return err
	}
	return h.append(tx, flag, e, back, b, a)
}

func (h *history) append(tx catalog.Tx, flag string, e catalog.EnvironmentRow, action catalog.ActionKind, before, after json.RawMessage) error {
	revision, err := tx.RaiseRevision(e.ID)
	if err != nil {
		return err
	}
	salts := make([]byte, 32)
	_, _ = rand.Read(salts) // never fails
	age := int64(past/time.Millisecond) * int64(h.total-h.written) / int64(h.total)
	c := catalog.ChangeRow{
		ProjectID: h.row.ID, Seq: int64(h.written) + 1, EnvironmentID: e.ID, Environment: e.Key, At: h.before - age,
		Author: catalog.Author{Kind: somebody.Kind, ID: somebody.ID, Name: fmt.Sprintf("person-%d@example.org", h.written%40)},
		Kind:   document.ConfigurationKind, Object: flag, Action: action, Before: before, After: after,
		BeforeSalt: salts[:16:16], AfterSalt: salts[16:], Comment: dated, PrevHash: h.last,
		Revisions: map[string]int64{e.Key: revision},
	}
	if err := seal(h.row.Key, &c); err != nil {
		return err
	}
	id, err := tx.AppendChange(c)
	if err != nil {
		return err
	}
	h.last = c.Hash
	h.written++
	return tx.LinkRevision(e.ID, revision, id)
}

// seal gives an entry its hashes.
func seal(project string, c *catalog.ChangeRow) error {
	sealed, err := audit.Entry{
		Project: project, Seq: c.Seq, At: c.At, Actor: audit.Actor{Kind: string(c.Author.Kind), ID: c.Author.ID, Name: c.Author.Name},
		Kind: string(c.Kind), Object: c.Object, Environment: c.Environment, Action: string(c.Action), Comment: c.Comment,
		Revisions: c.Revisions, Before: c.Before, After: c.After, BeforeSalt: c.BeforeSalt, AfterSalt: c.AfterSalt, PrevHash: c.PrevHash,
	}.Sealed()
	c.BeforeHash, c.AfterHash, c.Hash = sealed.BeforeHash, sealed.AfterHash, sealed.Hash
	return err
}
