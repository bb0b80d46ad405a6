package storetest

import (
	"testing"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
)

// sealedSecrets keeps what it is given and opens nothing of it.
func sealedSecrets(t *testing.T, s Store) {
	ctx := t.Context()
	_, found, err := s.DataKey(ctx)
	check(t, err)
	equal(t, false, found)
	first := secret.Wrapped{Fingerprint: "1", Key: []byte{0, 1, 255}}
	second := secret.Wrapped{Fingerprint: "2", Key: []byte{2}}
	for _, w := range []secret.Wrapped{first, second} {
		kept, err := s.AddDataKey(ctx, w)
		check(t, err)
		equal(t, first, kept)
	}
	third := secret.Wrapped{Fingerprint: "3", Key: []byte{3}}
	wantCode(t, s.SwapDataKey(ctx, second, third), fault.Conflict, "secret_key_rotated")
	wantCode(t, s.SwapDataKey(ctx, secret.Wrapped{Fingerprint: "1", Key: []byte{9}}, third), fault.Conflict, "secret_key_rotated")
	check(t, s.SwapDataKey(ctx, first, second))
	check(t, s.SwapDataKey(ctx, first, second)) // its answer was lost
	kept, found, err := s.DataKey(ctx)
	check(t, err)
	equal(t, true, found)
	equal(t, second, kept)

	for _, sealed := range []string{"first\x00\xff", "second"} {
		kept, err := s.AddSealed(ctx, "a", []byte(sealed))
		check(t, err)
		equal(t, "first\x00\xff", string(kept))
	}
	check(t, s.PutSealed(ctx, "a", []byte("third")))
	check(t, s.PutSealed(ctx, "b", []byte("other")))
	check(t, s.DeleteSealed(ctx, "nobody"))
	all, err := s.AllSealed(ctx)
	check(t, err)
	equal(t, map[string][]byte{"a": []byte("third"), "b": []byte("other")}, all)
	check(t, s.DeleteSealed(ctx, "b"))
	_, found, err = s.Sealed(ctx, "b")
	check(t, err)
	equal(t, false, found)

	check(t, s.ForgetSealed(ctx))
	_, found, err = s.DataKey(ctx)
	check(t, err)
	equal(t, false, found)
	all, err = s.AllSealed(ctx)
	check(t, err)
	equal(t, 0, len(all))
}
