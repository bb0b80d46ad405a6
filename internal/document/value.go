package document

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// normalValue writes a value in the one spelling of its type: an integer as
// digits, a double as its shortest decimal with a point. What does not fit the
// type stays as it is, for Validate to report.
func normalValue(t ruleset.Type, raw json.RawMessage) json.RawMessage {
	n := rawNode(raw)
	switch {
	case t == ruleset.Integer && n.kind == numberKind:
		if whole, ok := wholeNumber(n.text); ok {
			return json.RawMessage(whole)
		}
	case t == ruleset.Double && n.kind == numberKind:
		if f, err := strconv.ParseFloat(n.text, 64); err == nil {
			return json.RawMessage(ruleset.FormatDouble(f))
		}
	case t == ruleset.String && n.kind == textKind:
		return appendText(nil, n.text)
	}
	return raw
}

// checkValue says what is wrong with a value of a flag of the type, or nothing.
func checkValue(t ruleset.Type, raw json.RawMessage) string {
	if len(raw) > ruleset.MaxJSONBytes {
		return fmt.Sprintf("the value has %d kB; a value has at most %d", len(raw)>>10, ruleset.MaxJSONBytes>>10)
	}
	n := rawNode(raw)
	want := ""
	switch t {
	case ruleset.Boolean:
		if n.kind != boolKind {
			want = "true or false"
		}
	case ruleset.String:
		if n.kind != textKind {
			want = "text"
		}
	case ruleset.Integer:
		if _, ok := wholeNumber(n.text); n.kind != numberKind || !ok {
			want = "a whole number, at most 2^53-1 in size"
		}
	case ruleset.Double:
		if f, err := strconv.ParseFloat(n.text, 64); n.kind != numberKind || err != nil || math.IsInf(f, 0) {
			want = "a number"
		}
	case ruleset.JSON:
		if n.kind != mapKind && n.kind != listKind {
			want = "a mapping or a list"
		}
	}
	if want == "" {
		return ""
	}
	if t == ruleset.String && n.scalar() {
		return fmt.Sprintf("a string flag's value is text; write %q in quotes", n.text)
	}
	return fmt.Sprintf("the value of a flag of type %s is %s, not %s", t, want, raw)
}

// DeclaredVariations are the variations of a flag that a program declares: the
// default first, then its options. An id is the value's text where that is a
// key, else option-N; a JSON default is called default. A boolean has none but
// its own two.
func DeclaredVariations(t ruleset.Type, def json.RawMessage, options []json.RawMessage) ([]Variation, error) {
	if t == ruleset.Boolean {
		if wrong := checkValue(t, def); wrong != "" {
			return nil, fault.New(fault.Invalid, "declaration_invalid", "%s", wrong).WithField("default", "%s", wrong)
		}
		return nil, nil
	}
	var out []Variation
	for i, raw := range append([]json.RawMessage{def}, options...) {
		if wrong := checkValue(t, raw); wrong != "" {
			return nil, fault.New(fault.Invalid, "declaration_invalid", "%s", wrong).WithField(declaredPath(i), "%s", wrong)
		}
		value := normalValue(t, raw)
		if !hasValue(out, value) {
			out = append(out, Variation{ID: declaredID(t, value, i, out), Value: value})
		}
	}
	return out, nil
}

func declaredPath(i int) string {
	if i == 0 {
		return "default"
	}
	return index("options", i-1)
}

func hasValue(list []Variation, value json.RawMessage) bool {
	for _, v := range list {
		if string(v.Value) == string(value) {
			return true
		}
	}
	return false
}

// declaredID names the i-th declared value; 0 is the default.
func declaredID(t ruleset.Type, value json.RawMessage, i int, taken []Variation) string {
	id := strings.Trim(string(value), `"`)
	if t == ruleset.String {
		id = rawNode(value).text
	}
	if t == ruleset.JSON && i == 0 {
		id = "default"
	}
	free := func(id string) bool {
		for _, v := range taken {
			if v.ID == id {
				return false
			}
		}
		return true
	}
	if ruleset.ValidKey(id) && id != Code && id != Next && free(id) {
		return id
	}
	for n := max(i, 1); ; n++ {
		if id := "option-" + strconv.Itoa(n); free(id) {
			return id
		}
	}
}
