package ruleset

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const specHeader = `{"burgee":1,"project":"default","environment":"production","epoch":1793779200,"revision":18231,"hash":"p32","root":""}`

// The lines of the specification, section 5.
const specFlag = `{"flag":"checkout.v2","type":"boolean","client":false,"enabled":true,"variations":[["true",true],["false",false]],"off":1,"prerequisites":[["pay.api",["true"]]],"targets":[["targetingKey",{"alice":0}]],"rules":[{"experiment":"launch","phase":1,"arms":["a","b"],"serve":{"seed":"s","unit":"targetingKey","table":[[500000,1,0],[1000000,0,1]]}},{"id":"r1","when":{"all":[{"attr":"country","op":"in","values":["DE"]},{"target_group":"beta"}]},"serve":{"seed":"5f2a9c1e7b3d4a60","unit":"targetingKey","table":[[100000,0],[1000000,null]]}}],"default":{"variation":1}}`
const specGroup = `{"target_group":"beta","unit":"targetingKey","include":["u1"],"exclude":[],"when":{"attr":"email","op":"ends_with","values":["@corp.example"]}}`

func TestTheLinesOfTheSpecificationSurviveARoundTrip(t *testing.T) {
	set, err := Parse([]byte(specHeader + "\n" + specFlag + "\n" + specGroup + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Flags) != 1 || len(set.Groups) != 1 || set.Flags[0].Malformed != "" || set.Groups[0].Malformed != "" {
		t.Fatalf("parsed %+v", set)
	}
	flag, err := set.Flags[0].MarshalLine()
	if err != nil || string(flag) != specFlag {
		t.Errorf("the flag came back as %s, %v", flag, err)
	}
	group, err := set.Groups[0].MarshalLine()
	if err != nil || string(group) != specGroup {
		t.Errorf("the group came back as %s, %v", group, err)
	}
	if h := set.Header; h.Revision != 18231 || h.Epoch != 1793779200 || h.Environment != "production" || h.Project != "default" {
		t.Errorf("the header is %+v", h)
	}
}

// Every usable line of the vectors keeps its meaning through Parse, MarshalLine
// and Parse again.
func TestLinesOfTheVectorsSurviveARoundTrip(t *testing.T) {
	files, err := filepath.Glob("../../spec/vectors/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	lines := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Suites []struct{ Lines []json.RawMessage }
		}
		if err := json.Unmarshal(raw, &file); err != nil {
			t.Fatal(err)
		}
		for _, suite := range file.Suites {
			for _, line := range suite.Lines {
				lines += roundTrip(t, line)
			}
		}
	}
	if lines < 500 {
		t.Errorf("only %d lines were tried", lines)
	}
}

func roundTrip(t *testing.T, line []byte) (tried int) {
	t.Helper()
	before, err := Parse([]byte(specHeader + "\n" + string(line)))
	if err != nil || len(before.Flags)+len(before.Groups) != 1 {
		return 0
	}
	var again []byte
	switch {
	case len(before.Flags) == 1 && before.Flags[0].Malformed == "" && len(before.Flags[0].Needs) == 0:
		again, err = before.Flags[0].MarshalLine()
	case len(before.Groups) == 1 && before.Groups[0].Malformed == "" && len(before.Groups[0].Needs) == 0:
		again, err = before.Groups[0].MarshalLine()
	default:
		return 0
	}
	if err != nil {
		t.Errorf("%s: %v", line, err)
		return 1
	}
	after, err := Parse([]byte(specHeader + "\n" + string(again)))
	if err != nil {
		t.Errorf("%s: %v", again, err)
		return 1
	}
	if got, want := meaning(after), meaning(before); !reflect.DeepEqual(got, want) {
		t.Errorf("%s\nbecame %s\n%+v\n%+v", line, again, want, got)
	}
	return 1
}

// meaning is a set without its bytes and without the difference between a list
// that is empty and one that is not there.
func meaning(s *Set) string {
	var out bytes.Buffer
	for _, f := range s.Flags {
		line, _ := f.MarshalLine()
		out.Write(line)
	}
	for _, g := range s.Groups {
		line, _ := g.MarshalLine()
		out.Write(line)
	}
	return out.String()
}

