package eval

import (
	"encoding/json"
	"strconv"

	"burgee.dev/burgee/sdk/ruleset"
)

// Caller is what only the caller of an evaluation knows.
type Caller struct {
	// Default is the value written in the program, as JSON.
	Default json.RawMessage
	// Want is the type that the program asks for; empty takes any.
	Want ruleset.Type
	// Override, when set, is served whatever the configuration says, also
	// before there is one and for flags that it does not know.
	Override json.RawMessage
}

// Resolve is the whole algorithm: Detail, with overrides before it and the
// caller's default after it. A nil snapshot is one that has not been received.
// An override of the wrong type is a TYPE_MISMATCH like a variation of it.
func (s *Snapshot) Resolve(key string, c *Context, now int64, caller Caller) Detail {
	d := Detail{Flag: key, Reason: Override.String(), Value: caller.Override}
	if s != nil {
		d.Revision = s.header.Revision
	}
	if caller.Override == nil {
		d = s.Detail(key, c, now).OrDefault(caller.Default)
		if !d.Served() {
			return d
		}
	}
	value, fits := As(d.Value.(json.RawMessage), caller.Want)
	if !fits {
		return Detail{Flag: key, Value: caller.Default, Reason: TypeMismatch.String(), Revision: d.Revision}
	}
	d.Value = value
	return d
}

// As is a JSON value as the wanted type has it, if it can be that without loss:
// an integer is a double too, and a whole double in range an integer.
func As(raw json.RawMessage, want ruleset.Type) (json.RawMessage, bool) {
	if want == "" {
		return raw, true
	}
	if want.CheckValue(raw) != nil {
		return nil, false
	}
	f, isNumber := ruleset.ParseNumber(raw)
	switch {
	case isNumber && want == ruleset.Double:
		return json.RawMessage(ruleset.FormatDouble(f)), true
	case isNumber && want == ruleset.Integer:
		n, _ := ruleset.WholeNumber(f) // checked to be whole
		return strconv.AppendInt(nil, n, 10), true
	}
	return raw, true
}
