package document

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// An editor looks at what an edit touches; its verdict, its changes, the lines it
// lowers and the uses it finds are those of a look at the whole project. The
// edits are random and most of them break something.
func TestAnEditIsJudgedAsTheWholeProjectIs(t *testing.T) {
	edits := map[string]int{}
	for seed := range uint64(200) {
		r := editing{rand.New(rand.NewPCG(seed, 5))}
		p := inARow()
		for range 20 {
			e := p.Edit()
			for range 1 + r.IntN(4)*r.IntN(3) {
				r.edit(e)
			}
			next := e.Project()
			checkEdit(t, p, e)
			checkLines(t, p, e, pick(r, p.Environments))
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
			edits[verdict(next)]++
			if afresh(next).Validate() == nil {
				p = next
			}
		}
	}
	t.Log(edits)
	for _, kind := range []string{"sound", "references", "cycle", "flags in a row", "groups in a row", "depth"} {
		if edits[kind] < 5 {
			t.Errorf("only %d edits were of the kind %q", edits[kind], kind)
		}
	}
}

func checkEdit(t *testing.T, p *Project, e *Editor) {
	t.Helper()
	next, whole := e.Project(), afresh(e.Project())
	same(t, "verdict", whole.Validate(), e.Validate())
	same(t, "changes", Changes(p, whole), e.Changes())
	for _, i := range []int{0, 5, 9} {
		flag, group := chainKeys("f")[i], chainKeys("g")[i]
		same(t, "uses of "+flag, whole.UsesOfFlag(flag), next.UsesOfFlag(flag))
		same(t, "uses of "+group, whole.UsesOfGroup(group), next.UsesOfGroup(group))
	}
	for _, environment := range p.Environments {
		same(t, "graph of "+environment, whole.graph(environment), next.graph(environment))
	}
}

func same(t *testing.T, what string, whole, edit any) {
	t.Helper()
	if !reflect.DeepEqual(whole, edit) {
		t.Errorf("%s (-whole +edit):\n%s", what, cmp.Diff(whole, edit))
	}
}

