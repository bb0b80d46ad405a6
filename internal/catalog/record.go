package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
)

// header is what an entry's hash covers beside its two values: every field, in
// this order, as JSON. A field is only ever added at the end, with omitempty,
// so that old entries keep their hashes.
type header struct {
	Version     int              `json:"v"`
	Project     string           `json:"project"`
	Seq         int64            `json:"seq"`
	At          int64            `json:"at"`
	ActorKind   string           `json:"actorKind"`
	ActorID     string           `json:"actorId"`
	ActorName   string           `json:"actorName"`
	Kind        document.Kind    `json:"kind"`
	Object      string           `json:"object"`
	Environment string           `json:"environment"`
	Action      ActionKind       `json:"action"`
	Comment     string           `json:"comment"`
	RequestID   string           `json:"requestId"`
	Revisions   map[string]int64 `json:"revisions"` // encoding/json writes maps in key order
}

// valueHash is SHA-256 over the salt and the value. The salt keeps a guess from
// being tried once the value is erased.
func valueHash(salt []byte, value json.RawMessage) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write(value)
	return h.Sum(nil)
}

// entryHash chains an entry to the one before it. A JSON object says where it
// ends, and all else has a fixed length: no two entries write the same bytes.
func entryHash(project string, c ChangeRow) ([]byte, error) {
	revisions := c.Revisions
	if revisions == nil {
		revisions = map[string]int64{}
	}
	head, err := json.Marshal(header{
		Version: 1, Project: project, Seq: c.Seq, At: c.At,
		ActorKind: string(c.Author.Kind), ActorID: c.Author.ID, ActorName: c.Author.Name,
		Kind: c.Kind, Object: c.Object, Environment: c.Environment, Action: c.Action,
		Comment: c.Comment, RequestID: c.RequestID, Revisions: revisions,
	})
	if err != nil {
		return nil, fmt.Errorf("catalog: hash entry %d: %w", c.Seq, err)
	}
	h := sha256.New()
	h.Write(c.PrevHash)
	h.Write(head)
	h.Write(c.BeforeHash)
	h.Write(c.AfterHash)
	return h.Sum(nil), nil
}

// genesis is the PrevHash of a project's first entry.
var genesis = make([]byte, sha256.Size)

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
		last = genesis
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
	row.BeforeHash, row.AfterHash = valueHash(row.BeforeSalt, row.Before), valueHash(row.AfterSalt, row.After)
	hash, err := entryHash(c.project, row)
	if err != nil {
		return 0, err
	}
	row.Hash = hash
	id, err := c.tx.AppendChange(row)
	if err != nil {
		return 0, err
	}
	c.seq, c.last = row.Seq, hash
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
		previous, seq := genesis, int64(0)
		err = r.Chain(row.ID, func(c ChangeRow) error {
			if reason := misfit(row.Key, c, seq+1, previous); reason != "" {
				out.OK, out.BrokenAt, out.Reason = false, c.ID, reason
				return errBroken
			}
			previous, seq = c.Hash, c.Seq
			out.Checked++
			return nil
		})
		if errors.Is(err, errBroken) {
			return nil
		}
		if err == nil && (seq != row.ChainSeq || (seq > 0 && !bytes.Equal(previous, row.ChainHash))) {
			out.OK = false
			out.Reason = fmt.Sprintf("the record ends at entry %d, but the project counts %d: entries at its end are missing", seq, row.ChainSeq)
		}
		return err
	})
	return out, err
}

// misfit says why an entry is not the next of the chain, or nothing.
func misfit(project string, c ChangeRow, seq int64, previous []byte) string {
	if c.Seq != seq {
		return fmt.Sprintf("entry %d is missing", seq)
	}
	if !bytes.Equal(c.PrevHash, previous) {
		return fmt.Sprintf("entry %d does not follow the one before it", seq)
	}
	erased := func(salt []byte, value json.RawMessage) bool { return len(salt) == 0 && value == nil }
	if !erased(c.BeforeSalt, c.Before) && !bytes.Equal(valueHash(c.BeforeSalt, c.Before), c.BeforeHash) {
		return fmt.Sprintf("the state before entry %d was altered", seq)
	}
	if !erased(c.AfterSalt, c.After) && !bytes.Equal(valueHash(c.AfterSalt, c.After), c.AfterHash) {
		return fmt.Sprintf("the state after entry %d was altered", seq)
	}
	if hash, err := entryHash(project, c); err != nil || !bytes.Equal(hash, c.Hash) {
		return fmt.Sprintf("entry %d was altered", seq)
	}
	return ""
}
