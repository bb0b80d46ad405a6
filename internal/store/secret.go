package store

import (
	"context"
	"database/sql"
	"errors"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
)

// The store implements secret.Store.
var _ secret.Store = (*Store)(nil)

// DataKey implements secret.Store.
func (s *Store) DataKey(ctx context.Context) (w secret.Wrapped, found bool, err error) {
	err = s.read(ctx, func(q query) error {
		w, found, err = q.dataKey()
		return err
	})
	return w, found, err
}

func (q query) dataKey() (w secret.Wrapped, found bool, err error) {
	err = q.row(`SELECT fingerprint, wrapped FROM data_key WHERE id = 1`).scan(&w.Fingerprint, &w.Key)
	return w, err == nil, unlessNone(err)
}

// unlessNone is nil where a row is not there.
func unlessNone(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// AddDataKey implements secret.Store. It reads in a transaction after the one
// that wrote, and so sees whose insertion counted on every engine.
func (s *Store) AddDataKey(ctx context.Context, w secret.Wrapped) (secret.Wrapped, error) {
	err := s.change(ctx, func(q query) error {
		return q.exec(`INSERT INTO data_key (id, fingerprint, wrapped, changed_at) VALUES (1, $1, $2, $3) ON CONFLICT (id) DO NOTHING`,
			w.Fingerprint, w.Key, s.clock.Now().UnixMilli())
	})
	if err != nil {
		return w, err
	}
	w, found, err := s.DataKey(ctx)
	if err == nil && !found {
		err = errSealedGone
	}
	return w, err
}

// errSealedGone is when what was just stored was removed by somebody else.
var errSealedGone = fault.New(fault.Conflict, "secret_gone", "Somebody removed the sealed secrets of this store meanwhile; start again")

// SwapDataKey implements secret.Store. A swap that has happened already happens
// again: an engine runs a transaction anew whose answer was lost.
func (s *Store) SwapDataKey(ctx context.Context, old, next secret.Wrapped) error {
	return s.change(ctx, func(q query) error {
		n, err := q.touched(`UPDATE data_key SET fingerprint = $1, wrapped = $2, changed_at = $3
			WHERE id = 1 AND (fingerprint = $4 AND wrapped = $5 OR fingerprint = $1 AND wrapped = $2)`,
			next.Fingerprint, next.Key, s.clock.Now().UnixMilli(), old.Fingerprint, old.Key)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "secret_key_rotated", "Somebody rotated the secret key meanwhile: nothing was changed. Set BURGEE_SECRET_KEY to the key that counts now, and try again")
		}
		return err
	})
}

// Sealed implements secret.Store.
func (s *Store) Sealed(ctx context.Context, name string) (sealed []byte, found bool, err error) {
	err = s.read(ctx, func(q query) error {
		err := q.row(`SELECT sealed FROM secret WHERE name = $1`, name).scan(&sealed)
		found = err == nil
		return unlessNone(err)
	})
	return sealed, found, err
}

// AddSealed implements secret.Store, in the way of AddDataKey.
func (s *Store) AddSealed(ctx context.Context, name string, sealed []byte) ([]byte, error) {
	err := s.change(ctx, func(q query) error {
		return q.exec(`INSERT INTO secret (name, sealed, changed_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`,
			name, sealed, s.clock.Now().UnixMilli())
	})
	if err != nil {
		return nil, err
	}
	sealed, found, err := s.Sealed(ctx, name)
	if err == nil && !found {
		err = errSealedGone
	}
	return sealed, err
}

// PutSealed implements secret.Store.
func (s *Store) PutSealed(ctx context.Context, name string, sealed []byte) error {
	return s.change(ctx, func(q query) error { return q.putSealed(name, sealed, s.clock.Now().UnixMilli()) })
}

func (q query) putSealed(name string, sealed []byte, now int64) error {
	return q.exec(`INSERT INTO secret (name, sealed, changed_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET sealed = EXCLUDED.sealed, changed_at = EXCLUDED.changed_at`, name, sealed, now)
}

// DeleteSealed implements secret.Store.
func (s *Store) DeleteSealed(ctx context.Context, name string) error {
	return s.change(ctx, func(q query) error { return q.exec(`DELETE FROM secret WHERE name = $1`, name) })
}

// AllSealed returns every sealed secret by its name.
func (s *Store) AllSealed(ctx context.Context) (all map[string][]byte, err error) {
	err = s.read(ctx, func(q query) error {
		all, err = q.allSealed()
		return err
	})
	return all, err
}

func (q query) allSealed() (map[string][]byte, error) {
	all := map[string][]byte{}
	err := q.each(func(from scanner) error {
		var name string
		var sealed []byte
		err := from.Scan(&name, &sealed)
		all[name] = sealed
		return err
	}, `SELECT name, sealed FROM secret ORDER BY name`)
	return all, err
}

// ForgetSealed removes the data key and with it every sealed secret. Nobody may
// have the vault open.
func (s *Store) ForgetSealed(ctx context.Context) error {
	return s.change(ctx, func(q query) error {
		if err := q.exec(`DELETE FROM secret`); err != nil {
			return err
		}
		return q.exec(`DELETE FROM data_key`)
	})
}

// sealedRows is a data key with what it seals, as rows are carried from one
// database into another.
type sealedRows struct {
	dataKey secret.Wrapped
	secrets map[string][]byte
}

// sealedRows reads the rows; nil when nothing is sealed.
func (s *Store) sealedRows(ctx context.Context) (rows *sealedRows, err error) {
	err = s.read(ctx, func(q query) error {
		w, found, err := q.dataKey()
		if err != nil || !found {
			return err
		}
		secrets, err := q.allSealed()
		rows = &sealedRows{w, secrets}
		return err
	})
	return rows, err
}

// carry writes the rows into a database that has none.
func (q query) carry(rows *sealedRows, now int64) error {
	err := q.exec(`INSERT INTO data_key (id, fingerprint, wrapped, changed_at) VALUES (1, $1, $2, $3)`, rows.dataKey.Fingerprint, rows.dataKey.Key, now)
	for name, sealed := range rows.secrets {
		if err == nil {
			err = q.putSealed(name, sealed, now)
		}
	}
	return err
}
