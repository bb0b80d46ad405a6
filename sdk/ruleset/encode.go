package ruleset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"
	"slices"
)

// Encode writes a snapshot without a signature: the header with its root
// computed, then the entity lines in the order of the root, each ended by a
// newline.
func Encode(h Header, lines [][]byte) []byte {
	sorted := inOrder(lines)
	h.Root = rootOf(sorted)
	size := 256
	for i := range sorted {
		size += len(sorted[i].line) + 1
	}
	out := append(make([]byte, 0, size), EncodeHeader(h)...)
	out = append(out, '\n')
	for i := range sorted {
		out = append(append(out, sorted[i].line...), '\n')
	}
	return out
}

// EncodeHeader writes the header line, without a newline.
func EncodeHeader(h Header) []byte {
	line, _ := marshal(h) // plain strings and numbers always encode
	return line
}

// Root is the SHA-256, in hex, over the SHA-256 of each entity line, ordered by
// kind and key.
func Root(lines [][]byte) string { return rootOf(inOrder(lines)) }

// RootOfSums is Root of lines of which only the SHA-256 sums are known. They
// come in the root's order: by kind, then by key.
func RootOfSums(sums iter.Seq[[sha256.Size]byte]) string {
	all := sha256.New()
	for sum := range sums {
		all.Write(sum[:])
	}
	return hex.EncodeToString(all.Sum(nil))
}

func rootOf(sorted []entity) string {
	return RootOfSums(func(yield func([sha256.Size]byte) bool) {
		for i := range sorted {
			if !yield(sorted[i].sum) {
				return
			}
		}
	})
}

// inOrder takes lines apart and sorts them by kind ("flag" before
// "target_group") and key.
func inOrder(lines [][]byte) []entity {
	ordered := make([]entity, len(lines))
	for i, line := range lines {
		ordered[i] = newEntity(line)
	}
	slices.SortStableFunc(ordered, byKindAndKey)
	return ordered
}

// marshal is json.Marshal without the escaping meant for HTML, which would make
// lines longer and unlike those of other languages.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}