func TestEncodeOrdersLinesAndComputesTheRoot(t *testing.T) {
	a, b, g := []byte(`{"flag":"a"}`), []byte(`{"flag":"b"}`), []byte(`{"target_group":"a"}`)
	h := Header{Burgee: 1, Environment: "e", Epoch: 1, Revision: 2, Hash: HashP32}
	out := Encode(h, [][]byte{g, b, a})
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if want := []string{string(a), string(b), string(g)}; !reflect.DeepEqual(lines[1:], want) {
		t.Errorf("the lines are %q, want %q", lines[1:], want)
	}
	set, err := Parse(out)
	if err != nil || set.Header.Root != Root([][]byte{b, g, a}) || len(set.Header.Root) != 64 {
		t.Errorf("the header is %+v, %v", set, err)
	}
	// sha256(sha256(a) sha256(b) sha256(g)), computed with another program.
	const want = "d6ab18d1d13de4d9f86b559e2e8f4396f99a8c82f40882c24b6ff953f2948370"
	if set.Header.Root != want {
		t.Errorf("the root is %s, want %s", set.Header.Root, want)
	}
	if Root([][]byte{a}) == Root([][]byte{b}) {
		t.Error("the root does not depend on the lines")
	}
}

func TestMarshalLineEscapesNothingForHTML(t *testing.T) {
	f := Flag{Key: "f", Type: String, Default: Fixed(0), Off: Code, Variations: []Variation{{"a", json.RawMessage(`"<&>"`)}}}
	line, err := f.MarshalLine()
	if err != nil || !bytes.Contains(line, []byte(`"<&>"`)) {
		t.Errorf("got %s, %v", line, err)
	}
}

func TestParseRefusesOnlyHeaders(t *testing.T) {
	tests := []struct{ name, payload, says string }{
		{"nothing", "", "empty"},
		{"empty lines", "\n\n", "empty"},
		{"no JSON", "<html>\n", "not a header"},
		{"another document", `{"name":"x"}`, "burgee"},
		{"a later version", `{"burgee":2}`, "upgrade"},
		{"another hash", `{"burgee":1,"hash":"p64"}`, "p64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Parse([]byte(tt.payload)); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Parse says %v, want something about %q", err, tt.says)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(specHeader + "\n" + specFlag + "\n" + specGroup))
	f.Add([]byte(specHeader + "\n{\"flag\":\"f\",\"needs\":[\"x\"]}\n{\"flag\":\"f\",\"type\":7}\n{\"target_group\":\"g\",\"include\":{}}\nrubbish"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		set, err := Parse(payload)
		if err != nil {
			return
		}
		var lines [][]byte
		for _, flag := range set.Flags {
			if flag.Malformed == "" && flag.Check() == nil {
				line, err := flag.MarshalLine()
				if err != nil {
					t.Fatal(err)
				}
				lines = append(lines, line)
			}
		}
		again, err := Parse(Encode(set.Header, lines))
		if err != nil && set.Header.Hash != "" {
			t.Fatal(err)
		}
		if err == nil && len(again.Flags) != len(lines) {
			t.Errorf("%d flags became %d", len(lines), len(again.Flags))
		}
	})
}

func BenchmarkParseFlag(b *testing.B) {
	line := []byte(`{"flag":"checkout.v2","type":"boolean","client":false,"enabled":true,"variations":[["true",true],["false",false]],"off":1,"prerequisites":[["pay.api",["true"]]],"targets":[["targetingKey",{"alice":0}]],"rules":[{"id":"r1","when":{"all":[{"attr":"country","op":"in","values":["DE"]},{"target_group":"beta"}]},"serve":{"seed":"5f2a9c1e7b3d4a60","unit":"targetingKey","table":[[100000,0],[1000000,null]]}}],"default":{"variation":1}}`)
	snapshot := Encode(Header{Burgee: 1}, [][]byte{line})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(snapshot); err != nil {
			b.Fatal(err)
		}
	}
}
