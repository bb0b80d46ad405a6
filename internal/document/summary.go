package document

import (
	"encoding/json"
	"fmt"

	"burgee.dev/burgee/sdk/ruleset"
)

// Serving is what a list says of a flag in an environment.
type Serving struct {
	Text       string // "true", "25 % of DE", "experiment holiday-launch", "OFF"
	Kind       string // code, variation, split, rules, experiment or off
	RollingOut bool   // some get one thing and some another by their share
	Experiment string // the running experiment that comes first
}

// The kinds of Serving.
const (
	ServesCode       = "code"
	ServesVariation  = "variation"
	ServesSplit      = "split"
	ServesRules      = "rules"
	ServesExperiment = "experiment"
	ServesOff        = "off"
)

// Summarise says in a few words what a flag serves in an environment. A nil
// codeDefault is not known.
func Summarise(p *Project, environment, flag string, codeDefault json.RawMessage) Serving {
	f := p.Flags[flag]
	c := p.Configuration(environment, flag)
	if c == nil {
		c = Unconfigured(f.Type)
	}
	if !c.Enabled {
		return Serving{Text: "OFF", Kind: ServesOff}
	}
	if running := p.running(environment)[flag]; len(running) > 0 {
		first := running[0]
		return Serving{
			Text:       "experiment " + first.key,
			Kind:       ServesExperiment,
			RollingOut: len(first.Table) > 1,
			Experiment: first.key,
		}
	}
	s := otherwiseServing(c.Default, codeDefault)
	if len(c.Rules) == 0 {
		if n := targeted(c); n > 0 {
			s.Text += fmt.Sprintf(", %d targeted", n)
		}
		return s
	}
	out := ruleServing(c.Rules[0])
	if more := len(c.Rules) - 1; more > 0 {
		out.Text += fmt.Sprintf(" +%d", more)
	}
	for _, r := range c.Rules[1:] {
		out.RollingOut = out.RollingOut || partial(r.Serve)
	}
	out.RollingOut = out.RollingOut || s.RollingOut
	return out
}

func targeted(c *Configuration) int {
	n := 0
	for _, units := range c.Targets {
		n += len(units)
	}
	return n
}

func otherwiseServing(s Serve, codeDefault json.RawMessage) Serving {
	if len(s.Shares) > 0 {
		return Serving{Text: serveWords(s), Kind: ServesSplit, RollingOut: partial(s)}
	}
	if s.Variation != Code {
		return Serving{Text: s.Variation, Kind: ServesVariation}
	}
	text := "code default"
	if codeDefault != nil {
		text += " " + rawWords(codeDefault)
	}
	return Serving{Text: text, Kind: ServesCode}
}

// ruleServing says a rule in a list's width: "25 % of DE", "true for in beta".
func ruleServing(r Rule) Serving {
	who := whoWords(r)
	if !partial(r.Serve) {
		return Serving{Text: serveWords(r.Serve) + " for " + who, Kind: ServesRules}
	}
	share := r.Serve.Shares[0]
	text := percent(share.PPM) + " %"
	if share.To != "true" {
		text += " " + share.To
	}
	return Serving{Text: text + " of " + who, Kind: ServesRules, RollingOut: true}
}

// partial says whether a split has more than one cell.
func partial(s Serve) bool { return len(layout(s.Shares)) > 1 }

// whoWords names a rule's people as short as it can: a name, the values of an
// only line, else the whole condition.
func whoWords(r Rule) string {
	if r.Name != "" {
		return r.Name
	}
	if len(r.When) == 0 {
		return "everyone"
	}
	if len(r.When) == 1 {
		t := r.When[0]
		if t.Kind == Group {
			return inWords(t.Groups, "or")
		}
		if t.Kind == Clause && len(t.Tests) == 1 && t.Tests[0].Op == ruleset.OpIn {
			var values []string
			for _, v := range t.Tests[0].Values {
				values = append(values, rawWords(v))
			}
			return fewWords(values)
		}
	}
	words := ConditionWords(r.When)
	if runes := []rune(words); len(runes) > 48 {
		return string(runes[:47]) + "…"
	}
	return words
}
