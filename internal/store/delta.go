package store

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/sdk/ruleset"
)

// How long deltas are kept. Whoever was away for longer gets a snapshot.
const (
	keepDeltas = 24 * time.Hour
	mostDeltas = 10_000 // of an environment
)

// LogDelta implements catalog.Tx.
func (t catalogTx) LogDelta(environmentID int64, d catalog.DeltaRow) error {
	size := 0
	for _, line := range d.Lines {
		size += len(line.Line) + len(line.Ref.Kind) + len(line.Ref.Key)
	}
	err := t.q.exec(`INSERT INTO delta (environment_id, revision, epoch, at, root, bytes)
		SELECT $1, $2, epoch, $3, $4, $5 FROM meta`, environmentID, d.Revision, d.At, d.Root, size)
	if err != nil {
		return err
	}
	for _, line := range d.Lines {
		err := t.q.exec(`INSERT INTO delta_line (environment_id, revision, kind, key, line) VALUES ($1, $2, $3, $4, $5)`,
			environmentID, d.Revision, line.Ref.Kind, line.Ref.Key, line.Line)
		if err != nil {
			return err
		}
	}
	return t.q.exec(`DELETE FROM delta WHERE environment_id = $1 AND revision <= $2`, environmentID, d.Revision-mostDeltas)
}

// DropDeltas implements catalog.Tx.
func (t catalogTx) DropDeltas(environmentID int64) error {
	return t.q.exec(`DELETE FROM delta WHERE environment_id = $1`, environmentID)
}

// DeltasSince implements catalog.Reader.
func (t catalogTx) DeltasSince(environmentID, revision int64) (out []catalog.DeltaRow, err error) {
	at := map[int64]int{} // place in out, by revision
	err = t.q.each(func(from scanner) error {
		var d catalog.DeltaRow
		err := from.Scan(&d.Revision, &d.At, &d.Root)
		at[d.Revision] = len(out)
		out = append(out, d)
		return err
	}, `SELECT revision, at, root FROM delta WHERE environment_id = $1 AND revision > $2 ORDER BY revision`, environmentID, revision)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	err = t.q.each(func(from scanner) error {
		var number int64
		var line catalog.LineRow
		if err := from.Scan(&number, &line.Ref.Kind, &line.Ref.Key, &line.Line); err != nil {
			return err
		}
		if i, known := at[number]; known {
			out[i].Lines = append(out[i].Lines, line)
		}
		return nil
	}, `SELECT revision, kind, key, line FROM delta_line WHERE environment_id = $1 AND revision > $2 ORDER BY revision, kind, key`, environmentID, revision)
	return out, err
}

// Deltas implements delivery.Reader.
func (s *Store) Deltas(ctx context.Context, environmentID, from int64, room int) ([]delivery.Delta, error) {
	var out []delivery.Delta
	err := s.read(ctx, func(q query) error {
		header, err := header(q, environmentID)
		if err != nil {
			return err
		}
		at := map[int64]int{} // place in out, by revision
		err = q.each(func(from scanner) error {
			d := delivery.Delta{Revision: delivery.Revision{Header: header}}
			h := &d.Revision.Header
			err := from.Scan(&h.Revision, &d.CommittedAt, &h.Root)
			d.From = h.Revision - 1
			at[h.Revision] = len(out)
			out = append(out, d)
			return err
		}, `SELECT revision, at, root FROM (SELECT revision, at, root, SUM(bytes) OVER (ORDER BY revision DESC) AS total
			FROM delta WHERE environment_id = $1 AND epoch = $2 AND revision > $3) AS newest WHERE total <= $4 ORDER BY revision`,
			environmentID, header.Epoch, from, room)
		if err != nil || len(out) == 0 {
			return err
		}
		return q.each(func(from scanner) error {
			var revision int64
			var ref ruleset.EntityRef
			var line []byte
			if err := from.Scan(&revision, &ref.Kind, &ref.Key, &line); err != nil {
				return err
			}
			d := &out[at[revision]]
			if line == nil {
				d.Removed = append(d.Removed, ref)
			} else {
				d.Changed = append(d.Changed, line)
			}
			return nil
		}, `SELECT revision, kind, key, line FROM delta_line WHERE environment_id = $1 AND revision >= $2 ORDER BY revision, kind, key`,
			environmentID, out[0].Header.Revision)
	})
	return out, err
}
