package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// answer is an evaluation's detail as this command prints it: what a program
// would get and why, without what only a connected program has.
type answer struct {
	Flag          string             `json:"flag"`
	Value         json.RawMessage    `json:"value,omitempty"`
	Variation     string             `json:"variation,omitempty"`
	Reason        string             `json:"reason"`
	Rule          *answerRule        `json:"rule,omitempty"`
	Experiment    *answerExperiment  `json:"experiment,omitempty"`
	Error         *answerError       `json:"error,omitempty"`
	Split         *answerSplit       `json:"split,omitempty"`
	Path          []string           `json:"path,omitempty"`
	Prerequisites []answerPrecedent  `json:"prerequisites,omitempty"`
	Notes         []string           `json:"notes,omitempty"`
	Revision      int64              `json:"revision"`
	Steps         json.RawMessage    `json:"steps,omitempty"`
	Explanation   *answerExplanation `json:"explanation,omitempty"`
	AsOf          *answerAsOf        `json:"asOf,omitempty"`
}

// answerAsOf is the state of the past that answered.
type answerAsOf struct {
	Number int64 `json:"number"`
	At     int64 `json:"at"`
	Until  int64 `json:"until,omitempty"`
	Erased int64 `json:"erased,omitempty"`
	Actor  struct {
		Name string `json:"name"`
	} `json:"actor"`
	Sentences []string `json:"sentences"`
}

func (s *answerAsOf) words() string {
	until := "until now"
	if s.Until != 0 {
		until = "to " + timeWords(s.Until)
	}
	words := fmt.Sprintf("revision %d, in force from %s %s, by %s", s.Number, timeWords(s.At), until, s.Actor.Name)
	if s.Erased != 0 {
		words += fmt.Sprintf("\nan identifier was erased on %s: for who it named the answer was another then", timeWords(s.Erased))
	}
	return words
}

type answerRule struct {
	Index int    `json:"index"`
	ID    string `json:"id"`
}

type answerExperiment struct {
	Key   string `json:"key"`
	Arm   string `json:"arm,omitempty"`
	Phase int    `json:"phase"`
}

type answerError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type answerSplit struct {
	Seed     string `json:"seed"`
	Unit     string `json:"unit"`
	Position int    `json:"position"`
	Cell     [2]int `json:"cell"`
}

type answerPrecedent struct {
	Flag      string `json:"flag"`
	Variation string `json:"variation,omitempty"`
	Reason    string `json:"reason"`
}

// answerExplanation is how the server wraps the steps.
type answerExplanation struct {
	Steps json.RawMessage `json:"steps"`
}

// complete gives the answer its form here: the program's default where that is
// served, prerequisites and steps only when asked for.
func (a *answer) complete(o *evalOptions) {
	if a.Variation == "" && o.def != "" {
		a.Value = json.RawMessage(o.def)
	}
	if a.Explanation != nil {
		a.Steps, a.Explanation = a.Explanation.Steps, nil
	}
	if !o.explain {
		a.Steps, a.Prerequisites = nil, nil
	}
}

// print writes the answer for people.
func (a *answer) print(w io.Writer, hasDefault bool) {
	say(w, "%s %s\n", a.Flag, a.valueWords(hasDefault))
	say(w, "  %s\n", a.reasonWords())
	if a.AsOf != nil {
		say(w, "  %s\n", a.AsOf.words())
	}
	for _, p := range a.Prerequisites {
		say(w, "  needs %s, which serves %s (%s)\n", p.Flag, orNothing(p.Variation), p.Reason)
	}
	for _, note := range a.Notes {
		say(w, "  note: %s\n", note)
	}
	printSteps(w, a.Steps)
}

func orNothing(text string) string {
	if text == "" {
		return "no variation"
	}
	return text
}

func (a *answer) valueWords(hasDefault bool) string {
	switch {
	case a.Variation != "" && string(a.Value) == a.Variation:
		return "= " + a.Variation
	case a.Variation != "":
		return "= " + string(a.Value) + " (variation " + a.Variation + ")"
	case hasDefault:
		return "= " + string(a.Value) + " (the program's own default)"
	}
	return "= the program's own default"
}

// reasonWords says why in a line.
func (a *answer) reasonWords() string {
	words := a.Reason
	switch {
	case a.Rule != nil:
		words += fmt.Sprintf(": rule %s (number %d)", a.Rule.ID, a.Rule.Index+1)
	case a.Experiment != nil:
		words += fmt.Sprintf(": experiment %s, arm %s, phase %d", a.Experiment.Key, a.Experiment.Arm, a.Experiment.Phase)
	case a.Error != nil:
		words += ": " + a.Error.Code + ", " + a.Error.Message
	case len(a.Path) > 0:
		words += ": " + strings.Join(a.Path, " → ")
	}
	if s := a.Split; s != nil {
		words += fmt.Sprintf("; %s is at %.4f %%, in the cell from %.4f to %.4f %%",
			s.Unit, float64(s.Position)/1e4, float64(s.Cell[0])/1e4, float64(s.Cell[1])/1e4)
	}
	return words
}
