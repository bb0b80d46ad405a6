package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// ErasureKind is the kind of an entry that tells of an erasure. What it says is
// its After: an Erasure.
const ErasureKind = "erasure"

// Erasure says which entries were rewritten, so that an identifier is no longer
// in them. It holds neither the identifier nor anything made from it.
type Erasure struct {
	// Placeholder is what stands where the identifier was.
	Placeholder string      `json:"placeholder"`
	Entries     []Rewritten `json:"entries"`
}

// Rewritten vouches for an entry as an erasure left it. The newest erasure that
// speaks of an entry counts.
type Rewritten struct {
	Seq    int64 `json:"seq"`
	Digest Bytes `json:"digest"` // of the whole entry with its new salts
	// Comment says that the comment was rewritten too. The hash of an entry covers
	// its comment as it is: only the erasure proves who made such an entry, and when.
	Comment bool `json:"comment,omitempty"`
}

// ErasureNote tells of an erasure that a check has met.
type ErasureNote struct {
	Seq         int64  `json:"seq"`
	At          int64  `json:"at"` // milliseconds since 1970
	By          string `json:"by"`
	Placeholder string `json:"placeholder"`
	Entries     int    `json:"entries"` // that it rewrote
}

// ErasureOf reads what an entry of ErasureKind says.
func ErasureOf(e Entry) (out Erasure, err error) {
	err = json.Unmarshal(e.After, &out)
	return out, err
}

// Rewrite returns the entry with other values and another comment, and what an
// erasure has to say of it. Its Hash stays, and with it the chain: what the hash
// covered cannot be guessed from it, because it covers hashes of salted values
// and the old salts are gone. The salts must be new.
func (e Entry) Rewrite(before, after json.RawMessage, comment string, beforeSalt, afterSalt Bytes) (Entry, Rewritten, error) {
	said := Rewritten{Seq: e.Seq, Comment: comment != e.Comment}
	e.Before, e.After, e.Comment, e.BeforeSalt, e.AfterSalt = before, after, comment, beforeSalt, afterSalt
	sealed, err := e.Sealed()
	said.Digest = sealed.Hash
	// The old hashes of the values prove who, when and what; but beside a comment
	// that is gone they would let it be guessed.
	if _, known := e.headerAsMade(); !known || said.Comment {
		said.Comment = true
		e.BeforeHash, e.AfterHash = sealed.BeforeHash, sealed.AfterHash
	}
	return e, said, err
}

// headerAsMade returns the hash of the entry with the hashes of its values as
// they are noted, and whether it is the entry's own.
func (e Entry) headerAsMade() (Bytes, bool) {
	hash, err := e.hash()
	return hash, err == nil && bytes.Equal(hash, e.Hash)
}

// AsMade says whether the entry is as it was made: neither rewritten by an erasure
// nor altered.
func (e Entry) AsMade() bool {
	_, reason, err := e.compare()
	return err == nil && reason == ""
}

// compare says what of an entry is not as it was made; an empty reason is
// nothing.
func (e Entry) compare() (was odd, reason string, err error) {
	sealed, err := e.Sealed()
	if err != nil {
		return was, "", err
	}
	was.digest = sealed.Hash
	noted := bytes.Equal(sealed.BeforeHash, e.BeforeHash) && bytes.Equal(sealed.AfterHash, e.AfterHash)
	if noted && bytes.Equal(sealed.Hash, e.Hash) {
		return was, "", nil
	}
	_, was.header = e.headerAsMade()
	switch {
	case !was.header && !noted:
		// Neither the header nor the hashes beside it: no erasure leaves an entry so.
		was.digest, reason = nil, fmt.Sprintf("entry %d was altered", e.Seq)
	case !was.header:
		reason = fmt.Sprintf("entry %d was altered", e.Seq)
	case !bytes.Equal(sealed.BeforeHash, e.BeforeHash):
		reason = fmt.Sprintf("the state before entry %d was altered", e.Seq)
	default:
		reason = fmt.Sprintf("the state after entry %d was altered", e.Seq)
	}
	return was, reason, nil
}
