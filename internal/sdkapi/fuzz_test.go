package sdkapi

import (
	"testing"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

// Whatever a body holds, the declarations that are taken are sound, and what is
// wrong is the caller's fault.
func FuzzRegisterBody(f *testing.F) {
	f.Add([]byte(`{"application":{"name":"x"},"flags":[{"key":"a","type":"boolean","default":true}]}`))
	f.Add([]byte(`{"flags":[{"key":"a","type":"integer","default":9007199254740993,"options":[1.5,null,"x"]}]}`))
	f.Add([]byte(`{"flags":[{"key":"a","type":"json","default":[{}]},{"key":"a"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var body registerBody
		if err := httpkit.DecodeBytes(data, &body, httpkit.Limits{AllowUnknown: true}); err != nil {
			if !fault.IsKind(err, fault.Invalid) {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		sound, problems := body.check()
		for _, d := range sound {
			if d.Key == "" || typeWords[d.Type] == "" || len(d.Default) == 0 {
				t.Errorf("took %+v", d)
			}
		}
		if len(sound) < len(body.Flags) && len(problems.Fields) == 0 {
			t.Errorf("left out %d flags without a word", len(body.Flags)-len(sound))
		}
	})
}

func FuzzEventsBody(f *testing.F) {
	f.Add([]byte(`{"id":"b","application":{"name":"x"},"counts":[{"flag":"a","variation":"true","reason":"RULE","minute":60000,"count":1}]}`))
	f.Add([]byte(`{"id":"b","counts":[{"variation":null,"count":-1,"minute":1e3}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var body eventsBody
		if err := httpkit.DecodeBytes(data, &body, httpkit.Limits{AllowUnknown: true}); err != nil {
			if !fault.IsKind(err, fault.Invalid) {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		if batch := body.batch(1); len(batch.Counts) != len(body.Counts) {
			t.Errorf("%d counts became %d", len(body.Counts), len(batch.Counts))
		}
	})
}
