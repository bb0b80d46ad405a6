package httpkit

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"

	"burgee.dev/burgee/internal/fault"
)

const (
	// MaxBody is the largest request body that is read unless a handler says
	// otherwise.
	MaxBody = 1 << 20
	// MaxDepth is how deep a JSON body may nest.
	MaxDepth = 32
)

// Limits bounds a request body. The zero value means MaxBody, MaxDepth, no
// compression, and unknown fields and bad texts refused.
type Limits struct {
	Body         int64 // most bytes as sent; 0 is MaxBody
	Inflated     int64 // most bytes after gzip; 0 refuses a compressed body
	Depth        int   // deepest nesting; 0 is MaxDepth
	Values       int   // most values, counted by commas and brackets; 0 is as many as fit
	AllowUnknown bool  // ignore unknown fields, for protocols that grow
	AllowEmpty   bool  // an empty body leaves the target as it is
	AnyText      bool  // take strings that BadText finds, for what is never stored or is cleaned
}

// Decode reads the JSON body of r into v, within limits. Every error is a
// fault that says what is wrong and where.
func Decode(r *http.Request, v any, limits Limits) error {
	body, err := ReadBody(r, limits)
	if err != nil {
		return err
	}
	if limits.AllowEmpty && len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	return DecodeBytes(body, v, limits)
}

// ReadBody reads the body of r, inflating it when limits allow.
func ReadBody(r *http.Request, limits Limits) ([]byte, error) {
	sent, err := receive(r, limits)
	if err != nil {
		return nil, err
	}
	return unpack(r, sent, limits)
}

// receive reads the body as it was sent.
func receive(r *http.Request, limits Limits) ([]byte, error) {
	limit := limits.body()
	if r.ContentLength > limit {
		// Hear the client out, within reason: one that is cut off while it sends
		// does not read the answer.
		_, _ = io.CopyN(io.Discard, r.Body, 2*limit)
		return nil, tooLarge(limit)
	}
	return readAtMost(r.Body, limit, r.ContentLength)
}

func (l Limits) body() int64 { return cmp.Or(l.Body, MaxBody) }

// unpack inflates what was sent with r.
func unpack(r *http.Request, sent []byte, limits Limits) ([]byte, error) {
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
		return sent, nil
	case "gzip":
		return inflate(sent, limits.Inflated)
	default:
		return nil, fault.New(fault.Invalid, "encoding_unknown",
			"Content-Encoding %q is not read here; send the body uncompressed", encoding)
	}
}

// inflaters are of use again: each has a window of 32 kB.
var inflaters = sync.Pool{New: func() any { return new(gzip.Reader) }}

func inflate(body []byte, limit int64) ([]byte, error) {
	if limit == 0 {
		return nil, fault.New(fault.Invalid, "encoding_unknown",
			"A compressed body is not read here; send it uncompressed")
	}
	z := inflaters.Get().(*gzip.Reader)
	defer inflaters.Put(z)
	if err := z.Reset(bytes.NewReader(body)); err != nil {
		return nil, badGzip(err)
	}
	return readAtMost(z, limit, -1)
}

// readAtMost reads all of src, of which size is expected; below 0 nothing is.
func readAtMost(src io.Reader, limit, size int64) ([]byte, error) {
	if src == nil {
		return nil, nil
	}
	data, err := readAll(io.LimitReader(src, limit+1), size)
	if f, known := errors.AsType[*fault.Error](err); known {
		return nil, f
	}
	if err != nil {
		if _, compressed := src.(*gzip.Reader); compressed {
			return nil, badGzip(err)
		}
		return nil, fault.Wrap(err, fault.Invalid, "body_incomplete",
			"The body ended before it was complete; send the request again")
	}
	if int64(len(data)) > limit {
		return nil, tooLarge(limit)
	}
	return data, nil
}

// maxPromised is how much room a body gets by its length alone, before it comes.
const maxPromised = 4 << 10

