package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
)

// key makes a key, and returns its text too.
func key(t *testing.T) (secret.Key, string) {
	t.Helper()
	k, text, err := secret.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k, text
}

func box(t *testing.T, k secret.Key, w secret.Wrapped) *secret.Box {
	t.Helper()
	b, err := k.Unwrap(w)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wantFault(t *testing.T, what string, err error, kind fault.Kind, code string) {
	t.Helper()
	if f := fault.As(err); err == nil || f.Kind != kind || f.Code != code {
		t.Errorf("%s: got %v, want %s %s", what, err, kind, code)
	}
}

func TestAKeyIsReadFromItsText(t *testing.T) {
	k, text := key(t)
	same, err := secret.ParseKey(text)
	if err != nil || same.Fingerprint() != k.Fingerprint() || len(k.Fingerprint()) != 16 {
		t.Fatalf("fingerprints %q and %q, %v", k.Fingerprint(), same.Fingerprint(), err)
	}
	b := box(t, same, k.NewDataKey())
	if plain, err := b.Open("n", b.Seal("n", []byte("text"))); err != nil || string(plain) != "text" {
		t.Errorf("%q, %v", plain, err)
	}
	if other, _ := key(t); other.Fingerprint() == k.Fingerprint() {
		t.Error("two keys have one fingerprint")
	}
}

func TestATextThatIsNoKeyIsNotRepeated(t *testing.T) {
	raw := bytes.Repeat([]byte{0xfb}, 32)
	for name, text := range map[string]string{
		"nothing":               "",
		"a password":            "correct horse battery staple, and more of that",
		"too short":             base64.StdEncoding.EncodeToString(raw[:31]),
		"too long":              base64.StdEncoding.EncodeToString(append(raw, 1)),
		"without padding":       base64.RawStdEncoding.EncodeToString(raw),
		"of the other alphabet": base64.URLEncoding.EncodeToString(raw),
		"a loose last bit":      strings.Repeat("A", 42) + "B=",
		"hexadecimal":           fmt.Sprintf("%x", raw),
	} {
		k, err := secret.ParseKey(text)
		if err == nil || !strings.Contains(err.Error(), "burgee secret-key new") {
			t.Errorf("%s: got %v", name, err)
		}
		if err != nil && text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%s: the error repeats it", name)
		}
		if !k.IsZero() || k.Fingerprint() != "" {
			t.Errorf("%s: there is a key", name)
		}
	}
}

func TestASecretOpensOnlyAsItWasSealed(t *testing.T) {
	k, _ := key(t)
	b := box(t, k, k.NewDataKey())
	sealed := b.Seal("signing-key", []byte("the secret"))
	if plain, err := b.Open("signing-key", sealed); err != nil || string(plain) != "the secret" {
		t.Fatalf("%q, %v", plain, err)
	}
	for i := range sealed {
		for bit := range 8 {
			altered := bytes.Clone(sealed)
			altered[i] ^= 1 << bit
			if _, err := b.Open("signing-key", altered); err == nil {
				t.Fatalf("it opens with bit %d of byte %d flipped", bit, i)
			}
		}
	}
	for n := range len(sealed) {
		if _, err := b.Open("signing-key", sealed[:n]); err == nil {
			t.Fatalf("it opens cut to %d bytes", n)
		}
	}
	for what, open := range map[string]func() ([]byte, error){
		"another name":     func() ([]byte, error) { return b.Open("webhook", sealed) },
		"a longer one":     func() ([]byte, error) { return b.Open("signing-key", append(bytes.Clone(sealed), 0)) },
		"another data key": func() ([]byte, error) { return box(t, k, k.NewDataKey()).Open("signing-key", sealed) },
	} {
		_, err := open()
		wantFault(t, what, err, fault.Unavailable, "secret_damaged")
	}
}

