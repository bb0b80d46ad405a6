package evaltest

import (
	"encoding/json"
	"fmt"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

var (
	variationIDs = []string{"a", "b", "c"}
	randomUnits  = []string{"u1", "u2", "42", "é", "", "u6", "u7"}
	randomTypes  = []ruleset.Type{ruleset.Boolean, ruleset.String, ruleset.Integer, ruleset.Double, ruleset.JSON}
	randomClocks = []int64{DefaultNow, DefaultNow + 1, DefaultNow - 86_400_000, 0, -1, 1, 999, 4_102_444_800_000, 1<<53 + 2}

	randomDefaults = []json.RawMessage{
		json.RawMessage(`null`), json.RawMessage(`true`), json.RawMessage(`"text"`), json.RawMessage(`7`),
		json.RawMessage(`0.5`), json.RawMessage(`2.0`), json.RawMessage(`{"a":[1]}`), json.RawMessage(`[]`),
	}
	randomValues = map[ruleset.Type][]json.RawMessage{
		ruleset.Boolean: {json.RawMessage(`true`), json.RawMessage(`false`)},
		ruleset.String:  {json.RawMessage(`""`), json.RawMessage(`"x"`), json.RawMessage(`"日本 \ud800 é"`), json.RawMessage(`"1"`)},
		ruleset.Integer: {json.RawMessage(`0`), json.RawMessage(`1e2`), json.RawMessage(`9007199254740991`), json.RawMessage(`-5.0`)},
		ruleset.Double:  {json.RawMessage(`1`), json.RawMessage(`0.1`), json.RawMessage(`-1e300`), json.RawMessage(`1e20`), json.RawMessage(`5e-324`)},
		ruleset.JSON:    {json.RawMessage(`{}`), json.RawMessage(`[1,2.50,"é"]`), json.RawMessage(`{"b":{"a":null},"a":1e2}`)},
	}
)

// randomAttributes are the attributes of contexts with what they hold when they
// are of the right type.
var randomAttributes = []struct {
	path  string
	value func(random) any
}{
	{"targetingKey", func(r random) any { return pick(r, randomUnits) }},
	{"text", func(r random) any { return r.text() }},
	{"o.text", func(r random) any { return r.text() }},
	{"tags", func(r random) any { return []any{pick(r, randomTexts[:8]), r.text()}[:1+r.IntN(2)] }},
	{"n", random.number},
	{"o.n", random.number},
	{"v", func(r random) any { return r.version() }},
	{"o.v", func(r random) any { return r.version() }},
	{"at", random.instant},
	{"o.at", random.instant},
	{"ip", func(r random) any { return r.address() }},
	{"b", func(r random) any { return r.once(2) }},
}

type randomOp struct {
	name        string
	attrs       []string
	least, most int
	folds       bool
	constant    func(random) any
}

var randomOps = func() []randomOp {
	texts, numbers := []string{"text", "text", "o.text", "tags", "d.e.f.g", "d.e.f.h.i", "v"}, []string{"n", "n", "o.n", "now", "text"}
	versions, instants := []string{"v", "v", "o.v", "text", "n"}, []string{"at", "at", "o.at", "now", "text"}
	text := func(r random) any { return r.text() }
	part := func(r random) any { return pick(r, randomParts) }
	version := func(r random) any { return r.version() }
	ops := []randomOp{
		{ruleset.OpIn, []string{"text", "n", "b", "tags", "o.text", "now"}, 1, 12, true, random.scalar},
		{ruleset.OpAllIn, []string{"tags", "tags", "text", "n"}, 1, 12, false, random.scalar},
		{ruleset.OpStartsWith, texts, 1, 3, true, part},
		{ruleset.OpEndsWith, texts, 1, 3, true, part},
		{ruleset.OpContains, texts, 1, 3, true, part},
		{ruleset.OpGlob, texts, 1, 3, true, func(r random) any { return r.glob() }},
		{ruleset.OpMatches, texts, 1, 2, false, func(r random) any { return r.pattern() }},
		{ruleset.OpBetween, numbers, 2, 2, false, random.numberConstant},
		{ruleset.OpVerRange, versions, 1, 3, false, func(r random) any { return r.versionRange() }},
		{ruleset.OpBefore, instants, 1, 1, false, random.instant},
		{ruleset.OpAfter, instants, 1, 1, false, random.instant},
		{ruleset.OpCIDR, []string{"ip", "ip", "ip", "text"}, 1, 3, false, func(r random) any { return r.prefix() }},
		{ruleset.OpExists, []string{"text", "o", "o.text", "tags", "d.e", "b", "now"}, 0, 0, false, text},
	}
	for _, name := range []string{ruleset.OpLt, ruleset.OpLe, ruleset.OpGt, ruleset.OpGe} {
		ops = append(ops, randomOp{name, numbers, 1, 1, false, random.numberConstant})
	}
	for _, name := range []string{ruleset.OpVerEq, ruleset.OpVerLt, ruleset.OpVerLe, ruleset.OpVerGt, ruleset.OpVerGe} {
		ops = append(ops, randomOp{name, versions, 1, 1, false, version})
	}
	return ops
}()

// RandomOperators are the operators that random vectors use: all there are.
func RandomOperators() []string {
	names := make([]string, 0, len(randomOps))
	for _, op := range randomOps {
		names = append(names, op.name)
	}
	return names
}

var (
	randomParts = []string{"a", "A", "b", "ab", "BC", "é", "e", "\u0301", "日", "本", ".example", "Ä", "K", "1", "😀", "\n"}
	randomTexts = []string{"", "a", "b", "ab", "ABC", "aé", "e\u0301", "日本", "x.example", "X.EXAMPLE", "ä", "K", "\u212a", "ſ", "😀", "1", "true",
		" a", "a*b", "a\nb", "\x00", "\ufffd", "1.2.3", "aaa", "\x1c", "İ"}
)

func (r random) text() string {
	switch r.IntN(9) {
	case 2, 3:
		return pick(r, randomTexts[:8])
	case 0:
		return pick(r, randomParts) + pick(r, randomParts) + pick(r, randomParts)
	case 1:
		if r.once(12) {
			return strings.Repeat("é", 400+r.IntN(300)) // about as long as a pattern looks at
		}
		return pick(r, randomTexts) + pick(r, randomParts)
	}
	return pick(r, randomTexts)
}

func (r random) glob() string {
	pieces := []string{"*", "*", "?", "a", "b", "B", "é", "日", `\*`, `\?`, `\\`, ".example", "[a]", "\n", "😀", "+"}
	out := ""
	for range r.IntN(5) {
		out += pick(r, pieces)
	}
	return out
}

// pattern is a regular expression in the form in which servers publish it.
func (r random) pattern() string {
	pieces := []string{"a", "b", "[a-c]", `\d`, `\w`, `\s`, ".", "(?s:.)", "^", "$", "(?i:k)", "(?i:ab)", "(a|bc)", "(a|b)?", "é", "[^a]", "日?", "a{2,3}",
		"b+", "[a-z]*", `\.`, "x.e", "|", "(?:)", `[\[\]^&~-]`, `[^\n]`, "😀", `\x00`, `[À-ÿ]`}
	for {
		author := ""
		for range 1 + r.IntN(4) {
			author += pick(r, pieces)
		}
		if canonical, err := ruleset.CanonicalPattern(author); err == nil {
			return canonical
		}
	}
}

func (r random) number() any {
	return pick(r, []any{0, 1, 2, 3, 42, -1, 0.5, 1.5, 1e15, 1e300, 9007199254740991.0, 9007199254740992.0, 5e-324, -0.25})
}

// numberConstant is a number in any spelling that JSON has.
func (r random) numberConstant() any {
	return json.RawMessage(pick(r, []string{"0", "-0", "1", "1.0", "1e0", "2", "3", "42", "4.2E1", "0.5", "5e-1", "-1", "9007199254740991",
		"9007199254740993", "1e300", "5e-324", "1793779200000", "0.1e1"}))
}

func (r random) scalar() any {
	switch r.IntN(6) {
	case 0:
		return r.once(2)
	case 1, 2:
		return r.numberConstant()
	case 3:
		return r.text()
	}
	return pick(r, randomTexts[:8])
}

func (r random) version() string {
	if r.once(3) {
		return pick(r, []string{"1.2.0-rc.1", "1.2.0-rc.10", "1.2.0-RC", "1.2.0-0", "1.2.0-alpha.beta", "1.2.0-alpha.1", "v1.2", "1.2.0+b.1", "01.002",
			"99999999999999999999.1", "99999999999999999998.1", "1.2.0--", "1.2.0-rc.01", "0"})
	}
	if r.once(10) {
		return pick(r, []string{"x", "1.", ".1", "1..2", "1.2-", "1.2+", "V1", " 1", "1 ", "1.2.0-é", "１", "1.2\n", ""}) // none is a version
	}
	text := fmt.Sprint(r.IntN(3))
	for range r.IntN(4) {
		text += fmt.Sprintf(".%d", r.IntN(4))
	}
	return text
}

func (r random) versionRange() string {
	text := ""
	for i := range 1 + r.IntN(2) {
		v := r.version()
		for !ruleset.IsVersion(v) {
			v = r.version()
		}
		if i > 0 {
			text += pick(r, []string{" ", "  "})
		}
		text += pick(r, []string{"", "=", ">", ">=", "<", "<=", "^", "~"}) + v
	}
	return text
}

func (r random) instant() any {
	if r.once(3) {
		return pick(r, []any{0, -1, 1793779200000, 1793779200000.5, 1793779199999.9, 999, -0.5, 1000})
	}
	text := pick(r, []string{"2026-11-04T08:00:00", "2026-11-04T09:00:00", "1970-01-01T00:00:00", "1969-12-31T23:59:59", "2024-02-29T12:00:00",
		"0000-01-01T00:00:00", "9999-12-31T23:59:59", "2099-12-31T23:30:00", "1970-01-01T00:00:01"})
	return text + pick(r, []string{"", "", ".5", ".001", ".9999999", ".0004"}) + pick(r, []string{"Z", "Z", "+01:00", "-00:30", "+23:59", "-01:00"})
}

func (r random) address() string {
	if r.once(10) {
		return pick(r, []string{"10.0.0.01", "1.2.3", "fe80::1%eth0", "1::2::3", "10.0.0.256", " 10.0.0.1", "::ffff:10.0.0", "١.1.1.1", "12345::", "0x0a.0.0.1", "10.0.0.0/8"})
	}
	if r.once(3) {
		return pick(r, []string{"::1", "::", "::ffff:10.0.0.1", "::FFFF:a00:2", "2001:db8::1", "2001:DB8:0:0::1", "0:0:0:0:0:0:0:1", "::1.2.3.4", "fe80::1", "64:ff9b::a00:1"})
	}
	return fmt.Sprintf("10.%d.%d.%d", r.IntN(3), r.IntN(3), r.IntN(4))
}

func (r random) prefix() string {
	if r.once(3) {
		return pick(r, []string{"::/0", "2001:db8::/32", "::ffff:10.0.0.0/104", "::ffff:10.0.0.0/128", "fe80::/10", "::1", "::/96", "::1/128", "2001:db8::1/127", "::ffff:10.0.0.1"})
	}
	return pick(r, []string{"10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/31", "10.0.0.1", "0.0.0.0/0", "192.168.0.0/16", "10.2.0.0/15", "10.0.0.0/32"})
}

// spoil gives a flag one fault, or something that only looks like one.
func (r random) spoil(body fields) { pick(r, flagFaults)(r, body) }

func set(name string, value any) func(random, fields) {
	return func(_ random, body fields) { body[name] = value }
}

// raw is a value as it is written.
func raw(text string) json.RawMessage { return json.RawMessage(text) }

// ruled puts one more rule before the others.
func ruled(rule fields) func(random, fields) {
	return func(_ random, body fields) {
		rules, _ := body["rules"].([]any)
		body["rules"] = append([]any{rule}, rules...)
	}
}

func when(condition any) func(random, fields) {
	return ruled(fields{"id": "bad", "when": condition, "serve": fields{"variation": 0}})
}

func clause(op string, values ...any) func(random, fields) {
	return when(fields{"attr": "text", "op": op, "values": values})
}

// flagFaults are what makes a flag malformed or unsupported, and near misses.
var flagFaults = []func(random, fields){
	set("needs", []string{"layers"}), set("needs", []string{}), set("needs", "layers"), set("needs", nil),
	func(_ random, b fields) { b["needs"], b["type"], b["rules"] = []string{"layers"}, 7, "later" },
	set("type", "colour"), set("type", nil), set("enabled", "yes"), set("enabled", nil), set("off", 3), set("off", -1), set("off", raw("1.0")), set("off", "a"),
	set("default", nil), set("default", fields{}), set("default", fields{"variation": 3}), set("default", fields{"table": []any{}}),
	set("default", fields{"table": nil, "variation": 1}), set("default", []any{}),
	set("default", fields{"seed": 5, "variation": 1}), set("default", fields{"table": []any{[]any{500_000, 0}, []any{500_000, 1}, []any{1_000_000, 2}}}),
	set("default", fields{"table": []any{[]any{999_999, 0}}}), set("default", fields{"table": []any{[]any{1_000_000, 0, 0}}}),
	set("default", fields{"table": []any{[]any{0, 0}, []any{1_000_000, 1}}}), set("default", fields{"table": []any{[]any{1_000_000, nil}}}),
	set("default", fields{"table": []any{[]any{500_000, nil}, []any{1_000_000, nil}}, "unit": ""}),
	set("variations", nil), set("variations", []any{[]any{"a", true}, []any{"a", true}}), set("variations", []any{[]any{"a"}}), set("variations", fields{}),
	set("prerequisites", nil), set("prerequisites", []any{[]any{"f11", nil}}), set("prerequisites", []any{[]any{"f11", []any{}}}), set("prerequisites", []any{[]any{"nobody", []any{"a"}}}),
	set("prerequisites", []any{[]any{"f11", "a"}}), set("prerequisites", []any{"f11"}), set("prerequisites", []any{nil}),
	set("targets", nil), set("targets", []any{[]any{"n", fields{"1": nil}}}), set("targets", []any{[]any{"n", fields{"1": 9}}}), set("targets", []any{[]any{"n", nil}}),
	set("targets", []any{[]any{"now", fields{"0": 1, "1793779200000": 2}}}), set("targets", []any{[]any{"n", fields{"1": 0}}, []any{"n", fields{"1": 1, "2": 0}}}), set("targets", []any{nil}),
	set("needs", []any{nil}), set("prerequisites", []any{[]any{"f11", []any{nil}}}), ruled(fields{"id": "bad", "arms": []any{nil}, "serve": fields{"variation": 0}}),
	when(fields{"flag": "f11", "variations": []any{nil}}), when(fields{"flag": "f11", "variations": []any{"a", ""}}),
	set("rules", fields{}), set("rules", []any{nil}), set("rules", []any{[]any{}}), set("client", 1),
	ruled(fields{"id": "bad"}), ruled(fields{"id": 7, "serve": fields{"variation": 0}}), ruled(fields{"serve": fields{"variation": nil}}),
	ruled(fields{"serve": fields{"table": []any{[]any{1_000_000, nil}}}}), ruled(fields{"serve": fields{"variation": 0}, "when": nil}),
	ruled(fields{"experiment": "x9", "arms": []string{}, "phase": 1, "serve": fields{"variation": 1}}),
	ruled(fields{"experiment": "x9", "arms": []string{"a"}, "phase": raw("1e3"), "serve": fields{"variation": 1}}),
	ruled(fields{"experiment": "x9", "arms": []string{"a"}, "serve": fields{"table": []any{[]any{1_000_000, 1, 1}}}}),
	ruled(fields{"experiment": "", "id": "kept", "phase": 2, "arms": []string{"a"}, "serve": fields{"variation": 1}}),
	clause("is_like", "a"), clause("in"), clause("lt", 1, 2), clause("lt", "1"), clause("between", 2, 1), clause("glob", `a\`), clause("matches", "("),
	clause("matches", 7), clause("starts_with", ""), clause("contains", nil), clause("in", nil), clause("in", []any{}), clause("in", raw("1e400")), clause("cidr", "10.0.0.0/33"),
	clause("cidr", "10.0.0.0/08"), clause("cidr", "fe80::1%a"), clause("ver_eq", "x"), clause("ver_range", ""), clause("ver_range", ">= 1"), clause("ver_range", "1\t2"),
	clause("ver_range", "1\u00a02"), clause("ver_range", "1\x1c2"), clause("ver_range", ">=0\u2003<2"), clause("before", "2026-02-30T00:00:00Z"), clause("before", "2026-01-01"), clause("after", 1e19), clause("exists", 1),
	when(fields{"attr": "n", "op": "lt", "values": []any{1}, "ignoreCase": true}), when(fields{"attr": "text", "op": "in", "values": []any{"A"}, "ignoreCase": nil}),
	when(fields{"attr": "text", "op": "in", "values": []any{"a"}, "ignoreCase": 1}), when(fields{"attr": "", "op": "in", "values": []any{"a"}}), when(fields{}), when(7),
	when(fields{"all": []any{}, "any": []any{}}), when(fields{"all": nil, "any": []any{}}), when(fields{"not": nil}), when(fields{"all": fields{}}), when(fields{"any": []any{nil}}),
	when(fields{"target_group": "gone"}), when(fields{"target_group": ""}), when(fields{"target_group": 1}), when(fields{"flag": "f11"}), when(fields{"flag": "f11", "variations": []any{"zz"}}),
	when(fields{"flag": "f11", "attr": "text"}), when(fields{"flag": "", "variations": []any{}}), when(fields{"not": fields{"attr": "text", "op": "exists"}, "values": []any{1}}),
	when(fields{"all": []any{fields{"all": []any{fields{"all": []any{fields{"all": []any{fields{"all": []any{fields{"all": []any{}}}}}}}}}}}}),
	when(fields{"flag": "f0", "variations": []any{"a"}}),
}

// groupFaults are the same for target groups.
var groupFaults = []func(fields){
	func(b fields) { b["needs"] = []string{"layers"} },
	func(b fields) { b["include"] = fields{} },
	func(b fields) { b["include"] = []any{1} },
	func(b fields) { b["include"] = []any{"u1", nil} },
	func(b fields) { b["exclude"] = []any{""} },
	func(b fields) { b["include"], b["exclude"] = nil, nil },
	func(b fields) { b["unit"] = 3 },
	func(b fields) { b["unit"] = "" },
	func(b fields) { b["when"] = fields{"target_group": "g0"} },
	func(b fields) { b["when"] = fields{"attr": "text", "op": "is_like", "values": []any{"a"}} },
	func(b fields) { b["when"] = fields{"target_group": "gone"} },
	func(b fields) { b["when"] = fields{"attr": "text"} },
}
