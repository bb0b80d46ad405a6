package upkeep

import (
	"context"
	"errors"
	"maps"
	"slices"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/store"
)

// RotateOptions say which secret key takes the place of which.
type RotateOptions struct {
	Data     string
	Store    string // postgres://…; "" is SQLite in Data
	Version  string // of this Burgee
	Old, New secret.Key
	// Show is called when all is well and nothing is changed yet: a new key that
	// nobody could be shown must not count.
	Show func() error
}

// RotateSecretKey has a store's sealed secrets take another secret key, beside
// a running server or without one, and says whether they did not already. A
// server that runs goes on, and needs the new key at its next start. It has
// happened whole or not at all.
func RotateSecretKey(ctx context.Context, o RotateOptions) (changed bool, err error) {
	st, err := openExisting(ctx, store.Options{URL: o.Store, Dir: o.Data, Version: o.Version, Shared: true})
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return secret.Rotate(ctx, st, o.Old, o.New, o.Show)
}

// ForgetOptions say of which store the secrets are given up.
type ForgetOptions struct {
	Data    string
	Store   string // postgres://…; "" is SQLite in Data
	Version string // of this Burgee
	// Confirm hears the fingerprint of the key and the names of what would be
	// gone; an error stops it.
	Confirm func(fingerprint string, names []string) error
}

// ForgetSecrets removes what nobody can open any more because the secret key is
// lost, so that the server starts again. No server may use the store.
func ForgetSecrets(ctx context.Context, o ForgetOptions) (names []string, err error) {
	st, err := openExisting(ctx, store.Options{URL: o.Store, Dir: o.Data, Version: o.Version})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	w, found, err := st.DataKey(ctx)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fault.New(fault.NotFound, "nothing_sealed", "Nothing is sealed in %s, so there is nothing to forget", st.Name())
	}
	if names, err = sealedNames(ctx, st); err != nil {
		return nil, err
	}
	if err := o.Confirm(w.Fingerprint, names); err != nil {
		return nil, err
	}
	return names, st.ForgetSealed(ctx)
}

func sealedNames(ctx context.Context, st *store.Store) ([]string, error) {
	all, err := st.AllSealed(ctx)
	return slices.Sorted(maps.Keys(all)), err
}

// openExisting opens a store that is there: a mistyped folder gets none.
func openExisting(ctx context.Context, o store.Options) (*store.Store, error) {
	there, err := look(ctx, o.Dir, o.URL)
	if err == nil {
		err = there.Close()
	}
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, o)
}
