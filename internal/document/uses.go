package document

import (
	"slices"
	"strings"
)

// reference is one place that names a flag, a variation of it, or a group.
type reference struct {
	use        Use
	flag       string
	variations []string
	group      string
	reads      bool // the answer of the target is needed: a condition or a prerequisite
}

// references lists every place in some objects of the project that names a flag
// or a group.
func (p *Project) references(of *selection) []reference {
	var out []reference
	for key, g := range selected(of.groups, p.TargetGroups) {
		use := Use{Kind: TargetGroupKind, Key: key}
		out = appendCondition(out, use, join(join("targetGroups", key), "when"), g.When)
	}
	for _, environment := range p.Environments {
		for key, c := range selected(of.configurations[environment], p.Configurations[environment]) {
			out = appendConfiguration(out, key, environment, c)
		}
	}
	for key, x := range selected(of.experiments, p.Experiments) {
		out = appendExperiment(out, key, x)
	}
	return out
}

func appendConfiguration(out []reference, key, environment string, c *Configuration) []reference {
	use := Use{Kind: ConfigurationKind, Key: key, Environment: environment}
	at := blockPath(key, environment)
	own := func(at, id string) {
		if id != Code && id != Next {
			use.Path = at
			out = append(out, reference{use: use, flag: key, variations: []string{id}})
		}
	}
	served := func(at string, s Serve) {
		if len(s.Shares) == 0 {
			own(at, s.Variation)
			return
		}
		for _, share := range s.Shares {
			own(join(at, share.To), share.To)
		}
	}
	own(join(at, "off"), c.Off)
	for i, pre := range c.Prerequisites {
		use.Path = index(join(at, "prerequisites"), i)
		out = append(out, reference{use: use, flag: pre.Flag, variations: pre.Variations, reads: true})
	}
	for _, path := range sortedKeys(c.Targets) {
		for _, unit := range sortedKeys(c.Targets[path]) {
			own(join(join(join(at, "targets"), path), unit), c.Targets[path][unit])
		}
	}
	for i, r := range c.Rules {
		p := index(join(at, "rules"), i)
		out = appendCondition(out, use, join(p, "when"), r.When)
		served(join(p, "serve"), r.Serve)
	}
	served(join(at, "default"), c.Default)
	return out
}

func appendExperiment(out []reference, key string, x Experiment) []reference {
	use := Use{Kind: ExperimentKind, Key: key, Environment: x.Environment}
	at := join("experiments", key)
	out = appendCondition(out, use, join(at, "when"), x.When)
	assignment := func(at string, m map[string]string) {
		for _, flag := range sortedKeys(m) {
			use.Path = join(at, flag)
			out = append(out, reference{use: use, flag: flag, variations: []string{m[flag]}})
		}
	}
	assignment(join(at, "serve"), x.Serve)
	for i, arm := range x.Arms {
		assignment(join(index(join(at, "arms"), i), "flags"), arm.Flags)
	}
	return out
}

func appendCondition(out []reference, use Use, at string, c Condition) []reference {
	c.Walk(at, func(at string, t *Term) {
		use.Path = at
		for _, group := range t.Groups {
			out = append(out, reference{use: use, group: group, reads: true})
		}
		for _, f := range t.Flags {
			use.Path = join(at, f.Flag)
			out = append(out, reference{use: use, flag: f.Flag, variations: f.Variations, reads: true})
		}
	})
	return out
}

// UsesOfFlag lists what else reads or controls a flag: while there is any, the
// flag cannot be archived.
func (p *Project) UsesOfFlag(key string) []Use {
	return p.usesIn(p.users(key), func(r reference) bool {
		return r.flag == key && (r.use.Kind != ConfigurationKind || r.use.Key != key)
	})
}

// UsesOfGroup lists what refers to a target group.
func (p *Project) UsesOfGroup(key string) []Use {
	users := newSelection()
	users.usersOfGroup(p, key)
	return p.usesIn(users, func(r reference) bool { return r.group == key })
}

// UsesOfVariation lists what serves a variation or asks for it, the flag's own
// configurations included.
func (p *Project) UsesOfVariation(flag, id string) []Use {
	return p.usesIn(p.users(flag), func(r reference) bool { return r.flag == flag && slices.Contains(r.variations, id) })
}

// users are the objects that name a flag.
func (p *Project) users(flag string) *selection {
	out := newSelection()
	out.usersOfFlag(p, flag)
	return out
}

// usesIn lists the objects with a reference that matches, each once.
func (p *Project) usesIn(users *selection, match func(reference) bool) []Use {
	var out []Use
	for _, r := range p.references(users) {
		if !match(r) {
			continue
		}
		known := slices.ContainsFunc(out, func(u Use) bool {
			return u.Kind == r.use.Kind && u.Key == r.use.Key && u.Environment == r.use.Environment
		})
		if !known {
			out = append(out, r.use)
		}
	}
	return out
}

// UseWords names users in a sentence: "flag pay.api in production and target
// group beta".
func UseWords(uses []Use) string {
	var words []string
	for _, u := range uses {
		switch u.Kind {
		case ExperimentKind:
			words = append(words, "experiment "+u.Key+" in "+u.Environment)
		case TargetGroupKind:
			words = append(words, "target group "+u.Key)
		default:
			words = append(words, "flag "+u.Key+" in "+u.Environment)
		}
	}
	return inWords(words, "and")
}

// inWords joins a list as a sentence does: "a, b and c".
func inWords(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}
