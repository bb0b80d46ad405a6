package catalog

import (
	"crypto/sha256"
	"maps"
	"slices"
	"sync"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// lines are the wire lines of an environment without their text, in the order of
// its root. They never change: a change makes the next ones.
type lines []line

type line struct {
	ref  document.EntityRef
	sum  [sha256.Size]byte
	size int
}

func newLine(ref document.EntityRef, text []byte) line {
	return line{ref, sha256.Sum256(text), len(text)}
}

func newLines(texts map[document.EntityRef][]byte) lines {
	out := make(lines, 0, len(texts))
	for ref, text := range texts {
		out = append(out, newLine(ref, text))
	}
	slices.SortFunc(out, func(a, b line) int { return a.ref.Compare(b.ref) })
	return out
}

// with returns the lines after some of them, which come in their order, have been
// written anew, and those of these that differ. One without a text is removed.
func (l lines) with(altered []document.EntityRef, texts map[document.EntityRef][]byte) (lines, []LineRow) {
	out := make(lines, 0, len(l)+len(altered))
	var differing []LineRow
	rest := l
	for _, ref := range altered {
		at, known := slices.BinarySearchFunc(rest, ref, func(a line, ref document.EntityRef) int { return a.ref.Compare(ref) })
		out = append(out, rest[:at]...)
		rest = rest[at:]
		next := newLine(ref, texts[ref])
		gone := texts[ref] == nil
		switch {
		case known && gone, known && rest[0].sum != next.sum, !known && !gone:
			differing = append(differing, LineRow{ref, texts[ref]})
		}
		if known {
			rest = rest[1:]
		}
		if !gone {
			out = append(out, next)
		}
	}
	return append(out, rest...), differing
}

// after returns the lines that the deltas of the revisions from first to last
// lead to; false where these are not all, or lead elsewhere than they say.
func (l lines) after(deltas []DeltaRow, first, last int64) (lines, bool) {
	if int64(len(deltas)) != last-first+1 {
		return nil, false
	}
	for i, d := range deltas {
		if d.Revision != first+int64(i) {
			return nil, false
		}
		altered, texts := make([]document.EntityRef, 0, len(d.Lines)), make(map[document.EntityRef][]byte, len(d.Lines))
		for _, line := range d.Lines {
			altered = append(altered, line.Ref)
			texts[line.Ref] = line.Line
		}
		slices.SortFunc(altered, document.EntityRef.Compare)
		l, _ = l.with(altered, texts)
	}
	return l, l.root() == deltas[len(deltas)-1].Root
}

// size is how many bytes all texts have.
func (l lines) size() int {
	total := 0
	for i := range l {
		total += l[i].size
	}
	return total
}

// root is ruleset.Root of the texts.
func (l lines) root() string {
	return ruleset.RootOfSums(func(yield func([sha256.Size]byte) bool) {
		for i := range l {
			if !yield(l[i].sum) {
				return
			}
		}
	})
}

// knownLines are the lines of those environments of a state that were asked for.
// Safe for concurrent use.
type knownLines struct {
	mu            sync.Mutex
	byEnvironment map[int64]lines // guarded by mu
}

// linesOf are the lines of an environment in this state. r is a transaction that
// sees it.
func (st *state) linesOf(r Reader, environmentID int64) (lines, error) {
	if known, ok := st.lines.get(environmentID); ok {
		return known, nil
	}
	texts, err := r.Lines(environmentID)
	if err != nil {
		return nil, err
	}
	read := newLines(texts)
	st.lines.put(environmentID, read)
	return read, nil
}

func (k *knownLines) get(environmentID int64) (lines, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	known, ok := k.byEnvironment[environmentID]
	return known, ok
}

func (k *knownLines) put(environmentID int64, l lines) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byEnvironment == nil {
		k.byEnvironment = map[int64]lines{}
	}
	k.byEnvironment[environmentID] = l
}

func (k *knownLines) forget(environmentID int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.byEnvironment, environmentID)
}

func (k *knownLines) clone() *knownLines {
	k.mu.Lock()
	defer k.mu.Unlock()
	return &knownLines{byEnvironment: maps.Clone(k.byEnvironment)}
}
