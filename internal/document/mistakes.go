package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/check"
	"burgee.dev/burgee/sdk/ruleset"
)

// block is what one environment does with one flag.
type block struct{ environment, flag string }

// mistakes checks the rules of every block that changes touch, and of those
// that read a flag, a target group or an attribute that they touch.
func (p *Project) mistakes(changes []Change) []Warning {
	var out []Warning
	checks := map[string]*check.Environment{}
	seeds := map[string]map[bucketing][]string{}
	touched := p.touched(changes)
	flags := map[string][]string{} // by environment
	for _, b := range touched {
		flags[b.environment] = append(flags[b.environment], b.flag)
	}
	for _, b := range touched {
		if checks[b.environment] == nil {
			checks[b.environment] = check.New(p.ruleset(b.environment, flags[b.environment]), p.types())
		}
		for _, f := range checks[b.environment].Flag(b.flag) {
			out = append(out, p.mistake(b, f))
		}
		out = append(out, p.emptyShares(b)...)
		out = append(out, p.sharedSeeds(b, seeds)...)
	}
	return out
}

func (p *Project) touched(changes []Change) []block {
	var out []block
	seen := map[block]bool{}
	add := func(b block) {
		if p.Configuration(b.environment, b.flag) != nil && !seen[b] {
			seen[b] = true
			out = append(out, b)
		}
	}
	flags, groups, paths := map[block]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range changes {
		switch c.Kind {
		case ConfigurationKind:
			add(block{c.Environment, c.Object})
			flags[block{c.Environment, c.Object}] = true
		case TargetGroupKind:
			groups[c.Object] = true
		case AttributeKind:
			paths[c.Object] = true
		}
	}
	for _, r := range p.references(p.readersAmong(flags, groups)) {
		if r.use.Kind == ConfigurationKind && r.reads && (groups[r.group] || flags[block{r.use.Environment, r.flag}]) {
			add(block{r.use.Environment, r.use.Key})
		}
	}
	if len(paths) > 0 {
		for _, b := range p.readersOf(paths) {
			add(b)
		}
	}
	return out
}

// readersAmong selects the blocks that read one of these blocks or groups.
func (p *Project) readersAmong(flags map[block]bool, groups map[string]bool) *selection {
	out := newSelection()
	for b := range flags {
		for _, flag := range p.flagsReading(b.environment, b.flag) {
			out.configuration(b.environment, flag)
		}
	}
	for group := range groups {
		out.usersOfGroup(p, group)
	}
	return out
}

// readersOf lists the blocks whose rules have a clause on one of the paths.
func (p *Project) readersOf(paths map[string]bool) []block {
	var out []block
	for _, environment := range p.Environments {
		for _, key := range sortedKeys(p.Configurations[environment]) {
			reads := false
			for _, r := range p.Configurations[environment][key].Rules {
				r.When.Walk("", func(_ string, t *Term) { reads = reads || t.Kind == Clause && paths[t.Path] })
			}
			if reads {
				out = append(out, block{environment, key})
			}
		}
	}
	return out
}

// ruleset is what an environment serves of some flags and of what these need the
// answer of, without the way over the wire.
func (p *Project) ruleset(environment string, flags []string) *ruleset.Set {
	set := &ruleset.Set{}
	n := p.neighbours(environment)
	for _, node := range reach(flags, n.below) {
		if group, ok := cutGroup(node); ok {
			set.Groups = append(set.Groups, lowerGroup(group, p.TargetGroups[group]))
			continue
		}
		c := p.Configuration(environment, node)
		if c == nil {
			c = Unconfigured(p.Flags[node].Type)
		}
		set.Flags = append(set.Flags, lowerFlag(node, p.Flags[node], c, n.running[node]))
	}
	return set
}

// types are the registered types of attributes by path.
func (p *Project) types() map[string]string {
	out := map[string]string{}
	for path, a := range p.Attributes {
		out[path] = a.Type
	}
	return out
}

