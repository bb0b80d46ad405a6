package check

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"burgee.dev/burgee/sdk/ruleset"
)

// expr reads a condition in the form of the wire.
func expr(t *testing.T, text string) *ruleset.Expr {
	t.Helper()
	if text == "" {
		return nil
	}
	var e ruleset.Expr
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return &e
}

// clause is a clause in the form of the wire: "age lt 18".
func clause(text string) string {
	parts := strings.SplitN(text, " ", 3)
	if len(parts) == 2 {
		return fmt.Sprintf(`{"attr":%q,"op":%q}`, parts[0], parts[1])
	}
	return fmt.Sprintf(`{"attr":%q,"op":%q,"values":[%s]}`, parts[0], parts[1], parts[2])
}

func all(texts ...string) string { return `{"all":[` + strings.Join(texts, ",") + `]}` }
func not(text string) string     { return `{"not":` + text + `}` }

func flagOf(t *testing.T, whens ...string) *ruleset.Set {
	t.Helper()
	f := ruleset.Flag{
		Key: "f", Type: ruleset.Boolean, Enabled: true, Off: 1, Default: ruleset.Fixed(1),
		Variations: []ruleset.Variation{{ID: "true", Value: raw(true)}, {ID: "false", Value: raw(false)}},
	}
	for i, when := range whens {
		f.Rules = append(f.Rules, ruleset.Rule{ID: fmt.Sprint("r", i), When: expr(t, when), Serve: ruleset.Fixed(0)})
	}
	return &ruleset.Set{Flags: []ruleset.Flag{f}, Groups: []ruleset.Group{
		{Key: "staff", Include: []string{"ann"}, Exclude: []string{"bob"}, When: expr(t, clause(`email ends_with "@corp"`))},
		{Key: "nobody"},
	}}
}

func TestRulesThatCannotMatch(t *testing.T) {
	for name, c := range map[string]struct {
		when  string
		want  State
		lists bool // a list may still match
	}{
		"under 18 and over 21":                            {all(clause("age lt 18"), clause("age gt 21")), Contradictory, true},
		"under 18 and over 17":                            {all(clause("age lt 18"), clause("age gt 17")), Reachable, false},
		"an age that is a list is still no missing one":   {all(clause("age lt 18"), not(clause("age exists"))), Contradictory, false},
		"not under 18 and missing":                        {all(not(clause("age lt 18")), not(clause("age exists"))), Contradictory, false},
		"two countries at once":                           {all(clause(`country in "DE"`), clause(`country in "FR"`)), Contradictory, true},
		"a country that is a number too":                  {all(clause(`country in "DE"`), clause("country gt 3")), Contradictory, true},
		"a version from 3 and under 2":                    {all(clause(`v ver_ge "3"`), clause(`v ver_lt "2"`)), Contradictory, true},
		"a version between a pre-release and its release": {all(clause(`v ver_gt "1.2.0-rc.1"`), clause(`v ver_lt "1.2.0"`)), Reachable, false},
		"nothing between a pre-release and its first":     {all(clause(`v ver_gt "1-a"`), clause(`v ver_lt "1-a.0"`)), Contradictory, true},
		"a caret range from its end on":                   {all(clause(`v ver_range "^1.2"`), clause(`v ver_ge "2"`)), Contradictory, true},
		"no millisecond between":                          {all(clause("at after 1000"), clause("at before 1001")), Contradictory, true},
		"a millisecond between":                           {all(clause("at after 1000"), clause("at before 1002")), Reachable, false},
		"an address outside of its network":               {all(clause(`ip cidr "10.0.0.0/24"`), not(clause(`ip cidr "10.0.0.0/8"`))), Contradictory, false},
		"a network beyond the one inside":                 {all(clause(`ip cidr "10.0.0.0/8"`), not(clause(`ip cidr "10.0.0.0/24"`))), Reachable, false},
		"equal to what has not the prefix":                {all(clause(`p in "abc"`), clause(`p starts_with "x"`)), Contradictory, true},
		"two prefixes":                                    {all(clause(`p starts_with "ab"`), clause(`p starts_with "x"`)), Contradictory, true},
		"a prefix and not a shorter one":                  {all(clause(`p starts_with "ab"`), not(clause(`p starts_with "a"`))), Contradictory, false},
		"a prefix, a suffix and something inside":         {all(clause(`p starts_with "ab"`), clause(`p ends_with "yz"`), clause(`p contains "q"`)), Reachable, false},
		"a pattern of a prefix without the prefix":        {all(clause(`p matches "\\Aab"`), not(clause(`p starts_with "ab"`))), Contradictory, false},
		"all of nothing":                                  {`{"all":[]}`, Reachable, false},
		"any of nothing":                                  {`{"any":[]}`, Contradictory, false},
		"a group of nobody":                               {`{"target_group":"nobody"}`, Contradictory, false},
		"in a group and excluded from it":                 {all(`{"target_group":"staff"}`, clause(`targetingKey in "bob"`)), Contradictory, true},
		"the clock before and after":                      {all(clause("now before 5"), clause("now after 7")), Contradictory, false},
		"two values of a list":                            {all(clause(`tags all_in "a","b"`), clause(`tags in "a"`), clause(`tags in "b"`)), Contradictory, true},
		"a list only of what is not in it":                {all(clause(`tags all_in "a","b"`), clause(`tags in "c"`)), Contradictory, false},
	} {
		t.Run(name, func(t *testing.T) {
			set := flagOf(t, c.when)
			got := New(set, nil).Reach("f")[0]
			if got.State != c.want || got.Lists != c.lists {
				t.Fatalf("got %+v, want state %d, with lists %t", got, c.want, c.lists)
			}
			if (c.want == Reachable || c.lists) && !reached(set, 0, got) {
				t.Errorf("the witness %v does not match", got.Witness)
			}
		})
	}
}

