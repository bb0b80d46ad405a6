package evaltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// File is one file of vectors: all there is about one topic.
type File struct {
	Name   string  `json:"-"`
	Topic  string  `json:"topic"`
	About  string  `json:"about"`
	Suites []Suite `json:"suites,omitempty"`

	Thresholds [][2]uint32 `json:"thresholds,omitempty"`
	Hashes     []Hash      `json:"hashes,omitempty"`
}

// Suite is one set of entity lines with the cases that are tried on it.
type Suite struct {
	Name  string            `json:"name"`
	Lines []json.RawMessage `json:"lines"`
	Cases []Case            `json:"cases"`
}

// Case is one evaluation and what it must give.
type Case struct {
	Name     string                     `json:"name"`
	Flag     string                     `json:"flag"`
	Context  map[string]any             `json:"context"`
	Now      *int64                     `json:"now,omitempty"`
	Default  json.RawMessage            `json:"default,omitempty"`
	As       ruleset.Type               `json:"as,omitempty"` // the type that the program asks for
	Override map[string]json.RawMessage `json:"override,omitempty"`
	Ready    *bool                      `json:"ready,omitempty"` // false: nothing received yet
	Expect   map[string]json.RawMessage `json:"expect,omitempty"`
}

// Hash is a unit with its bucket and its position.
type Hash struct {
	Seed string `json:"seed"`
	Unit string `json:"unit"`
	H    uint32 `json:"h"`
	PPM  uint32 `json:"ppm"`
}

// DefaultNow is the clock of a case that names none.
const DefaultNow int64 = 1_793_779_200_000

// At is the case's clock.
func (c *Case) At() int64 {
	if c.Now == nil {
		return DefaultNow
	}
	return *c.Now
}

// IsReady says whether the suite's lines have been received.
func (c *Case) IsReady() bool { return c.Ready == nil || *c.Ready }

const header = `{"burgee":1,"project":"default","environment":"production","epoch":1793779200,"revision":1,"hash":"p32","root":""}`

// Payload is the suite as a snapshot. A line that is a JSON string stands for
// itself: so a vector can hold what is not JSON.
func (s *Suite) Payload() ([]byte, error) {
	var out bytes.Buffer
	if len(s.Lines) == 0 || !bytes.Contains(s.Lines[0], []byte(`"burgee"`)) {
		out.WriteString(header + "\n")
	}
	for _, line := range s.Lines {
		var raw string
		if json.Unmarshal(line, &raw) == nil {
			out.WriteString(raw + "\n")
			continue
		}
		if err := json.Compact(&out, line); err != nil {
			return nil, err
		}
		out.WriteByte('\n')
	}
	return out.Bytes(), nil
}

// Load reads all vectors of a folder.
func Load(dir fs.FS) ([]File, error) {
	names, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, err
	}
	files := make([]File, 0, len(names))
	for _, name := range names {
		raw, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		file := File{Name: strings.TrimSuffix(name, ".json")}
		if err := dec.Decode(&file); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files = append(files, file)
	}
	return files, nil
}
