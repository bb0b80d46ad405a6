package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Bytes are written in hexadecimal.
type Bytes []byte

// MarshalText implements encoding.TextMarshaler.
func (b Bytes) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, b), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Bytes) UnmarshalText(text []byte) error {
	out, err := hex.AppendDecode(nil, text)
	*b = out
	return err
}

// Actor is who made a change.
type Actor struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Entry is one entry of a record with all that its hash covers. Its JSON is a
// line of an export.
type Entry struct {
	Project     string           `json:"project"`
	Seq         int64            `json:"seq"` // counts the project's entries from 1, without gaps
	At          int64            `json:"at"`  // milliseconds since 1970
	Actor       Actor            `json:"actor"`
	Kind        string           `json:"kind"`
	Object      string           `json:"object"`
	Environment string           `json:"environment,omitempty"`
	Action      string           `json:"action"`
	Comment     string           `json:"comment,omitempty"`
	RequestID   string           `json:"requestId,omitempty"`
	Revisions   map[string]int64 `json:"revisions"` // environment → the revision that the change is part of
	Before      json.RawMessage  `json:"before,omitempty"`
	After       json.RawMessage  `json:"after,omitempty"`

	// The salts keep a guess from being tried on a hash that outlives what it
	// covers: whoever erases takes the old salts out with the old text.
	BeforeSalt Bytes `json:"beforeSalt,omitempty"`
	AfterSalt  Bytes `json:"afterSalt,omitempty"`
	BeforeHash Bytes `json:"beforeHash"`
	AfterHash  Bytes `json:"afterHash"`
	PrevHash   Bytes `json:"prevHash"` // the Hash of the entry before; zeros for the first
	Hash       Bytes `json:"hash"`
}

// header is what an entry's hash covers beside its two values: every field, in
// this order, as JSON. A field is only ever added at the end, with omitempty,
// so that old entries keep their hashes.
type header struct {
	Version     int              `json:"v"`
	Project     string           `json:"project"`
	Seq         int64            `json:"seq"`
	At          int64            `json:"at"`
	ActorKind   string           `json:"actorKind"`
	ActorID     string           `json:"actorId"`
	ActorName   string           `json:"actorName"`
	Kind        string           `json:"kind"`
	Object      string           `json:"object"`
	Environment string           `json:"environment"`
	Action      string           `json:"action"`
	Comment     string           `json:"comment"`
	RequestID   string           `json:"requestId"`
	Revisions   map[string]int64 `json:"revisions"` // encoding/json writes maps in key order
}

// Genesis is the PrevHash of a project's first entry.
func Genesis() Bytes { return make(Bytes, sha256.Size) }

// Sealed returns the entry with the hashes of its values and its own. Seq,
// PrevHash and the salts must be set.
func (e Entry) Sealed() (Entry, error) {
	e.BeforeHash, e.AfterHash = valueHash(e.BeforeSalt, e.Before), valueHash(e.AfterSalt, e.After)
	hash, err := e.hash()
	e.Hash = hash
	return e, err
}

// valueHash is SHA-256 over the salt and the value.
func valueHash(salt Bytes, value json.RawMessage) Bytes {
	h := sha256.New()
	h.Write(salt)
	h.Write(value)
	return h.Sum(nil)
}

// hash chains an entry to the one before it. A JSON object says where it ends,
// and all else has a fixed length: no two entries write the same bytes.
func (e Entry) hash() (Bytes, error) {
	revisions := e.Revisions
	if revisions == nil {
		revisions = map[string]int64{}
	}
	head, err := json.Marshal(header{
		Version: 1, Project: e.Project, Seq: e.Seq, At: e.At,
		ActorKind: e.Actor.Kind, ActorID: e.Actor.ID, ActorName: e.Actor.Name,
		Kind: e.Kind, Object: e.Object, Environment: e.Environment, Action: e.Action,
		Comment: e.Comment, RequestID: e.RequestID, Revisions: revisions,
	})
	if err != nil {
		return nil, fmt.Errorf("audit: hash entry %d: %w", e.Seq, err)
	}
	h := sha256.New()
	h.Write(e.PrevHash)
	h.Write(head)
	h.Write(e.BeforeHash)
	h.Write(e.AfterHash)
	return h.Sum(nil), nil
}
