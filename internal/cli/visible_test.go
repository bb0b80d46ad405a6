package cli

import (
	"bytes"
	"testing"
)

func TestWhatOthersWroteDoesNothingToTheTerminal(t *testing.T) {
	var out bytes.Buffer
	var list table
	list.row("NAME", "ROLE")
	list.row("ann\x1b[2J\nroot", "own\u202eer")
	list.row("bén", "viewer\u009b1m")
	list.print(&out)
	say(&out, "%s\n", "a comment\n\tof two lines\r\x07")
	want := "NAME                    ROLE\n" +
		`ann\u001b[2J\u000aroot  own\u202eer` + "\n" +
		`bén                     viewer\u009b1m` + "\n" +
		"a comment\n\tof two lines" + `\u000d\u0007` + "\n"
	if out.String() != want {
		t.Errorf("got\n%q\nwant\n%q", out.String(), want)
	}
}
