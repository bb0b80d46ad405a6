package importer

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// configure makes what each wanted environment does with a feature and its variants.
func (u *unleash) configure(f *unFlag) {
	if f.Archived {
		return
	}
	for _, theirs := range slices.Sorted(maps.Keys(f.environments)) {
		environment, wanted := u.ours(theirs)
		if !wanted {
			continue
		}
		b := &unBlock{unleash: u, f: f, at: f.environments[theirs], theirs: theirs, object: in(f.Name, environment)}
		main, variant := b.configurations()
		u.file.Flags[u.flagKey(f.Name)].Environments[environment] = main
		if f.ids != nil {
			u.file.Flags[u.variantKey(f)].Environments[environment] = variant
		}
	}
}

// unBlock makes what one environment does with one feature.
type unBlock struct {
	*unleash
	f              *unFlag
	at             *unEnvironment
	theirs, object string
}

func (b *unBlock) say(format string, args ...any) { b.lose(b.object, format, args...) }

// configurations are that of the feature, whose strategies are rules that each go on
// where they do not deal somebody in, and that of its variants, which are dealt to whom
// the feature is on for.
func (b *unBlock) configurations() (main, variant *document.Configuration) {
	main = &document.Configuration{Enabled: b.at.enabled, Off: "false", Default: document.Serve{Variation: "false"}}
	variant = &document.Configuration{Enabled: true, Off: document.Code, Default: document.Serve{Variation: document.Code},
		Prerequisites: []document.Prerequisite{{Flag: b.flagKey(b.f.Name), Variations: []string{"true"}}}}
	b.dependencies(main)
	slices.SortStableFunc(b.at.strategies, func(a, b unStrategy) int { return int(a.SortOrder - b.SortOrder) })
	if len(b.at.strategies) == 0 {
		main.Default.Variation = "true" // no strategy is everyone
	}
	overrides, shared := b.dealt("its variants", b.at.variants)
	variant.Rules = append(variant.Rules, overrides...)
	partly := false
	for i, s := range b.at.strategies {
		rule, ok := b.rule(i, s)
		if !ok {
			continue
		}
		main.Rules = append(main.Rules, rule)
		own, dealt := b.dealt("the variants of strategy "+strconv.Itoa(i+1), s.Variants)
		if len(dealt.Shares) > 0 || dealt.Variation != "" {
			if partly {
				b.say("who is dealt in by strategy %d and not by one before it may get the variants of that one", i+1)
			}
			for _, o := range own {
				o.When = tidy(append(slices.Clone(rule.When), o.When...))
				variant.Rules = append(variant.Rules, o)
			}
			variant.Rules = append(variant.Rules, document.Rule{Name: rule.Name, When: rule.When, Serve: dealt})
		}
		partly = partly || len(rule.Serve.Shares) > 0
	}
	if shared.Variation != "" || len(shared.Shares) > 0 {
		variant.Default = shared
	}
	return main, variant
}

