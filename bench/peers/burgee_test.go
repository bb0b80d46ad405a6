package peers

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/open-feature/go-sdk/openfeature"

	burgee "burgee.dev/burgee/sdk"
	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// newBurgee is Burgee's evaluator over a compiled snapshot, as its SDK and its
// server use it.
func newBurgee(_ testing.TB, f *fixture) engine {
	single, bulk := eval.Compile(burgeeSet(f, f.single)), eval.Compile(burgeeSet(f, f.bulk))
	user := eval.NewContext(burgeeAttributes())
	var ring []*eval.Context
	for _, key := range f.ring {
		ring = append(ring, eval.ContextOf(eval.Text("targetingKey", key)))
	}
	on := func(key string, c *eval.Context) bool { v, _ := single.Evaluate(key, c, 0).Bool(); return v }
	all := func() map[string]eval.Result {
		out := make(map[string]eval.Result, bulkFlags)
		for key, r := range bulk.EvaluateAll(user, 0) {
			out[key] = r
		}
		return out
	}
	return engine{
		bool:  func(int) bool { return on(boolFlag, user) },
		rules: func(int) bool { return on(rulesFlag, user) },
		rulesNew: func(int) bool {
			v, _ := single.Evaluate(rulesFlag, eval.ContextOf(
				eval.Text("targetingKey", jan.key), eval.Text("country", jan.country), eval.Text("plan", jan.plan),
				eval.Text("version", jan.version), eval.Text("email", jan.email), eval.Number("age", float64(jan.age)),
				eval.Number("build", float64(jan.build)),
			), 0).Bool()
			return v
		},
		split: func(i int) bool {
			v, ok := single.Evaluate(splitFlag, ring[i%ringSize], 0).Text()
			return ok && v != ""
		},
		group: func(i int) bool { return on(groupFlag, ring[i%ringSize]) == f.member[i%ringSize] },
		bulk:  func(int) bool { return len(all()) == bulkFlags },
		openFeature: throughOpenFeature("burgee", func(key string, _ bool, c openfeature.FlattenedContext) bool {
			v, _ := single.EvaluateMap(key, c, 0).Bool()
			return v
		}),
		variation: func(key string) string {
			v, _ := single.Evaluate(splitFlag, eval.ContextOf(eval.Text("targetingKey", key)), 0).Text()
			return v
		},
		answers: func() map[string]any {
			out := map[string]any{}
			for key, r := range all() {
				out[key] = burgeeAnswer(r)
			}
			return out
		},
	}
}

func burgeeAnswer(r eval.Result) any {
	if v, ok := r.Bool(); ok {
		return v
	}
	v, _ := r.Text()
	return v
}

// newBurgeeSDK is Burgee's Go client, connected to a server on loopback that
// speaks its protocol. It counts every evaluation for the server's charts, as
// it always does; the other clients here have their events switched off.
func newBurgeeSDK(t testing.TB, f *fixture) engine {
	single, bulk := burgeeClient(t, burgeeSet(f, f.single)), burgeeClient(t, burgeeSet(f, f.bulk))
	with := func(attributes map[string]any) context.Context {
		return burgee.NewContext(context.Background(), attributes)
	}
	user := with(burgeeAttributes())
	var ring []context.Context
	for _, key := range f.ring {
		ring = append(ring, with(map[string]any{"targetingKey": key}))
	}
	all := func() map[string]any {
		out := make(map[string]any, bulkFlags)
		for _, one := range f.bulk {
			if one.kind == ofSplit {
				out[one.key] = bulk.String(user, one.key, "")
			} else {
				out[one.key] = bulk.Bool(user, one.key, false)
			}
		}
		return out
	}
	return engine{
		bool:     func(int) bool { return single.Bool(user, boolFlag, false) },
		rules:    func(int) bool { return single.Bool(user, rulesFlag, false) },
		rulesNew: func(int) bool { return single.Bool(with(burgeeAttributes()), rulesFlag, false) },
		split:    func(i int) bool { return single.String(ring[i%ringSize], splitFlag, "") != "" },
		group:    func(i int) bool { return single.Bool(ring[i%ringSize], groupFlag, false) == f.member[i%ringSize] },
		bulk:     func(int) bool { return len(all()) == bulkFlags },
		variation: func(key string) string {
			return single.String(with(map[string]any{"targetingKey": key}), splitFlag, "")
		},
		answers: all,
		openFeature: throughOpenFeature("burgee-sdk", func(key string, def bool, c openfeature.FlattenedContext) bool {
			return single.Bool(with(c), key, def)
		}),
	}
}