func TestADataKeyOpensOnlyAsItWasWrapped(t *testing.T) {
	k, _ := key(t)
	w := k.NewDataKey()
	for i := range w.Key {
		altered := secret.Wrapped{Fingerprint: w.Fingerprint, Key: bytes.Clone(w.Key)}
		altered.Key[i] ^= 0x10
		_, err := k.Unwrap(altered)
		wantFault(t, fmt.Sprintf("byte %d flipped", i), err, fault.Unavailable, "secret_damaged")
	}
	other, _ := key(t)
	_, err := other.Unwrap(w)
	wantFault(t, "another key", err, fault.Invalid, "secret_key_other")
	if text := err.Error(); !strings.Contains(text, "BURGEE_SECRET_KEY") || !strings.Contains(text, w.Fingerprint) || !strings.Contains(text, other.Fingerprint()) {
		t.Errorf("another key: it says %q", text)
	}
	_, err = other.Unwrap(secret.Wrapped{Fingerprint: other.Fingerprint(), Key: w.Key})
	wantFault(t, "another key's fingerprint", err, fault.Unavailable, "secret_damaged")
	_, err = secret.Key{}.Unwrap(w)
	wantFault(t, "no key", err, fault.Invalid, "secret_key_other")
}

func TestARewrappedDataKeyOpensTheSameSecrets(t *testing.T) {
	old, _ := key(t)
	next, _ := key(t)
	w := old.NewDataKey()
	sealed := box(t, old, w).Seal("n", []byte("text"))
	rewrapped, err := old.Rewrap(w, next)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := box(t, next, rewrapped).Open("n", sealed); err != nil || string(plain) != "text" {
		t.Errorf("%q, %v", plain, err)
	}
	_, err = old.Unwrap(rewrapped)
	wantFault(t, "the old key", err, fault.Invalid, "secret_key_other")
	_, err = next.Rewrap(w, old)
	wantFault(t, "to rewrap with the wrong key", err, fault.Invalid, "secret_key_other")
}

func TestNothingIsSealedTwiceAlike(t *testing.T) {
	k, _ := key(t)
	b := box(t, k, k.NewDataKey())
	seen := map[string]bool{}
	const times = 10_000
	for range times {
		seen[string(b.Seal("n", nil)[1:13])] = true // the nonce
	}
	if len(seen) != times {
		t.Errorf("%d nonces in %d", len(seen), times)
	}
	if bytes.Equal(k.NewDataKey().Key, k.NewDataKey().Key) {
		t.Error("two data keys are wrapped alike")
	}
}

func TestKeysArePrintedByNothing(t *testing.T) {
	k, text := key(t)
	b := box(t, k, k.NewDataKey())
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Key secret.Key
		Box *secret.Box
		key secret.Key
	}
	for _, value := range []any{k, &k, b, *b, holder{k, b, k}, []secret.Key{k}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			mustHide(t, fmt.Sprintf(verb, value), text, raw)
		}
		var log strings.Builder
		slog.New(slog.NewTextHandler(&log, nil)).Info("text", "value", value)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("json", "value", value)
		mustHide(t, log.String(), text, raw)
		asJSON, err := json.Marshal(value)
		if err != nil {
			t.Error(err)
		}
		mustHide(t, string(asJSON), text, raw)
	}
	for _, shown := range []string{k.String(), b.String(), fmt.Sprint(k), fmt.Sprintf("%#v", k), k.LogValue().String(), b.LogValue().String()} {
		if shown != "[redacted]" {
			t.Errorf("it is shown as %q", shown)
		}
	}
}

// mustHide finds a key printed as its text, as hexadecimal or as numbers.
func mustHide(t *testing.T, printed, text string, raw []byte) {
	t.Helper()
	for _, form := range []string{text, fmt.Sprintf("%x", raw[:4]), strings.Trim(fmt.Sprint(raw[:4]), "[]")} {
		if strings.Contains(printed, form) {
			t.Errorf("the key is in %q", printed)
		}
	}
}
