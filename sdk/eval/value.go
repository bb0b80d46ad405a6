package eval

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"burgee.dev/burgee/sdk/ruleset"
)

// kind is the type of an attribute's value.
type kind uint8

const (
	absent kind = iota
	text
	number
	boolean
	list
	object // exists, and no operator reads it
)

// value is an attribute's value without an interface.
type value struct {
	kind  kind
	truth bool
	num   float64
	text  string
	list  []value
}

// unit returns the text that is bucketed and listed: a string as it is, a
// whole number in decimal.
func (v *value) unit() (unit string, ok bool) {
	switch v.kind {
	case text:
		return v.text, true
	case number:
		if v.num != math.Trunc(v.num) || math.Abs(v.num) > ruleset.MaxSafeInteger {
			return "", false
		}
		return strconv.FormatInt(int64(v.num), 10), true
	}
	return "", false
}

// scalarOf converts a program's value of a simple type; ok is false for a type
// that a context does not hold.
func scalarOf(raw any) (v value, ok bool) {
	switch x := raw.(type) {
	case string:
		return value{kind: text, text: mend(x)}, true
	case bool:
		return value{kind: boolean, truth: x}, true
	case float64:
		return value{kind: number, num: x}, true
	case int:
		return value{kind: number, num: float64(x)}, true
	case int64:
		return value{kind: number, num: float64(x)}, true
	case json.Number:
		f, err := x.Float64()
		return value{kind: number, num: f}, err == nil || math.IsInf(f, 0)
	case nil:
		return value{}, false
	}
	return scalarByReflection(reflect.ValueOf(raw))
}

func scalarByReflection(r reflect.Value) (value, bool) {
	switch r.Kind() {
	case reflect.String:
		return value{kind: text, text: mend(r.String())}, true
	case reflect.Bool:
		return value{kind: boolean, truth: r.Bool()}, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return value{kind: number, num: float64(r.Int())}, true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return value{kind: number, num: float64(r.Uint())}, true
	case reflect.Float32, reflect.Float64:
		return value{kind: number, num: r.Float()}, true
	}
	return value{}, false
}

// mend replaces bytes that are not UTF-8, as every engine does before it
// compares.
func mend(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
