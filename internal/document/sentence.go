package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Sentences says in words what a change does, the way a history reads: one
// sentence for each thing that differs. p is the state after, for what words
// alone cannot tell; it may be nil.
func Sentences(c Change, p *Project) []string {
	name := c.Object
	if c.Environment != "" {
		name += " in " + c.Environment
	}
	var out []string
	switch c.Kind {
	case ConfigurationKind:
		out = configurationSentences(name, c, p)
	case FlagKind:
		out = flagSentences(name, c)
	case ExperimentKind:
		out = experimentSentences("experiment "+name, c)
	case TargetGroupKind:
		out = groupSentences("target group "+name, c)
	default:
		out = objectSentences("attribute "+name, c)
	}
	if len(out) == 0 {
		out = []string{name + ": changed"}
	}
	return out
}

// from reads an object of a change back; absent is the zero value.
func from[T any](raw json.RawMessage) T {
	var value T
	if raw != nil {
		// A change holds what this package wrote; what is unreadable to it
		// is told as absent.
		_ = json.Unmarshal(raw, &value)
	}
	return value
}

// arrow says a value before and after, or nothing where they are the same.
func arrow(out []string, subject, before, after string) []string {
	if before == after {
		return out
	}
	if before == "" {
		return append(out, subject+" "+after)
	}
	if after == "" {
		return append(out, subject+" "+before+" removed")
	}
	return append(out, subject+" "+before+" → "+after)
}

func flagSentences(name string, c Change) []string {
	before, after := from[Flag](c.Before), from[Flag](c.After)
	switch c.Action {
	case Create:
		return []string{fmt.Sprintf("%s: created, type %s", name, after.Type)}
	case Delete:
		return []string{name + ": archived"}
	}
	var out []string
	out = arrow(out, name+": description", Text(before.Description), Text(after.Description))
	out = arrow(out, name+": owner", Text(before.Owner), Text(after.Owner))
	out = arrow(out, name+": kind", Text(before.Kind), Text(after.Kind))
	out = arrow(out, name+": expires", Text(before.Expires), Text(after.Expires))
	if Text(before.KeepUntil) != Text(after.KeepUntil) {
		out = append(out, name+": "+keptWords(Text(after.KeepUntil)))
	}
	if was, is := Text(before.ManagedBy) == ByFile, Text(after.ManagedBy) == ByFile; was != is {
		out = append(out, name+map[bool]string{true: ": managed by a file from now on", false: ": no longer managed by a file"}[is])
	}
	out = arrow(out, name+": managed in", Text(before.ManagedIn), Text(after.ManagedIn))
	out = arrow(out, name+": seed", Text(before.Seed), Text(after.Seed))
	if before.Seed != nil && Text(before.Seed) != Text(after.Seed) {
		out = append(out, name+": people in its splits are dealt anew")
	}
	out = arrow(out, name+": tags", fewWords(before.Tags), fewWords(after.Tags))
	if was, is := before.Client != nil && *before.Client, after.Client != nil && *after.Client; was != is {
		out = append(out, name+map[bool]string{true: ": client keys may see it", false: ": client keys no longer see it"}[is])
	}
	return append(out, variationSentences(name, before, after)...)
}

func keptWords(until string) string {
	switch until {
	case "":
		return "no longer kept"
	case Always:
		return "kept for good"
	}
	return "kept until " + until
}

func variationSentences(name string, before, after Flag) []string {
	var out []string
	for _, v := range after.Variations {
		at := slices.IndexFunc(before.Variations, func(old Variation) bool { return old.ID == v.ID })
		if at < 0 {
			out = append(out, fmt.Sprintf("%s: variation %s added (%s)", name, v.ID, rawWords(v.Value)))
			continue
		}
		old := before.Variations[at]
		out = arrow(out, name+": variation "+v.ID, rawWords(old.Value), rawWords(v.Value))
		out = arrow(out, name+": name of variation "+v.ID, old.Name, v.Name)
	}
	for _, v := range before.Variations {
		if !slices.ContainsFunc(after.Variations, func(now Variation) bool { return now.ID == v.ID }) {
			out = append(out, fmt.Sprintf("%s: variation %s removed", name, v.ID))
		}
	}
	return out
}

