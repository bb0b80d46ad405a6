package document

import "strconv"

// join is the path of a field inside an object.
func join(at, field string) string {
	if at == "" {
		return field
	}
	return at + "." + field
}

// index is the path of an item inside a list.
func index(at string, i int) string { return at + "[" + strconv.Itoa(i) + "]" }
