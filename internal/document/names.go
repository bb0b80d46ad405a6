package document

import (
	"strconv"
	"strings"
)

// join is the path of a field inside an object.
func join(at, field string) string {
	if at == "" {
		return field
	}
	return at + "." + field
}

// index is the path of an item inside a list.
func index(at string, i int) string { return at + "[" + strconv.Itoa(i) + "]" }

// parent is the path of the object around a path, or "" at the top. A key with
// a dot in it looks like two steps; climbing one more does no harm.
func parent(path string) string {
	if i := strings.LastIndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return ""
}

// blockPath is the path of what one environment does with a flag.
func blockPath(flag, environment string) string {
	return join(join(join("flags", flag), "environments"), environment)
}
