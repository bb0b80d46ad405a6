package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// End is the last line of an export. Without it a file that was cut would look
// whole.
type End struct {
	End     bool   `json:"end"` // true; no entry has it
	Project string `json:"project"`
	Entries int64  `json:"entries"`
	Hash    Bytes  `json:"hash"` // of the last entry: kept elsewhere, it proves a later export
}

// line writes a value as a line of an export. There is one way to write it, so
// that a changed byte is seen wherever it is.
func line(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return b.Bytes(), err
}

// Writer writes a record as lines. It buffers nothing.
type Writer struct {
	out io.Writer
	end End
}

// NewWriter returns a writer of a project's record.
func NewWriter(out io.Writer, project string) *Writer {
	return &Writer{out: out, end: End{End: true, Project: project}}
}

// Write writes the next entry.
func (w *Writer) Write(e Entry) error {
	w.end.Entries, w.end.Hash = e.Seq, e.Hash
	return w.write(e)
}

// Close writes the last line. It does not close what it writes to.
func (w *Writer) Close() error { return w.write(w.end) }

func (w *Writer) write(v any) error {
	text, err := line(v)
	if err != nil {
		return fmt.Errorf("audit: encode: %w", err)
	}
	_, err = w.out.Write(text)
	return err
}

// Report says whether an export fits together.
type Report struct {
	OK      bool   `json:"ok"`
	Project string `json:"project"`
	Entries int64  `json:"entries"`          // that fitted
	Erased  int64  `json:"erased,omitempty"` // of them, as an erasure left them
	First   int64  `json:"first"`            // when the first was made, in milliseconds since 1970
	Last    int64  `json:"last"`
	Head    Bytes  `json:"head"`             // hash of the last entry
	Line    int64  `json:"line,omitempty"`   // the first line at fault, from 1; 0 when OK
	Reason  string `json:"reason,omitempty"` // why, for people

	Erasures []ErasureNote `json:"erasures,omitempty"` // each to be accounted for by who keeps the record
}

// Verify reads an export and recomputes every hash. The error is of reading;
// what does not fit is in the report. It proves that nobody changed, added,
// took out or cut a part of the record; who can write all of it anew can forge
// all of it, which only a Head that was kept elsewhere shows. Entries that an
// erasure rewrote are held to what it says of them; the report lists the erasures.
func Verify(in io.Reader) (Report, error) { return VerifyFrom(in, nil) }

// VerifyFrom is Verify of an export that must hold the entry with a hash known
// from an earlier one; nil asks for none.
func VerifyFrom(in io.Reader, known Bytes) (Report, error) {
	v := &verifier{known: known, seen: len(known) == 0}
	lines := bufio.NewReaderSize(in, 64<<10)
	for v.report.Reason == "" {
		text, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return v.report, err
		}
		if len(text) > 0 {
			v.read(text)
		}
		if err != nil {
			break
		}
	}
	return v.done(), nil
}

type verifier struct {
	walk   Walk
	known  Bytes
	seen   bool // the known entry
	end    *End
	number int64
	report Report
}

// fail keeps the first thing that does not fit.
func (v *verifier) fail(format string, args ...any) {
	v.report.Line, v.report.Reason = v.number, fmt.Sprintf(format, args...)
}

func (v *verifier) read(text []byte) {
	v.number++
	if v.end != nil {
		v.fail("something follows the end")
		return
	}
	if end := new(End); same(text, end) && end.End {
		v.finish(end)
		return
	}
	var e Entry
	if !same(text, &e) {
		v.fail("line %d is not as it was exported", v.number)
		return
	}
	if v.number == 1 {
		v.report.Project, v.report.First = e.Project, e.At
	}
	if e.Project != v.report.Project {
		v.fail("line %d is of the project %s", v.number, e.Project)
		return
	}
	if fault := v.walk.Next(e); fault != nil {
		v.blame(fault)
		return
	}
	v.report.Last = e.At
	v.seen = v.seen || bytes.Equal(e.Hash, v.known)
}

// blame fails at an entry: each is the line of its number.
func (v *verifier) blame(fault *Fault) {
	v.report.Line, v.report.Reason = fault.Seq, fault.Reason
}

// same decodes a line and says whether it is written in the one way.
func same(text []byte, into any) bool {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if decoder.Decode(into) != nil {
		return false
	}
	again, err := line(into)
	return err == nil && bytes.Equal(text, again)
}

func (v *verifier) finish(end *End) {
	v.end = end
	if end.Project != v.report.Project && v.number > 1 {
		v.fail("the end is of the project %s", end.Project)
		return
	}
	v.report.Project = end.Project
	if end.Entries != v.walk.Seq() || !bytes.Equal(end.Hash, v.walk.Head()) {
		v.fail("the end is of %d entries, but %d are here", end.Entries, v.walk.Seq())
		return
	}
	if fault := v.walk.Finish(); fault != nil {
		v.blame(fault)
	}
}

func (v *verifier) done() Report {
	if v.end == nil && v.report.Reason == "" {
		v.number++
		v.fail("the end is missing: the file was cut")
	}
	if !v.seen && v.report.Reason == "" {
		v.fail("the entry with the known hash is not in it: this is another record, or one written anew")
	}
	v.report.Entries, v.report.Head = v.walk.Seq(), v.walk.Head()
	v.report.Erased, v.report.Erasures = v.walk.Rewritten(), v.walk.Erasures()
	v.report.OK = v.report.Reason == ""
	return v.report
}
