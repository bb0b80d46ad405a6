package httpkit

import "strings"

// formula are the characters that make a spreadsheet take a cell for a formula, in
// their wide forms too.
const formula = "=+-@\t\r\n＝＋－＠"

// Cell is text as a cell of a CSV file. A spreadsheet takes what begins like a
// formula for one, and runs it: such a cell gets an apostrophe in front, which
// makes it text.
func Cell(text string) string {
	if text != "" && strings.IndexAny(text, formula) == 0 {
		return "'" + text
	}
	return text
}
