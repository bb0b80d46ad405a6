package audit

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// Fault is an entry that does not fit, and why, for people.
type Fault struct {
	Seq    int64
	Reason string
}

// Walk checks entries one after the other, and at the end with Finish. The zero
// value expects the first entry of a record.
type Walk struct {
	seq  int64
	last Bytes

	odd      map[int64]odd       // entries that are not as they were made
	vouched  map[int64]Rewritten // what the newest erasure says of an entry
	erasures []ErasureNote
}

// odd is an entry that only an erasure can explain.
type odd struct {
	digest Bytes
	header bool // who, when and what are as they were
	reason string
}

// Seq is the number of entries that followed each other.
func (w *Walk) Seq() int64 { return w.seq }

// Head is the hash of the last of them; nil before the first.
func (w *Walk) Head() Bytes { return w.last }

// Erasures are those that the walk has met, the oldest first.
func (w *Walk) Erasures() []ErasureNote { return w.erasures }

// Next takes the next entry, and returns why it cannot be that, or nil. An entry
// that is not as it was made is not at fault yet: an erasure that comes later may
// vouch for it, and Finish says whether one did.
func (w *Walk) Next(e Entry) *Fault {
	seq, previous := w.seq+1, w.last
	if previous == nil {
		previous = Genesis()
	}
	if e.Seq != seq {
		return &Fault{seq, fmt.Sprintf("entry %d is missing", seq)}
	}
	if !bytes.Equal(e.PrevHash, previous) {
		if before, known := w.odd[w.seq]; known {
			return &Fault{w.seq, before.reason}
		}
		return &Fault{seq, fmt.Sprintf("entry %d does not follow the one before it", seq)}
	}
	if fault := w.look(e); fault != nil {
		return fault
	}
	w.seq, w.last = seq, e.Hash
	return nil
}

// look compares an entry with its hashes.
func (w *Walk) look(e Entry) *Fault {
	was, reason, err := e.compare()
	if err != nil {
		return &Fault{e.Seq, err.Error()}
	}
	if reason != "" {
		if e.Kind == ErasureKind {
			return &Fault{e.Seq, reason}
		}
		if w.odd == nil {
			w.odd = map[int64]odd{}
		}
		was.reason = reason
		w.odd[e.Seq] = was
		return nil
	}
	if e.Kind == ErasureKind {
		return w.vouch(e)
	}
	return nil
}

// vouch takes what an erasure says of the entries before it.
func (w *Walk) vouch(e Entry) *Fault {
	erasure, err := ErasureOf(e)
	if err != nil {
		return &Fault{e.Seq, fmt.Sprintf("entry %d is no erasure: %v", e.Seq, err)}
	}
	if w.vouched == nil {
		w.vouched = map[int64]Rewritten{}
	}
	for _, r := range erasure.Entries {
		if r.Seq >= e.Seq || len(r.Digest) != sha256.Size {
			return &Fault{e.Seq, fmt.Sprintf("the erasure in entry %d says of entry %d what none can say", e.Seq, r.Seq)}
		}
		w.vouched[r.Seq] = r
	}
	w.erasures = append(w.erasures, ErasureNote{Seq: e.Seq, At: e.At, By: e.Actor.Name, Placeholder: erasure.Placeholder, Entries: len(erasure.Entries)})
	return nil
}

// Finish says which entry, the first of them, is not as it was made and not as
// the newest erasure that speaks of it left it either; nil is none.
func (w *Walk) Finish() *Fault {
	var first *Fault
	blame := func(seq int64, reason string) {
		if first == nil || seq < first.Seq {
			first = &Fault{seq, reason}
		}
	}
	for seq, is := range w.odd {
		said, known := w.vouched[seq]
		switch {
		case !known, !is.header && !said.Comment:
			blame(seq, is.reason)
		case !bytes.Equal(is.digest, said.Digest):
			blame(seq, notAsLeft(seq))
		}
	}
	for seq := range w.vouched {
		if _, known := w.odd[seq]; !known {
			blame(seq, notAsLeft(seq))
		}
	}
	return first
}

func notAsLeft(seq int64) string {
	return fmt.Sprintf("entry %d is not as the erasure left it", seq)
}

// Rewritten is how many entries are as an erasure left them.
func (w *Walk) Rewritten() int64 { return int64(len(w.odd)) }