func TestRulesBehindOthers(t *testing.T) {
	half := []ruleset.Cell{{End: 500_000, Arm: ruleset.Skip}, {End: ruleset.Whole, Variation: 1, Arm: ruleset.Skip}}
	some := []ruleset.Cell{{End: 500_000, Arm: ruleset.Skip}, {End: ruleset.Whole, Variation: ruleset.Skip, Arm: ruleset.Skip}}
	for name, c := range map[string]struct {
		whens []string
		table []ruleset.Cell // what the first rule serves
		want  State          // of the last rule
		by    []int
	}{
		"behind everyone":                        {[]string{"", clause("age lt 5")}, nil, Unreachable, []int{0}},
		"behind a split of everyone":             {[]string{"", clause("age lt 5")}, half, Reachable, nil},
		"behind a split by its own attribute":    {[]string{"", clause(`targetingKey in "ann"`)}, half, Unreachable, []int{0}},
		"behind a share of everyone":             {[]string{"", clause(`targetingKey in "ann"`)}, some, Reachable, nil},
		"behind a wider rule":                    {[]string{clause("age lt 9"), clause("age lt 5")}, nil, Unreachable, []int{0}},
		"behind a narrower rule":                 {[]string{clause("age lt 5"), clause("age lt 9")}, nil, Reachable, nil},
		"behind two that meet":                   {[]string{clause("age lt 5"), clause("age ge 5"), clause("age in 1,7")}, nil, Unreachable, []int{0, 1}},
		"behind two that leave a point":          {[]string{clause("age lt 5"), clause("age gt 5"), clause("age in 1,5,7")}, nil, Reachable, nil},
		"behind there and not there":             {[]string{clause("age exists"), not(clause("age exists")), clause(`country in "DE"`)}, nil, Unreachable, []int{0, 1}},
		"behind one prefix of two":               {[]string{clause(`p starts_with "a"`), clause(`p starts_with "a","b"`)}, nil, Reachable, nil},
		"behind both prefixes":                   {[]string{clause(`p starts_with "a"`), clause(`p starts_with "b"`), clause(`p starts_with "a","b"`)}, nil, Unreachable, []int{0, 1}},
		"behind the parts that it contains":      {[]string{clause(`p contains "b"`), clause(`p in "abc","xbx"`)}, nil, Unreachable, []int{0}},
		"an included unit behind the group":      {[]string{`{"target_group":"staff"}`, clause(`targetingKey in "ann"`)}, nil, Unreachable, []int{0}},
		"an excluded unit behind the group":      {[]string{`{"target_group":"staff"}`, clause(`targetingKey in "bob"`)}, nil, Reachable, nil},
		"behind a pattern that is the same":      {[]string{clause(`p matches "[a-f]x"`), all(clause(`p matches "[a-f]x"`), clause("age lt 5"))}, nil, Unreachable, []int{0}},
		"behind a pattern over short texts only": {[]string{clause(`p matches "a"`), clause(`p contains "a"`)}, nil, Unknown, nil},
	} {
		t.Run(name, func(t *testing.T) {
			set := flagOf(t, c.whens...)
			if c.table != nil {
				set.Flags[0].Rules[0].Serve = ruleset.Serve{Table: c.table}
			}
			last := len(c.whens) - 1
			got := New(set, nil).Reach("f")[last]
			if got.State != c.want || fmt.Sprint(got.By) != fmt.Sprint(c.by) {
				t.Fatalf("got %+v, want state %d by %v", got, c.want, c.by)
			}
			if c.want == Reachable && !reached(set, last, got) {
				t.Errorf("the witness %v does not reach it", got.Witness)
			}
		})
	}
}

