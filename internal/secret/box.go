package secret

import (
	"crypto/cipher"
	"fmt"
	"io"
	"log/slog"

	"burgee.dev/burgee/internal/fault"
)

// form is the first byte of what a Box seals. Another algorithm gets another.
const form = 1

// Box seals secrets with a store's data key. It is immutable and safe for
// concurrent use.
type Box struct{ aead cipher.AEAD }

// Seal seals a secret under its name. Sealed twice it looks different each
// time.
func (b *Box) Seal(name string, plain []byte) []byte {
	return b.aead.Seal([]byte{form}, nil, plain, bound(name))
}

// Open opens what was sealed under the name: Unavailable with the code
// secret_damaged when it was altered, is of another name, or of another store.
func (b *Box) Open(name string, sealed []byte) ([]byte, error) {
	if len(sealed) > 0 && sealed[0] == form {
		if plain, err := b.aead.Open(nil, nil, sealed[1:], bound(name)); err == nil {
			return plain, nil
		}
	}
	return nil, fault.New(fault.Unavailable, codeDamaged, "The secret %s is damaged, or was altered past Burgee. Restore a backup", name)
}

// bound is what a sealed secret is bound to.
func bound(name string) []byte { return []byte("secret " + name) }

// Format implements fmt.Formatter: no verb prints a key.
func (b *Box) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String says nothing of the key.
func (b *Box) String() string { return redacted }

// LogValue implements slog.LogValuer.
func (b *Box) LogValue() slog.Value { return slog.StringValue(redacted) }
