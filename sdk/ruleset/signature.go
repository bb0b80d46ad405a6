package ruleset

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// Signature is the last line of a signed snapshot or delta: Ed25519 (RFC 8032)
// over the bytes of the snapshot's header line, which holds project,
// environment, epoch, revision, root and the keys that count.
type Signature struct {
	Signature string `json:"signature"` // base64
	Key       string `json:"key"`       // KeyID of the key that made it
}

// Line is the signature as it is sent, without a newline.
func (s Signature) Line() []byte {
	line, _ := marshal(s) // two strings always encode
	return line
}

// KeyID names a public key: the first 16 hex digits of its SHA-256.
func KeyID(public ed25519.PublicKey) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:8])
}

// Sign signs a snapshot's header line.
func Sign(private ed25519.PrivateKey, headerLine []byte) Signature {
	public := private.Public().(ed25519.PublicKey)
	return Signature{
		Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(private, headerLine)),
		Key:       KeyID(public),
	}
}

// EncodeKey writes a public key as headers and settings hold it.
func EncodeKey(public ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(public) }

// ParseKey reads a public key that EncodeKey wrote.
func ParseKey(text string) (ed25519.PublicKey, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%q is no public key: one is %d bytes in base64", text, ed25519.PublicKeySize)
	}
	return raw, nil
}

// signedBy says whether one of the keys made the signature of a header line.
func (s Signature) signedBy(keys []string, headerLine []byte) bool {
	made, err := base64.StdEncoding.Strict().DecodeString(s.Signature)
	if err != nil {
		return false
	}
	for _, text := range keys {
		public, err := ParseKey(text)
		if err == nil && KeyID(public) == s.Key && ed25519.Verify(public, headerLine, made) {
			return true
		}
	}
	return false
}

// readSignature reads a line that may be a signature; ok is false when it is
// anything else than exactly what Line writes.
func readSignature(line []byte) (s Signature, ok bool) {
	if err := json.Unmarshal(line, &s); err != nil || s.Signature == "" || !bytes.Equal(line, s.Line()) {
		return Signature{}, false
	}
	return s, true
}

// Trust is whose signatures a reader takes, and for which environment. It is a
// value: Accept returns the next one.
//
// With pinned keys only their signatures count. Without, the keys of the first
// signed snapshot count, then those that each accepted header names, so that
// keys can be replaced one after the other. A greater epoch, which is a store
// made anew, starts over as the first one did: what is trusted then is the
// connection. Pin keys where that is not enough.
type Trust struct {
	pinned               bool
	keys                 []string
	project, environment string
	epoch                int64
}

// Pinned is a Trust in the keys given, in the form of EncodeKey, and no others.
func Pinned(keys []string) (Trust, error) {
	for _, key := range keys {
		if _, err := ParseKey(key); err != nil {
			return Trust{}, err
		}
	}
	return Trust{pinned: len(keys) > 0, keys: keys}, nil
}

// Errors of Trust.Accept.
var (
	ErrUnsigned           = errors.New("the configuration is not signed, but signed ones are expected")
	ErrSignature          = errors.New("the signature of the configuration does not fit, or is of a key that is not trusted")
	ErrAnotherEnvironment = errors.New("the configuration is of another environment than before")
)

// Accept checks who signed a header and returns the trust for what follows it.
func (t Trust) Accept(h Header, headerLine []byte, s Signature) (Trust, error) {
	known := t.environment != ""
	if known && (h.Project != t.project || h.Environment != t.environment) {
		return t, fmt.Errorf("%w: %s/%s, not %s/%s", ErrAnotherEnvironment, h.Project, h.Environment, t.project, t.environment)
	}
	next := Trust{t.pinned, t.keys, h.Project, h.Environment, h.Epoch}
	if !t.pinned {
		next.keys = h.Keys
	}
	signed := s.Signature != ""
	switch {
	case !signed && len(t.keys) == 0 && len(h.Keys) == 0:
		return next, nil
	case !signed && !t.pinned && known && h.Epoch > t.epoch && len(h.Keys) == 0:
		return next, nil
	case !signed:
		return t, ErrUnsigned
	case len(t.keys) > 0 && s.signedBy(t.keys, headerLine):
		return next, nil
	case !t.pinned && (len(t.keys) == 0 || h.Epoch > t.epoch) && s.signedBy(h.Keys, headerLine):
		return next, nil
	}
	return t, ErrSignature
}
