package ofrep

import (
	"strconv"
	"unicode/utf8"

	"burgee.dev/burgee/internal/httpkit"
)

// maxQuick is the longest body that is read quickly: its strings are parts of one
// text, which lives as long as any of them.
const maxQuick = 4 << 10

// quickly reads a JSON object as encoding/json does, in a third of the time: one
// pass, and the strings are parts of one copy. It reads what programs send day in,
// day out. What it does not know, be that an escape, a number that is out of range
// or a mistake, is not ok and left to the general reader, which also knows how to
// say what is wrong.
func quickly(body []byte) (object map[string]any, ok bool) {
	if len(body) > maxQuick || !utf8.Valid(body) {
		return nil, false
	}
	q := quick{text: string(body)}
	q.space()
	if q.next() != '{' {
		return nil, false
	}
	value, ok := q.value(httpkit.MaxDepth)
	if q.space(); !ok || q.at < len(q.text) {
		return nil, false
	}
	object, ok = value.(map[string]any)
	return object, ok
}

// quick is a place in a text.
type quick struct {
	text string
	at   int
}

// next is the character at the place, 0 at the end.
func (q *quick) next() byte {
	if q.at < len(q.text) {
		return q.text[q.at]
	}
	return 0
}

func (q *quick) space() {
	for q.at < len(q.text) {
		switch q.text[q.at] {
		case ' ', '\n', '\t', '\r':
			q.at++
		default:
			return
		}
	}
}

// skip passes one character if it is the one, and the space after it.
func (q *quick) skip(c byte) bool {
	if q.next() != c {
		return false
	}
	q.at++
	q.space()
	return true
}

// value reads a value that nests no deeper than levels.
func (q *quick) value(levels int) (value any, ok bool) {
	switch q.next() {
	case '{':
		return q.object(levels - 1)
	case '[':
		return q.list(levels - 1)
	case '"':
		return boxed(q.string())
	case 't':
		return true, q.word("true")
	case 'f':
		return false, q.word("false")
	case 'n':
		return nil, q.word("null")
	}
	return boxed(q.number())
}

func boxed[T any](v T, ok bool) (any, bool) { return v, ok }

func (q *quick) word(word string) bool {
	if len(q.text)-q.at < len(word) || q.text[q.at:q.at+len(word)] != word {
		return false
	}
	q.at += len(word)
	return true
}

func (q *quick) object(levels int) (any, bool) {
	if levels < 0 {
		return nil, false
	}
	object := map[string]any{}
	if q.skip('{'); q.skipLast('}') {
		return object, true
	}
	for {
		name, ok := q.string()
		if !ok {
			return nil, false
		}
		if q.space(); !q.skip(':') {
			return nil, false
		}
		if object[name], ok = q.value(levels); !ok {
			return nil, false
		}
		if q.space(); q.skipLast('}') {
			return object, true
		}
		if !q.skip(',') {
			return nil, false
		}
	}
}

func (q *quick) list(levels int) (any, bool) {
	if levels < 0 {
		return nil, false
	}
	list := []any{}
	if q.skip('['); q.skipLast(']') {
		return list, true
	}
	for {
		value, ok := q.value(levels)
		if !ok {
			return nil, false
		}
		list = append(list, value)
		if q.space(); q.skipLast(']') {
			return list, true
		}
		if !q.skip(',') {
			return nil, false
		}
	}
}

// skipLast passes the character that ends a value; what follows is not the value's.
func (q *quick) skipLast(c byte) bool {
	if q.next() != c {
		return false
	}
	q.at++
	return true
}

// string reads a string without escapes.
func (q *quick) string() (text string, ok bool) {
	if q.next() != '"' {
		return "", false
	}
	start := q.at + 1
	for i := start; i < len(q.text); i++ {
		switch c := q.text[i]; {
		case c == '"':
			q.at = i + 1
			return q.text[start:i], true
		case c == '\\' || c < ' ':
			return "", false
		}
	}
	return "", false
}

// number reads a number by JSON's grammar (RFC 8259, section 6).
func (q *quick) number() (number float64, ok bool) {
	start := q.at
	if q.next() == '-' {
		q.at++
	}
	if whole := q.digits(); whole == 0 || whole > 1 && q.text[q.at-whole] == '0' {
		return 0, false
	}
	if q.next() == '.' {
		if q.at++; q.digits() == 0 {
			return 0, false
		}
	}
	if c := q.next(); c == 'e' || c == 'E' {
		if q.at++; q.next() == '+' || q.next() == '-' {
			q.at++
		}
		if q.digits() == 0 {
			return 0, false
		}
	}
	number, err := strconv.ParseFloat(q.text[start:q.at], 64)
	return number, err == nil
}

// digits passes digits and counts them.
func (q *quick) digits() (n int) {
	for c := q.next(); c >= '0' && c <= '9'; c = q.next() {
		q.at++
		n++
	}
	return n
}
