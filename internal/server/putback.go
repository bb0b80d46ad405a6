package server

import (
	"context"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
)

// leadBack has programs follow a data folder whose database was put back by other
// means than burgee restore: they are further on, and would ignore it until it
// has caught up. Without room for that the server serves what is there, and the
// next start tries again.
func (a *application) leadBack(ctx context.Context) error {
	back, err := a.store.PutBack(ctx)
	if err != nil || !back {
		return err
	}
	epoch, err := a.store.BeginAgain(ctx, func(tx catalog.Tx) error {
		return a.catalog.RecordRestore(tx, "an older database, found at a start")
	})
	if fault.IsKind(err, fault.NoRoom) {
		a.server.logger.Error("the database is an older one than was in this folder before, and programs cannot be led to it", "error", err)
		return nil
	}
	if err != nil {
		return err
	}
	a.server.logger.Warn("the database is an older one than was in this folder before: programs are led to it and people sign in again, as after burgee restore",
		"folder", a.server.cfg.Data, "epoch", epoch)
	return nil
}
