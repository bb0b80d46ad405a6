package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// step is one place where an evaluation could have ended.
type step struct {
	Kind         string            `json:"kind"`
	Name         string            `json:"name"`
	Answer       string            `json:"answer"`
	Served       bool              `json:"served"`
	Note         string            `json:"note"`
	When         *condition        `json:"when"`
	Split        *answerSplit      `json:"split"`
	Saw          json.RawMessage   `json:"saw"`
	Prerequisite *stepPrerequisite `json:"prerequisite"`
}

// stepPrerequisite is what another flag must serve and serves, and why.
type stepPrerequisite struct {
	Needs     []string `json:"needs"`
	Variation string   `json:"variation"`
	Reason    string   `json:"reason"`
	Steps     []step   `json:"steps"`
}

// condition is one part of a step's condition, with what it saw.
type condition struct {
	Is     string          `json:"is"`
	Clause *ruleset.Expr   `json:"clause"`
	Name   string          `json:"name"`
	Saw    json.RawMessage `json:"saw"`
	Answer string          `json:"answer"`
	Note   string          `json:"note"`
	Needs  []string        `json:"needs"`
	Parts  []condition     `json:"parts"`
}

// printSteps writes an explanation, a line a step and a line a part.
func printSteps(w io.Writer, raw json.RawMessage) {
	var steps []step
	if len(raw) == 0 || json.Unmarshal(raw, &steps) != nil {
		return
	}
	printEach(w, steps, "  ")
}

func printEach(w io.Writer, steps []step, indent string) {
	for i := range steps {
		s := &steps[i]
		served := ""
		if s.Served {
			served = "   ← served"
		}
		say(w, "%s%s %s%s\n", indent, mark(s.Answer), s.words(), served)
		if s.When != nil {
			s.When.print(w, indent+"    ")
		}
		if s.Split != nil {
			say(w, "%s    %s\n", indent, s.Split.words())
		}
		if s.Prerequisite != nil {
			printEach(w, s.Prerequisite.Steps, indent+"    ")
		}
	}
}

func (s *step) words() string {
	words := strings.TrimSpace(s.Kind + " " + s.Name)
	switch {
	case s.Prerequisite != nil:
		p := s.Prerequisite
		words += fmt.Sprintf(" must serve %s; it serves %s (%s)", strings.Join(p.Needs, " or "), orNothing(p.Variation), p.Reason)
	case s.Kind == "targets":
		words += ", saw " + saw(s.Saw)
	}
	if s.Note != "" {
		words += ": " + s.Note
	}
	return words
}

// words says where a unit stands: "position 21.4800 % < 25 %".
func (s *answerSplit) words() string {
	position := fmt.Sprintf("%s is at position %.4f %%", s.Unit, float64(s.Position)/1e4)
	from, to := percent(s.Cell[0]), percent(s.Cell[1])
	switch {
	case s.Cell[0] == 0:
		return position + " < " + to
	case s.Cell[1] == ruleset.Whole:
		return position + " ≥ " + from
	}
	return position + ", from " + from + " to " + to
}

// percent is parts per million as people write them.
func percent(ppm int) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.4f", float64(ppm)/1e4), "0"), ".") + " %"
}

func (c *condition) print(w io.Writer, indent string) {
	say(w, "%s%s %s\n", indent, mark(c.Answer), c.words())
	for i := range c.Parts {
		c.Parts[i].print(w, indent+"  ")
	}
}

func (c *condition) words() string {
	switch {
	case c.Is == "clause" && c.Clause != nil:
		return clauseWords(c.Clause) + ", saw " + saw(c.Saw)
	case c.Is == "target_group" && c.Note != "":
		return "in target group " + c.Name + ": " + c.Note + ", saw " + saw(c.Saw)
	case c.Is == "target_group":
		return "in target group " + c.Name
	case c.Is == "flag":
		return "flag " + c.Name + " serves " + strings.Join(c.Needs, " or ") + ", saw " + saw(c.Saw)
	case c.Is == "all":
		return "all of"
	case c.Is == "any":
		return "any of"
	}
	return strings.TrimSpace(c.Is + " " + c.Name)
}

// clauseWords says a clause as a change of one is said.
func clauseWords(e *ruleset.Expr) string {
	return document.ConditionWords(document.Condition{{
		Kind: document.Clause, Path: e.Attr, IgnoreCase: e.IgnoreCase,
		Tests: []document.Test{{Op: e.Op, Values: e.Values}},
	}})
}

func saw(raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" {
		return "nothing"
	}
	return string(raw)
}

// mark shows an answer of the three-valued logic.
func mark(answer string) string {
	switch answer {
	case "yes":
		return "✓"
	case "no":
		return "✗"
	}
	return "?"
}
