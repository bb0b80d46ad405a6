package ofrep

import (
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
