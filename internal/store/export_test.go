package store

import "context"

// Pragma sets something of the writing connection.
func (s *Store) Pragma(ctx context.Context, text string) (value int64, err error) {
	err = s.writer.QueryRowContext(ctx, "PRAGMA "+text).Scan(&value)
	return value, translate(err)
}

// RestoreSteps is Restore with a step at which it may end.
func RestoreSteps(ctx context.Context, o RestoreOptions, step func(name string) error) (Restored, error) {
	o.step = step
	return Restore(ctx, o)
}
