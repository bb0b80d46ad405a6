package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"burgee.dev/burgee/internal/testkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 10 s: %s", what)
}

func TestAFlagThatAProgramDeclaresAppearsAndAFlipReachesItsStream(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	live := s.Stream(project+"/live", testkit.Token, nil)
	program := s.Stream("/sdk/v1/stream", testkit.ServerKey, nil)
	first := program.Next(t, "the first configuration", func(e testkit.Event) bool { return e.Name == "full" })
	if !strings.Contains(first.Data, `"project":"default"`) {
		t.Errorf("header: %s", first.Data)
	}
	live.Next(t, "news of a program", func(e testkit.Event) bool { return strings.Contains(e.Data, `"presence"`) })

	register := testkit.Request{Method: "POST", Path: "/sdk/v1/register", As: testkit.ServerKey, Body: obj{
		"application": obj{"name": "calendar", "version": "1.4.0", "platform": "python 3.12", "sdk": "python/0.1.0", "instance": "i1"},
		"flags":       []obj{{"key": "Flags.isHoliday", "type": "boolean", "default": false}},
	}}
	if a := s.Do(register); a.Status != 202 {
		t.Fatalf("register: %d %s", a.Status, a.Body)
	}
	live.Next(t, "news of the flag", func(e testkit.Event) bool { return strings.Contains(e.Data, "Flags.isHoliday") })
	program.Next(t, "the flag", func(e testkit.Event) bool { return strings.Contains(e.Data, `"Flags.isHoliday"`) })
	flag := s.Want(200, "GET", project+"/flags/Flags.isHoliday", nil)
	if flag.At("source") != "code" || flag.At("codeDefault") != false || flag.At("environments.production.serving") != "code default false" {
		t.Errorf("flag: %s", flag.Body)
	}
	if flag.At("declarations.0.application") != "calendar" {
		t.Errorf("declarations: %s", flag.Body)
	}

	put := s.Want(200, "PUT", project+"/flags/Flags.isHoliday/environments/production", obj{"default": true})
	changed := program.Next(t, "the flip", func(e testkit.Event) bool { return e.Name == "full" })
	if !strings.Contains(changed.Data, `"default":{"variation":0}`) {
		t.Errorf("the stream has %s", changed.Data)
	}
	news := live.Next(t, "news of the revision", func(e testkit.Event) bool {
		return strings.Contains(e.Data, `"production"`) && strings.Contains(e.Data, fmt.Sprintf(`"revision":%v,`, put.At("revision")))
	})
	var event struct {
		Type, Environment, Actor string
		Revision                 int64
		Sentences                []string
	}
	if err := json.Unmarshal([]byte(news.Data), &event); err != nil {
		t.Fatal(err)
	}
	if event.Environment != "production" || float64(event.Revision) != put.At("revision") || event.Actor != "BURGEE_INIT_TOKEN" || len(event.Sentences) == 0 {
		t.Errorf("news: %s", news.Data)
	}
}

func TestCountsOfAProgramAreShownAlsoAfterARestart(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean"})
	now := time.Now().UnixMilli()
	events := testkit.Request{Method: "POST", Path: "/sdk/v1/events", As: testkit.ServerKey, Body: obj{
		"id": "11111111-2222-3333-4444-555555555555", "application": obj{"name": "calendar", "version": "1", "sdk": "python/0.1.0"},
		"counts": []obj{
			{"flag": "f", "variation": "true", "reason": "RULE", "minute": now - now%60000, "count": 41},
			{"flag": "f", "variation": nil, "reason": "CODE_DEFAULT", "minute": now - now%60000, "count": 1},
		},
	}}
	for range 2 {
		if a := s.Do(events); a.Status != 202 {
			t.Fatalf("events: %d %s", a.Status, a.Body)
		}
	}
	s.Stop() // flushes
	again := testkit.Start(t, testkit.Options{Data: s.Data})
	counts := again.Want(200, "GET", project+"/flags/f/evaluations?environment=production", nil)
	if counts.At("total") != 42.0 {
		t.Errorf("total %v, want 42: the same batch counts once, and a stop loses nothing", counts.At("total"))
	}
	if counts.At("series.0.label") != "code default" || counts.At("series.0.variation") != nil || counts.At("series.1.variation") != "true" || counts.At("byApplication.0.count") != 42.0 {
		t.Errorf("counts: %s", counts.Body)
	}
	flag := again.Want(200, "GET", project+"/flags/f", nil)
	hourly := flag.At("environments.production.hourly").([]any)
	if len(hourly) != 24 || hourly[23] != 42.0 && hourly[22] != 42.0 {
		t.Errorf("hourly %v", hourly)
	}
}

func TestNewsOfKeysReachesTheDashboardAlsoAsTheFirstThing(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	live := s.Stream(project+"/live", testkit.Token, nil)
	for range 2 {
		s.Want(201, "POST", project+"/environments/production/keys", obj{"kind": "server", "name": "x"})
		live.Next(t, "news of keys", func(e testkit.Event) bool { return strings.Contains(e.Data, `"keys"`) })
	}
}

