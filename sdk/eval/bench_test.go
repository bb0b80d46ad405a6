package eval_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// The scenarios of the comparison with other engines: S1 a boolean without
// rules, S2 five rules of two clauses of which all are looked at, S3 a split of
// three, S4 a group of a thousand keys, S5 a thousand flags.

func raws(values ...any) []json.RawMessage {
	var out []json.RawMessage
	for _, v := range values {
		raw, _ := json.Marshal(v)
		out = append(out, raw)
	}
	return out
}

func when(attr, op string, values ...any) ruleset.Expr {
	return ruleset.Expr{Attr: attr, Op: op, Values: raws(values...)}
}

func boolean(key string) ruleset.Flag {
	return ruleset.Flag{
		Key: key, Type: ruleset.Boolean, Enabled: true, Off: 1, Default: ruleset.Fixed(1),
		Variations: []ruleset.Variation{{ID: "true", Value: json.RawMessage("true")}, {ID: "false", Value: json.RawMessage("false")}},
	}
}

func flagOn(key string) ruleset.Flag {
	f := boolean(key)
	f.Default = ruleset.Fixed(0)
	return f
}

func flagOfRules(key string) ruleset.Flag {
	pairs := [][2]ruleset.Expr{
		{when("country", "in", "DE", "FR", "BE", "LU", "NL"), when("version", "ver_gt", "2.99.9")},
		{when("plan", "in", "team", "pro", "enterprise"), when("email", "starts_with", "ops@")},
		{when("version", "ver_gt", "1.99.9"), when("country", "in", "US", "CA", "MX", "BR", "AR")},
		{when("email", "starts_with", "jan@"), when("age", "ge", 65)},
		{when("country", "in", "NL", "BE"), when("version", "ver_gt", "2.9.9")},
	}
	f := boolean(key)
	for i, pair := range pairs {
		f.Rules = append(f.Rules, ruleset.Rule{ID: fmt.Sprintf("r%d", i), When: &ruleset.Expr{All: pair[:]}, Serve: ruleset.Fixed(0)})
	}
	return f
}

func flagOfSplit(key string) ruleset.Flag {
	f := ruleset.Flag{Key: key, Type: ruleset.String, Enabled: true, Off: ruleset.Code}
	for _, id := range []string{"a", "b", "c"} {
		f.Variations = append(f.Variations, ruleset.Variation{ID: id, Value: json.RawMessage(`"` + id + `"`)})
	}
	f.Default = ruleset.Serve{Seed: "5f2a9c1e" + key, Unit: ruleset.TargetingKey, Table: []ruleset.Cell{
		{End: 330_000, Variation: 0, Arm: ruleset.Skip}, {End: 660_000, Variation: 1, Arm: ruleset.Skip}, {End: ruleset.Whole, Variation: 2, Arm: ruleset.Skip},
	}}
	return f
}

func flagOfGroup(key string) ruleset.Flag {
	f := boolean(key)
	f.Rules = []ruleset.Rule{{ID: "r", When: &ruleset.Expr{TargetGroup: "members"}, Serve: ruleset.Fixed(0)}}
	return f
}

func scenarios(bulk int) *eval.Snapshot {
	members := ruleset.Group{Key: "members", Unit: ruleset.TargetingKey}
	for i := range 1000 {
		members.Include = append(members.Include, fmt.Sprintf("user-%04d", i))
	}
	off := flagOn("off")
	off.Enabled = false
	set := &ruleset.Set{Groups: []ruleset.Group{members}, Flags: []ruleset.Flag{
		off, flagOn("s1"), flagOfRules("s2"), flagOfSplit("s3"), flagOfGroup("s4"),
	}}
	for i := range bulk {
		key := fmt.Sprintf("bulk-%04d", i)
		switch m := i % 10; {
		case m < 4:
			set.Flags = append(set.Flags, flagOn(key))
		case m < 7:
			set.Flags = append(set.Flags, flagOfRules(key))
		case m < 9:
			set.Flags = append(set.Flags, flagOfSplit(key))
		default:
			set.Flags = append(set.Flags, flagOfGroup(key))
		}
	}
	return eval.Compile(set)
}

func jan() *eval.Context {
	return eval.ContextOf(
		eval.Text("targetingKey", "user-4242"), eval.Text("country", "NL"), eval.Text("plan", "pro"),
		eval.Text("version", "2.14.3"), eval.Text("email", "jan@acme.example"), eval.Number("age", 37),
	)
}

func janMap() map[string]any {
	return map[string]any{
		"targetingKey": "user-4242", "country": "NL", "plan": "pro", "version": "2.14.3", "email": "jan@acme.example", "age": 37,
	}
}

// ring is 256 users, every other one a member.
func ring() []*eval.Context {
	var users []*eval.Context
	for i := range 256 {
		n := i / 2 * 7 % 1000
		if i%2 == 1 {
			n += 1000
		}
		users = append(users, eval.NewContext(map[string]any{"targetingKey": fmt.Sprintf("user-%04d", n)}))
	}
	return users
}

