package peers

import "fmt"

// The flags of S1 to S4.
const (
	boolFlag  = "s1-bool"
	rulesFlag = "s2-rules"
	splitFlag = "s3-split"
	groupFlag = "s4-group"
)

const (
	members   = 1000
	bulkFlags = 1000
)

// user is the one user of S1, S2, S5 and S6.
type user struct {
	key, country, plan, version, email string
	age, build                         int
}

var jan = user{key: "user-4242", country: "NL", plan: "pro", version: "2.14.3", email: "jan@acme.example", age: 37, build: 21403}

// attributes are what engines that take a map are given, beside the key.
func (u user) attributes() map[string]any {
	return map[string]any{"country": u.country, "plan": u.plan, "version": u.version, "email": u.email, "age": u.age, "build": u.build}
}

// operator is what a clause of S2 does.
type operator int

const (
	in operator = iota
	newerThan
	atLeast
	startsWith
)

type clause struct {
	attr   string
	op     operator
	texts  []string
	number float64
	// build stands in for a version, at least as great, in an engine that
	// knows no versions.
	build float64
}

// rules are those of S2. For Jan the first clause of rules 1 to 4 holds and the
// second does not; rule 5 matches and serves true. Nothing else would.
var rules = [][2]clause{
	{{attr: "country", op: in, texts: []string{"DE", "FR", "BE", "LU", "NL"}}, {attr: "version", op: newerThan, texts: []string{"2.99.9"}, build: 30000}},
	{{attr: "plan", op: in, texts: []string{"team", "pro", "enterprise"}}, {attr: "email", op: startsWith, texts: []string{"ops@"}}},
	{{attr: "version", op: newerThan, texts: []string{"1.99.9"}, build: 20000}, {attr: "country", op: in, texts: []string{"US", "CA", "MX", "BR", "AR"}}},
	{{attr: "email", op: startsWith, texts: []string{"jan@"}}, {attr: "age", op: atLeast, number: 65}},
	{{attr: "country", op: in, texts: []string{"NL", "BE"}}, {attr: "version", op: newerThan, texts: []string{"2.9.9"}, build: 21000}},
}

// The variations of S3 with their shares in per cent.
var (
	variations = []string{"a", "b", "c"}
	shares     = []int{33, 33, 34}
)

// kind is what a flag is made of.
type kind int

const (
	ofBool kind = iota
	ofRules
	ofSplit
	ofGroup
)

// flag is one flag to load.
type flag struct {
	key  string
	kind kind
}

// fixture is what every engine loads.
type fixture struct {
	single  []flag   // the flags of S1 to S4
	bulk    []flag   // those of S5: 400 boolean, 300 of rules, 200 of splits, 100 of groups
	members []string // the users of the group
	ring    []string // the users of S3 and S4
	member  []bool   // whether each of them is in the group
}

const ringSize = 256

func newFixture() *fixture {
	f := &fixture{single: []flag{{boolFlag, ofBool}, {rulesFlag, ofRules}, {splitFlag, ofSplit}, {groupFlag, ofGroup}}}
	for i := range members {
		f.members = append(f.members, fmt.Sprintf("user-%04d", i))
	}
	for i := range ringSize {
		n := i / 2 * 7 % members
		if i%2 == 1 {
			n += members
		}
		f.ring = append(f.ring, fmt.Sprintf("user-%04d", n))
		f.member = append(f.member, n < members)
	}
	for i := range bulkFlags {
		f.bulk = append(f.bulk, flag{fmt.Sprintf("bulk-%04d", i), bulkKind(i)})
	}
	return f
}

func bulkKind(i int) kind {
	switch m := i % 10; {
	case m < 4:
		return ofBool
	case m < 7:
		return ofRules
	case m < 9:
		return ofSplit
	}
	return ofGroup
}

// step does one evaluation, the i-th, and says whether the answer was right.
type step func(i int) bool

// engine is one product with a step for each scenario; nil where the scenario
// cannot be had in it. What a program would build once is built before the step.
type engine struct {
	bool, rules, rulesNew, split, group, bulk, openFeature step

	variation func(user string) string // of S3, for any user
	answers   func() map[string]any    // of S5: booleans and strings by flag
}

// scenario picks the step of one scenario.
type scenario struct {
	id  string
	get func(engine) step
}

var scenarios = []scenario{
	{"S1", func(e engine) step { return e.bool }},
	{"S2", func(e engine) step { return e.rules }},
	{"S2n", func(e engine) step { return e.rulesNew }},
	{"S3", func(e engine) step { return e.split }},
	{"S4", func(e engine) step { return e.group }},
	{"S5", func(e engine) step { return e.bulk }},
	{"S6", func(e engine) step { return e.openFeature }},
}
