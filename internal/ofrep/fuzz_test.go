package ofrep

import (
	"reflect"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/sdk/eval"
)

// Whatever a body holds, it is a context that can be bound, or the caller's
// fault.
func FuzzContext(f *testing.F) {
	for _, seed := range []string{``, `{}`, `{"context":{"targetingKey":"a","n":1e308,"l":[1,"x",[null]],"o":{"o":{"o":{"o":{"o":1}}}}}}`, `{"context":[]}`, `{"context":{"targetingKey":1}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		attributes, err := parseContext(data, httpkit.Limits{AllowUnknown: true})
		if err != nil {
			if !fault.IsKind(err, fault.Invalid) {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		if key := attributes[targetingKey]; key != nil {
			if _, ok := key.(string); !ok {
				t.Errorf("took targetingKey %v", key)
			}
		}
		if eval.NewContext(attributes) == nil {
			t.Error("no context")
		}
	})
}

// What is read quickly is read as thoroughly would.
func FuzzQuickly(f *testing.F) {
	for _, seed := range []string{
		``, ` {} `, `null`, `{"context":{"targetingKey":"a","n":-1.5e+308,"z":0,"big":1e999,"l":[1,"x",[null,true],[]],"o":{"o":{}}}}`,
		`{"a":01}`, `{"a":1.}`, `{"a":-}`, `{"a":1e}`, `{"a":.5}`, `{"a":"\u00e9","b":"é"}`, "{\"a\":\"\x01\"}", `{"a":1,"a":{"b":2}}`, `{"a":1,}`, `{"a":tru}`,
		`{"a":1} x`, `{"":""}`, `{"a" : [ 1 , 2 ] , "b" : false }`, strings.Repeat(`{"a":`, httpkit.MaxDepth) + "1" + strings.Repeat("}", httpkit.MaxDepth),
		strings.Repeat(`{"a":`, httpkit.MaxDepth+1) + "1" + strings.Repeat("}", httpkit.MaxDepth+1),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		quick, ok := quickly(data)
		if !ok {
			return
		}
		thorough, err := thoroughly(data, httpkit.Limits{AllowUnknown: true, AnyText: true})
		if err != nil {
			t.Fatalf("%q was read, and is refused: %v", data, err)
		}
		if !reflect.DeepEqual(quick, thorough) {
			t.Errorf("%q is %#v, want %#v", data, quick, thorough)
		}
	})
}

// What programs send is read quickly: else it would be a second reader for nothing.
func TestUsualContextsAreReadQuickly(t *testing.T) {
	for _, body := range []string{
		`{"context":{"targetingKey":"user-4242","country":"NL","version":"2.14.3","age":37,"share":0.25,"beta":true,"no":null}}`,
		`{"context": {"targetingKey": "日本", "device": {"os": ["ios", "ipados"], "key": "d-1"}}}`,
		"{\n  \"context\": {}\n}\n",
	} {
		if _, ok := quickly([]byte(body)); !ok {
			t.Errorf("%s is left to the general reader", body)
		}
	}
}