// mistake says a finding to people.
func (p *Project) mistake(b block, f check.Finding) Warning {
	c := p.Configuration(b.environment, b.flag)
	at := blockPath(b.flag, b.environment)
	switch f.Kind {
	case check.ImpossiblePrerequisite:
		return Warning{index(join(at, "prerequisites"), f.Index), p.impossible(b, c.Prerequisites[f.Index], f.Serves)}
	case check.DeadDefault:
		return Warning{join(at, "default"), "the default is " + never("served", f.Verdict) + ": " + takers(c, f.Verdict, "everyone")}
	}
	rule := index(join(at, "rules"), f.Rule)
	id := c.Rules[f.Rule].ID
	switch f.Kind {
	case check.NeverMatches:
		return Warning{join(rule, "when"), fmt.Sprintf("rule %s %s: %s", id, never("matches", f.Verdict), contradiction(f.Clauses))}
	case check.NeverReached:
		whom := "everyone whom it fits; put it higher, or take it out"
		if len(c.Rules[f.Rule].When) == 0 || alone(c, f.Verdict) {
			whom = "everyone"
		}
		return Warning{rule, fmt.Sprintf("rule %s is %s: %s", id, never("reached", f.Verdict), takers(c, f.Verdict, whom))}
	}
	clause := f.Clauses[0]
	where := join(rule, "when")
	if f.TopLevel && clause.Attr != "" && !reservedKey(clause.Attr) {
		where = join(where, clause.Attr)
	}
	return Warning{where, "rule " + id + ": " + clauseMistake(f, clause, authorWords(c.Rules[f.Rule].When, clause))}
}

func clauseMistake(f check.Finding, clause *ruleset.Expr, words string) string {
	switch f.Kind {
	case check.RedundantClause:
		return fmt.Sprintf("%q changes nothing, the rest of the condition says as much; take it out", words)
	case check.StrangeClause:
		return fmt.Sprintf("%q never holds: %s is registered as %s; use another operator, or correct the registry", words, clause.Attr, withArticle(f.Type))
	case check.StrangeConstant:
		return fmt.Sprintf("%s never equals %s: it is registered as %s; correct the value, or the registry", clause.Attr, f.Text, withArticle(f.Type))
	}
	if f.Plain == "" {
		return fmt.Sprintf("%q fits any text; write {exists: true} if that is meant", words)
	}
	return fmt.Sprintf("%q is %s %q, which is plainer and quicker", words, f.Plain, f.Text)
}

// authorWords says a clause as it was written: a pattern has another form for
// the engines.
func authorWords(when Condition, clause *ruleset.Expr) string {
	words := exprWords(clause)
	if clause.Op != ruleset.OpMatches {
		return words
	}
	when.Walk("", func(_ string, t *Term) {
		for _, test := range t.Tests {
			if t.Path == clause.Attr && test.Op == clause.Op && slices.EqualFunc(lowerOperands(test), clause.Values, equalRaw) {
				words = testWords(t.Path, test)
			}
		}
	})
	return words
}

func equalRaw(a, b json.RawMessage) bool { return bytes.Equal(a, b) }

func withArticle(registered string) string {
	switch registered {
	case "boolean":
		return "true or false"
	case "time":
		return "a time"
	}
	return "a " + registered
}

// never says that a rule is never reached, or only with lists.
func never(verb string, v check.Verdict) string {
	if !v.Lists {
		return "never " + verb
	}
	var paths []string
	for _, path := range sortedKeys(v.Witness) {
		if _, list := v.Witness[path].([]any); list {
			paths = append(paths, path)
		}
	}
	if len(paths) == 0 {
		paths = []string{"an attribute"}
	}
	return verb + " only where " + inWords(paths, "or") + " is a list of values"
}

func contradiction(clauses []*ruleset.Expr) string {
	switch len(clauses) {
	case 1:
		return fmt.Sprintf("%q holds for nobody; correct it, or take the rule out", exprWords(clauses[0]))
	case 2:
		return fmt.Sprintf("%q and %q exclude each other; correct one of them, or take the rule out", exprWords(clauses[0]), exprWords(clauses[1]))
	}
	return "its lines exclude each other; correct one of them, or take the rule out"
}

// alone says whether one rule without a condition is to blame.
func alone(c *Configuration, v check.Verdict) bool {
	return len(v.By) == 1 && len(c.Rules[v.By[0]].When) == 0
}

// takers says who serves whom.
func takers(c *Configuration, v check.Verdict, whom string) string {
	var ids []string
	for _, i := range v.By {
		ids = append(ids, c.Rules[i].ID)
	}
	const most = 5
	if len(ids) > most {
		ids = append(ids[:most-1], fmt.Sprintf("%d more", len(ids)-most+1))
	}
	switch {
	case len(ids) == 0:
		return "the targets serve " + whom
	case len(ids) == 1 && !v.Targets:
		return fmt.Sprintf("rule %s above it serves %s", ids[0], whom)
	case v.Targets:
		ids = append([]string{"the targets"}, ids...)
		return inWords(ids, "and") + " together serve " + whom
	}
	return "rules " + inWords(ids, "and") + " above it together serve " + whom
}

