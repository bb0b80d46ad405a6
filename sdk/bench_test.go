package burgee

import (
	"context"
	"fmt"
	"testing"
)

// What a program pays for one evaluation, counting included: a flag without
// rules and one whose rule matches, in a request's context.
func BenchmarkClientBool(b *testing.B) {
	s := newProtocolServer(b)
	s.publish(1, 1, boolean("plain", true), `{"flag":"rule","type":"boolean","enabled":true,"variations":[["true",true],["false",false]],"off":1,"rules":[{"id":"r","when":{"all":[{"attr":"country","op":"in","values":["DE","AT"]},{"attr":"app.version","op":"ver_ge","values":["2.0"]}]},"serve":{"variation":0}}],"default":{"variation":1}}`)
	client := connect(b, s, Options{})
	ctx := NewContext(context.Background(), map[string]any{"targetingKey": "alice", "country": "DE", "app": map[string]any{"version": "2.1"}})
	for _, key := range []string{"plain", "rule"} {
		b.Run(fmt.Sprintf("flag=%s", key), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				client.Bool(ctx, key, false)
			}
		})
	}
}
