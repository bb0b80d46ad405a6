package catalog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/audit"
)

// entryOf is an entry of the record in the form that its hash covers.
func entryOf(project string, c ChangeRow) audit.Entry {
	revisions := c.Revisions
	if revisions == nil {
		revisions = map[string]int64{}
	}
	return audit.Entry{
		Project: project, Seq: c.Seq, At: c.At,
		Actor: audit.Actor{Kind: string(c.Author.Kind), ID: c.Author.ID, Name: c.Author.Name},
		Kind:  string(c.Kind), Object: c.Object, Environment: c.Environment, Action: string(c.Action),
		Comment: c.Comment, RequestID: c.RequestID, Revisions: revisions,
		Before: c.Before, After: c.After, BeforeSalt: c.BeforeSalt, AfterSalt: c.AfterSalt,
		BeforeHash: c.BeforeHash, AfterHash: c.AfterHash, PrevHash: c.PrevHash, Hash: c.Hash,
	}
}

// chain appends entries to a project's record.
type chain struct {
	tx      Tx
	project string
	id      int64
	seq     int64
	last    []byte
	random  io.Reader
}

func (s *Service) chain(tx Tx, row ProjectRow) *chain {
	last := row.ChainHash
	if len(last) == 0 {
		last = audit.Genesis()
	}
	return &chain{tx: tx, project: row.Key, id: row.ID, seq: row.ChainSeq, last: last, random: s.random}
}

// append completes an entry with its salts, hashes and place, and writes it.
func (c *chain) append(row ChangeRow) (int64, error) {
	salts := make([]byte, 32)
	if _, err := io.ReadFull(c.random, salts); err != nil {
		return 0, fmt.Errorf("catalog: salt: %w", err)
	}
	row.ProjectID, row.Seq, row.PrevHash = c.id, c.seq+1, c.last
	row.BeforeSalt, row.AfterSalt = salts[:16:16], salts[16:]
	sealed, err := entryOf(c.project, row).Sealed()
	if err != nil {
		return 0, err
	}
	row.BeforeHash, row.AfterHash, row.Hash = sealed.BeforeHash, sealed.AfterHash, sealed.Hash
	id, err := c.tx.AppendChange(row)
	if err != nil {
		return 0, err
	}
	c.seq, c.last = row.Seq, row.Hash
	return id, nil
}

// errBroken ends a walk over the chain at the first entry that does not fit.
var errBroken = errors.New("catalog: the chain is broken")

// VerifyChain recomputes every hash of a project's record.
func (s *Service) VerifyChain(ctx context.Context, actor account.Actor, project string) (ChainState, error) {
	if err := account.Can(actor, account.Read, account.Scope{Project: project}); err != nil {
		return ChainState{}, err
	}
	out := ChainState{OK: true}
	err := s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(project)
		if err != nil {
			return err
		}
		var walk audit.Walk
		var wrong *audit.Fault
		err = r.Chain(row.ID, func(c ChangeRow) error {
			if wrong = walk.Next(entryOf(row.Key, c)); wrong != nil {
				return errBroken
			}
			return nil
		})
		out.Checked, out.Rewritten = walk.Seq(), walk.Rewritten()
		if err == nil {
			wrong = walk.Finish()
		}
		if wrong != nil && (err == nil || errors.Is(err, errBroken)) {
			out.OK, out.Reason = false, wrong.Reason
			out.BrokenAt, err = entryWith(r, row.ID, wrong.Seq)
			return err
		}
		if err == nil && (walk.Seq() != row.ChainSeq || !bytes.Equal(walk.Head(), row.ChainHash)) {
			out.OK = false
			out.Reason = fmt.Sprintf("the record ends at entry %d, but the project counts %d: entries at its end are missing", walk.Seq(), row.ChainSeq)
		}
		return err
	})
	return out, err
}

// entryWith is the id of the entry of a record that has a number, or would have it.
func entryWith(r Reader, projectID, seq int64) (id int64, err error) {
	err = r.Chain(projectID, func(c ChangeRow) error {
		if id == 0 && c.Seq >= seq {
			id = c.ID
		}
		return nil
	})
	return id, err
}

// ExportRecord calls begin once the record can be read, and then visit for each
// of its entries, oldest first.
func (s *Service) ExportRecord(ctx context.Context, actor account.Actor, project string, begin func(), visit func(audit.Entry) error) error {
	if err := account.Can(actor, account.Read, account.Scope{Project: project}); err != nil {
		return err
	}
	return s.entries(ctx, project, begin, func(c ChangeRow) error { return visit(entryOf(project, c)) })
}

// ExportChanges is ExportRecord for who wants to read the entries and not check
// them. Of the filter Before and Limit mean nothing.
func (s *Service) ExportChanges(ctx context.Context, actor account.Actor, filter ChangeFilter, begin func(), visit func(Change) error) error {
	if err := account.Can(actor, account.Read, account.Scope{Project: filter.Project, Environment: filter.Environment}); err != nil {
		return err
	}
	return s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(filter.Project)
		if err != nil {
			return err
		}
		if filter.Environment != "" {
			if _, err := (view{row: row}).environment(filter.Environment); err != nil {
				return err
			}
		}
		erased, err := rewritten(r, row.ID)
		if err != nil {
			return err
		}
		begin()
		return r.Chain(row.ID, func(c ChangeRow) error {
			if !filter.selects(c) {
				return nil
			}
			change := newChange(c)
			change.Erased = erased[c.Seq]
			return visit(change)
		})
	})
}

// selects says whether an entry is one of those that are asked for.
func (f ChangeFilter) selects(c ChangeRow) bool {
	if _, revised := c.Revisions[f.Environment]; f.Environment != "" && c.Environment != f.Environment && !revised {
		return false
	}
	return (f.Kind == "" || f.Kind == c.Kind) && (f.Object == "" || f.Object == c.Object) && (f.Actor == "" || f.Actor == c.Author.Name)
}

// entries visits each entry of a project's record, the oldest first.
func (s *Service) entries(ctx context.Context, project string, begin func(), visit func(ChangeRow) error) error {
	return s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(project)
		if err != nil {
			return err
		}
		begin()
		return r.Chain(row.ID, visit)
	})
}
