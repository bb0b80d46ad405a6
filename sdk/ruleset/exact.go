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
// languages do not; and it reads a field that is there twice both times, the one into
// the other, where the later counts. The former and the earlier are renamed, so that
// they are passed over like all unknown ones. What is inside variations and targets is
// the author's and stays.
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

// tracked is how deep a field is looked for twice; no line that is of use goes deeper.
const tracked = 32

// misspelt finds where such names begin.
func misspelt(line []byte) (at []int) {
	var seen [tracked]uint64 // by depth, the known names of the object there
	twice := false
	eachName(line, func(depth int) {
		if uint(depth) < tracked {
			seen[depth] = 0
		}
	}, func(depth, i int, name []byte) {
		known := slices.IndexFunc(names, func(n string) bool { return n == string(name) })
		switch {
		case known < 0:
			if isMisspelt(name) {
				at = append(at, i)
			}
		case uint(depth) < tracked:
			twice = twice || seen[depth]&(1<<known) != 0
			seen[depth] |= 1 << known
		}
	})
	if twice {
		at = append(at, repeated(line)...)
		slices.Sort(at)
	}
	return at
}

// repeated finds where the names begin that are there again in the same object.
func repeated(line []byte) (at []int) {
	var last [tracked]map[string]int
	eachName(line, func(depth int) {
		if uint(depth) < tracked {
			last[depth] = map[string]int{}
		}
	}, func(depth, i int, name []byte) {
		if uint(depth) >= tracked || !slices.Contains(names, string(name)) {
			return
		}
		if earlier, again := last[depth][string(name)]; again {
			at = append(at, earlier)
		}
		last[depth][string(name)] = i
	})
	return at
}

// eachName visits the names of fields but for those inside variations and targets,
// and before them the objects that hold them.
func eachName(line []byte, object func(depth int), name func(depth, at int, name []byte)) {
	depth, own := 0, false // own: inside variations or targets
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '{', '[':
			depth++
			object(depth)
		case '}', ']':
			depth--
		case '"':
			end := endOfText(line, i)
			if !isName(line, end) || depth < 1 {
				i = end
				continue
			}
			text := line[i+1 : end]
			if depth == 1 {
				own = string(text) == "variations" || string(text) == "targets"
			}
			if depth == 1 || !own {
				name(depth, i+1, text)
			}
			i = end
		}
	}
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

// isMisspelt says whether a name that is none of the known ones is like one of them.
func isMisspelt(name []byte) bool {
	text := string(name)
	if bytes.IndexByte(name, '\\') >= 0 && json.Unmarshal([]byte(`"`+text+`"`), &text) != nil {
		return false
	}
	return slices.ContainsFunc(names, func(known string) bool { return known != text && strings.EqualFold(known, text) })
}
