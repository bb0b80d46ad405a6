package eval

import "math/bits"

const (
	indexedFrom     = 17     // rules that a flag has at least, to have an index
	maxIndexed      = 4      // attributes in an index
	maxIndexedTexts = 50_000 // texts under one attribute; with more the index would outgrow the rules
)

// ruleIndex finds the rules of a flag that may hold for a context, so that the
// others need no look. Who decides is the condition: a rule that is not ruled out
// is tested as ever.
type ruleIndex []attributeIndex

// attributeIndex is what one attribute says about rules, as sets of them by their
// position. A rule that needs the attribute to be one of some texts can hold for
// these only; all the other rules are in every set.
type attributeIndex struct {
	slot   int32
	byText map[string]ruleSet
	others ruleSet // for a text that no rule names, and for what is no text
}

// ruleSet is a set of positions.
type ruleSet []uint64

const setWord = 64

func newRuleSet(rules int) ruleSet { return make(ruleSet, (rules+setWord-1)/setWord) }

func (s ruleSet) add(i int) { s[i/setWord] |= 1 << (i % setWord) }

// indexRules makes the index of a flag of many rules, on the attributes that rule out
// most of them.
func (f *flag) indexRules() {
	if f.settled || len(f.rules) < indexedFrom {
		return
	}
	needs := map[int32][]*clause{} // by slot, then by rule: nil where the rule has no such clause
	var slots []int32              // in the order of the rules, so that an index is always the same
	for i := range f.rules {
		f.rules[i].when.needed(func(c *clause) {
			if needs[c.slot] == nil {
				needs[c.slot] = make([]*clause, len(f.rules))
				slots = append(slots, c.slot)
			}
			needs[c.slot][i] = c
		})
	}
	for _, slot := range slots {
		if len(f.index) == maxIndexed {
			return
		}
		if rulesOut(needs[slot]) {
			f.index = append(f.index, indexAttribute(slot, needs[slot]))
		}
	}
}

// rulesOut says whether at least half of the rules have a clause on an attribute,
// and not more texts than are worth indexing.
func rulesOut(byRule []*clause) bool {
	needing, texts := 0, 0
	for _, c := range byRule {
		if c == nil {
			continue
		}
		needing++
		texts += len(c.texts)
		if c.parsed != nil {
			texts += len(c.parsed.set)
		}
	}
	return 2*needing >= len(byRule) && texts <= maxIndexedTexts
}

// needed visits the clauses without which a condition does not hold and that
// only texts fulfil.
func (n *node) needed(visit func(*clause)) {
	if n == nil {
		return
	}
	switch c := &n.clause; n.kind {
	case nodeClause:
		if c.op == opIn && !c.fold && c.slot != clockSlot && len(c.numbers) == 0 && c.bools == [2]bool{} {
			visit(c)
		}
	case nodeAll:
		for i := range n.sub {
			n.sub[i].needed(visit)
		}
	}
}

// indexAttribute indexes one attribute from the clause on it that each rule has,
// or nil.
func indexAttribute(slot int32, byRule []*clause) attributeIndex {
	a := attributeIndex{slot: slot, byText: map[string]ruleSet{}, others: newRuleSet(len(byRule))}
	for i, c := range byRule {
		if c == nil {
			a.others.add(i)
			continue
		}
		c.eachText(func(text string) {
			if a.byText[text] == nil {
				a.byText[text] = newRuleSet(len(byRule))
			}
			a.byText[text].add(i)
		})
	}
	for _, set := range a.byText {
		for w := range set {
			set[w] |= a.others[w]
		}
	}
	return a
}

// eachText visits the texts of a clause in any order.
func (c *clause) eachText(visit func(string)) {
	for _, text := range c.texts {
		visit(text)
	}
	if c.parsed != nil {
		for text := range c.parsed.set {
			visit(text)
		}
	}
}

// rules are those that may hold for an attribute, nil when all may.
func (a *attributeIndex) rules(v *value) ruleSet {
	switch {
	case v == nil:
		return a.others
	case v.kind == list:
		return nil
	case v.kind != text:
		return a.others
	}
	if set, named := a.byText[v.text]; named {
		return set
	}
	return a.others
}

// searchRules finds the rule that decides by the flag's index.
func (e *scope) searchRules(f *flag) (r Result, decided bool) {
	var sets [maxIndexed]ruleSet
	n := 0
	for i := range f.index {
		if set := f.index[i].rules(e.value(f.index[i].slot)); set != nil {
			sets[n] = set
			n++
		}
	}
	for w, first := 0, 0; first < len(f.rules); w, first = w+1, first+setWord {
		word := ^uint64(0)
		for _, set := range sets[:n] {
			word &= set[w]
		}
		for ; word != 0; word &= word - 1 {
			i := first + bits.TrailingZeros64(word)
			if i >= len(f.rules) {
				break
			}
			if !e.matches(&f.rules[i]) {
				continue
			}
			if r, decided = e.decide(f, i); decided {
				return r, true
			}
		}
	}
	return Result{}, false
}

// matches says whether the condition of a rule holds.
func (e *scope) matches(r *rule) bool {
	switch {
	case r.when == nil:
		return true
	case e.answers == nil:
		return e.test(r.when) == yes
	}
	return e.holds(r) == yes
}
