package server

import (
	"context"
	"errors"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/store"
)

// CreateOwner makes the owner account from the server's own host, also while a
// server runs on the folder.
func CreateOwner(ctx context.Context, data, email, password string) (err error) {
	st, err := store.Open(ctx, store.Options{Dir: data, Shared: true, Clock: clock.System{}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	_, err = account.New(st, clock.System{}).CreateOwner(ctx, email, password)
	return err
}
