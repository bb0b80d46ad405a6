package evaltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Random makes a file of random vectors: as many suites as wanted, each a set of
// flags and target groups with contexts that are tried on every one of them. The
// same seed gives the same file. The cases expect nothing: whoever has an engine
// fills that in, or compares two engines. Sound entities, ones that no engine
// can use and bytes that are not even JSON are all among the lines.
func Random(seed uint64, suites, contexts int) File {
	file := File{Topic: "random", About: fmt.Sprintf("random sets of the seed %d", seed)}
	for i := range suites {
		r := random{rand.New(rand.NewPCG(seed, uint64(i)))}
		file.Suites = append(file.Suites, r.suite(fmt.Sprintf("set %d", i), contexts))
	}
	return file
}

const (
	randomFlags   = 12
	randomGroups  = 5
	readingGroups = 8 // flags up to this one may read groups, and groups the flags after it
)

// groupsFor is the first group that a flag may read.
func groupsFor(flag int) int {
	if flag > readingGroups {
		return randomGroups
	}
	return 0
}

type random struct{ *rand.Rand }

// fields are those of an object on the wire.
type fields map[string]any

// once says yes one time in n.
func (r random) once(n int) bool { return r.IntN(n) == 0 }

func pick[T any](r random, from []T) T { return from[r.IntN(len(from))] }

func (r random) suite(name string, contexts int) Suite {
	s := Suite{Name: name}
	faulty := r.once(3)
	for i := range randomFlags {
		s.Lines = append(s.Lines, r.line("flag", fmt.Sprintf("f%d", i), r.flag(i), faulty && r.once(8)))
	}
	for i := range randomGroups {
		s.Lines = append(s.Lines, r.line("target_group", fmt.Sprintf("g%d", i), r.group(i), faulty && r.once(12)))
	}
	for i := range contexts {
		context, now := r.context(), pick(r, randomClocks)
		for f := range randomFlags {
			s.Cases = append(s.Cases, r.asked(fmt.Sprintf("context %d, f%d", i, f), fmt.Sprintf("f%d", f), context, now))
		}
		if r.once(4) {
			s.Cases = append(s.Cases, r.asked(fmt.Sprintf("context %d, an unknown flag", i), "nobody", context, now))
		}
	}
	return s
}

// asked is one case, now and then with what only a caller knows.
func (r random) asked(name, flag string, context map[string]any, now int64) Case {
	c := Case{Name: name, Flag: flag, Context: context, Now: &now, Default: pick(r, randomDefaults)}
	if r.once(4) {
		c.As = pick(r, randomTypes)
	}
	if r.once(40) {
		c.Override = map[string]json.RawMessage{pick(r, []string{flag, "f3"}): pick(r, randomDefaults[1:])}
	}
	if r.once(100) {
		ready := false
		c.Ready = &ready
	}
	return c
}

// line writes an entity, key first, sometimes with a fault.
func (r random) line(kind, key string, body fields, faulty bool) json.RawMessage {
	if faulty && kind == "flag" {
		r.spoil(body)
	}
	if faulty && kind != "flag" {
		pick(r, groupFaults)(body)
	}
	raw := encode(body)
	line := append([]byte(fmt.Sprintf(`{%q:%q,`, kind, key)), raw[1:]...)
	if faulty && r.once(6) { // bytes that are not JSON, as a string that stands for itself
		return encode(string(line[:len(line)/2+r.IntN(len(line)/2)]))
	}
	return line
}

func encode(v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // only values that JSON has are written here
	}
	return bytes.TrimSpace(out.Bytes())
}

func (r random) flag(i int) fields {
	kind := randomTypes[i%len(randomTypes)]
	values := randomValues[kind]
	body := fields{"type": kind, "client": r.once(2), "enabled": !r.once(8), "default": r.serve(false), "futureField": []int{1}}
	var variations []any
	for v, id := range variationIDs {
		variations = append(variations, []any{id, values[(v+i/len(randomTypes))%len(values)]})
	}
	body["variations"] = variations
	if off := r.IntN(4); off > 0 {
		body["off"] = off - 1
	}
	if r.once(3) && i < randomFlags-1 {
		body["prerequisites"] = []any{[]any{r.below(i), r.someIDs()}}
	}
	if r.once(3) {
		body["targets"] = r.targets()
	}
	var rules []any
	for x := range r.IntN(5) / 3 {
		rules = append(rules, r.experiment(x, i))
	}
	for n := range 1 + r.IntN(4) {
		rule := fields{"id": fmt.Sprintf("r%d", n), "serve": r.serve(true)}
		if !r.once(8) {
			rule["when"] = r.expr(1, i, groupsFor(i))
		}
		rules = append(rules, rule)
	}
	if rules != nil {
		body["rules"] = rules
	}
	return body
}

// below is a flag that is read by flag i: mostly a later one, so that there are
// few circles.
func (r random) below(i int) string {
	if r.once(150) {
		return fmt.Sprintf("f%d", r.IntN(randomFlags+1))
	}
	return fmt.Sprintf("f%d", min(i+1+r.IntN(4), randomFlags-1))
}

func (r random) someIDs() []string {
	ids := []string{pick(r, variationIDs)}
	if other := pick(r, variationIDs); other != ids[0] && r.once(2) {
		ids = append(ids, other)
	}
	if r.once(200) {
		ids = append(ids, "gone")
	}
	return ids
}

