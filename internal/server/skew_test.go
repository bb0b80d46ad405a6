package server_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/testkit"
)

// Guarantee G9: revisions are numbers, not times. A clock that jumps ten
// minutes either way, between changes and between starts, changes no order:
// every program gets every change, and what signs people and programs in stays
// valid.
func TestAClockThatJumpsChangesNoOrder(t *testing.T) {
	var skew atomic.Int64
	jumping := clock.Func(func() time.Time { return time.Now().Add(time.Duration(skew.Load())) })
	data := t.TempDir() + "/data"
	s := testkit.Start(t, testkit.Options{Data: data, Clock: jumping})
	s.Want(200, "POST", project+"/apply", obj{"file": "f.yaml", "text": "apiVersion: burgee/v1\nproject: default\nflags:\n  f: {type: integer, variations: [{id: v, value: 0}], environments: {production: {default: v}}}\n"})
	var last float64
	for i, jump := range []time.Duration{0, -10 * time.Minute, 10 * time.Minute, -20 * time.Minute, 0} {
		skew.Store(int64(jump))
		if i == 3 { // the start of another process is where times of the machine count most
			s.Stop()
			s = testkit.Start(t, testkit.Options{Data: data, Clock: jumping})
		}
		program := s.Stream("/sdk/v1/stream", testkit.ServerKey, nil)
		program.Next(t, "the configuration", func(e testkit.Event) bool { return e.Name == "full" || e.Name == "uptodate" })
		change := s.Want(200, "PATCH", project+"/flags/f", obj{"variations": []obj{{"id": "v", "value": i + 1}}})
		revision, ok := change.At("environments.production.lastChange.revision").(float64)
		if !ok || revision <= last {
			t.Fatalf("with the clock off by %v the revision after %v is %s", jump, last, change.Body)
		}
		last = revision
		program.Next(t, "the change", func(e testkit.Event) bool {
			return strings.Contains(e.Data, fmt.Sprintf(`"revision":%v,`, revision)) && strings.Contains(e.Data, fmt.Sprintf(`["v",%d]`, i+1))
		})
	}
	if chain := s.Want(200, "GET", project+"/changes/verify", nil); chain.At("ok") != true {
		t.Errorf("the chain: %s", chain.Body)
	}
}