func burgeeAttributes() map[string]any {
	return map[string]any{
		"targetingKey": jan.key, "country": jan.country, "plan": jan.plan, "version": jan.version, "email": jan.email, "age": jan.age, "build": jan.build,
	}
}

func burgeeClient(t testing.TB, set *ruleset.Set) *burgee.Client {
	t.Helper()
	server := httptest.NewServer(burgeeServer(t, set))
	t.Cleanup(server.Close)
	client, err := burgee.New(burgee.Options{
		URL: server.URL, Key: "bgs_0123456789abcdefghijklmnopqrstuv", DisableStreaming: true, FetchInterval: time.Hour, CacheDir: "off",
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := client.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return client
}

func burgeeServer(t testing.TB, set *ruleset.Set) http.Handler {
	t.Helper()
	var lines [][]byte
	add := func(line []byte, err error) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	for _, g := range set.Groups {
		add(g.MarshalLine())
	}
	for _, f := range set.Flags {
		add(f.MarshalLine())
	}
	body := ruleset.Encode(ruleset.Header{
		Burgee: ruleset.WireVersion, Hash: ruleset.HashP32, Project: "default", Environment: "production", Epoch: 1, Revision: 1,
	}, lines)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/snapshot") {
			_, _ = w.Write(body)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusAccepted)
	})
}

func burgeeSet(f *fixture, flags []flag) *ruleset.Set {
	set := &ruleset.Set{Groups: []ruleset.Group{{Key: "members", Unit: ruleset.TargetingKey, Include: f.members}}}
	for _, one := range flags {
		set.Flags = append(set.Flags, burgeeFlag(one))
	}
	return set
}

// burgeeFlag has its variations in the order true, false or a, b, c.
func burgeeFlag(one flag) ruleset.Flag {
	f := ruleset.Flag{
		Key: one.key, Type: ruleset.Boolean, Enabled: true, Off: 1, Default: ruleset.Fixed(1),
		Variations: []ruleset.Variation{{ID: "true", Value: json.RawMessage("true")}, {ID: "false", Value: json.RawMessage("false")}},
	}
	switch one.kind {
	case ofBool:
		f.Default = ruleset.Fixed(0)
	case ofRules:
		for i, pair := range rules {
			both := &ruleset.Expr{All: []ruleset.Expr{burgeeClause(pair[0]), burgeeClause(pair[1])}}
			f.Rules = append(f.Rules, ruleset.Rule{ID: fmt.Sprintf("r%d", i), When: both, Serve: ruleset.Fixed(0)})
		}
	case ofGroup:
		f.Rules = []ruleset.Rule{{ID: "r", When: &ruleset.Expr{TargetGroup: "members"}, Serve: ruleset.Fixed(0)}}
	case ofSplit:
		f.Type, f.Off, f.Variations = ruleset.String, ruleset.Code, nil
		f.Default = ruleset.Serve{Seed: "seed-" + one.key, Unit: ruleset.TargetingKey}
		end := 0
		for i, id := range variations {
			end += shares[i]
			f.Variations = append(f.Variations, ruleset.Variation{ID: id, Value: json.RawMessage(`"` + id + `"`)})
			f.Default.Table = append(f.Default.Table, ruleset.Cell{End: ruleset.Whole / 100 * end, Variation: i, Arm: ruleset.Skip})
		}
	}
	return f
}

func burgeeClause(c clause) ruleset.Expr {
	e := ruleset.Expr{Attr: c.attr}
	for _, text := range c.texts {
		e.Values = append(e.Values, json.RawMessage(`"`+text+`"`))
	}
	switch c.op {
	case in:
		e.Op = "in"
	case newerThan:
		e.Op = "ver_gt"
	case startsWith:
		e.Op = "starts_with"
	case atLeast:
		e.Op, e.Values = "ge", []json.RawMessage{json.RawMessage(fmt.Sprint(c.number))}
	}
	return e
}
