package ruleset

import "encoding/json"

// Code is the variation index of a Serve, or of Off, that serves the caller's
// own default, the one written in the program.
const Code = -1

// Skip is the variation index of a cell that goes on to the next rule, and the
// arm index of a cell without an arm.
const Skip = -1

// Whole is the end of the last cell of a table, in parts per million.
const Whole = 1_000_000

// TargetingKey is the path that is bucketed and listed unless another is named.
const TargetingKey = "targetingKey"

// Flag is one flag as one environment serves it.
type Flag struct {
	Key           string
	Type          Type
	Client        bool
	Enabled       bool
	Variations    []Variation
	Off           int // index of a variation, or Code
	Prerequisites []Prerequisite
	Targets       map[string]map[string]int // path → unit → index of a variation
	Rules         []Rule                    // experiments first
	Default       Serve
	Needs         []string

	// Line is the entity as received, nil for one made in memory.
	Line []byte
	// Malformed says why the line cannot be used; empty for a sound flag.
	Malformed string
}

// Variation is one value that a flag can serve.
type Variation struct {
	ID    string
	Value json.RawMessage
}

// Prerequisite holds when another flag serves one of the listed variations.
type Prerequisite struct {
	Flag       string
	Variations []string
}

// Rule serves something to whom its condition fits. An experiment that acts on
// the flag is a rule too: one with Experiment set and without an ID.
type Rule struct {
	Experiment string   `json:"experiment,omitempty"`
	Phase      int      `json:"phase,omitempty"`
	Arms       []string `json:"arms,omitempty"`
	ID         string   `json:"id,omitempty"`
	When       *Expr    `json:"when,omitempty"`
	Serve      Serve    `json:"serve"`
}

// Serve is one variation, the caller's own default, or a split. A split is a
// Serve with a table.
type Serve struct {
	Variation int // index of a variation, or Code; not read when there is a table
	Seed      string
	Unit      string
	Table     []Cell
}

// Fixed serves one variation to everyone.
func Fixed(variation int) Serve { return Serve{Variation: variation} }

// IsSplit says whether the table decides.
func (s Serve) IsSplit() bool { return len(s.Table) > 0 }

// Cell gives the positions from the previous cell's end up to End, in parts per
// million, to a variation.
type Cell struct {
	End       int
	Variation int // index of a variation, or Skip
	Arm       int // index of an experiment's arm, or Skip
}

// Variation finds the index of a variation by its id, or -1.
func (f *Flag) Variation(id string) int {
	for i := range f.Variations {
		if f.Variations[i].ID == id {
			return i
		}
	}
	return -1
}

// Group is a target group: a reusable audience.
type Group struct {
	Key     string
	Unit    string
	Include []string
	Exclude []string
	When    *Expr
	Needs   []string

	// Line is the entity as received, nil for one made in memory.
	Line []byte
	// Malformed says why the line cannot be used; empty for a sound group.
	Malformed string
}
