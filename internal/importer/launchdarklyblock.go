package importer

import (
	"slices"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// ldBlock makes what one environment does with a flag, or one segment.
type ldBlock struct {
	*launchDarkly
	flag                        ldFlag
	theirs, environment, object string
	groups                      map[string][]string // segment → target groups, any of which makes a member
}

func (b *ldBlock) say(format string, args ...any) { b.lose(b.object, format, args...) }

func (b *ldBlock) configuration(e ldEnvironment) *document.Configuration {
	c := &document.Configuration{Enabled: e.On, Off: document.Code}
	if e.OffVariation != nil {
		c.Off = b.id(*e.OffVariation)
	}
	b.prerequisites(c, e)
	b.targets(c, e)
	for i, r := range e.Rules {
		words := ruleWords(i, r.Description)
		when, why := b.condition(r.Clauses)
		if why != "" {
			b.say("%s is left out: %s", words, why)
			continue
		}
		name, _ := clip(r.Description)
		rule := document.Rule{ID: firstKey(r.ID, r.SDKID), Name: name, When: when, Serve: b.serve(words, r.ldServe)}
		if rule.Serve.Variation == "" && rule.Serve.Shares == nil {
			b.say("%s is left out: it serves nothing", words)
			continue
		}
		c.Rules = append(c.Rules, rule)
	}
	c.Default = b.serve("the default", e.Fallthrough)
	if c.Default.Variation == "" && c.Default.Shares == nil {
		c.Default.Variation = document.Code
	}
	return c
}

func firstKey(ids ...string) string {
	for _, id := range ids {
		if validKey(id) {
			return id
		}
	}
	return ""
}

// id is the id here of a variation's number.
func (b *ldBlock) id(i int) string {
	if ids := b.ids[b.flag.Key]; i >= 0 && i < len(ids) {
		return ids[i]
	}
	return document.Code
}

func (b *ldBlock) prerequisites(c *document.Configuration, e ldEnvironment) {
	for _, p := range e.Prerequisites {
		ids := b.ids[p.Key]
		if p.Variation < 0 || p.Variation >= len(ids) {
			b.say("it is off: its prerequisite %s is not at hand", p.Key)
			c.Enabled = false
			continue
		}
		c.Prerequisites = append(c.Prerequisites, document.Prerequisite{Flag: b.flagKey(p.Key), Variations: []string{ids[p.Variation]}})
		other := b.flags[p.Key].Environments[b.theirs]
		if other.OffVariation != nil && *other.OffVariation == p.Variation {
			b.say("its prerequisite %s = %s holds here also while %s is off and serves that; there it does not", p.Key, ids[p.Variation], p.Key)
		}
	}
}

func (b *ldBlock) targets(c *document.Configuration, e ldEnvironment) {
	paths := map[string]bool{}
	for _, t := range slices.Concat(e.Targets, e.ContextTargets) {
		if len(t.Values) == 0 {
			continue // a place in the order, for targets that stand elsewhere
		}
		path := ldPath(t.ContextKind, "key")
		paths[path] = true
		if c.Targets == nil {
			c.Targets = map[string]map[string]string{}
		}
		if c.Targets[path] == nil {
			c.Targets[path] = map[string]string{}
		}
		for _, value := range t.Values {
			if _, first := c.Targets[path][value]; !first {
				c.Targets[path][value] = b.id(t.Variation)
			}
		}
	}
	if len(paths) > 1 {
		b.say("targets of several kinds of context are looked at in one order here: targetingKey first, then by name")
	}
}

// ldPath is where an attribute of a kind of context is in a context here.
func ldPath(kind, attribute string) string {
	if ref, is := strings.CutPrefix(attribute, "/"); is {
		var steps []string
		for _, step := range strings.Split(ref, "/") {
			steps = append(steps, strings.NewReplacer("~1", "/", "~0", "~").Replace(step))
		}
		attribute = strings.Join(steps, ".")
	}
	if kind == "" || kind == "user" {
		if attribute == "key" || attribute == "" {
			return targetingKey
		}
		return attribute
	}
	if attribute == "" {
		attribute = "key"
	}
	return kind + "." + attribute
}

func (b *ldBlock) serve(words string, s ldServe) document.Serve {
	if s.Rollout == nil {
		if s.Variation == nil {
			return document.Serve{}
		}
		return document.Serve{Variation: b.id(*s.Variation)}
	}
	var parts []part
	for _, v := range s.Rollout.Variations {
		parts = append(parts, part{b.id(v.Variation), v.Weight})
	}
	out := serve(parts, ldPath(s.Rollout.ContextKind, s.Rollout.BucketBy))
	if len(out.Shares) > 1 {
		b.say("%s keeps its shares; who is in which is dealt anew", words)
	}
	if s.Rollout.Kind == "experiment" {
		b.say("the experiment of %s is a plain split here; what it has measured stays there", words)
	}
	return out
}

// condition is the condition of a rule's clauses, all of which must hold; why says what
// cannot be said here.
func (b *ldBlock) condition(clauses []ldClause) (c document.Condition, why string) {
	c = document.Condition{}
	for _, one := range clauses {
		line, why := b.line(one)
		if why != "" {
			return nil, why
		}
		c = append(c, line)
	}
	return tidy(c), ""
}

var ldOperators = map[string]string{
	"in": ruleset.OpIn, "startsWith": ruleset.OpStartsWith, "endsWith": ruleset.OpEndsWith, "contains": ruleset.OpContains, "matches": ruleset.OpMatches,
	"lessThan": ruleset.OpLt, "lessThanOrEqual": ruleset.OpLe, "greaterThan": ruleset.OpGt, "greaterThanOrEqual": ruleset.OpGe,
	"before": ruleset.OpBefore, "after": ruleset.OpAfter,
	"semVerEqual": ruleset.OpVerEq, "semVerLessThan": ruleset.OpVerLt, "semVerGreaterThan": ruleset.OpVerGt,
}

// takesMany are the operators that take any number of constants here too.
var takesMany = []string{ruleset.OpIn, ruleset.OpStartsWith, ruleset.OpEndsWith, ruleset.OpContains, ruleset.OpMatches}

// line is one clause. Who lacks the attribute matches neither it nor its negation, there
// as here.
func (b *ldBlock) line(c ldClause) (t document.Term, why string) {
	if c.Op == "segmentMatch" {
		return b.group1(c)
	}
	op, known := ldOperators[c.Op]
	switch {
	case !known:
		return t, "there is no operator like " + c.Op
	case c.Attribute == "kind":
		return t, "a context has no kind here"
	case len(c.Values) == 0:
		return t, "a clause on " + c.Attribute + " has no values, so it never holds"
	}
	path := ldPath(c.ContextKind, c.Attribute)
	t = clause(path, op, c.Values...)
	if !slices.Contains(takesMany, op) {
		t = each(path, op, c.Values)
	}
	if c.Negate {
		t = not(t)
	}
	return t, ""
}

// group1 is a clause on segments: in any of them, or in none.
func (b *ldBlock) group1(c ldClause) (t document.Term, why string) {
	t.Kind = document.Group
	for _, raw := range c.Values {
		key, _ := text(raw)
		names, there := b.groups[key]
		if !there {
			return t, "the segment " + key + " is not at hand; add the answer of GET /api/v2/segments/{project}/{environment}"
		}
		t.Groups = append(t.Groups, names...)
	}
	if len(t.Groups) == 0 {
		return t, "a clause on segments names none, so it never holds"
	}
	if c.Negate {
		t = not(t)
	}
	return t, ""
}

// group is a segment as a target group.
func (b *ldBlock) group(s ldSegment) document.TargetGroup {
	g := document.TargetGroup{Include: s.Included, Exclude: without(s.Excluded, s.Included)} // there the included come first
	g.Description, _ = clip(describe(s.Key, s.Name, s.Description))
	if s.Unbounded {
		b.say("its members are kept outside of the export (a big segment): the target group has only its rules")
	}
	excluded := kinds(s.ExcludedContexts)
	var ways []document.Condition
	if !s.apart() {
		ways = b.included(s)
	}
	for _, way := range b.segmentRules(s) {
		for _, out := range excluded {
			way = append(document.Condition{unless(out[0].Path, out[0])}, way...)
		}
		ways = append(ways, tidy(way))
	}
	g.When = oneWay(ways)
	return g
}

// apart says whether the included contexts of other kinds need a target group of their
// own: there they come before the excluded users, here who is excluded is out.
func (s ldSegment) apart() bool {
	return len(kinds(s.IncludedContexts)) > 0 && len(without(s.Excluded, s.Included)) > 0
}

// oneWay is a condition that holds where one of the ways does.
func oneWay(ways []document.Condition) document.Condition {
	switch len(ways) {
	case 0:
		return nil
	case 1:
		return ways[0]
	}
	return document.Condition{anyOf(ways...)}
}

func without(list, others []string) (rest []string) {
	for _, one := range list {
		if !slices.Contains(others, one) {
			rest = append(rest, one)
		}
	}
	return rest
}

func describe(key, name, words string) string {
	if name == key {
		name = ""
	}
	if name == "" || words == "" {
		return name + words
	}
	return name + ": " + words
}

// kinds is "the context of this kind is one of these", for each.
func kinds(targets []ldTarget) (out []document.Condition) {
	for _, t := range targets {
		if len(t.Values) > 0 {
			out = append(out, document.Condition{clause(ldPath(t.ContextKind, "key"), ruleset.OpIn, texts(t.Values)...)})
		}
	}
	return out
}

// included are the included contexts of other kinds, guarded where somebody must not be
// in the segment.
func (b *ldBlock) included(s ldSegment) []document.Condition {
	out := kinds(s.IncludedContexts)
	for i, c := range out {
		if b.negated[s.Key] {
			out[i] = tidy(document.Condition{exists(c[0].Path), c[0]})
		}
	}
	return out
}

// segmentRules are the conditions any of which makes one a member. Where somebody must
// not be in the segment, each asks first whether the attribute is there: there, whoever
// lacks it is not in the segment; here it would be unknown.
func (b *ldBlock) segmentRules(s ldSegment) (ways []document.Condition) {
	for i, r := range s.Rules {
		words := ruleWords(i, "")
		if r.Weight != nil {
			b.say("%s is left out: a target group holds no share of people; use a split in the rules that read it", words)
			continue
		}
		when, why := b.condition(r.Clauses)
		if why != "" {
			b.say("%s is left out: %s", words, why)
			continue
		}
		if b.negated[s.Key] {
			when = guarded(r.Clauses, when)
		}
		ways = append(ways, when)
	}
	return ways
}

func guarded(clauses []ldClause, when document.Condition) document.Condition {
	var out document.Condition
	for _, c := range clauses {
		if c.Op != "segmentMatch" {
			out = append(out, exists(ldPath(c.ContextKind, c.Attribute)))
		}
	}
	return tidy(append(out, when...))
}
