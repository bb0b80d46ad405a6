package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const entries = 7

// made is a record of a few entries of every shape. An erasure, the fifth, has
// rewritten a value of the third and the comment of the fourth; another, the
// seventh, the fourth once more and the sixth.
func made(t *testing.T) []Entry {
	t.Helper()
	var out []Entry
	add := func(e Entry) {
		e.Project, e.Seq, e.PrevHash = "default", int64(len(out)+1), Genesis()
		e.At, e.Actor = 1_700_000_000_000+e.Seq, Actor{"member", "m1", "ann@example.org"}
		e.BeforeSalt, e.AfterSalt = Bytes("0123456789abcdef"), Bytes("fedcba9876543210")
		if len(out) > 0 {
			e.PrevHash = out[len(out)-1].Hash
		}
		sealed, err := e.Sealed()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, sealed)
	}
	change := func(comment string) {
		add(Entry{
			Kind: "configuration", Object: "Flags.isHoliday", Environment: "production", Action: "update",
			Comment: comment, RequestID: fmt.Sprint("r", len(out)), Revisions: map[string]int64{"production": int64(len(out) + 2)},
			Before: []byte(`{"default":"false"}`), After: []byte(`{"default":"true","note":"a<b\u2028"}`),
		})
	}
	salts := byte(0)
	erase := func(said ...Rewritten) {
		after, err := json.Marshal(Erasure{Placeholder: "erased-1a2b3c4d", Entries: said})
		if err != nil {
			t.Fatal(err)
		}
		add(Entry{Kind: ErasureKind, Object: "erased-1a2b3c4d", Action: "erase", Revisions: map[string]int64{}, After: after})
	}
	rewrite := func(seq int64, after, comment string) Rewritten {
		e := &out[seq-1]
		salts++
		var said Rewritten
		var err error
		*e, said, err = e.Rewrite(e.Before, []byte(after), comment, bytes.Repeat(Bytes{salts}, 16), bytes.Repeat(Bytes{salts + 100}, 16))
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	add(Entry{Kind: "project", Object: "default", Action: "create", Revisions: map[string]int64{}, After: []byte(`{}`)})
	change("<why> & „wann“")
	change("two")
	change("for alice")
	erase(rewrite(3, `{"default":"erased-1a2b3c4d"}`, "two"), rewrite(4, `{"default":"true"}`, "for erased-1a2b3c4d"))
	change("by the way")
	erase(rewrite(4, `{"default":"erased"}`, "for erased-1a2b3c4d"), rewrite(6, `{}`, "by the way"))
	return out
}

func exported(t *testing.T, record []Entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out, "default")
	for _, e := range record {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func record(t *testing.T) []byte {
	t.Helper()
	return exported(t, made(t))
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
	if !got.OK || got.Entries != entries || got.Erased != 3 || len(got.Erasures) != 2 || got.Erasures[1].Entries != 2 || got.Project != "default" || got.First+entries-1 != got.Last || len(got.Head) != 32 || got.Line != 0 {
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
		"the last gone":           {append(append([]string{}, lines[:entries-1]...), lines[entries]), entries},
		"only the end":            {lines[entries:], 1},
		"something after the end": {append(append([]string{}, lines...), lines[entries]), entries + 2},
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

func TestWhatNoErasureVouchesForIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func([]Entry) []Entry
		seq   int64
	}{
		"a value blanked with its salt": {func(r []Entry) []Entry {
			r[1].After, r[1].AfterSalt = nil, nil
			return r
		}, 2},
		"a rewritten value rewritten again": {func(r []Entry) []Entry {
			r[2].After = []byte(`{"default":"false"}`)
			return r
		}, 3},
		"a rewritten comment rewritten again": {func(r []Entry) []Entry {
			r[3].Comment = "for nobody"
			return r
		}, 4},
		"another author beside a rewritten comment": {func(r []Entry) []Entry {
			r[3].Actor.Name = "bob@example.org"
			return r
		}, 4},
		"another author beside a rewritten value": {func(r []Entry) []Entry {
			r[2].Actor.Name = "bob@example.org"
			return r
		}, 3},
		"the state before an erasure": {func(r []Entry) []Entry {
			return append(append(r[:2:2], unerased(t)[2]), r[3:]...)
		}, 3},
		"what an older erasure left": {func(r []Entry) []Entry {
			before := r[3]
			before.After = []byte(`{"default":"true"}`)
			before.BeforeSalt, before.AfterSalt = bytes.Repeat(Bytes{2}, 16), bytes.Repeat(Bytes{102}, 16)
			sealed, err := before.Sealed()
			if err != nil {
				t.Fatal(err)
			}
			before.BeforeHash, before.AfterHash = sealed.BeforeHash, sealed.AfterHash
			r[3] = before
			return r
		}, 4},
		"an erasure rewritten": {func(r []Entry) []Entry {
			r[4].After = bytes.Replace(r[4].After, []byte("1a2b3c4d"), []byte("1a2b3c4e"), 1)
			return r
		}, 5},
	} {
		if got := verify(t, exported(t, c.spoil(made(t)))); got.OK || got.Line != c.seq || got.Reason == "" {
			t.Errorf("%s: got %+v, want line %d", name, got, c.seq)
		}
	}
}

// unerased is the record as it was before its erasures.
func unerased(t *testing.T) []Entry {
	t.Helper()
	r := made(t)
	was := r[2]
	was.After, was.BeforeSalt, was.AfterSalt = []byte(`{"default":"true","note":"a<b\u2028"}`), Bytes("0123456789abcdef"), Bytes("fedcba9876543210")
	sealed, err := was.Sealed()
	if err != nil || !bytes.Equal(sealed.Hash, was.Hash) {
		t.Fatalf("the entry is not as it was: %v", err)
	}
	r[2] = sealed
	return r
}

func TestAnErasureSpeaksOfEntriesBeforeItOnly(t *testing.T) {
	r := made(t)
	for name, said := range map[string]Rewritten{
		"of itself":        {Seq: entries + 1, Digest: Genesis()},
		"without a digest": {Seq: 2},
	} {
		after, err := json.Marshal(Erasure{Entries: []Rewritten{said}})
		if err != nil {
			t.Fatal(err)
		}
		e := Entry{Project: "default", Seq: entries + 1, Kind: ErasureKind, After: after, PrevHash: r[entries-1].Hash}
		if e, err = e.Sealed(); err != nil {
			t.Fatal(err)
		}
		if got := verify(t, exported(t, append(made(t), e))); got.OK || got.Line != entries+1 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// What a hash outlives cannot be guessed from it: with the old text in the place
// of the new one, and all else that is still there, no hash comes out.
func TestTheOldTextCannotBeGuessed(t *testing.T) {
	r := made(t)
	was := r[3]
	was.Comment, was.After = "for alice", []byte(`{"default":"true","note":"a<b\u2028"}`)
	if _, same := was.headerAsMade(); same {
		t.Error("the hash of the entry betrays the old comment")
	}
	if sealed, err := was.Sealed(); err != nil || bytes.Equal(sealed.Hash, was.Hash) || bytes.Equal(sealed.AfterHash, was.AfterHash) {
		t.Errorf("a hash betrays the old text: %v", err)
	}
}
