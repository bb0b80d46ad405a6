package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/testkit"
)

// flagLine is what programs get of a flag.
// flagLine is what production serves of a flag, once the newest revision is
// served: publishing takes a moment after the answer to a change.
func flagLine(t *testing.T, s *testkit.Server, flag string) string {
	t.Helper()
	var p struct {
		Environments []struct {
			Key      string
			Revision int64
		}
	}
	s.Want(200, "GET", project, nil).Into(&p)
	newest := int64(0)
	for _, e := range p.Environments {
		if e.Key == "production" {
			newest = e.Revision
		}
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		a := s.Do(testkit.Request{Method: "GET", Path: "/sdk/v1/snapshot", As: testkit.ServerKey})
		if strings.Contains(string(a.Body), fmt.Sprintf(`"revision":%d,`, newest)) {
			return lineOf(t, a, flag)
		}
		if time.Now().After(deadline) {
			t.Fatalf("revision %d is not served: %d\n%s", newest, a.Status, a.Body)
		}
	}
}

func lineOf(t *testing.T, a testkit.Answer, flag string) string {
	t.Helper()
	for line := range strings.Lines(string(a.Body)) {
		if strings.HasPrefix(line, `{"flag":"`+flag+`"`) {
			return line
		}
	}
	t.Fatalf("%d: no flag %s in\n%s", a.Status, flag, a.Body)
	return ""
}

func TestARampMovesNobodyBackAndItsCopyNobodyAtAll(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	at := project + "/flags/f/environments/production"
	ramp := func(percent int) obj {
		return obj{"rules": []obj{{"id": "de", "when": obj{"country": "DE"}, "serve": obj{"true": percent, "next": 100 - percent}}}, "default": false}
	}
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean"})
	s.Want(200, "PUT", at, ramp(10))
	put := s.Want(200, "PUT", at, ramp(25))
	if got := fmt.Sprint(put.At("moves")); got != "[map[by:targetingKey from:next percent:15 rule:de to:true]]" {
		t.Errorf("moves: %s", got)
	}
	if strings.Contains(string(put.Body), `"past"`) {
		t.Errorf("the past is shown: %s", put.Body)
	}

	stale := ramp(50) // as an editor sends it: with the table that it read
	stale["rules"].([]obj)[0]["table"] = put.At("configuration.rules.0.table")
	document := obj{"apiVersion": "burgee/v1", "project": "default", "flags": obj{"f": obj{"environments": obj{"production": stale}}}}
	plan := s.Want(200, "POST", project+"/apply", obj{"document": document, "dryRun": true})
	if got := fmt.Sprint(plan.At("plan.0.moves.0.percent")); got != "25" {
		t.Errorf("the plan moves %s %%: %s", got, plan.Body)
	}
	if want := "f in production: rule de moves 25 % of units by targetingKey: next → true"; plan.At("plan.0.sentences.1") != want {
		t.Errorf("sentences: %v, want %q", plan.At("plan.0.sentences"), want)
	}
	s.Want(200, "POST", project+"/apply", obj{"document": document})

	export := s.Want(200, "GET", project+"/export", nil)
	elsewhere := testkit.Start(t, testkit.Options{})
	elsewhere.Want(200, "POST", project+"/apply", obj{"text": string(export.Body), "force": true})
	if here, there := flagLine(t, s, "f"), flagLine(t, elsewhere, "f"); here != there {
		t.Errorf("the copy serves otherwise:\n%s%s\n%s", here, there, export.Body)
	}
}
