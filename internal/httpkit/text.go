package httpkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"burgee.dev/burgee/internal/fault"
)

// What is wrong with a text, as fields of a fault say it.
const (
	hasNUL       = "holds the character U+0000, which no text here may hold; take it out"
	hasSurrogate = `holds half of a surrogate pair, which is no character; write both halves, or take it out`
	isNoUTF8     = "is no UTF-8 text"
)

// textInvalid is the code of a fault about a text that not every store keeps as
// it is.
const textInvalid = "text_invalid"

// BadText finds the first string of a valid JSON value that not every store and
// reader takes for the same text: PostgreSQL keeps no U+0000, and half of a
// surrogate pair is read as one thing here and as another there. It returns its
// path, "" for the value itself, and what is wrong; why is "" when nothing is.
func BadText(value []byte) (path, why string) {
	if !mayHaveBadText(value) {
		return "", ""
	}
	s := textSearch{dec: json.NewDecoder(bytes.NewReader(value)), data: value}
	s.dec.UseNumber()
	for {
		literal, err := s.next()
		if err != nil {
			return "", "" // the end
		}
		if why := literalFault(literal); why != "" {
			return s.path(), why
		}
	}
}

// mayHaveBadText looks for the escapes that it takes. Few bodies have one.
func mayHaveBadText(data []byte) bool {
	for rest := data; ; {
		at := bytes.Index(rest, []byte(`\u`))
		if at < 0 || len(rest) < at+4 {
			return false
		}
		rest = rest[at+2:]
		if rest[0] == '0' && rest[1] == '0' || rest[0]|0x20 == 'd' && rest[1] >= '8' {
			return true
		}
	}
}

// textSearch walks through a JSON value, and knows where it is.
type textSearch struct {
	dec  *json.Decoder
	data []byte
	in   []container
}

// container is an object or a list around the place.
type container struct {
	list  bool
	index int    // of a list
	key   string // of an object
	inKey bool   // the place is the key itself
}

// next moves to the next token and returns it as it was written.
func (s *textSearch) next() (literal []byte, err error) {
	from := s.dec.InputOffset()
	token, err := s.dec.Token()
	if err != nil {
		return nil, err
	}
	literal = bytes.TrimLeft(s.data[from:s.dec.InputOffset()], " \t\r\n,:")
	if token == json.Delim('}') || token == json.Delim(']') {
		s.in = s.in[:len(s.in)-1]
		return literal, nil
	}
	s.step(token)
	if token == json.Delim('{') || token == json.Delim('[') {
		s.in = append(s.in, container{list: token == json.Delim('['), index: -1})
	}
	return literal, nil
}

// step notes that a key or a value of the innermost container was read.
func (s *textSearch) step(token json.Token) {
	if len(s.in) == 0 {
		return
	}
	c := &s.in[len(s.in)-1]
	switch {
	case c.list:
		c.index++
	case c.inKey:
		c.inKey = false
	default:
		key, _ := token.(string)
		c.key, c.inKey = strings.ReplaceAll(key, "\x00", "\ufffd"), true
	}
}

func (s *textSearch) path() string {
	var path strings.Builder
	for _, c := range s.in {
		switch {
		case c.list:
			fmt.Fprintf(&path, "[%d]", c.index)
		case path.Len() > 0:
			path.WriteString("." + c.key)
		default:
			path.WriteString(c.key)
		}
	}
	return path.String()
}

// literalFault says what is wrong with a token; "" when nothing is.
func literalFault(literal []byte) string {
	for i := 0; i+1 < len(literal); i++ {
		if literal[i] != '\\' {
			continue
		}
		i++
		if literal[i] != 'u' {
			continue
		}
		first := escaped(literal[i-1:])
		switch {
		case first == 0:
			return hasNUL
		case !utf16.IsSurrogate(first):
		case utf16.DecodeRune(first, escaped(literal[i+5:])) == utf8.RuneError:
			return hasSurrogate
		default:
			i += 6
		}
	}
	return ""
}

// escaped is the character of the escape that a text begins with; -1 when it
// begins with none.
func escaped(text []byte) rune {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// checkStrings refuses a valid JSON value for one of its strings.
func checkStrings(value []byte) error {
	path, why := BadText(value)
	if why == "" {
		return nil
	}
	return badText(path, "body", why)
}

func badText(field, whole, why string) error {
	if field == "" {
		field = whole
	}
	return fault.New(fault.Invalid, textInvalid, "A text of the request cannot be kept").WithField(field, "%s", why)
}

// CheckAddress refuses a request whose path or query holds what is no text, so
// that no store is asked for it.
func CheckAddress(r *http.Request) error {
	if why := textFault(r.URL.Path); why != "" {
		return badText("path", "", why)
	}
	if !strings.Contains(r.URL.RawQuery, "%") {
		return nil
	}
	for name, values := range r.URL.Query() {
		if textFault(name) != "" {
			return badText("query", "", "has a name that is no text")
		}
		for _, value := range values {
			if why := textFault(value); why != "" {
				return badText("query."+name, "", why)
			}
		}
	}
	return nil
}

func textFault(text string) string {
	switch {
	case strings.IndexByte(text, 0) >= 0:
		return hasNUL
	case !utf8.ValidString(text):
		return isNoUTF8
	}
	return ""
}
