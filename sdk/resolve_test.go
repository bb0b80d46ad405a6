package burgee

import (
	"net/http"
	"sync"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/internal/override"
	"burgee.dev/burgee/sdk/ruleset"
)

func TestAnAdapterGetsWhatTheTypedMethodsServe(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 7, boolean("f", true),
		`{"flag":"half","type":"double","client":false,"enabled":true,"variations":[["h",0.5]],"off":0,"prerequisites":[],"targets":[],"rules":[],"default":{"variation":0}}`,
		`{"flag":"code","type":"boolean","client":false,"enabled":false,"variations":[["t",true]],"off":null,"prerequisites":[],"targets":[],"rules":[],"default":{"variation":0}}`)
	var told []Impression
	client := connect(t, s, Options{OnImpression: func(i Impression) { told = append(told, i) }})
	for _, tt := range []struct {
		flag   string
		want   ruleset.Type
		reason eval.Reason
		served bool
	}{
		{"f", ruleset.Boolean, eval.Default, true},
		{"f", "", eval.Default, true},
		{"f", ruleset.String, eval.TypeMismatch, false},
		{"f", ruleset.JSON, eval.TypeMismatch, false},
		{"half", ruleset.Double, eval.Default, true},
		{"half", ruleset.Integer, eval.TypeMismatch, false},
		{"code", ruleset.Boolean, eval.Off, false},
		{"gone", ruleset.Boolean, eval.FlagNotFound, false},
	} {
		r := client.Resolve(t.Context(), tt.flag, tt.want)
		if r.Reason() != tt.reason || r.Served() != tt.served || r.Revision != 7 {
			t.Errorf("%s as %q: %v, served %v, revision %d", tt.flag, tt.want, r.Reason(), r.Served(), r.Revision)
		}
	}
	if len(told) != 8 || told[0] != (Impression{"f", true, "true", "DEFAULT"}) {
		t.Errorf("told %+v", told)
	}
	if !client.Resolve(t.Context(), "f", "").Plain {
		t.Error("it serves the same to everyone and does not say so")
	}
	var none *Client
	if r := none.Resolve(t.Context(), "f", ""); r.Reason() != eval.NotReady || r.Served() {
		t.Errorf("without a client: %v", r.Reason())
	}
	defer override.Push(map[string]any{"f": false, "half": 2})()
	if r := none.Resolve(t.Context(), "f", ruleset.Boolean); r.Reason() != eval.Override || r.Override != false {
		t.Errorf("overridden: %+v", r)
	}
	if r := client.Resolve(t.Context(), "half", ruleset.Double); r.Override != 2.0 {
		t.Errorf("overridden: %+v", r)
	}
	if r := client.Resolve(t.Context(), "half", ruleset.String); r.Reason() != eval.TypeMismatch {
		t.Errorf("overridden with another type: %v", r.Reason())
	}
}

func TestTheHandlerIsToldWhenTheServerComesAndGoes(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", true))
	var mu sync.Mutex
	var told []bool
	heard := func(n int, last bool) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(told) == n && told[n-1] == last
		}
	}
	connect(t, s, Options{OnStatus: func(s Status) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, s.Connected)
	}})
	eventually(t, "the connection", heard(1, true))
	s.refuse(http.StatusServiceUnavailable, "")
	s.CloseClientConnections()
	eventually(t, "its loss", heard(2, false))
	s.refuse(0, "")
	eventually(t, "its return", heard(3, true))
}
