package ruleset

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// names are the fields of the wire format.
var names = []string{
	"burgee", "project", "environment", "epoch", "revision", "hash", "root", "keys", "from", "removed",
	"flag", "target_group", "type", "client", "enabled", "variations", "off", "prerequisites", "targets", "rules", "default", "needs",
	"unit", "include", "exclude", "when", "experiment", "phase", "arms", "id", "serve", "variation", "seed", "table",
	"attr", "op", "values", "ignoreCase", "all", "any", "not",
}

// exact returns a line as encoding/json must be given it: that takes a field whose
// name is another one's but for the case of letters for that one, and other
// languages do not. Such a field is renamed, so that it is passed over like all
// unknown ones. What is inside variations and targets is the author's and stays.
// A line that is not JSON is returned as it is.
func exact(line []byte) []byte {
	wrong := misspelt(line)
	if wrong == nil || !json.Valid(line) {
		return line
	}
	out, from := make([]byte, 0, len(line)+len(wrong)), 0
	for _, at := range wrong {
		out = append(append(out, line[from:at]...), '_')
		from = at
	}
	return append(out, line[from:]...)
}

// misspelt finds where such names begin.
func misspelt(line []byte) (at []int) {
	depth, own := 0, false // own: inside variations or targets
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end := endOfText(line, i)
			if !isName(line, end) {
				i = end
				continue
			}
			name := line[i+1 : end]
			if depth == 1 {
				own = string(name) == "variations" || string(name) == "targets"
			}
			if (depth == 1 || !own) && isMisspelt(name) {
				at = append(at, i+1)
			}
			i = end
		}
	}
	return at
}

// endOfText is where the quote is that ends the text that begins at i, or the end
// of the line.
func endOfText(line []byte, i int) int {
	for i++; i < len(line) && line[i] != '"'; i++ {
		if line[i] == '\\' {
			i++
		}
	}
	return min(i, len(line))
}

// isName says whether the text that ends at end is the name of a field.
func isName(line []byte, end int) bool {
	rest := bytes.TrimLeft(line[min(end+1, len(line)):], " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}

func isMisspelt(name []byte) bool {
	if slices.Contains(names, string(name)) {
		return false
	}
	text := string(name)
	if bytes.IndexByte(name, '\\') >= 0 && json.Unmarshal([]byte(`"`+text+`"`), &text) != nil {
		return false
	}
	return slices.ContainsFunc(names, func(known string) bool { return known != text && strings.EqualFold(known, text) })
}
