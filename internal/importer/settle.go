package importer

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// rounds bounds how often the file is mended: taking out one thing may leave another
// without what it refers to, as deep as flags may refer to each other.
const rounds = 20

// settle takes out what a project would refuse, so that the file applies as it is.
func (d *draft) settle() error {
	if len(d.file.TargetGroups) == 0 {
		d.file.TargetGroups = nil
	}
	for range rounds {
		err := sound(d.file)
		if err == nil {
			return nil
		}
		if !d.takeOut(fault.As(err).Fields) {
			return err
		}
	}
	return sound(d.file)
}

// sound says what burgee apply on an empty project would refuse. The environments are
// those that the file names.
func sound(file *document.File) error {
	written, err := document.Parse("", document.Render(file))
	if err != nil {
		return err
	}
	_, _, err = document.Merge(document.NewProject(cmp.Or(file.Project, "default"), named(file)...), written, func(string) string { return "" })
	return err
}

func named(file *document.File) []string {
	var keys []string
	for _, f := range file.Flags {
		for key := range f.Environments {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	return keys
}

// place is what a problem's path points to, the smallest part that can be taken out.
type place struct {
	flag, environment, group string
	rule                     int // -1: not a rule
}

// takeOut removes each part that has a problem, and says so. It returns false where a
// problem is not one of a part.
func (d *draft) takeOut(fields []fault.Field) bool {
	reasons := map[place]string{}
	var places []place
	for _, f := range fields {
		p, ok := d.locate(f.Field)
		if !ok {
			return false
		}
		if _, known := reasons[p]; !known {
			places = append(places, p)
			reasons[p] = f.Message
		}
	}
	// The last rule first, so that the numbers of the others stay.
	slices.SortStableFunc(places, func(a, b place) int { return b.rule - a.rule })
	for _, p := range places {
		d.remove(p, reasons[p])
	}
	return len(places) > 0
}

func (d *draft) locate(path string) (p place, ok bool) {
	p.rule = -1
	if rest, in := strings.CutPrefix(path, "targetGroups."); in {
		p.group, _, ok = longest(d.file.TargetGroups, rest)
		return p, ok
	}
	rest, in := strings.CutPrefix(path, "flags.")
	if !in {
		return p, false
	}
	if p.flag, rest, ok = longest(d.file.Flags, rest); !ok {
		return p, false
	}
	if rest, in = strings.CutPrefix(rest, ".environments."); !in {
		return p, true
	}
	if p.environment, rest, ok = longest(d.file.Flags[p.flag].Environments, rest); !ok {
		return p, false
	}
	if rest, in = strings.CutPrefix(rest, ".rules["); in {
		number, _, _ := strings.Cut(rest, "]")
		p.rule, _ = strconv.Atoi(number)
	}
	return p, true
}

// longest is the longest key that a path begins with, and what follows it.
func longest[T any](keys map[string]T, path string) (key, rest string, ok bool) {
	for k := range keys {
		after, begins := strings.CutPrefix(path, k)
		whole := after == "" || after[0] == '.' || after[0] == '['
		if begins && whole && (!ok || len(k) > len(key)) {
			key, rest, ok = k, after, true
		}
	}
	return key, rest, ok
}

func (d *draft) remove(p place, reason string) {
	if p.group != "" {
		d.lose(p.group, "the target group is left out: %s", reason)
		delete(d.file.TargetGroups, p.group)
		return
	}
	f, there := d.file.Flags[p.flag]
	if !there {
		return
	}
	if p.environment == "" {
		d.lose(p.flag, "the flag is left out: %s", reason)
		delete(d.file.Flags, p.flag)
		return
	}
	c := f.Environments[p.environment]
	switch {
	case c == nil:
	case p.rule >= 0 && p.rule < len(c.Rules):
		d.lose(in(p.flag, p.environment), "%s is left out: %s", ruleWords(p.rule, firstWords(c.Rules[p.rule].Name, c.Rules[p.rule].ID)), reason)
		c.Rules = slices.Delete(c.Rules, p.rule, p.rule+1)
	default:
		d.lose(in(p.flag, p.environment), "nothing of it is carried over, programs serve their own default: %s", reason)
		delete(f.Environments, p.environment)
	}
}

// ruleWords names a rule by its number from 1 and its label, which tells it where those
// before it were left out.
func ruleWords(i int, name string) string {
	words := "rule " + strconv.Itoa(i+1)
	if name != "" {
		words += " (" + name + ")"
	}
	return words
}
