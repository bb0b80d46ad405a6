package upkeep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/nodes"
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
	// nobody could be shown must not count. It hears which nodes run.
	Show func(running []Running) error
}

// Rotation is what became of a rotation.
type Rotation struct {
	Changed bool      // false: the secrets took the new key already
	Running []Running // nodes that have not been started with the new key
}

// RotateSecretKey has a store's sealed secrets take another secret key, beside
// running servers or without one. A server that runs goes on, and needs the new
// key at its next start. It has happened whole or not at all.
func RotateSecretKey(ctx context.Context, o RotateOptions) (r Rotation, err error) {
	st, err := openExisting(ctx, store.Options{URL: o.Store, Dir: o.Data, Version: o.Version, Shared: true})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if r.Running, err = runningNodes(ctx, st); err != nil {
		return r, err
	}
	r.Running = slices.DeleteFunc(r.Running, func(n Running) bool { return n.SecretKey == o.New.Fingerprint() })
	r.Changed, err = secret.Rotate(ctx, st, o.Old, o.New, func() error { return o.Show(r.Running) })
	return r, err
}

// Running is a node that is heard of.
type Running struct {
	Name      string        `json:"name"`
	SecretKey string        `json:"secretKey"` // fingerprint of the one that it was started with; "" is not known
	Seen      time.Duration `json:"-"`         // how long ago
}

// String says what people need to find it.
func (r Running) String() string {
	key := "started with a key that is not known"
	if r.SecretKey != "" {
		key = "started with the key of fingerprint " + r.SecretKey
	}
	return fmt.Sprintf("%s (%s, heard of %d s ago)", r.Name, key, int(r.Seen.Seconds()))
}

// runningNodes are the nodes of a database elsewhere that are not silent, by its
// clock. Those of a data folder leave no trace: its lock tells.
func runningNodes(ctx context.Context, st *store.Store) ([]Running, error) {
	all, _, err := st.Nodes(ctx, "")
	if err != nil {
		return nil, err
	}
	var running []Running
	for _, n := range all {
		if !n.Silent() {
			running = append(running, Running{cmp.Or(n.Name, n.ID), n.SecretKey, n.Age})
		}
	}
	return running, nil
}

// ForgetOptions say of which store the secrets are given up.
type ForgetOptions struct {
	Data    string
	Store   string // postgres://…; "" is SQLite in Data
	Version string // of this Burgee
	Force   bool   // also while nodes run
	// Confirm hears the fingerprint of the key and the names of what would be
	// gone; an error stops it.
	Confirm func(fingerprint string, names []string) error
}

// ForgetSecrets removes what nobody can open any more because the secret key is
// lost, so that the server starts again. No server may use the store, unless by
// force: one that runs goes on with the secrets that it has opened, and signs with
// another key than those that start afterwards.
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
	running, err := runningNodes(ctx, st)
	if err == nil && len(running) > 0 && !o.Force {
		err = nodesRun(running)
	}
	if err != nil {
		return nil, err
	}
	if names, err = sealedNames(ctx, st); err != nil {
		return nil, err
	}
	if err := o.Confirm(w.Fingerprint, names); err != nil {
		return nil, err
	}
	return names, st.ForgetSealed(ctx)
}

// nodesRun says which nodes are in the way.
func nodesRun(running []Running) error {
	list := make([]string, len(running))
	for i, n := range running {
		list[i] = n.String()
	}
	return fault.New(fault.Conflict, "nodes_run",
		"Nodes run on this database: %s. They would go on with the secrets that they have opened, and sign with another key than nodes that start afterwards. Nothing was changed. "+
			"Look whether their environment still has the key; if not, stop them all (one that was killed counts for %d s), or add --force",
		strings.Join(list, ", "), int(nodes.Silent.Seconds()))
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