func configurationSentences(name string, c Change, p *Project) []string {
	if c.Action == Delete {
		return []string{name + ": no longer configured, the program's own default is served"}
	}
	after := from[*Configuration](c.After)
	before := from[*Configuration](c.Before)
	var out []string
	if before == nil { // compared with what was served until now
		before = &Configuration{Enabled: true, Default: Serve{Variation: Code}, Off: after.Off}
		if p != nil {
			before.Off = DefaultOff(p.Flags[c.Object].Type)
		}
	}
	if before.Enabled != after.Enabled {
		out = append(out, name+map[bool]string{true: ": switched on", false: ": switched off, everyone gets " + after.Off}[after.Enabled])
	}
	out = arrow(out, name+": default", serveWords(before.Default), serveWords(after.Default))
	if c.Action == Update {
		out = moveSentence(out, name+": default", serveMoves("", before.Default, after.Default, seedOf(p, c.Object)))
	}
	out = arrow(out, name+": when off", before.Off, after.Off)
	out = append(out, prerequisiteSentences(name, before, after)...)
	out = append(out, targetSentences(name, before, after)...)
	out = append(out, ruleSentences(name, before.Rules, after.Rules, seedOf(p, c.Object))...)
	if len(out) == 0 && c.Action == Create {
		out = append(out, name+": configured, default "+serveWords(after.Default))
	}
	return out
}

func prerequisiteSentences(name string, before, after *Configuration) []string {
	var out []string
	words := func(p Prerequisite) string { return p.Flag + " serves " + inWords(p.Variations, "or") }
	for _, p := range after.Prerequisites {
		if !slices.ContainsFunc(before.Prerequisites, func(old Prerequisite) bool { return words(old) == words(p) }) {
			out = append(out, name+": now needs that "+words(p))
		}
	}
	for _, p := range before.Prerequisites {
		if !slices.ContainsFunc(after.Prerequisites, func(now Prerequisite) bool { return words(now) == words(p) }) {
			out = append(out, name+": no longer needs that "+words(p))
		}
	}
	return out
}

func targetSentences(name string, before, after *Configuration) []string {
	var out []string
	for _, path := range union(before.Targets, after.Targets) {
		for _, unit := range union(before.Targets[path], after.Targets[path]) {
			was, is := before.Targets[path][unit], after.Targets[path][unit]
			switch {
			case was == is:
			case is == "":
				out = append(out, fmt.Sprintf("%s: %s %s no longer targeted", name, path, unit))
			default:
				out = arrow(out, fmt.Sprintf("%s: %s %s gets", name, path, unit), was, is)
			}
		}
	}
	if len(out) > 6 {
		return append(out[:5:5], fmt.Sprintf("%s: %d more changes of targets", name, len(out)-5))
	}
	return out
}

func ruleSentences(name string, before, after []Rule, flagSeed *string) []string {
	var out []string
	position := func(list []Rule, id string) int {
		return slices.IndexFunc(list, func(r Rule) bool { return r.ID == id })
	}
	for _, r := range after {
		at := position(before, r.ID)
		if at < 0 {
			out = append(out, fmt.Sprintf("%s: rule %s added: if %s serve %s", name, r.ID, ConditionWords(r.When), serveWords(r.Serve)))
			continue
		}
		old := before[at]
		subject := fmt.Sprintf("%s: rule %s", name, r.ID)
		out = arrow(out, subject+": if", ConditionWords(old.When), ConditionWords(r.When))
		out = arrow(out, subject+": serve", serveWords(old.Serve), serveWords(r.Serve))
		out = arrow(out, subject+": name", old.Name, r.Name)
		if Text(old.Serve.Seed) != Text(r.Serve.Seed) {
			out = append(out, subject+": another seed, people are dealt anew")
		}
		out = moveSentence(out, subject, serveMoves(r.ID, old.Serve, r.Serve, flagSeed))
	}
	for _, r := range before {
		if position(after, r.ID) < 0 {
			out = append(out, fmt.Sprintf("%s: rule %s removed", name, r.ID))
		}
	}
	if len(out) == 0 && !slices.EqualFunc(before, after, func(a, b Rule) bool { return a.ID == b.ID }) {
		out = append(out, name+": rules reordered")
	}
	return out
}

