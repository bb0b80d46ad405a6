package cli

import (
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"
)

// table is rows of text in columns as wide as they must be.
type table struct{ rows [][]string }

func (t *table) row(cells ...string) {
	for i, cell := range cells {
		cells[i] = oneLine(cell)
	}
	t.rows = append(t.rows, cells)
}

// printList shows what a list holds: the server's answer with --json, and else a
// table of these columns, which rows fills.
func printList(stdio Stdio, asJSON bool, raw json.RawMessage, columns []string, rows func(*table)) error {
	if asJSON {
		return printRaw(stdio, raw)
	}
	var t table
	t.row(columns...)
	rows(&t)
	t.print(stdio.Out)
	return nil
}

// print writes the table; the last column is not padded.
func (t *table) print(w io.Writer) {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		say(w, "%s\n", strings.TrimRight(line.String(), " "))
	}
}
