package document

import (
	"encoding/json"
	"fmt"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// operatorWords say an operator in a sentence; what is missing here is said by
// its own name.
var operatorWords = map[string]string{
	ruleset.OpIn:         "is",
	ruleset.OpAllIn:      "has only",
	ruleset.OpStartsWith: "starts with",
	ruleset.OpEndsWith:   "ends with",
	ruleset.OpContains:   "contains",
	ruleset.OpGlob:       "looks like",
	ruleset.OpMatches:    "matches",
	ruleset.OpLt:         "<",
	ruleset.OpLe:         "≤",
	ruleset.OpGt:         ">",
	ruleset.OpGe:         "≥",
	ruleset.OpVerEq:      "=",
	ruleset.OpVerLt:      "<",
	ruleset.OpVerLe:      "≤",
	ruleset.OpVerGt:      ">",
	ruleset.OpVerGe:      "≥",
	ruleset.OpVerRange:   "is in the range",
	ruleset.OpBefore:     "is before",
	ruleset.OpAfter:      "is after",
	ruleset.OpCIDR:       "is in the network",
}

// ConditionWords says a condition: "app.platform is ios and app.version ≥ 2.0".
func ConditionWords(c Condition) string {
	if len(c) == 0 {
		return "everyone"
	}
	parts := make([]string, 0, len(c))
	for _, t := range c {
		parts = append(parts, termWords(t))
	}
	return strings.Join(parts, " and ")
}

func termWords(t Term) string {
	switch t.Kind {
	case All, Any:
		parts := make([]string, 0, len(t.Conditions))
		for _, c := range t.Conditions {
			parts = append(parts, bracketed(c))
		}
		if t.Kind == All {
			return strings.Join(parts, " and ")
		}
		return "(" + strings.Join(parts, " or ") + ")"
	case Not:
		return "not " + bracketed(t.Conditions[0])
	case Group:
		return "in " + inWords(t.Groups, "or")
	case OnFlag:
		parts := make([]string, 0, len(t.Flags))
		for _, f := range t.Flags {
			parts = append(parts, f.Flag+" serves "+inWords(f.Variations, "or"))
		}
		return strings.Join(parts, " and ")
	}
	parts := make([]string, 0, len(t.Tests))
	for _, test := range t.Tests {
		parts = append(parts, testWords(t.Path, test))
	}
	words := strings.Join(parts, " and ")
	if t.IgnoreCase {
		words += " in any case"
	}
	return words
}

func bracketed(c Condition) string {
	words := ConditionWords(c)
	if len(c) > 1 {
		return "(" + words + ")"
	}
	return words
}

func testWords(path string, t Test) string {
	values := make([]string, 0, len(t.Values))
	for _, v := range t.Values {
		values = append(values, rawWords(v))
	}
	switch {
	case t.Op == ruleset.OpExists:
		return path + " is there"
	case t.Op == ruleset.OpBetween && len(values) == 2:
		return path + " is between " + values[0] + " and " + values[1]
	case t.Op == ruleset.OpIn && len(values) > 1:
		return path + " is one of " + fewWords(values)
	}
	word := operatorWords[t.Op]
	if word == "" {
		word = t.Op
	}
	return path + " " + word + " " + fewWords(values)
}

// fewWords names the first of many.
func fewWords(values []string) string {
	if len(values) > 6 {
		return strings.Join(values[:5], ", ") + fmt.Sprintf(" and %d more", len(values)-5)
	}
	return strings.Join(values, ", ")
}

// rawWords says a JSON value: a text without its quotes, a long one cut.
func rawWords(raw json.RawMessage) string {
	if raw == nil {
		return "nothing"
	}
	n := rawNode(raw)
	text := string(raw)
	if n.kind == textKind {
		text = n.text
	}
	if text == "" {
		return `""`
	}
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return text
}

// serveWords says what is served: "true", "25 % true, 75 % false by
// organization.key", "the program's own default".
func serveWords(s Serve) string {
	if len(s.Shares) == 0 {
		return s.Variation
	}
	parts := make([]string, 0, len(s.Shares))
	for _, share := range s.Shares {
		parts = append(parts, percent(share.PPM)+" % "+share.To)
	}
	words := strings.Join(parts, ", ")
	if by := normalBy(s.By); by != "" {
		words += " by " + by
	}
	return words
}

// assignmentWords says which flags get what: "Flags.theme red".
func assignmentWords(m map[string]string) string {
	var parts []string
	for _, flag := range sortedKeys(m) {
		parts = append(parts, flag+" "+m[flag])
	}
	return inWords(parts, "and")
}

// armWords names a party of an experiment.
func armWords(party string) string {
	if party == Next {
		return "not in it"
	}
	return party
}

// ExperimentSummary says what an experiment serves to whom: "25 % holiday, 25 %
// normal, 50 % not in it, for app.version ≥ 2.0".
func ExperimentSummary(x Experiment) string {
	words := ""
	if x.Arms == nil {
		words = assignmentWords(x.Serve)
	} else {
		var parts []string
		for _, share := range armShares(x.Arms) {
			parts = append(parts, percent(share.PPM)+" % "+armWords(share.To))
		}
		words = strings.Join(parts, ", ")
	}
	if len(x.When) == 0 {
		return words + " for everyone"
	}
	return words + " for " + ConditionWords(x.When)
}

// GroupSummary says who is in a target group: "1 included, 1 excluded, or plan
// is pro".
func GroupSummary(g TargetGroup) string {
	var parts []string
	if n := len(g.Include); n > 0 {
		parts = append(parts, fmt.Sprintf("%d included", n))
	}
	if n := len(g.Exclude); n > 0 {
		parts = append(parts, fmt.Sprintf("%d excluded", n))
	}
	words := strings.Join(parts, ", ")
	switch {
	case g.When == nil && words == "":
		return "nobody"
	case g.When == nil:
		return words
	case words == "":
		return ConditionWords(g.When)
	}
	return words + ", or " + ConditionWords(g.When)
}