func experimentSentences(name string, c Change) []string {
	before, after := from[Experiment](c.Before), from[Experiment](c.After)
	switch c.Action {
	case Create:
		return []string{fmt.Sprintf("%s: created, %s: %s", name, after.State, ExperimentSummary(after))}
	case Delete:
		return []string{name + ": deleted"}
	}
	var out []string
	if before.State != after.State {
		word := map[string]string{Running: "started", Stopped: "stopped", Draft: "back to a draft"}[after.State]
		out = append(out, name+": "+word)
	}
	if was, is := ExperimentSummary(before), ExperimentSummary(after); was != is {
		out = append(out, name+": "+was+" → "+is)
	}
	if words := moveWords(experimentMoves(before, after), armWords); words != "" {
		out = append(out, name+": "+words)
	}
	out = arrow(out, name+": environment", before.Environment, after.Environment)
	out = arrow(out, name+": by", unitPath(before.By), unitPath(after.By))
	out = arrow(out, name+": order", fmt.Sprint(before.Order), fmt.Sprint(after.Order))
	out = arrow(out, name+": description", before.Description, after.Description)
	for i := range min(len(before.Arms), len(after.Arms)) {
		a, b := before.Arms[i], after.Arms[i]
		if a.Name == b.Name {
			out = arrow(out, name+": arm "+a.Name+" serves", assignmentWords(a.Flags), assignmentWords(b.Flags))
		}
	}
	return out
}

func groupSentences(name string, c Change) []string {
	before, after := from[TargetGroup](c.Before), from[TargetGroup](c.After)
	switch c.Action {
	case Create:
		return []string{name + ": created: " + GroupSummary(after)}
	case Delete:
		return []string{name + ": deleted"}
	}
	var out []string
	list := func(word string, was, is []string) {
		added := slices.DeleteFunc(slices.Clone(is), func(u string) bool { return slices.Contains(was, u) })
		gone := slices.DeleteFunc(slices.Clone(was), func(u string) bool { return slices.Contains(is, u) })
		if len(added) > 0 {
			out = append(out, name+": "+fewWords(added)+" "+word)
		}
		if len(gone) > 0 {
			out = append(out, name+": "+fewWords(gone)+" no longer "+word)
		}
	}
	list("included", before.Include, after.Include)
	list("excluded", before.Exclude, after.Exclude)
	words := func(g TargetGroup) string {
		if g.When == nil {
			return "nobody"
		}
		return ConditionWords(g.When)
	}
	out = arrow(out, name+": who else belongs:", words(before), words(after))
	out = arrow(out, name+": by", unitPath(before.By), unitPath(after.By))
	return arrow(out, name+": description", before.Description, after.Description)
}

func objectSentences(name string, c Change) []string {
	switch c.Action {
	case Create:
		return []string{name + ": added"}
	case Delete:
		return []string{name + ": deleted"}
	}
	var out []string
	for _, d := range Diff(c.Before, c.After) {
		if !bytes.Equal(d.Before, d.After) {
			out = append(out, fmt.Sprintf("%s: %s %s → %s", name, d.Path, rawWords(d.Before), rawWords(d.After)))
		}
	}
	return out
}
