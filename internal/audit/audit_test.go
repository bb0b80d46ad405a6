package audit

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

const entries = 4

// record is an export of a few entries of every shape.
func record(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out, "default")
	previous := Genesis()
	for seq := int64(1); seq <= entries; seq++ {
		e := Entry{
			Project: "default", Seq: seq, At: 1_700_000_000_000 + seq, Actor: Actor{"member", "m1", "ann@example.org"},
			Kind: "configuration", Object: "Flags.isHoliday", Environment: "production", Action: "update",
			Comment: "<why> & „wann“", RequestID: fmt.Sprint("r", seq), Revisions: map[string]int64{"production": seq + 1},
			Before: []byte(`{"default":"false"}`), After: []byte(`{"default":"true","note":"a<b\u2028"}`),
			BeforeSalt: Bytes("0123456789abcdef"), AfterSalt: Bytes("fedcba9876543210"), PrevHash: previous,
		}
		if seq == 1 {
			e.Before, e.Environment, e.Comment, e.RequestID, e.Revisions = nil, "", "", "", map[string]int64{}
		}
		sealed, err := e.Sealed()
		if err != nil {
			t.Fatal(err)
		}
		if seq == 3 { // erased afterwards
			sealed.After, sealed.AfterSalt = nil, nil
		}
		if err := w.Write(sealed); err != nil {
			t.Fatal(err)
		}
		previous = sealed.Hash
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func verify(t *testing.T, export []byte) Report {
	t.Helper()
	report, err := Verify(bytes.NewReader(export))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestAnExportIsWhole(t *testing.T) {
	got := verify(t, record(t))
	if !got.OK || got.Entries != entries || got.Erased != 1 || got.Project != "default" || got.First+entries-1 != got.Last || len(got.Head) != 32 || got.Line != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestEveryAlteredByteOfAnExportIsFound(t *testing.T) {
	export := record(t)
	for at := range export {
		for _, with := range []byte{export[at] ^ 1, export[at] ^ 0x20} {
			altered := bytes.Clone(export)
			altered[at] = with
			if got := verify(t, altered); got.OK || got.Reason == "" || got.Line == 0 {
				t.Fatalf("byte %d (%q → %q) was not found: %+v", at, export[at], with, got)
			}
		}
	}
}

func TestLinesTakenOutAddedExchangedOrCutAreFound(t *testing.T) {
	lines := strings.SplitAfter(string(record(t)), "\n")
	lines = lines[:len(lines)-1]
	swapped := append([]string{}, lines...)
	swapped[2], swapped[3] = swapped[3], swapped[2]
	for name, c := range map[string]struct {
		lines []string
		line  int64
	}{
		"the first gone":          {lines[1:], 1},
		"one gone":                {append(append([]string{}, lines[:2]...), lines[3:]...), 3},
		"two exchanged":           {swapped, 3},
		"one twice":               {append(append([]string{}, lines[:3]...), lines[2:]...), 4},
		"cut between two":         {lines[:2], 3},
		"cut within one":          {append(append([]string{}, lines[:3]...), lines[3][:40]), 4},
		"the last gone":           {append(append([]string{}, lines[:3]...), lines[4]), 4},
		"only the end":            {lines[4:], 1},
		"something after the end": {append(append([]string{}, lines...), lines[4]), 6},
		"nothing":                 {nil, 1},
		"an empty line":           {append([]string{"\n"}, lines...), 1},
	} {
		got := verify(t, []byte(strings.Join(c.lines, "")))
		if got.OK || got.Line != c.line {
			t.Errorf("%s: got %+v, want line %d", name, got, c.line)
		}
	}
}

func TestAnExportThatWasWrittenAnewLacksTheKnownEntry(t *testing.T) {
	export := record(t)
	head := verify(t, export).Head
	if got, err := VerifyFrom(bytes.NewReader(export), head); err != nil || !got.OK {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := VerifyFrom(bytes.NewReader(export), Genesis()); err != nil || got.OK || got.Line == 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}
