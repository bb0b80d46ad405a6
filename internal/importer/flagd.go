package importer

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// What a flagd file holds, by its published schema.
type (
	fdFile struct {
		Flags      json.RawMessage            // by key, or a list with keys
		Evaluators map[string]json.RawMessage `json:"$evaluators"`
		Metadata   map[string]json.RawMessage
	}
	fdFlag struct {
		Key            string
		State          string
		Variants       json.RawMessage
		DefaultVariant json.RawMessage
		Targeting      json.RawMessage
		Metadata       map[string]json.RawMessage
	}
)

// flagd is one import.
type flagd struct {
	*draft
	environment string
	evaluators  map[string]json.RawMessage
}

func readFlagd(d *draft, sources []source) error {
	environment, err := d.only("flagd")
	if err != nil {
		return err
	}
	f := &flagd{draft: d, environment: environment, evaluators: map[string]json.RawMessage{}}
	for _, s := range sources {
		if err := f.read(s); err != nil {
			return err
		}
	}
	return nil
}

func (f *flagd) read(s source) error {
	if s.fields()["flags"] == nil {
		return s.unknown("flagd", "no flags")
	}
	var file fdFile
	if err := s.decode(s.raw, "the file", &file); err != nil {
		return err
	}
	maps.Copy(f.evaluators, file.Evaluators)
	for _, name := range slices.Sorted(maps.Keys(file.Metadata)) {
		f.lose(s.name, "the file's metadata %s", name)
	}
	flags, err := file.flags(s)
	if err != nil {
		return err
	}
	for _, flag := range flags {
		f.flag(flag)
	}
	return nil
}

// flags are the file's flags in the order of their keys.
func (file fdFile) flags(s source) (flags []fdFlag, err error) {
	if items := list(file.Flags); items != nil {
		return flags, s.decode(file.Flags, "the list of flags", &flags)
	}
	byKey := object(file.Flags)
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		flag := fdFlag{}
		if err := s.decode(byKey[key], "flag "+key, &flag); err != nil {
			return nil, err
		}
		flag.Key = key
		flags = append(flags, flag)
	}
	return flags, nil
}

func (f *flagd) flag(x fdFlag) {
	names, values := members(x.Variants)
	var choices []choice
	for _, name := range names {
		choices = append(choices, choice{name, values[name]})
	}
	t := typeOf(choices)
	if t == "" {
		f.lose(x.Key, "the flag is left out: its variants have no type in common, or there are none")
		return
	}
	out := document.Flag{Type: t}
	var ids []string
	out.Variations, ids = variations(t, choices, byName)
	f.labels(x.Key, choices, ids, t == ruleset.Boolean)
	for _, name := range slices.Sorted(maps.Keys(x.Metadata)) {
		words, is := text(x.Metadata[name])
		if name == "description" && is {
			f.describe(x.Key, &out, words)
			continue
		}
		f.lose(x.Key, "its metadata %s", name)
	}
	b := &fdBlock{flagd: f, key: x.Key, ids: map[string]string{}}
	for i, name := range names {
		b.ids[name] = ids[i]
	}
	out.Environments = map[string]*document.Configuration{f.environment: b.configuration(x)}
	f.file.Flags[f.flagKey(x.Key)] = out
}

// members are an object's members in the order in which they are written.
func members(raw json.RawMessage) (names []string, values map[string]json.RawMessage) {
	values = object(raw)
	dec := json.NewDecoder(bytesReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, nil
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, nil
		}
		var skipped json.RawMessage
		if dec.Decode(&skipped) != nil {
			return nil, nil
		}
		if key, is := name.(string); is && !slices.Contains(names, key) {
			names = append(names, key)
		}
	}
	return names, values
}

// fdBlock makes what the environment does with one flag.
type fdBlock struct {
	*flagd
	key   string
	ids   map[string]string // variant → id of a variation
	rules []document.Rule
	work  int // expressions that were read
}

func (b *fdBlock) say(format string, args ...any) {
	b.lose(in(b.key, b.environment), format, args...)
}

func (b *fdBlock) configuration(x fdFlag) *document.Configuration {
	c := &document.Configuration{Enabled: x.State != "DISABLED", Off: document.Code}
	c.Default.Variation = document.Code
	if name, is := text(x.DefaultVariant); is {
		id, known := b.ids[name]
		if !known && name != "" {
			b.say("its default variant %s is none of its variants; programs serve their own default", name)
		}
		if known {
			c.Default.Variation = id
		}
	}
	if absent(x.Targeting) || len(object(x.Targeting)) == 0 && isObject(x.Targeting) {
		return c
	}
	if why := b.target(x.Targeting, nil, c.Default, 0); why != "" {
		b.say("the targeting ends at rule %d: %s", len(b.rules)+1, why)
	}
	c.Rules = b.rules
	b.simplify(c)
	return c
}

// simplify makes a last rule that fits everyone the default.
func (b *fdBlock) simplify(c *document.Configuration) {
	if n := len(c.Rules); n > 0 && len(c.Rules[n-1].When) == 0 {
		c.Default, c.Rules = c.Rules[n-1].Serve, c.Rules[:n-1]
	}
	for n := len(c.Rules); n > 0 && c.Rules[n-1].Serve.Variation != "" && c.Rules[n-1].Serve.Variation == c.Default.Variation; n-- {
		c.Rules = c.Rules[:n-1] // the last rule serves what everyone gets
	}
}

