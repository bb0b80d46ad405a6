package upkeep

import (
	"cmp"
	"context"
	"errors"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/store"
)

// BeginAgainOptions say which database was put back.
type BeginAgainOptions struct {
	Store   string      // postgres://…
	Version string      // of this Burgee
	Clock   clock.Clock // nil is the machine's
	// Confirm hears what the database holds before anything changes; an error
	// stops it.
	Confirm func(store.Facts) error
}

// BeginAgain is what follows when PostgreSQL's own tools have put a database
// back to an earlier state: programs are led to it, people sign in again, and
// the record says so. Servers may run on it.
func BeginAgain(ctx context.Context, o BeginAgainOptions) (facts store.Facts, err error) {
	o.Clock = cmp.Or[clock.Clock](o.Clock, clock.System{})
	st, err := openExisting(ctx, store.Options{URL: o.Store, Version: o.Version, Clock: o.Clock, Shared: true})
	if err != nil {
		return facts, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if facts, err = st.Facts(ctx); err != nil {
		return facts, err
	}
	if err := o.Confirm(facts); err != nil {
		return facts, err
	}
	facts.Epoch, err = st.BeginAgain(ctx, func(tx catalog.Tx) error {
		return catalog.New(nil, catalog.Options{Clock: o.Clock}).RecordRestore(tx, "by PostgreSQL's own tools")
	})
	return facts, err
}