// noAllocations is what the engine promises for every evaluation once a context
// is bound.
func TestEvaluateDoesNotAllocate(t *testing.T) {
	s, user := scenarios(0), jan()
	for _, key := range []string{"off", "s1", "s2", "s3", "s4", "unknown"} {
		if n := testing.AllocsPerRun(100, func() { s.Evaluate(key, user, 0) }); n != 0 {
			t.Errorf("evaluating %s allocates %v times", key, n)
		}
	}
	attributes := janMap()
	for name, evaluate := range map[string]func(){
		"ContextOf":  func() { s.Evaluate("s2", eval.ContextOf(eval.Text("country", "NL"), eval.Number("age", 37)), 0) },
		"NewContext": func() { s.Evaluate("s2", eval.NewContext(attributes), 0) },
		"map":        func() { s.EvaluateMap("s2", attributes, 0) },
	} {
		if n := testing.AllocsPerRun(100, evaluate); n != 0 {
			t.Errorf("a %s for each evaluation allocates %v times", name, n)
		}
	}
	every := everyOperator()
	context := eval.NewContext(everyAttribute())
	for _, key := range every.Keys() {
		if n := testing.AllocsPerRun(100, func() { every.Evaluate(key, context, 0) }); n != 0 {
			t.Errorf("evaluating the operator %s allocates %v times", key, n)
		}
	}
}

// everyOperator has a flag for each operator, called by its name.
func everyOperator() *eval.Snapshot {
	clauses := []ruleset.Expr{
		when("text", "in", "x", "y"), when("list", "all_in", "a", "b"), when("text", "starts_with", "x"), when("text", "ends_with", "x"),
		when("text", "contains", "x"), when("text", "glob", "*x*y?"), when("text", "matches", `\A[a-z]+\z`), when("n", "lt", 5), when("n", "le", 5),
		when("n", "gt", 5), when("n", "ge", 5), when("n", "between", 1, 5), when("version", "ver_eq", "1.2"), when("version", "ver_lt", "1.2-rc"),
		when("version", "ver_le", "1.2"), when("version", "ver_gt", "1.2"), when("version", "ver_ge", "1.2"), when("version", "ver_range", "^1.2", "~3"),
		when("time", "before", "2026-11-23T10:00:00Z"), when("time", "after", 5), when("ip", "cidr", "10.0.0.0/8"), when("text", "exists"),
	}
	long := when("text", "in")
	for i := range 40 {
		long.Values = append(long.Values, raws(fmt.Sprintf("value-%d", i))...)
	}
	folded := long
	folded.IgnoreCase = true
	set := &ruleset.Set{}
	add := func(key string, e ruleset.Expr) {
		f := boolean(key)
		f.Rules = []ruleset.Rule{{ID: "r", When: &e, Serve: ruleset.Fixed(0)}}
		set.Flags = append(set.Flags, f)
	}
	for _, c := range clauses {
		add(c.Op, c)
	}
	add("in-long", long)
	add("in-long-folded", folded)
	unit := flagOfSplit("number-unit")
	unit.Default.Unit = "n"
	set.Flags = append(set.Flags, unit)
	return eval.Compile(set)
}

func everyAttribute() map[string]any {
	return map[string]any{
		"text": "Value-7", "list": []string{"a", "b"}, "n": 42, "version": "1.2.3-rc.1+b", "time": "2026-11-23T10:00:00.5+01:00", "ip": "10.1.2.3",
	}
}

func benchmark(b *testing.B, s *eval.Snapshot, key string, users ...*eval.Context) {
	b.ReportAllocs()
	for i := range b.N {
		if r := s.Evaluate(key, users[i%len(users)], 0); !r.Served() {
			b.Fatal("nothing served")
		}
	}
}

func BenchmarkOff(b *testing.B)         { benchmark(b, scenarios(0), "off", jan()) }
func BenchmarkS1Bool(b *testing.B)      { benchmark(b, scenarios(0), "s1", jan()) }
func BenchmarkS2Rules5x2(b *testing.B)  { benchmark(b, scenarios(0), "s2", jan()) }
func BenchmarkS3Split(b *testing.B)     { benchmark(b, scenarios(0), "s3", ring()...) }
func BenchmarkS4Group1000(b *testing.B) { benchmark(b, scenarios(0), "s4", ring()...) }

func BenchmarkS2nNewContext(b *testing.B) {
	s := scenarios(0)
	b.ReportAllocs()
	for b.Loop() {
		s.Evaluate("s2", eval.ContextOf(
			eval.Text("targetingKey", "user-4242"), eval.Text("country", "NL"), eval.Text("plan", "pro"),
			eval.Text("version", "2.14.3"), eval.Text("email", "jan@acme.example"), eval.Number("age", 37),
		), 0)
	}
}

func BenchmarkS2nNewContextOfMap(b *testing.B) {
	s, attributes := scenarios(0), janMap()
	b.ReportAllocs()
	for b.Loop() {
		s.Evaluate("s2", eval.NewContext(attributes), 0)
	}
}

func BenchmarkS2nEvaluateMap(b *testing.B) {
	s, attributes := scenarios(0), janMap()
	b.ReportAllocs()
	for b.Loop() {
		s.EvaluateMap("s2", attributes, 0)
	}
}

func BenchmarkS3SplitFirstTime(b *testing.B) {
	s := scenarios(0)
	for b.Loop() {
		s.Evaluate("s3", eval.ContextOf(eval.Text("targetingKey", "user-4242")), 0)
	}
}

func BenchmarkS5Bulk1000(b *testing.B) {
	s, user := scenarios(1000), jan()
	keys := s.Keys()[:1000]
	b.ReportAllocs()
	for b.Loop() {
		for _, key := range keys {
			s.Evaluate(key, user, 0)
		}
	}
}

func BenchmarkBucket(b *testing.B) {
	for b.Loop() {
		eval.Bucket("5f2a9c1e7b3d4a60", "0b9f3a52-user-of-24-byte")
	}
}

func BenchmarkCompile1000(b *testing.B) {
	for b.Loop() {
		scenarios(1000)
	}
}
