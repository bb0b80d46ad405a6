package account

import (
	"context"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/fault"
)

func TestAPasswordIsKeptAsArgon2idWithItsOwnSalt(t *testing.T) {
	h := newHasher(1)
	ctx := context.Background()
	one, err := h.hash(ctx, "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %q does not state its cost", one)
	}
	two, _ := h.hash(ctx, "correct horse battery")
	if one == two {
		t.Error("two hashes of one password are equal: the salt is not random")
	}
	for password, want := range map[string]bool{"correct horse battery": true, "correct horse batterz": false, "": false} {
		got, err := h.verify(ctx, one, password)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", password, got, err, want)
		}
	}
	if ok, err := h.verify(ctx, decoyHash, ""); ok || err != nil {
		t.Errorf("the decoy matches or does not parse: %v, %v", ok, err)
	}
}

func TestAStoredHashOfAnotherMakeIsRefused(t *testing.T) {
	for _, s := range []string{
		"", "$2a$10$abc", "$argon2i$v=19$m=19456,t=2,p=1$AAAA$AAAA", "$argon2id$v=18$m=19456,t=2,p=1$AAAA$AAAA",
		"$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=19456,t=2,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=19456,t=2,p=1$!!$AAAA", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AA",
	} {
		if _, err := parsePHC(s); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
}

func TestAHashThatCannotGetItsTurnInTimeIsUnavailable(t *testing.T) {
	h := newHasher(1)
	h.slots <- struct{}{}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := h.hash(ctx, "x"); !fault.IsKind(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func TestAPasswordHasBounds(t *testing.T) {
	for password, code := range map[string]string{
		"short": "password_short", strings.Repeat("ü", 9): "password_short", strings.Repeat("x", 1025): "password_long",
	} {
		if f := checkPassword(password); f == nil || f.Code != code || f.Fields[0].Field != "password" {
			t.Errorf("%q: %v, want %s", password, f, code)
		}
	}
	if f := checkPassword(strings.Repeat("ü", 10)); f != nil {
		t.Errorf("ten characters: %v", f)
	}
}
