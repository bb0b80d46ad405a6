package ruleset

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// Encode writes a snapshot: the header with its root computed, then the entity
// lines in the order of the root, each ended by a newline.
func Encode(h Header, lines [][]byte) []byte {
	sorted := inOrder(lines)
	h.Root = rootOf(sorted)
	size := 256
	for _, line := range sorted {
		size += len(line) + 1
	}
	head, _ := marshal(h) // plain strings and numbers always encode
	out := make([]byte, 0, size)
	out = append(append(out, head...), '\n')
	for _, line := range sorted {
		out = append(append(out, line...), '\n')
	}
	return out
}

// Root is the SHA-256, in hex, over the SHA-256 of each entity line, ordered by
// kind and key.
func Root(lines [][]byte) string { return rootOf(inOrder(lines)) }

func rootOf(sorted [][]byte) string {
	all := sha256.New()
	for _, line := range sorted {
		sum := sha256.Sum256(line)
		all.Write(sum[:])
	}
	return hex.EncodeToString(all.Sum(nil))
}

type orderedLine struct {
	kind, key string
	line      []byte
}

// inOrder sorts lines by kind ("flag" before "target_group") and key.
func inOrder(lines [][]byte) [][]byte {
	ordered := make([]orderedLine, len(lines))
	for i, line := range lines {
		kind, key := lineKey(line)
		ordered[i] = orderedLine{kind, key, line}
	}
	slices.SortStableFunc(ordered, func(a, b orderedLine) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.key, b.key))
	})
	out := make([][]byte, len(lines))
	for i := range ordered {
		out[i] = ordered[i].line
	}
	return out
}

const (
	kindFlag  = "flag"
	kindGroup = "target_group"
)

// lineKey finds an entity's kind and key at the start of its line, where this
// package writes them, else wherever the JSON has them.
func lineKey(line []byte) (kind, key string) {
	for _, kind := range [...]string{kindFlag, kindGroup} {
		rest, ok := bytes.CutPrefix(line, []byte(`{"`+kind+`":"`))
		if !ok {
			continue
		}
		if end := bytes.IndexAny(rest, `"\`); end >= 0 && rest[end] == '"' {
			return kind, string(rest[:end])
		}
	}
	var entity struct {
		Flag  *string `json:"flag"`
		Group *string `json:"target_group"`
	}
	if err := json.Unmarshal(line, &entity); err == nil {
		switch {
		case entity.Flag != nil:
			return kindFlag, *entity.Flag
		case entity.Group != nil:
			return kindGroup, *entity.Group
		}
	}
	return "", ""
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
