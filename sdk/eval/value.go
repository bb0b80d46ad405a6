package eval

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"

	"burgee.dev/burgee/sdk/ruleset"
)

type kind uint8

const (
	missing kind = iota
	text
	number
	boolean
	list
	object
)

// value is an attribute without an interface, so that reading it costs nothing.
type value struct {
	text string
	num  float64 // a number; 1 for true
	in   *inside
	kind kind
}

// inside is what a list or an object holds.
type inside struct {
	items []value
	attrs []Attribute
	notes []string // on what was left out, at any depth; kept at the top only
}

func textValue(s string) value    { return value{kind: text, text: s} }
func numberValue(f float64) value { return value{kind: number, num: f} }

func boolValue(b bool) value {
	if b {
		return value{kind: boolean, num: 1}
	}
	return value{kind: boolean}
}

// unitNumber is the longest text of a whole number: a sign and 16 digits.
const unitNumber = 17

// unit is what is bucketed and listed: a string as it is, a whole number in
// decimal, written into buf so that nothing is allocated.
func (v *value) unit(buf *[unitNumber]byte) (u string, digits []byte, ok bool) {
	switch v.kind {
	case text:
		return v.text, nil, true
	case number:
		n, whole := ruleset.WholeNumber(v.num)
		if !whole {
			return "", nil, false
		}
		return "", strconv.AppendInt(buf[:0], n, 10), true
	}
	return "", nil, false
}

// maxLevels bounds how deep nested objects are read.
const maxLevels = 4

// convert turns a value of a program into one of a context. What was left out of
// a value, or a value left out itself, is noted inside it.
func convert(name string, v any) value {
	switch v := v.(type) {
	case nil:
		return value{}
	case string:
		return textValue(v)
	case bool:
		return boolValue(v)
	case float64:
		return numberValue(v)
	case int:
		return numberValue(float64(v))
	}
	c := &converter{}
	out := c.value(name, v, 0)
	if c.notes == nil {
		return out
	}
	if out.in == nil {
		out.in = &inside{}
	}
	out.in.notes = c.notes
	return out
}

// converter converts one attribute.
type converter struct {
	notes []string
}

// dropped notes, once a path, a value of a type that contexts do not have.
func (c *converter) dropped(path string) value {
	if note := "ATTR_TYPE " + path; !slices.Contains(c.notes, note) {
		c.notes = append(c.notes, note)
	}
	return value{}
}

func (c *converter) value(path string, v any, level int) value {
	switch v := v.(type) {
	case nil:
		return value{}
	case string:
		return textValue(v)
	case bool:
		return boolValue(v)
	case float64:
		return numberValue(v)
	case int:
		return numberValue(float64(v))
	case int64:
		return numberValue(float64(v))
	case json.Number:
		return c.jsonNumber(path, v)
	case map[string]any:
		return c.object(path, len(v), level, func(add func(string, any)) {
			for key, item := range v {
				add(key, item)
			}
		})
	case []any:
		items := make([]value, 0, len(v))
		for _, item := range v {
			items = c.element(items, path, item)
		}
		return listValue(items)
	case []string:
		items := make([]value, len(v))
		for i, item := range v {
			items[i] = textValue(item)
		}
		return listValue(items)
	}
	return c.reflected(path, reflect.ValueOf(v), level)
}

func (c *converter) jsonNumber(path string, n json.Number) value {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil && f == 0 { // out of range gives an infinity, which is unknown
		return c.dropped(path)
	}
	return numberValue(f)
}

// reflected converts named types, other widths, other slices and maps.
func (c *converter) reflected(path string, v reflect.Value, level int) value {
	switch v.Kind() {
	case reflect.String:
		return textValue(v.String())
	case reflect.Bool:
		return boolValue(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return numberValue(float64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return numberValue(float64(v.Uint()))
	case reflect.Float32, reflect.Float64:
		return numberValue(v.Float())
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return value{}
		}
		return c.value(path, v.Elem().Interface(), level)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 { // bytes are no list of numbers
			return c.dropped(path)
		}
		items := make([]value, 0, v.Len())
		for i := range v.Len() {
			items = c.element(items, path, v.Index(i).Interface())
		}
		return listValue(items)
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return c.dropped(path)
		}
		return c.object(path, v.Len(), level, func(add func(string, any)) {
			for entries := v.MapRange(); entries.Next(); {
				add(entries.Key().String(), entries.Value().Interface())
			}
		})
	}
	return c.dropped(path)
}

// element appends a scalar; lists hold no lists and no objects.
func (c *converter) element(items []value, path string, item any) []value {
	v := c.value(path, item, maxLevels)
	switch v.kind {
	case missing:
		return items
	case list, object:
		c.dropped(path)
		return items
	}
	return append(items, v)
}

func listValue(items []value) value { return value{kind: list, in: &inside{items: items}} }

// object converts what is inside an object; one that is too deep exists, and is
// not looked into.
func (c *converter) object(path string, size, level int, each func(add func(string, any))) value {
	if level >= maxLevels {
		return value{kind: object, in: &inside{}}
	}
	attrs := make([]Attribute, 0, size)
	each(func(key string, item any) {
		if v := c.value(path+"."+key, item, level+1); v.kind != missing {
			attrs = append(attrs, Attribute{key, v})
		}
	})
	return value{kind: object, in: &inside{attrs: attrs}}
}
