package store

import (
	"context"

	"burgee.dev/burgee/internal/catalog"
)

// BeginAgain gives a database that was put back by other means what Restore
// gives a backup: an epoch greater than any that programs may have seen, so
// that they follow it to lower revisions; no sessions; and the entry of record
// in the same transaction. Servers that run on it follow too.
func (s *Store) BeginAgain(ctx context.Context, record func(catalog.Tx) error) (epoch int64, err error) {
	now := s.clock.Now().Unix()
	err = s.change(ctx, func(q query) error {
		if err := s.readEpoch(q); err != nil {
			return err
		}
		epoch = max(s.Epoch()+1, s.pastEpoch()+1, now)
		if err := q.exec(`UPDATE meta SET epoch = $1 WHERE id = 1`, epoch); err != nil {
			return err
		}
		if err := q.exec(`DELETE FROM session`); err != nil {
			return err
		}
		q.moved.note(0, 0)
		return record(newCatalogTx(q, s.engine))
	})
	return epoch, err
}