func TestARefusedProgramIsShownWithTheCause(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Do(testkit.Request{Method: "GET", Path: "/sdk/v1/snapshot", As: "bgs_" + strings.Repeat("z", 40)})
	connections := s.Want(200, "GET", project+"/connections", nil)
	if connections.At("refused.0.cause") != "key_unknown" || connections.At("refused.0.key") != "bgs_zzzz…zzzz" {
		t.Errorf("connections: %s", connections.Body)
	}
	program := s.Stream("/sdk/v1/stream", testkit.ServerKey, nil)
	program.Next(t, "configuration", func(testkit.Event) bool { return true })
	connections = s.Want(200, "GET", project+"/connections?environment=production", nil)
	if connections.At("items.0.processes") != 1.0 || connections.At("items.0.instances.0.transport") != "stream" {
		t.Errorf("connections: %s", connections.Body)
	}
	if n := s.Want(200, "GET", project, nil).At("environments.0.connectedInstances"); n != 1.0 {
		t.Errorf("%v instances in production", n)
	}
	program.Close()
	eventually(t, "a closed stream leaves at once", func() bool {
		return strings.Contains(string(s.Want(200, "GET", project+"/connections", nil).Body), `"items":[]`)
	})
}

// Each write leaves exactly its entries in the record, by whoever did it.
func TestEachWriteLeavesItsEntryInTheRecord(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	for _, w := range []struct {
		name, method, path string
		body               any
		status             int
		want               []string // kind object environment action
	}{
		{"make a flag", "POST", "/flags", obj{"key": "f", "type": "boolean"}, 201, []string{"flag f  create"}},
		{"change it", "PATCH", "/flags/f", obj{"owner": "ann"}, 200, []string{"flag f  update"}},
		{"change nothing", "PATCH", "/flags/f", obj{"owner": "ann"}, 200, nil},
		{"configure it", "PUT", "/flags/f/environments/production", obj{"default": true}, 200, []string{"configuration f production create"}},
		{"switch it off", "POST", "/flags/f/environments/production/off", nil, 200, []string{"configuration f production update"}},
		{"switch it off again", "POST", "/flags/f/environments/production/off", nil, 200, nil},
		{"switch it on", "POST", "/flags/f/environments/production/on", nil, 200, []string{"configuration f production update"}},
		{"unconfigure it", "DELETE", "/flags/f/environments/production", nil, 200, []string{"configuration f production delete"}},
		{"make a group", "PUT", "/groups/g", obj{"include": []string{"a"}}, 200, []string{"target_group g  create"}},
		{"delete it", "DELETE", "/groups/g", nil, 200, []string{"target_group g  delete"}},
		{"make an experiment", "PUT", "/experiments/e", obj{"environment": "production", "serve": obj{"f": true}}, 200, []string{"experiment e production create"}},
		{"start it", "POST", "/experiments/e/start", nil, 200, []string{"experiment e production update"}},
		{"stop it", "POST", "/experiments/e/stop", nil, 200, []string{"experiment e production update"}},
		{"delete it", "DELETE", "/experiments/e", nil, 200, []string{"experiment e production delete"}},
		{"archive the flag", "POST", "/flags/f/archive", nil, 200, []string{"flag f  archive"}},
		{"restore it", "POST", "/flags/f/restore", nil, 200, []string{"flag f  restore"}},
		{"apply a file", "POST", "/apply", obj{"text": file}, 200, []string{"configuration pay.api production create", "flag pay.api  create", "attribute plan  create"}},
		{"a plan writes nothing", "POST", "/apply", obj{"text": file, "dryRun": true}, 200, nil},
		{"rename the project", "PATCH", "", obj{"name": "Shop"}, 200, []string{"project default  update"}},
	} {
		t.Run(w.name, func(t *testing.T) {
			before := newest(s)
			s.Want(w.status, w.method, project+w.path, w.body)
			var page struct {
				Items []struct {
					ID                                int64
					Kind, Object, Environment, Action string
					Actor                             struct{ Kind, Name string }
					RequestID                         string
				}
			}
			s.Want(200, "GET", project+"/changes?limit=20", nil).Into(&page)
			var got []string
			for _, c := range page.Items {
				if c.ID <= before {
					break
				}
				got = append(got, strings.Join([]string{c.Kind, c.Object, c.Environment, c.Action}, " "))
				if c.Actor.Kind != "token" || c.Actor.Name != "BURGEE_INIT_TOKEN" || c.RequestID == "" {
					t.Errorf("entry %+v does not say who or in which request", c)
				}
			}
			if strings.Join(got, "\n") != strings.Join(w.want, "\n") {
				t.Errorf("entries %q, want %q", got, w.want)
			}
		})
	}
	if s.Want(200, "GET", project+"/changes/verify", nil).At("ok") != true {
		t.Error("the chain is broken")
	}
}

func newest(s *testkit.Server) int64 {
	var page struct{ Items []struct{ ID int64 } }
	s.Want(200, "GET", project+"/changes?limit=1", nil).Into(&page)
	if len(page.Items) == 0 {
		return 0
	}
	return page.Items[0].ID
}
