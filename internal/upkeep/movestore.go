package upkeep

import (
	"context"
	"encoding/pem"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/wholefile"
)

// MoveOptions say which store is moved where.
type MoveOptions struct {
	From, To store.Place
	Secret   secret.Key
	// Unseal writes the signing key of a sealed source into the folder, and
	// leaves nothing sealed there.
	Unseal bool
	// Frozen takes the caller's word that nobody writes to the source, although
	// servers are connected to it.
	Frozen bool
	// AcceptBroken moves a record that was altered too.
	AcceptBroken bool
	// Plan hears what would be moved before anything is written; an error stops
	// the move.
	Plan     func(store.MovePlan) error
	Progress func(phase string, done, total int64)
}

// MoveStore copies everything of a store into an empty one of the same engine
// or another, while no server uses either: see store.Move. The signing key
// moves too, sealed in a PostgreSQL database.
func MoveStore(ctx context.Context, o MoveOptions) (store.MovePlan, error) {
	if o.Unseal && o.To.URL != "" {
		return store.MovePlan{}, fault.New(fault.Invalid, "unseal_folder", "--unseal writes the signing key into a data folder; in a PostgreSQL database it is always sealed")
	}
	return store.Move(ctx, store.MoveOptions{
		From: o.From, To: o.To, Secret: o.Secret, Unseal: o.Unseal, Frozen: o.Frozen, Plan: o.Plan, Progress: o.Progress,
		Secrets: func() (map[string][]byte, error) { return fileSecrets(o.From.Dir) },
		Release: func(plain map[string][]byte) error { return writeSecrets(o.To.Dir, plain) },
		Check: func(ctx context.Context, moved *store.Store) error {
			broken, err := brokenRecords(ctx, moved)
			if err != nil || len(broken) == 0 || o.AcceptBroken {
				return err
			}
			return fault.New(fault.Invalid, "record_broken",
				"%s. Somebody altered it at the source; find out who, or add --accept-broken-record. The destination does not count yet", strings.Join(broken, "; "))
		},
	})
}

// fileSecrets reads the signing key of a folder, if it is there.
func fileSecrets(dir string) (map[string][]byte, error) {
	if dir == "" {
		return nil, nil
	}
	name := filepath.Join(dir, signingKey)
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Forbidden, "signing_key", "The signing key %s cannot be read: %v", name, err)
	}
	defer f.Close() //nolint:errcheck // only read
	der, err := ed25519Key(f)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "signing_key", "%s holds no Ed25519 key: %v", name, err)
	}
	return map[string][]byte{secret.SigningKey: der}, nil
}

// writeSecrets writes the signing key into a folder. For other secrets there is
// no file.
func writeSecrets(dir string, plain map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(plain)) {
		if name != secret.SigningKey {
			return fault.New(fault.Invalid, "unseal_other", "The secret %s can be kept sealed only: leave --unseal out", name)
		}
	}
	return wholefile.Write(filepath.Join(dir, signingKey), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: plain[secret.SigningKey]}))
}