// dependencies are prerequisites. A parent that is not at hand keeps the feature off, as
// it does there.
func (b *unBlock) dependencies(c *document.Configuration) {
	for _, parent := range b.f.Dependencies {
		p := b.features[parent.Feature]
		if p == nil || p.Archived {
			b.say("it is off: its parent %s is not at hand", parent.Feature)
			c.Enabled = false
			continue
		}
		on := parent.Enabled == nil || *parent.Enabled
		c.Prerequisites = append(c.Prerequisites, document.Prerequisite{Flag: b.flagKey(p.Name), Variations: []string{strconv.FormatBool(on)}})
		if !on || len(parent.Variants) == 0 {
			continue
		}
		var ids []string
		for _, name := range parent.Variants {
			if id := p.id(name); id != "" {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			b.say("it is off: its parent %s has none of the variants %s", parent.Feature, strings.Join(parent.Variants, ", "))
			c.Enabled = false
			continue
		}
		c.Prerequisites = append(c.Prerequisites, document.Prerequisite{Flag: b.variantKey(p), Variations: ids})
	}
}

// rule is a strategy: its conditions, and whom of those who fit it deals in.
func (b *unBlock) rule(i int, s unStrategy) (rule document.Rule, ok bool) {
	words := "strategy " + strconv.Itoa(i+1) + " (" + firstWords(s.Title, s.Name) + ")"
	if s.Disabled {
		b.say("%s is left out: it is disabled", words)
		return rule, false
	}
	when, why := b.conditions(s.Constraints)
	if why == "" {
		why = b.inSegments(&when, s.Segments)
	}
	served := document.Serve{Variation: "true"}
	if why == "" {
		served, why = b.strategy(words, s, &when)
	}
	if why != "" {
		b.say("%s is left out: %s", words, why)
		return rule, false
	}
	name, _ := clip(s.Title)
	rule = document.Rule{ID: firstKey(s.ID), Name: name, When: tidy(when), Serve: served}
	if len(rule.When) == 0 {
		rule.When = nil
	}
	return rule, true
}

func firstWords(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

func (b *unBlock) inSegments(when *document.Condition, ids []json.Number) (why string) {
	for _, id := range ids {
		s, known := b.segments[id.String()]
		switch {
		case !known:
			return "the segment " + id.String() + " is not at hand; add the answer of GET /api/admin/segments"
		case s.bare:
			return "what makes the segment " + s.Name + " is not at hand; add the answer of GET /api/admin/segments"
		}
		*when = append(*when, document.Term{Kind: document.Group, Groups: []string{b.groupKey(s.Name)}})
	}
	return ""
}

// strategy is what a strategy's name and parameters mean.
func (b *unBlock) strategy(words string, s unStrategy, when *document.Condition) (document.Serve, string) {
	everyone := document.Serve{Variation: "true"}
	switch s.Name {
	case "default":
		return everyone, ""
	case "userWithId":
		return everyone, oneOf(when, targetingKey, ruleset.OpIn, s.words("userIds"))
	case "remoteAddress":
		addresses, bad := addresses(s.words("IPs"))
		b.notAddresses(words, bad)
		return everyone, oneOf(when, "remoteAddress", ruleset.OpCIDR, addresses)
	case "gradualRolloutUserId":
		return b.rollout(words, s.number("percentage"), "userId", when)
	case "gradualRolloutSessionId":
		return b.rollout(words, s.number("percentage"), "sessionId", when)
	case "gradualRolloutRandom":
		return b.rollout(words, s.number("percentage"), "random", when)
	case "flexibleRollout":
		stickiness, _ := text(s.Parameters["stickiness"])
		return b.rollout(words, s.number("rollout"), stickiness, when)
	case "applicationHostname":
		return everyone, "a context has no host name of the program; send one as an attribute and write a rule"
	}
	return everyone, "there is no strategy like " + s.Name
}

func (b *unBlock) notAddresses(words string, bad []string) {
	if len(bad) > 0 {
		b.say("%s lists what is no address: %s", words, strings.Join(bad, ", "))
	}
}

func oneOf(when *document.Condition, path, op string, values []string) (why string) {
	if len(values) == 0 {
		return "its list is empty, so it holds for nobody"
	}
	*when = append(*when, clause(path, op, texts(values)...))
	return ""
}

// rollout deals a part in; the others go on to the next rule. Who lacks what is dealt by
// is never in, be it 100 %.
func (b *unBlock) rollout(words string, percent float64, stickiness string, when *document.Condition) (document.Serve, string) {
	switch {
	case percent >= 100:
		if stickiness != "" && stickiness != "default" && stickiness != "random" {
			*when = append(*when, exists(unPath(stickiness)))
		}
		return document.Serve{Variation: "true"}, ""
	case percent <= 0:
		return document.Serve{}, "it deals 0 % in"
	}
	by := b.sticky(words, stickiness)
	b.say("%s keeps its share of %v %%; who is in it is dealt anew", words, percent)
	return serve([]part{{"true", percent}, {document.Next, 100 - percent}}, by), ""
}

// sticky is the path that a stickiness means.
func (b *unBlock) sticky(words, stickiness string) string {
	switch stickiness {
	case "", "default":
		return targetingKey // there also the session or chance, where there is no user
	case "random":
		b.say("%s: dealt by targetingKey, the same each time; there it is by chance", words)
		return targetingKey
	}
	return unPath(stickiness)
}

// unPath is where a field of Unleash's context is in a context here.
func unPath(field string) string {
	switch field {
	case "userId":
		return targetingKey
	case "appName":
		return "service.name"
	case "currentTime":
		return nowPath
	}
	return field
}

// words are the items of a parameter that is a list in one text.
func (s unStrategy) words(parameter string) (out []string) {
	all, _ := text(s.Parameters[parameter])
	for word := range strings.SplitSeq(all, ",") {
		if word = strings.TrimSpace(word); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// number is a parameter that is a number, or one in a text; what is none is 0, which
// deals nobody in.
func (s unStrategy) number(parameter string) float64 {
	words := strings.Trim(string(s.Parameters[parameter]), `" `)
	n, err := strconv.ParseFloat(words, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0
	}
	return n
}

// dealt is what variants serve: rules for whom a variant is set by name, and a split.
func (b *unBlock) dealt(words string, variants []unVariant) (overrides []document.Rule, served document.Serve) {
	if b.f.ids == nil || len(variants) == 0 {
		return nil, served
	}
	var parts []part
	for _, v := range variants {
		id := b.f.id(v.Name)
		parts = append(parts, part{id, v.Weight})
		for _, o := range v.Overrides {
			if len(o.Values) > 0 {
				when := document.Condition{clause(unPath(o.ContextName), ruleset.OpIn, texts(o.Values)...)}
				overrides = append(overrides, document.Rule{Name: "override of " + v.Name, When: when, Serve: document.Serve{Variation: id}})
			}
		}
	}
	served = serve(parts, b.sticky(words, variants[0].Stickiness))
	if len(served.Shares) > 1 {
		b.say("%s keep their shares; who gets which is dealt anew", words)
	}
	if served.Variation == "" && served.Shares == nil {
		served.Variation = document.Code // no variant has a weight
	}
	return overrides, served
}