// readAll is io.ReadAll with a first buffer of the size that is expected.
func readAll(src io.Reader, size int64) ([]byte, error) {
	if size < 0 || size > maxPromised {
		return io.ReadAll(src)
	}
	data := make([]byte, 0, size+1) // a byte more: it sees the end without growing
	for {
		n, err := src.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return data, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

func badGzip(err error) error {
	return fault.Wrap(err, fault.Invalid, "gzip_malformed",
		"The body says Content-Encoding: gzip but is not valid gzip")
}

func tooLarge(limit int64) error {
	return fault.New(fault.TooLarge, "body_too_large",
		"The body is over %s; send less at a time", size(limit))
}

func size(n int64) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	if n >= 1<<10 && n%(1<<10) == 0 {
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// DecodeBytes decodes one JSON value that fills data.
func DecodeBytes(data []byte, v any, limits Limits) error {
	if err := decodeBytes(data, v, limits); err != nil || limits.AnyText {
		return err
	}
	return checkStrings(data)
}

func decodeBytes(data []byte, v any, limits Limits) error {
	if err := checkText(data, limits); err != nil {
		return err
	}
	if limits.AllowUnknown {
		if err := json.Unmarshal(data, v); err != nil { // without the Decoder's copy
			return decodeFault(data, err)
		}
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return decodeFault(data, err)
	}
	if rest := bytes.TrimLeft(data[dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return malformed(data, int64(len(data)-len(rest)), "text after the end of the JSON value")
	}
	return nil
}

func checkText(data []byte, limits Limits) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return fault.New(fault.Invalid, "body_empty", "The body is empty; send a JSON value")
	}
	if !utf8.Valid(data) {
		return fault.New(fault.Invalid, "json_malformed", "The body is not UTF-8 text; send JSON in UTF-8")
	}
	return checkShape(data, cmp.Or(limits.Depth, MaxDepth), cmp.Or(limits.Values, len(data)))
}

// checkShape counts brackets and commas outside strings. It runs before decoding,
// so that a hostile body costs one pass over its bytes and no allocation.
func checkShape(data []byte, deepest, most int) error {
	depth, values, inString := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == ',':
			values++
		case c == '{' || c == '[':
			values++
			if depth++; depth > deepest {
				return fault.New(fault.Invalid, "json_too_deep",
					"The JSON nests deeper than %d levels; send a flatter value", deepest)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	if values > most {
		return fault.New(fault.TooLarge, "json_too_long",
			"The JSON holds more than %d values; send less at a time", most)
	}
	return nil
}

func decodeFault(data []byte, err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return malformed(data, syntax.Offset-1, syntax.Error())
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return wrongType(wrong)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return malformed(data, int64(len(data)), "it ends too early")
	}
	if _, name, found := strings.Cut(err.Error(), `json: unknown field "`); found {
		field := strings.TrimSuffix(name, `"`)
		return fault.New(fault.Invalid, "json_unknown_field", "Unknown field %q", field).
			WithField(field, "is not known here; check its spelling")
	}
	if known, ok := errors.AsType[*fault.Error](err); ok {
		return known
	}
	return fault.Wrap(err, fault.Invalid, "json_malformed", "The body cannot be read: %v", err)
}

func wrongType(err *json.UnmarshalTypeError) error {
	field := err.Field
	if field == "" {
		field = "body"
	}
	got := strings.TrimPrefix(err.Value, "number ")
	if len(got) > maxShown {
		got = got[:maxShown] + "…"
	}
	if number := got != err.Value; number && typeWords(err.Type) == "a number" {
		return fault.New(fault.Invalid, "json_type", "%s holds %s, which is larger than a number can be", field, got).
			WithField(field, "%s is larger than a number can be", got)
	}
	return fault.New(fault.Invalid, "json_type", "%s must be %s, not %s", field, typeWords(err.Type), got).
		WithField(field, "must be %s, not %s", typeWords(err.Type), got)
}

// maxShown is how much of a wrong number is repeated; all digits of one.
const maxShown = 32

func typeWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Pointer:
		return typeWords(t.Elem())
	}
	return "of another type"
}

func malformed(data []byte, offset int64, why string) error {
	line, column := position(data, offset)
	return fault.New(fault.Invalid, "json_malformed",
		"The body is not valid JSON at line %d, column %d: %s", line, column, why)
}

func position(data []byte, offset int64) (line, column int) {
	offset = max(0, min(offset, int64(len(data))))
	before := data[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])
}
