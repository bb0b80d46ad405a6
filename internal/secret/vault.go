package secret

import (
	"context"

	"burgee.dev/burgee/internal/fault"
)

// SigningKey is the name of the key that configurations are signed with: PKCS #8.
const SigningKey = "signing-key"

// Store is what a Vault keeps its secrets in. Each method is one transaction.
type Store interface {
	// DataKey returns the store's wrapped data key, if it has one.
	DataKey(ctx context.Context) (w Wrapped, found bool, err error)
	// AddDataKey stores a data key where there is none, and returns the one that
	// is there afterwards: of several who add at once all get the same.
	AddDataKey(ctx context.Context, w Wrapped) (Wrapped, error)
	// SwapDataKey puts a data key in the place of another, which must still be
	// the one that is there: else Conflict.
	SwapDataKey(ctx context.Context, old, next Wrapped) error
	// Sealed returns a sealed secret by its name, if it is there.
	Sealed(ctx context.Context, name string) (sealed []byte, found bool, err error)
	// AddSealed is to secrets what AddDataKey is to the data key.
	AddSealed(ctx context.Context, name string, sealed []byte) ([]byte, error)
	// PutSealed stores a secret, in the place of the one that has its name.
	PutSealed(ctx context.Context, name string, sealed []byte) error
	// DeleteSealed removes a secret; that there is none is no error.
	DeleteSealed(ctx context.Context, name string) error
}

// Vault is the secrets of a store, opened. It is safe for concurrent use, also
// of several nodes on one store, and while its secret key is rotated.
type Vault struct {
	store Store
	box   *Box
}

// Open opens the secrets of a store with its secret key, and makes the data key
// at the first time. Its errors say what to do.
func Open(ctx context.Context, st Store, key Key) (*Vault, error) {
	if key.IsZero() {
		return nil, fault.New(fault.Invalid, "secret_key_missing",
			"BURGEE_SECRET_KEY is missing: the secrets of this store, the signing key among them, are kept sealed with it. Make one with `burgee secret-key new`, and give every node the same")
	}
	w, found, err := st.DataKey(ctx)
	if err == nil && !found {
		w, err = st.AddDataKey(ctx, key.NewDataKey())
	}
	if err != nil {
		return nil, err
	}
	box, err := key.Unwrap(w)
	if err != nil {
		return nil, err
	}
	return &Vault{st, box}, nil
}

// RefuseSealed refuses to work without a secret key on a store whose secrets
// are sealed.
func RefuseSealed(ctx context.Context, st Store) error {
	w, found, err := st.DataKey(ctx)
	if err != nil || !found {
		return err
	}
	return fault.New(fault.Invalid, "secret_key_missing",
		"BURGEE_SECRET_KEY is missing: the secrets of this store are sealed with the key of fingerprint %s. Set BURGEE_SECRET_KEY or BURGEE_SECRET_KEY_FILE; if the key is lost for good, see burgee secret-key forget --help", w.Fingerprint)
}

// Box seals and opens secrets that somebody stores in rows of their own.
func (v *Vault) Box() *Box { return v.box }

// Get returns a secret, if it is there.
func (v *Vault) Get(ctx context.Context, name string) (plain []byte, found bool, err error) {
	sealed, found, err := v.store.Sealed(ctx, name)
	if err != nil || !found {
		return nil, false, err
	}
	plain, err = v.box.Open(name, sealed)
	return plain, err == nil, err
}

// Add stores a secret where there is none of its name, and returns the one that
// is there afterwards: of several who add at once all get the same.
func (v *Vault) Add(ctx context.Context, name string, plain []byte) ([]byte, error) {
	sealed, err := v.store.AddSealed(ctx, name, v.box.Seal(name, plain))
	if err != nil {
		return nil, err
	}
	return v.box.Open(name, sealed)
}

// Put stores a secret, in the place of the one that has its name.
func (v *Vault) Put(ctx context.Context, name string, plain []byte) error {
	return v.store.PutSealed(ctx, name, v.box.Seal(name, plain))
}

// Delete removes a secret; that there is none is no error.
func (v *Vault) Delete(ctx context.Context, name string) error {
	return v.store.DeleteSealed(ctx, name)
}

// Rotate has a store's secrets take another secret key from now on, and says
// whether they did not already. Who holds the vault open goes on. Before the
// new key counts, show is called: when it fails, nothing is changed. Of two who
// rotate at once one gets Conflict.
func Rotate(ctx context.Context, st Store, old, next Key, show func() error) (changed bool, err error) {
	w, found, err := st.DataKey(ctx)
	switch {
	case err != nil:
		return false, err
	case !found:
		return false, fault.New(fault.NotFound, "nothing_sealed",
			"This store has no sealed secrets, so there is nothing to rotate: start the server once with BURGEE_SECRET_KEY")
	case old.Fingerprint() == next.Fingerprint():
		return false, fault.New(fault.Invalid, "secret_key_same", "The new secret key is the old one; make another with `burgee secret-key new`")
	case w.Fingerprint == next.Fingerprint():
		_, err := next.Unwrap(w) // a rotation that was cut off after it counted
		return false, err
	}
	rewrapped, err := old.Rewrap(w, next)
	if err != nil {
		return false, err
	}
	if _, err := next.Unwrap(rewrapped); err != nil {
		return false, err
	}
	if err := show(); err != nil {
		return false, err
	}
	return true, st.SwapDataKey(ctx, w, rewrapped)
}