func (p *Project) impossible(b block, pre Prerequisite, serves []string) string {
	what := pre.Flag + " serves only "
	if c := p.Configuration(b.environment, pre.Flag); c != nil && !c.Enabled {
		what = pre.Flag + " is switched off and serves "
	}
	var ids []string
	for _, id := range serves {
		if id == "" {
			id = "the program's own default"
		}
		ids = append(ids, id)
	}
	return fmt.Sprintf("the prerequisite never holds in %s, so that %s always serves its off value: %s; ask for another variation, or change %s",
		b.environment, b.flag, what+inWords(ids, "or"), pre.Flag)
}

// emptyShares finds shares that nobody gets.
func (p *Project) emptyShares(b block) []Warning {
	c := p.Configuration(b.environment, b.flag)
	at := blockPath(b.flag, b.environment)
	var out []Warning
	look := func(at string, s Serve) {
		for _, share := range s.Shares {
			if share.PPM == 0 {
				out = append(out, Warning{at, fmt.Sprintf("nobody gets %s, its share is 0; leave it out", share.To)})
			}
		}
	}
	for i, r := range c.Rules {
		look(join(index(join(at, "rules"), i), "serve"), r.Serve)
	}
	look(join(at, "default"), c.Default)
	return out
}

// bucketing is what two splits must not share by accident: the same seed puts
// the same units first in both.
type bucketing struct{ seed, by string }

// bucketings are those of a block's splits, with their paths.
func (p *Project) bucketings(b block) (found []bucketing, paths map[bucketing]string) {
	c, f := p.Configuration(b.environment, b.flag), p.Flags[b.flag]
	paths = map[bucketing]string{}
	look := func(at string, s Serve) {
		if len(layout(s.Shares)) < 2 {
			return
		}
		one := bucketing{Text(f.Seed), unitPath(s.By)}
		if s.Seed != nil {
			one.seed = *s.Seed
		}
		if paths[one] == "" {
			found, paths[one] = append(found, one), at
		}
	}
	at := blockPath(b.flag, b.environment)
	for i, r := range c.Rules {
		look(index(join(at, "rules"), i), r.Serve)
	}
	look(join(at, "default"), c.Default)
	return found, paths
}

// seeds lists the flags that split by each seed and unit in an environment.
func (p *Project) seeds(environment string) map[bucketing][]string {
	out := map[bucketing][]string{}
	for _, key := range sortedKeys(p.Configurations[environment]) {
		found, _ := p.bucketings(block{environment, key})
		for _, one := range found {
			out[one] = append(out[one], key)
		}
	}
	return out
}

// sharedSeeds finds other flags with a split by the same seed and unit. known
// are the seeds of those environments that were looked through before.
func (p *Project) sharedSeeds(b block, known map[string]map[bucketing][]string) []Warning {
	var out []Warning
	found, paths := p.bucketings(b)
	if len(found) > 0 && known[b.environment] == nil {
		known[b.environment] = p.seeds(b.environment)
	}
	for _, one := range found {
		others := slices.DeleteFunc(slices.Clone(known[b.environment][one]), func(key string) bool { return key == b.flag })
		if len(others) > 0 {
			out = append(out, Warning{paths[one], fmt.Sprintf("the split has the same seed as %s, so that the same units come first in each; give it a seed of its own, unless that is meant",
				fewWords(others))})
		}
	}
	return out
}

// exprWords says an expression as the engines read it, as ConditionWords does.
func exprWords(e *ruleset.Expr) string {
	switch {
	case e.Op != "":
		words := testWords(e.Attr, Test{Op: e.Op, Values: e.Values})
		if e.IgnoreCase {
			words += " in any case"
		}
		return words
	case e.TargetGroup != "":
		return "in " + e.TargetGroup
	case e.Flag != "":
		return e.Flag + " serves " + inWords(e.Variations, "or")
	case e.Not != nil:
		return "not " + exprWords(e.Not)
	}
	var parts []string
	for _, child := range e.Children() {
		parts = append(parts, exprWords(&child))
	}
	if e.All != nil {
		return strings.Join(parts, " and ")
	}
	return "(" + strings.Join(parts, " or ") + ")"
}
