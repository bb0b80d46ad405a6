package delivery

import (
	"crypto/ed25519"

	"burgee.dev/burgee/sdk/ruleset"
)

// Signer signs what a Manager publishes, and names in every header the keys
// that count. A nil Signer signs nothing. It is safe for concurrent use.
type Signer struct {
	private ed25519.PrivateKey
	keys    []string // as headers hold them
}

// NewSigner returns a Signer with a key and those that will sign in its place,
// or did so before.
func NewSigner(private ed25519.PrivateKey, others ...ed25519.PublicKey) *Signer {
	s := &Signer{private: private, keys: []string{ruleset.EncodeKey(private.Public().(ed25519.PublicKey))}}
	for _, public := range others {
		s.keys = append(s.keys, ruleset.EncodeKey(public))
	}
	return s
}

// Keys are the public keys as headers hold them, the one that signs first.
func (s *Signer) Keys() []string {
	if s == nil {
		return nil
	}
	return s.keys
}

// sign returns the signature of a header line.
func (s *Signer) sign(headerLine []byte) ruleset.Signature {
	if s == nil {
		return ruleset.Signature{}
	}
	return ruleset.Sign(s.private, headerLine)
}

// document makes the document of a ruleset.
func (s *Signer) document(r Ruleset) (*ruleset.Document, error) {
	if r.HeaderLine != nil {
		return ruleset.ParseDocument(assemble(r))
	}
	header := r.Header
	header.Keys = s.Keys()
	d, err := ruleset.NewDocument(header, r.Lines)
	if err != nil {
		return nil, err
	}
	return d.WithSignature(s.sign(d.HeaderLine())), nil
}

// assemble writes a ruleset that came ready as the snapshot it was.
func assemble(r Ruleset) []byte {
	size := len(r.HeaderLine) + 256
	for _, line := range r.Lines {
		size += len(line) + 1
	}
	out := append(append(make([]byte, 0, size), r.HeaderLine...), '\n')
	for _, line := range r.Lines {
		out = append(append(out, line...), '\n')
	}
	if r.Signature.Signature != "" {
		out = append(append(out, r.Signature.Line()...), '\n')
	}
	return out
}

// delta makes the delta that is sent.
func (s *Signer) delta(d Delta) *ruleset.Delta {
	out := &ruleset.Delta{
		From: d.From, HeaderLine: d.HeaderLine, Signature: d.Signature, Changed: d.Changed, Removed: d.Removed,
	}
	if d.HeaderLine == nil {
		header := d.Header
		header.Keys = s.Keys()
		out.HeaderLine = ruleset.EncodeHeader(header)
		out.Signature = s.sign(out.HeaderLine)
	}
	return out
}