func TestARuleOnAnotherFlagIsReachedAsFarAsThatFlagGoes(t *testing.T) {
	set := flagOf(t, `{"flag":"g","variations":["true"]}`)
	g := set.Flags[0]
	g.Key, g.Rules, g.Default = "g", nil, ruleset.Fixed(1)
	set.Flags = append(set.Flags, g)
	if got := New(set, nil).Reach("f")[0].State; got != Contradictory {
		t.Errorf("a flag that serves false only: got %d", got)
	}
	set.Flags[1].Targets = map[string]map[string]int{"targetingKey": {"ann": 0}}
	if got := New(set, nil).Reach("f")[0].State; got == Contradictory {
		t.Error("a flag with a target for true is said never to serve it")
	}
}

func TestTextsThatAreLikeMoreThanTheySay(t *testing.T) {
	for pattern, want := range map[string]part{
		`\Aabc`: {partPrefix, "abc", false}, `abc\z`: {partSuffix, "abc", false}, `abc`: {partInside, "abc", false},
		`\Aabc\z`: {partEqual, "abc", false}, `\Aabc[^\x{A}]*`: {partPrefix, "abc", false}, `[^\x{A}]*`: {kind: partAny},
		`(?:)`: {kind: partAny}, `\A[\x{0}-\x{10FFFF}]*abc\z`: {partSuffix, "abc", false},
		`\A[^\x{A}]*\z`: {kind: partOpaque, text: `matches \A[^\x{A}]*\z`}, `a|b`: {kind: partOpaque, text: `matches a|b`},
	} {
		if got := patternPart(pattern); got != want {
			t.Errorf("pattern %s: got %+v, want %+v", pattern, got, want)
		}
	}
	for glob, want := range map[string]part{
		"abc": {partEqual, "abc", false}, "abc*": {partPrefix, "abc", false}, "*abc": {partSuffix, "abc", false}, "**abc*": {partInside, "abc", false},
		"*": {kind: partAny}, `a\*`: {partEqual, "a*", false}, "a*b": {kind: partOpaque, text: "glob a*b"}, "a?": {kind: partOpaque, text: "glob a?"},
	} {
		if got := globPart(glob, false); got != want {
			t.Errorf("glob %s: got %+v, want %+v", glob, got, want)
		}
	}
}

func TestAListOfThousandsIsNotLookedAtOneByOne(t *testing.T) {
	set := flagOf(t, `{"target_group":"many"}`, all(`{"target_group":"many"}`, clause("age lt 5")), clause("targetingKey in 7"))
	many := ruleset.Group{Key: "many"}
	for i := range 50_000 {
		many.Include = append(many.Include, fmt.Sprint("unit-", i))
	}
	set.Groups = append(set.Groups, many)
	got := New(set, nil).Reach("f")
	if got[0].State != Reachable || got[1].State != Unreachable || got[2].State != Reachable {
		t.Errorf("got %+v", got)
	}
}
