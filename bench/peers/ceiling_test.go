package peers

import (
	"slices"
	"strings"
	"testing"

	"github.com/open-feature/go-sdk/openfeature"
	"github.com/twmb/murmur3"
)

// ceiling holds flags as a program written for these scenarios alone would: the
// user is a struct, versions are numbers beforehand, a group is a hash set, a
// split one murmur3 of salt and key.
type ceiling map[string]*ceilingFlag

type ceilingFlag struct {
	kind    kind
	salt    string
	rules   [][2]ceilingClause
	members map[string]struct{}
}

type ceilingClause struct {
	attr    int
	op      operator
	texts   []string
	number  float64
	version uint64
}

type ceilingUser struct {
	key     string
	texts   [4]string
	age     float64
	version uint64
}

var ceilingAttr = map[string]int{"country": 0, "plan": 1, "version": 2, "email": 3}

func newCeilingEngine(_ testing.TB, f *fixture) engine {
	single, bulk := newCeiling(f, f.single), newCeiling(f, f.bulk)
	user := ceilingJan()
	var ring []ceilingUser
	for _, key := range f.ring {
		ring = append(ring, ceilingUser{key: key})
	}
	return engine{
		bool:     func(int) bool { return single[boolFlag].serve(&user) == 1 },
		rules:    func(int) bool { return single[rulesFlag].serve(&user) == 1 },
		rulesNew: func(int) bool { u := ceilingJan(); return single[rulesFlag].serve(&u) == 1 },
		split:    func(i int) bool { return variations[single[splitFlag].serve(&ring[i%ringSize])] != "" },
		group: func(i int) bool {
			return (single[groupFlag].serve(&ring[i%ringSize]) == 1) == f.member[i%ringSize]
		},
		bulk: func(int) bool { return len(bulk.all(&user)) == bulkFlags },
		openFeature: throughOpenFeature("ceiling", func(key string, _ bool, c openfeature.FlattenedContext) bool {
			u := ceilingUserOf(c)
			return single[key].serve(&u) == 1
		}),
		variation: func(key string) string { return variations[single[splitFlag].serve(&ceilingUser{key: key})] },
		answers: func() map[string]any {
			out := map[string]any{}
			for key, n := range bulk.all(&user) {
				if bulk[key].kind == ofSplit {
					out[key] = variations[n]
				} else {
					out[key] = n == 1
				}
			}
			return out
		},
	}
}

func newCeiling(f *fixture, flags []flag) ceiling {
	group := map[string]struct{}{}
	for _, key := range f.members {
		group[key] = struct{}{}
	}
	var compiled [][2]ceilingClause
	for _, r := range rules {
		compiled = append(compiled, [2]ceilingClause{ceilingClauseOf(r[0]), ceilingClauseOf(r[1])})
	}
	c := ceiling{}
	for _, one := range flags {
		c[one.key] = &ceilingFlag{one.kind, "salt-" + one.key + ".", compiled, group}
	}
	return c
}

func ceilingClauseOf(c clause) ceilingClause {
	out := ceilingClause{attr: ceilingAttr[c.attr], op: c.op, texts: c.texts, number: c.number}
	if c.op == newerThan {
		out.version = packedVersion(c.texts[0])
	}
	return out
}

func ceilingJan() ceilingUser {
	return ceilingUser{jan.key, [4]string{jan.country, jan.plan, jan.version, jan.email}, float64(jan.age), packedVersion(jan.version)}
}

func ceilingUserOf(c openfeature.FlattenedContext) ceilingUser {
	text := func(key string) string { s, _ := c[key].(string); return s }
	age, _ := c["age"].(int)
	texts := [4]string{text("country"), text("plan"), text("version"), text("email")}
	return ceilingUser{text(openfeature.TargetingKey), texts, float64(age), packedVersion(texts[2])}
}

// packedVersion is a version of three numbers as one that compares alike.
func packedVersion(s string) (packed uint64) {
	part, shift := uint64(0), 40
	for i := range len(s) {
		if s[i] == '.' {
			packed |= part << shift
			part, shift = 0, shift-20
			continue
		}
		part = part*10 + uint64(s[i]-'0')
	}
	return packed | part<<shift
}

// all answers every flag, by key as a program wants it.
func (c ceiling) all(u *ceilingUser) map[string]int {
	out := make(map[string]int, bulkFlags)
	for key, f := range c {
		out[key] = f.serve(u)
	}
	return out
}

func (f *ceilingFlag) serve(u *ceilingUser) int {
	switch f.kind {
	case ofBool:
		return 1
	case ofRules:
		for i := range f.rules {
			if f.rules[i][0].holds(u) && f.rules[i][1].holds(u) {
				return 1
			}
		}
		return 0
	case ofSplit:
		return f.share(u.key)
	}
	if _, ok := f.members[u.key]; ok {
		return 1
	}
	return 0
}

func (f *ceilingFlag) share(key string) int {
	var text [96]byte
	n := copy(text[:], f.salt)
	n += copy(text[n:], key)
	position := int(uint64(murmur3.Sum32(text[:n])) * 100 >> 32)
	for i, share := range shares {
		if position < share {
			return i
		}
		position -= share
	}
	return 0
}

func (c *ceilingClause) holds(u *ceilingUser) bool {
	switch c.op {
	case in:
		return slices.Contains(c.texts, u.texts[c.attr])
	case newerThan:
		return u.version > c.version
	case atLeast:
		return u.age >= c.number
	}
	return strings.HasPrefix(u.texts[c.attr], c.texts[0])
}
