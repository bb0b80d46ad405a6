package secret_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

// nodes opens one store in SQLite so many times, as a server and commands do.
func nodes(t *testing.T, n int) []*store.Store {
	t.Helper()
	return opened(t, n, store.Options{Dir: filepath.Join(t.TempDir(), "data")})
}

func opened(t *testing.T, n int, o store.Options) (list []*store.Store) {
	t.Helper()
	for i := range n {
		o.Shared = i > 0
		s, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		list = append(list, s)
	}
	return list
}

// onEach runs a test on nodes of each engine.
func onEach(t *testing.T, n int, test func(*testing.T, []*store.Store)) {
	t.Run("SQLite", func(t *testing.T) { test(t, nodes(t, n)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, opened(t, n, store.Options{URL: storetest.Postgres(t)})) })
}

func vault(t *testing.T, s secret.Store, k secret.Key) *secret.Vault {
	t.Helper()
	v, err := secret.Open(t.Context(), s, k)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wantSecret(t *testing.T, v *secret.Vault, name, want string) {
	t.Helper()
	plain, found, err := v.Get(t.Context(), name)
	if err != nil || found != (want != "") || string(plain) != want {
		t.Errorf("%s: %q, %v, %v; want %q", name, plain, found, err, want)
	}
}

func TestAVaultKeepsSecrets(t *testing.T) {
	s := nodes(t, 1)[0]
	k, _ := key(t)
	if err := secret.RefuseSealed(t.Context(), s); err != nil {
		t.Errorf("before anything is sealed: %v", err)
	}
	v := vault(t, s, k)
	wantSecret(t, v, "a", "")
	if kept, err := v.Add(t.Context(), "a", []byte("first")); err != nil || string(kept) != "first" {
		t.Errorf("%q, %v", kept, err)
	}
	if kept, err := v.Add(t.Context(), "a", []byte("second")); err != nil || string(kept) != "first" {
		t.Errorf("added again: %q, %v", kept, err)
	}
	if err := errors.Join(v.Put(t.Context(), "a", []byte("third")), v.Put(t.Context(), "b", []byte("other"))); err != nil {
		t.Fatal(err)
	}
	again := vault(t, s, k)
	wantSecret(t, again, "a", "third")
	if err := errors.Join(v.Delete(t.Context(), "a"), v.Delete(t.Context(), "a")); err != nil {
		t.Fatal(err)
	}
	wantSecret(t, again, "a", "")
	wantSecret(t, again, "b", "other")

	other, _ := key(t)
	_, err := secret.Open(t.Context(), s, other)
	wantFault(t, "another key", err, fault.Invalid, "secret_key_other")
	_, err = secret.Open(t.Context(), s, secret.Key{})
	wantFault(t, "no key", err, fault.Invalid, "secret_key_missing")
	wantFault(t, "a start without key", secret.RefuseSealed(t.Context(), s), fault.Invalid, "secret_key_missing")
}

// A secret that somebody put under another's name in the database is not taken
// for it.
func TestSecretsExchangedInTheDatabaseDoNotOpen(t *testing.T) {
	s := nodes(t, 1)[0]
	k, _ := key(t)
	v := vault(t, s, k)
	if err := v.Put(t.Context(), "a", []byte("text")); err != nil {
		t.Fatal(err)
	}
	sealed, _, err := s.Sealed(t.Context(), "a")
	if err := errors.Join(err, s.PutSealed(t.Context(), "b", sealed)); err != nil {
		t.Fatal(err)
	}
	_, _, err = v.Get(t.Context(), "b")
	wantFault(t, "another's secret", err, fault.Unavailable, "secret_damaged")
}

func TestNodesThatStartAtOnceAgree(t *testing.T) {
	onEach(t, 6, func(t *testing.T, stores []*store.Store) {
		k, _ := key(t)
		kept := make([][]byte, len(stores))
		var all sync.WaitGroup
		for i, s := range stores {
			all.Go(func() {
				v, err := secret.Open(context.Background(), s, k)
				if err == nil {
					kept[i], err = v.Add(context.Background(), "signing-key", fmt.Append(nil, "of node ", i))
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for i := range kept {
			if len(kept[i]) == 0 || !bytes.Equal(kept[i], kept[0]) {
				t.Errorf("node %d has %q, node 0 %q", i, kept[i], kept[0])
			}
		}
	})
}

func shown() error { return nil }

func TestRotationLeavesOpenVaultsOpen(t *testing.T) {
	s := nodes(t, 1)[0]
	old, _ := key(t)
	next, _ := key(t)
	_, err := secret.Rotate(t.Context(), s, old, next, shown)
	wantFault(t, "nothing is sealed", err, fault.NotFound, "nothing_sealed")
	running := vault(t, s, old)
	if err := running.Put(t.Context(), "a", []byte("text")); err != nil {
		t.Fatal(err)
	}
	wrong, _ := key(t)
	_, err = secret.Rotate(t.Context(), s, wrong, next, shown)
	wantFault(t, "a wrong old key", err, fault.Invalid, "secret_key_other")
	_, err = secret.Rotate(t.Context(), s, old, old, shown)
	wantFault(t, "the same key", err, fault.Invalid, "secret_key_same")
	gone := errors.New("nobody can be shown the key")
	if _, err := secret.Rotate(t.Context(), s, old, next, func() error { return gone }); !errors.Is(err, gone) {
		t.Errorf("got %v, want the callback's own error", err)
	}
	wantSecret(t, vault(t, s, old), "a", "text")

	if changed, err := secret.Rotate(t.Context(), s, old, next, shown); !changed || err != nil {
		t.Fatalf("%v, %v", changed, err)
	}
	if err := running.Put(t.Context(), "b", []byte("since")); err != nil {
		t.Fatal(err)
	}
	for _, v := range []*secret.Vault{running, vault(t, s, next)} {
		wantSecret(t, v, "a", "text")
		wantSecret(t, v, "b", "since")
	}
	_, err = secret.Open(t.Context(), s, old)
	wantFault(t, "the old key", err, fault.Invalid, "secret_key_other")
	if changed, err := secret.Rotate(t.Context(), s, old, next, shown); changed || err != nil {
		t.Errorf("once more: %v, %v; want that it is done", changed, err)
	}
}

// Two who rotate at once: the first to finish counts, the other is told.
func TestOfTwoRotationsOneCounts(t *testing.T) {
	onEach(t, 2, func(t *testing.T, stores []*store.Store) {
		old, _ := key(t)
		first, _ := key(t)
		second, _ := key(t)
		if err := vault(t, stores[0], old).Put(t.Context(), "a", []byte("text")); err != nil {
			t.Fatal(err)
		}
		_, err := secret.Rotate(t.Context(), stores[0], old, second, func() error {
			_, err := secret.Rotate(t.Context(), stores[1], old, first, shown)
			return err
		})
		wantFault(t, "the second", err, fault.Conflict, "secret_key_rotated")
		wantSecret(t, vault(t, stores[1], first), "a", "text")
	})
}

// Nodes that start while the key is rotated to and fro find one of the two keys
// to be right, and never damage.
func TestNodesStartDuringRotations(t *testing.T) {
	onEach(t, 2, func(t *testing.T, stores []*store.Store) {
		old, _ := key(t)
		next, _ := key(t)
		if err := vault(t, stores[0], old).Put(t.Context(), "a", []byte("text")); err != nil {
			t.Fatal(err)
		}
		var rotations sync.WaitGroup
		rotations.Go(func() {
			for i := range 20 {
				from, to := old, next
				if i%2 == 1 {
					from, to = next, old
				}
				if _, err := secret.Rotate(context.Background(), stores[0], from, to, shown); err != nil {
					t.Error(err)
				}
			}
		})
		for i := range 40 {
			v, err := secret.Open(t.Context(), stores[1], []secret.Key{old, next}[i%2])
			if err == nil {
				wantSecret(t, v, "a", "text")
				continue
			}
			wantFault(t, "a start", err, fault.Invalid, "secret_key_other")
		}
		rotations.Wait()
	})
}