// checkLines lowers and compiles an environment by what is altered and as a whole.
func checkLines(t *testing.T, p *Project, e *Editor, environment string) {
	t.Helper()
	lower := func(p *Project, refs []EntityRef) map[EntityRef][]byte {
		lines, err := p.LowerEach(environment, refs)
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	next := e.Project()
	want, got := lower(next, everyRef(next)), lower(p, everyRef(p))
	altered := Altered(e.Changes(), p, next, environment)
	for ref, line := range lower(next, altered) {
		if got[ref] = line; line == nil {
			delete(got, ref)
		}
	}
	same(t, "lines of "+environment, want, got)
	around := lower(next, next.Around(environment, altered))
	same(t, "what cannot be served in "+environment, problems(t, want), problems(t, around))
}

func problems(t *testing.T, lines map[EntityRef][]byte) []eval.Problem {
	t.Helper()
	var present [][]byte
	for _, line := range lines {
		if line != nil {
			present = append(present, line)
		}
	}
	read, err := ruleset.NewDocument(ruleset.Header{Burgee: ruleset.WireVersion, Hash: ruleset.HashP32}, present)
	if err != nil {
		t.Fatal(err)
	}
	return eval.Compile(read.Set()).Problems()
}

func everyRef(p *Project) (refs []EntityRef) {
	for key := range p.Flags {
		refs = append(refs, flagRef(key))
	}
	for key := range p.TargetGroups {
		refs = append(refs, groupRef(key))
	}
	return refs
}

// afresh is the same project without what it has found out about itself.
func afresh(p *Project) *Project {
	out := NewProject(p.Key, p.Environments...)
	out.Attributes, out.TargetGroups, out.Flags = p.Attributes, p.TargetGroups, p.Flags
	out.Configurations, out.Experiments, out.Archived = p.Configurations, p.Experiments, p.Archived
	return out
}

// verdict is what kind of mistake a project has, if any.
func verdict(p *Project) string {
	wrong := afresh(p).Validate()
	if wrong == nil {
		return "sound"
	}
	kinds := map[string]string{
		"a cycle in": "cycle", "flags in a row": "flags in a row", "groups in a row": "groups in a row", "deep with its": "depth", "unknown": "references", "no variation": "references",
	}
	for _, part := range slices.Sorted(maps.Keys(kinds)) {
		for _, f := range wrong.Fields {
			if strings.Contains(f.Message, part) {
				return kinds[part]
			}
		}
	}
	return "other"
}

// chainKeys are keys that edits prefer to link in their order, so that rows come
// to be too long.
func chainKeys(prefix string) (keys []string) {
	for i := range 2 + ruleset.MaxPrerequisites {
		keys = append(keys, fmt.Sprintf("%s%02d", prefix, i))
	}
	return keys
}

// inARow is a project with the longest rows of flags and groups that fit.
func inARow() *Project {
	e := NewProject("p", "one", "two", "three").Edit()
	flags, groups := chainKeys("f"), chainKeys("g")
	for i, flag := range flags {
		e.PutFlag(flag, Flag{Type: ruleset.Boolean, Seed: new(string)})
		if i < ruleset.MaxPrerequisites {
			c := Unconfigured(ruleset.Boolean)
			c.Prerequisites = []Prerequisite{{Flag: flags[i+1], Variations: []string{"true"}}}
			e.PutConfiguration("one", flag, c)
		}
	}
	for i := range ruleset.MaxGroupNesting {
		e.PutGroup(groups[i], TargetGroup{When: Condition{{Kind: Group, Groups: []string{groups[i+1]}}}})
	}
	e.PutGroup(groups[ruleset.MaxGroupNesting], TargetGroup{})
	return e.Project()
}

// editing makes edits at random.
type editing struct{ *rand.Rand }

func pick[T any](r editing, of []T) T { return of[r.IntN(len(of))] }

func (r editing) edit(e *Editor) {
	i := r.IntN(len(chainKeys("")))
	flag, group := chainKeys("f")[i], chainKeys("g")[i]
	environment := pick(r, e.Project().Environments)
	switch r.IntN(24) {
	case 0, 1, 2, 3:
		e.PutFlag(flag, r.flag())
	case 4:
		e.DeleteFlag(flag)
		e.SetArchived(flag, r.IntN(2) == 0)
	case 5, 6, 7, 8:
		e.PutGroup(group, TargetGroup{Description: pick(r, []string{"", "a"}), When: r.condition("g", i)})
	case 9:
		e.DeleteGroup(group)
	case 10:
		for _, environment := range e.Project().Environments {
			e.PutConfiguration(environment, flag, nil)
		}
		e.DeleteFlag(flag)
	case 11:
		e.PutConfiguration(environment, flag, nil)
	case 12:
		e.PutAttribute("country", Attribute{Type: pick(r, []string{"string", "number"})})
	case 13:
		environment := pick(r, []string{"one", "two"}) // an experiment stays in its own
		e.PutExperiment("x-"+environment, r.experiment(environment, i))
	case 14:
		e.DeleteExperiment(pick(r, []string{"x-one", "x-two"}))
	default:
		if _, there := e.Project().Flags[flag]; !there && r.IntN(8) > 0 {
			e.PutFlag(flag, r.flag())
		}
		e.PutConfiguration(environment, flag, r.configuration(i))
	}
}

func (r editing) flag() Flag {
	if r.IntN(3) > 0 {
		return Flag{Type: ruleset.Boolean, Seed: new(string)}
	}
	f := Flag{Type: ruleset.String, Seed: new(string)}
	for _, id := range []string{"a", "b", "c"} {
		if r.IntN(8) > 0 {
			f.Variations = append(f.Variations, Variation{ID: id, Value: json.RawMessage(`"` + id + `"`)})
		}
	}
	return f
}

// configuration is of the flag i; it prefers to read the next one and the group
// of its number.
func (r editing) configuration(i int) *Configuration {
	c := Unconfigured(ruleset.Boolean)
	c.Off = Code
	if r.IntN(20) == 0 {
		c.Default = Serve{Variation: pick(r, []string{"true", "a"})}
	}
	if r.IntN(3) == 0 {
		c.Prerequisites = []Prerequisite{r.prerequisite(i)}
	}
	if r.IntN(3) == 0 {
		c.Rules = []Rule{{ID: "r", When: r.condition("f", i), Serve: Serve{Variation: pick(r, []string{"true", "true", "a"})}}}
	}
	return c
}

func (r editing) prerequisite(i int) Prerequisite {
	return Prerequisite{Flag: r.next("f", i), Variations: []string{pick(r, []string{"true", "true", "true", "a"})}}
}

// next is mostly the key after i, and any other at times.
func (r editing) next(prefix string, i int) string {
	keys := chainKeys(prefix)
	if r.IntN(8) == 0 {
		i = r.IntN(len(keys))
	}
	return keys[(i+1)%len(keys)]
}

// condition is of the flag or the group i.
func (r editing) condition(of string, i int) Condition {
	country := Term{Kind: Clause, Path: "country", Tests: []Test{{Op: ruleset.OpIn, Values: []json.RawMessage{json.RawMessage(`"DE"`)}}}}
	inner := Condition{country}
	switch r.IntN(4) {
	case 0, 1:
		inner = Condition{{Kind: Group, Groups: []string{r.next("g", i)}}}
	case 2:
		if of == "f" || r.IntN(4) == 0 {
			inner = Condition{{Kind: OnFlag, Flags: []Prerequisite{r.prerequisite(i)}}}
		}
	}
	for range r.IntN(3) {
		inner = Condition{{Kind: pick(r, []TermKind{Any, All, Not}), Conditions: []Condition{inner}}}
	}
	return inner
}

func (r editing) experiment(environment string, i int) Experiment {
	x := Experiment{Environment: environment, State: pick(r, []string{Draft, Running, Running, Stopped}), Phase: 1, Serve: map[string]string{}}
	for range 1 + r.IntN(2) {
		x.Serve[pick(r, chainKeys("f"))] = "true"
	}
	if r.IntN(2) == 0 {
		x.When = r.condition("f", i)
	}
	return x
}