func (r random) targets() []any {
	list := []any{[]any{"targetingKey", fields{pick(r, randomUnits): r.IntN(3), pick(r, randomUnits): r.IntN(3)}}}
	if r.once(2) {
		list = append([]any{[]any{pick(r, []string{"o.n", "n", "text"}), fields{"1": r.IntN(3), "42": r.IntN(3), "a": r.IntN(3)}}}, list...)
	}
	return list
}

func (r random) experiment(number, flag int) fields {
	body := fields{"experiment": fmt.Sprintf("x%d", number), "phase": 1 + r.IntN(3), "arms": []string{"control", "new"}}
	if r.once(3) {
		body["serve"] = fields{"variation": r.IntN(3)}
	} else {
		body["serve"] = r.table(fmt.Sprintf("x%d", number), true, true)
	}
	if r.once(2) {
		body["when"] = r.expr(1, flag, groupsFor(flag))
	}
	return body
}

// serve is one variation, a split or, for a default, the program's own.
func (r random) serve(rule bool) fields {
	switch {
	case r.once(2):
		return r.table(pick(r, []string{"s1", "s2", "", "sé"}), rule || r.once(3), false)
	case !rule && r.once(4):
		return fields{"variation": nil}
	}
	return fields{"variation": r.IntN(3)}
}

// table is a split, sometimes of one cell; with skips some cells go on.
func (r random) table(seed string, skips, arms bool) fields {
	serve := fields{"seed": seed}
	if !r.once(3) {
		serve["unit"] = pick(r, []string{"targetingKey", "targetingKey", "n", "o.n", "text", "now", "tags"})
	}
	var table []any
	cell := func(end int) {
		c := []any{end, r.IntN(3)}
		if skips && r.once(4) {
			c[1] = nil
		} else if arms {
			c = append(c, r.IntN(2))
		}
		table = append(table, c)
	}
	for end := 1 + r.IntN(700_000); end < 1_000_000; end += 1 + r.IntN(700_000) {
		cell(end)
	}
	if r.once(12) {
		table = nil
	}
	cell(1_000_000)
	serve["table"] = table
	return serve
}

func (r random) group(i int) fields {
	body := fields{"include": []string{pick(r, randomUnits), "42"}, "exclude": []string{pick(r, randomUnits)}}
	if r.once(3) {
		body["unit"] = pick(r, []string{"n", "o.n", "text"})
	}
	if !r.once(4) {
		body["when"] = r.expr(3, readingGroups, i+1)
	}
	return body
}

// expr is a condition that stands level deep in something that may read the
// flags after flag and the groups from group on.
func (r random) expr(level, flag, group int) fields {
	choice := r.IntN(12)
	if level > 3 && choice < 6 && !r.once(100) {
		choice = 11
	}
	switch choice {
	case 0, 1:
		return fields{"all": r.exprs(level, flag, group)}
	case 2, 3:
		return fields{"any": r.exprs(level, flag, group)}
	case 4, 5:
		return fields{"not": r.expr(level+1, flag, group)}
	case 6:
		if group < randomGroups || r.once(100) {
			return fields{"target_group": fmt.Sprintf("g%d", group+r.IntN(max(1, randomGroups-group)))}
		}
	case 7:
		if flag >= randomFlags-1 && !r.once(100) {
			break
		}
		return fields{"flag": r.below(flag), "variations": r.someIDs()}
	}
	return r.clause()
}

func (r random) exprs(level, flag, group int) []fields {
	list := []fields{}
	for range r.IntN(4) {
		list = append(list, r.expr(level+1, flag, group))
	}
	return list
}

func (r random) clause() fields {
	op := pick(r, randomOps)
	c := fields{"attr": pick(r, op.attrs), "op": op.name}
	n := op.least + r.IntN(op.most-op.least+1)
	var values []any
	for range n {
		values = append(values, op.constant(r))
	}
	if values != nil {
		c["values"] = values
	}
	if op.folds && r.once(3) {
		c["ignoreCase"] = true
	}
	return c
}

// context has some of the attributes that the clauses read, of the right type,
// of a wrong one, as lists, nested and by a literal path.
func (r random) context() map[string]any {
	attrs := map[string]any{"now": 5}
	inside := map[string]any{}
	for _, a := range randomAttributes {
		if r.once(5) {
			continue
		}
		v := r.attribute(a.value)
		switch name, nested := strings.CutPrefix(a.path, "o."); {
		case !nested || r.once(6):
			attrs[a.path] = v
		default:
			inside[name] = v
		}
	}
	switch {
	case !r.once(6):
		attrs["o"] = inside
	case r.once(2):
		attrs["o"] = r.odd()
	}
	if r.once(3) {
		attrs["d"] = map[string]any{"e": map[string]any{"f": map[string]any{"g": r.text(), "h": map[string]any{"i": r.text()}}}}
	}
	return attrs
}

func (r random) attribute(value func(random) any) any {
	switch r.IntN(12) {
	case 0:
		return r.odd()
	case 1, 2:
		list := []any{}
		for range r.IntN(4) {
			list = append(list, value(r))
		}
		if r.once(4) {
			list = append(list, r.odd())
		}
		return list
	}
	return value(r)
}

// odd is a value of any type.
func (r random) odd() any {
	return pick(r, []any{nil, true, false, 0, 1, 42.0, -1, 0.5, 1e300, "", "x", "1", []any{}, []any{nil, "a", []any{"b"}, map[string]any{}}, map[string]any{}, map[string]any{"n": 1}})
}
