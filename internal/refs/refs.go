package refs

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"burgee.dev/burgee/sdk/ruleset"
)

// How a place was found.
const (
	ByKey  = "key"  // the whole key is there
	ByName = "name" // the last part of the key is there, as a declaration or an attribute
)

const (
	maxFile = 1 << 20 // a larger file was made by a program
	maxLine = 400     // and so was a longer line; of one, only this much is read
	maxText = 120     // of a line that is shown
)

// skipped are folders that hold what others wrote, or what programs made.
var skipped = []string{"node_modules", "vendor", "dist", "build", "target", "__pycache__", "venv", "site-packages"}

// Place is a line of a file that names a flag.
type Place struct {
	Flag string `json:"flag"`
	File string `json:"file"` // with slashes, from the tree's root
	Line int    `json:"line"` // from 1
	How  string `json:"how"`  // ByKey or ByName
	Text string `json:"text"` // the line, without the space around it
}

// Result is what a scan found.
type Result struct {
	Places []Place // by file and line
	Files  int     // that were read
}

// Scan reads the text files of a tree and finds the places that name the flags with
// these keys. Hidden files and folders, folders that package managers and builds
// make, files that are no UTF-8 text, files over 1 MB and Burgee's own documents are
// passed over; links are not followed. The error is one of reading the tree.
func Scan(tree fs.FS, keys []string) (Result, error) {
	m := newMatcher(keys)
	var found Result
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrPermission) && name != "." {
				return nil
			}
			return err
		}
		if passedOver(name, entry) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := read(tree, name)
		if err != nil || text == nil {
			return err
		}
		found.Files++
		found.Places = append(found.Places, m.file(name, text)...)
		return nil
	})
	return found, err
}

func passedOver(name string, entry fs.DirEntry) bool {
	base := path.Base(name)
	if name == "." {
		return false
	}
	return strings.HasPrefix(base, ".") || entry.IsDir() && slices.Contains(skipped, base)
}

// read returns a file's text, nil for one that is too large or no text.
func read(tree fs.FS, name string) ([]byte, error) {
	file, err := tree.Open(name)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) { // it went meanwhile
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil || len(text) > maxFile || bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text) || document.Match(text) {
		return nil, err
	}
	return text, nil
}

// document is the beginning of a file that configures flags, and uses none.
var document = regexp.MustCompile(`(?m)^\s*"?apiVersion"?\s*:\s*"?burgee/`)

// matcher knows what names which flag.
type matcher struct {
	keys  map[string]bool
	names map[string][]string // of the last part of a key, the keys that end so
}

func newMatcher(keys []string) matcher {
	m := matcher{map[string]bool{}, map[string][]string{}}
	for _, key := range keys {
		m.keys[key] = true
		if dot := strings.LastIndexByte(key, '.'); dot >= 0 {
			m.names[key[dot+1:]] = append(m.names[key[dot+1:]], key)
		}
	}
	return m
}

func (m matcher) file(name string, text []byte) []Place {
	var places []Place
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxFile+1)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if len(line) > maxLine {
			line = line[:maxLine]
		}
		for _, hit := range m.line(line) {
			places = append(places, Place{Flag: hit.key, File: name, Line: n, How: hit.how, Text: shown(line)})
		}
	}
	return places
}

type hit struct{ key, how string }

// line finds each flag that a line names, once.
func (m matcher) line(line string) []hit {
	var hits []hit
	add := func(key, how string) {
		at := slices.IndexFunc(hits, func(h hit) bool { return h.key == key })
		if at < 0 {
			hits = append(hits, hit{key, how})
		} else if how == ByKey {
			hits[at].how = ByKey
		}
	}
	declares := strings.Contains(line, "Flag(") || strings.Contains(line, "burgee.")
	for _, word := range words(line) {
		parts := strings.Split(word, ".")
		for i := 0; i < len(parts); i++ {
			if n := m.longest(parts[i:]); n > 0 {
				add(strings.Join(parts[i:i+n], "."), ByKey)
				i += n - 1
				continue
			}
			if i == 0 && !declares || i > 0 && parts[i-1] == "burgee" { // burgee.Flag is no flag
				continue
			}
			for _, name := range []string{parts[i], ruleset.FieldKey(parts[i])} {
				for _, key := range m.names[name] {
					add(key, ByName)
				}
			}
		}
	}
	return hits
}

// longest is how many of the parts, from the first, make the longest key.
func (m matcher) longest(parts []string) int {
	for n := len(parts); n > 0; n-- {
		if m.keys[strings.Join(parts[:n], ".")] {
			return n
		}
	}
	return 0
}

// words are the runs of characters that keys are made of.
func words(line string) []string {
	return strings.FieldsFunc(line, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-')
	})
}

func shown(line string) string {
	line = strings.TrimSpace(strings.ToValidUTF8(line, ""))
	if len(line) > maxText {
		line = strings.ToValidUTF8(line[:maxText], "") + "…"
	}
	return line
}
