package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"burgee.dev/burgee/internal/fault"
)

const (
	keySize         = 32 // bytes, of both keys: AES-256
	fingerprintSize = 8  // bytes
)

// What a secret key is used for, each with a key of its own derived from it.
const (
	forWrapping    = "burgee secret key: wrap the data key"
	forFingerprint = "burgee secret key: fingerprint"
)

// codeDamaged is the fault's code of what does not open.
const codeDamaged = "secret_damaged"

// Key is a secret key of the operator. The zero value is none. It is immutable
// and safe for concurrent use.
type Key struct{ derived *derived }

// derived is behind a pointer, so that no printing of what holds a Key reaches it.
type derived struct {
	wrap        cipher.AEAD
	fingerprint string
}

// NewKey makes a random key, and returns its text, as ParseKey reads it, with it.
func NewKey() (key Key, text string, err error) {
	raw := make([]byte, keySize)
	_, _ = rand.Read(raw) // never fails, by its contract
	key, err = derive(raw)
	return key, base64.StdEncoding.EncodeToString(raw), err
}

// ParseKey reads a key: 32 bytes in base64, with padding. An error never
// repeats the text.
func ParseKey(text string) (Key, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != keySize {
		return Key{}, errors.New("is malformed: it takes 32 random bytes in base64, which are 44 characters; make one with `burgee secret-key new`")
	}
	return derive(raw)
}

func derive(raw []byte) (Key, error) {
	wrapping, err := hkdf.Key(sha256.New, raw, nil, forWrapping, keySize)
	if err != nil {
		return Key{}, fmt.Errorf("secret: derive: %w", err)
	}
	fingerprint, err := hkdf.Key(sha256.New, raw, nil, forFingerprint, fingerprintSize)
	if err != nil {
		return Key{}, fmt.Errorf("secret: derive: %w", err)
	}
	wrap, err := gcm(wrapping)
	if err != nil {
		return Key{}, err
	}
	return Key{&derived{wrap, hex.EncodeToString(fingerprint)}}, nil
}

// gcm is AES-256-GCM that puts a random nonce before what it seals.
func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("secret: cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("secret: cipher: %w", err)
	}
	return aead, nil
}

// IsZero says whether there is no key.
func (k Key) IsZero() bool { return k.derived == nil }

// Fingerprint tells keys apart and reveals nothing of them: 16 hexadecimal
// digits; "" of no key.
func (k Key) Fingerprint() string {
	if k.IsZero() {
		return ""
	}
	return k.derived.fingerprint
}

// Wrapped is a data key as it is stored.
type Wrapped struct {
	Fingerprint string // of the secret key that unwraps it
	Key         []byte // sealed
}

// NewDataKey makes a data key and wraps it.
func (k Key) NewDataKey() Wrapped {
	raw := make([]byte, keySize)
	_, _ = rand.Read(raw) // never fails, by its contract
	return k.wrap(raw)
}

func (k Key) wrap(raw []byte) Wrapped {
	w := Wrapped{Fingerprint: k.Fingerprint()}
	w.Key = k.derived.wrap.Seal(nil, nil, raw, w.bound())
	return w
}

// bound is what a wrapped data key is bound to.
func (w Wrapped) bound() []byte { return []byte("data key of " + w.Fingerprint) }

func (k Key) unwrap(w Wrapped) ([]byte, error) {
	if w.Fingerprint != k.Fingerprint() {
		return nil, fault.New(fault.Invalid, "secret_key_other",
			"BURGEE_SECRET_KEY is not the key that the secrets of this store are sealed with: its fingerprint is %s, theirs is %s. Set that key; it was replaced by burgee secret-key rotate if it was this one before",
			k.Fingerprint(), w.Fingerprint)
	}
	raw, err := k.derived.wrap.Open(nil, nil, w.Key, w.bound())
	if err != nil || len(raw) != keySize {
		return nil, fault.New(fault.Unavailable, codeDamaged,
			"BURGEE_SECRET_KEY is the right one, but the data key that it unwraps is damaged or was altered: no secret of this store can be opened. Restore a backup")
	}
	return raw, nil
}

// Unwrap returns the Box of a wrapped data key. Invalid with the code
// secret_key_other when it takes another key, Unavailable when it is damaged.
func (k Key) Unwrap(w Wrapped) (*Box, error) {
	raw, err := k.unwrap(w)
	if err != nil {
		return nil, err
	}
	aead, err := gcm(raw)
	if err != nil {
		return nil, err
	}
	return &Box{aead}, nil
}

// Rewrap wraps a data key that k unwraps with another secret key.
func (k Key) Rewrap(w Wrapped, other Key) (Wrapped, error) {
	raw, err := k.unwrap(w)
	if err != nil {
		return Wrapped{}, err
	}
	return other.wrap(raw), nil
}

const redacted = "[redacted]"

// Format implements fmt.Formatter: no verb prints a key.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String says nothing of the key.
func (k Key) String() string { return redacted }

// LogValue implements slog.LogValuer.
func (k Key) LogValue() slog.Value { return slog.StringValue(redacted) }
