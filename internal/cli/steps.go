package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// step is one place where an evaluation could have ended.
type step struct {
	Kind   string     `json:"kind"`
	Name   string     `json:"name"`
	Answer string     `json:"answer"`
	Served bool       `json:"served"`
	Note   string     `json:"note"`
	When   *condition `json:"when"`
}

// condition is one part of a step's condition, with what it saw.
type condition struct {
	Is     string          `json:"is"`
	Clause *ruleset.Expr   `json:"clause"`
	Name   string          `json:"name"`
	Saw    json.RawMessage `json:"saw"`
	Answer string          `json:"answer"`
	Parts  []condition     `json:"parts"`
}

// printSteps writes an explanation, a line a step and a line a part.
func printSteps(w io.Writer, raw json.RawMessage) {
	var steps []step
	if len(raw) == 0 || json.Unmarshal(raw, &steps) != nil {
		return
	}
	for _, s := range steps {
		words := strings.TrimSpace(s.Kind + " " + s.Name)
		if s.Note != "" {
			words += ": " + s.Note
		}
		if s.Served {
			words += "   ← served"
		}
		say(w, "  %s %s\n", mark(s.Answer), words)
		if s.When != nil {
			s.When.print(w, "      ")
		}
	}
}

func (c *condition) print(w io.Writer, indent string) {
	say(w, "%s%s %s\n", indent, mark(c.Answer), c.words())
	for i := range c.Parts {
		c.Parts[i].print(w, indent+"  ")
	}
}

func (c *condition) words() string {
	switch {
	case c.Clause != nil && c.Clause.Attr != "":
		return fmt.Sprintf("%s %s %s, saw %s", c.Clause.Attr, c.Clause.Op, constants(c.Clause.Values), saw(c.Saw))
	case c.Is == "target_group":
		return "in target group " + c.Name
	case c.Is == "flag":
		return "flag " + c.Name
	case c.Is == "all":
		return "all of"
	case c.Is == "any":
		return "any of"
	}
	return strings.TrimSpace(c.Is + " " + c.Name)
}

func constants(values []json.RawMessage) string {
	var words []string
	for _, v := range values {
		words = append(words, string(v))
	}
	if len(words) > 6 {
		words = append(words[:5], fmt.Sprintf("and %d more", len(words)-5))
	}
	return strings.Join(words, ", ")
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