// target makes rules of an expression that gives a variant, for those who fit a
// condition; fallback is what no variant means. What cannot be said ends it, since what
// comes later counts on what came before.
func (b *fdBlock) target(raw json.RawMessage, within document.Condition, fallback document.Serve, depth int) (why string) {
	if depth > deepest {
		return tooDeep
	}
	op, args, is := operation(raw)
	switch {
	case !is:
		served, why := b.variant(raw, fallback)
		if why == "" {
			b.add(within, served)
		}
		return why
	case op == "if" || op == "?:":
		return b.branches(args, within, fallback, depth+1)
	case op == "fractional":
		served, why := b.fractional(args)
		if why == "" {
			b.add(within, served)
		}
		return why
	case op == "$ref":
		inner, why := b.evaluator(args)
		if why != "" {
			return why
		}
		return b.target(inner, within, fallback, depth+1)
	}
	return b.truth(raw, within)
}

// branches is if: condition, result, condition, result, …, else.
func (b *fdBlock) branches(args []json.RawMessage, within document.Condition, fallback document.Serve, depth int) (why string) {
	for len(args) >= 2 {
		when, why := b.holds(args[0], 0)
		if why != "" {
			return why
		}
		if why := b.target(args[1], append(slices.Clone(within), when...), fallback, depth); why != "" {
			return why
		}
		args = args[2:]
	}
	if len(args) == 1 {
		return b.target(args[0], within, fallback, depth)
	}
	b.add(within, fallback)
	return ""
}

// truth is a condition in the place of a variant: the variants true and false.
func (b *fdBlock) truth(raw json.RawMessage, within document.Condition) (why string) {
	yes, isYes := b.ids["true"]
	no, isNo := b.ids["false"]
	if !isYes || !isNo {
		op, _, _ := operation(raw)
		return "what " + op + " gives is no variant"
	}
	when, why := b.holds(raw, 0)
	if why != "" {
		return why
	}
	b.add(append(slices.Clone(within), when...), document.Serve{Variation: yes})
	b.add(within, document.Serve{Variation: no})
	return ""
}

func (b *fdBlock) add(when document.Condition, served document.Serve) {
	b.rules = append(b.rules, document.Rule{When: tidy(when), Serve: served})
}

// variant is a name, true or false (which are names too), or null for the default.
func (b *fdBlock) variant(raw json.RawMessage, fallback document.Serve) (document.Serve, string) {
	if absent(raw) {
		return fallback, ""
	}
	name, is := text(raw)
	if !is {
		name = string(compact(raw))
	}
	id, known := b.ids[name]
	if !known {
		return document.Serve{}, strconv.Quote(name) + " is none of its variants"
	}
	return document.Serve{Variation: id}, ""
}

// fractional is a split; its first argument may be what is bucketed.
func (b *fdBlock) fractional(args []json.RawMessage) (served document.Serve, why string) {
	by := targetingKey
	if len(args) > 0 && list(args[0]) == nil {
		if by, why = b.bucketed(args[0]); why != "" {
			return served, why
		}
		args = args[1:]
	}
	var parts []part
	for _, raw := range args {
		pair := list(raw)
		if len(pair) == 0 || len(pair) > 2 {
			return served, "a part of fractional is no variant with a weight"
		}
		to, why := b.variant(pair[0], document.Serve{Variation: document.Code})
		if why != "" {
			return served, "in fractional " + why
		}
		if to.Variation == document.Code {
			return served, "a part of fractional gives no variant"
		}
		weight := 1.0
		if len(pair) == 2 && json.Unmarshal(pair[1], &weight) != nil {
			return served, "a weight of fractional is not written as a number"
		}
		parts = append(parts, part{to.Variation, weight})
	}
	served = serve(parts, by)
	if served.Variation == "" && served.Shares == nil {
		return served, "no part of fractional has a weight"
	}
	if len(served.Shares) > 1 {
		b.say("a split by %s keeps its shares; who is in which is dealt anew", by)
	}
	return served, ""
}

// bucketed is the path that a bucketing expression reads: an attribute, or a text put
// together of one attribute and a seed.
func (b *fdBlock) bucketed(raw json.RawMessage) (path, why string) {
	const only = "fractional deals by something that is no attribute"
	op, args, is := operation(raw)
	if !is {
		return "", only
	}
	if op == "var" {
		return b.path(args)
	}
	if op != "cat" {
		return "", only
	}
	for _, arg := range args {
		inner, of, is := operation(arg)
		if !is {
			continue // a seed
		}
		if inner != "var" {
			return "", only
		}
		name, _ := text(of[0])
		if name == "$flagd.flagKey" {
			continue // the seed that a flag has here by itself
		}
		if path != "" {
			return "", "fractional deals by two attributes at once"
		}
		if path, why = b.path(of); why != "" {
			return "", why
		}
	}
	if path == "" {
		return "", only
	}
	return path, ""
}
