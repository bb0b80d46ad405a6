package document

import (
	"encoding/json"

	"burgee.dev/burgee/sdk/ruleset"
)

// APIVersion is the format that this package reads and writes.
const APIVersion = "burgee/v1"

// ByFile is the value of a flag's ManagedBy that has files alone change it, but for
// whether it is enabled.
const ByFile = "file"

// Always is the value of a flag's KeepUntil that has no end.
const Always = "always"

// The two reserved words that stand where a variation's id may stand.
const (
	Code = "code" // the program's own default
	Next = "next" // go on to the next rule
)

// File is one file, its documents merged. What a file leaves out is absent
// here too; Merge gives it its meaning.
type File struct {
	Project      string
	Revision     map[string]int64 // environment → revision that an export was made at
	Attributes   map[string]Attribute
	TargetGroups map[string]TargetGroup
	Flags        map[string]Flag
	Experiments  map[string]Experiment

	name  string         // as the user named it; empty for a body without a file
	lines map[string]int // path → line
}

// Attribute is an entry of the registry of context attributes.
type Attribute struct {
	Type    string            // string, number, boolean, version or time; empty is not said
	Values  []json.RawMessage // the values there are, when they are few
	Privacy string            // plain, hash, bucket or drop; empty is not said
}

// TargetGroup is a reusable audience.
type TargetGroup struct {
	Description string
	By          string // path whose values the lists hold; empty is targetingKey
	Include     []string
	Exclude     []string
	When        Condition // nil is nobody beyond Include
}

// Flag is a flag's own fields and, in a File, its environment blocks. A nil
// field is left out: Merge keeps what is stored. In a Project the environment
// blocks live in Project.Configurations, and Environments is nil.
type Flag struct {
	Type         ruleset.Type // empty is left out
	Description  *string
	Tags         []string
	Owner        *string
	Kind         *string // release, experiment, operational or permission
	Expires      *string // a date, 2027-03-31
	KeepUntil    *string // the last day on which it counts as in use whatever it serves, or Always
	Client       *bool
	ManagedBy    *string // ByFile, or empty: people and programs change it too
	ManagedIn    *string // where that file is, for people
	Seed         *string
	Variations   []Variation // empty for a boolean, which has true and false by itself
	Environments map[string]*Configuration
}

// Variation is one value that a flag can serve.
type Variation struct {
	ID    string
	Value json.RawMessage
	Name  string // a label
}

// Configuration is what one environment does with one flag.
type Configuration struct {
	Enabled       bool
	Off           string // id of a variation, or Code; empty takes the type's default in Merge
	Prerequisites []Prerequisite
	Targets       map[string]map[string]string // path → unit → id of a variation
	Rules         []Rule
	Default       Serve
}

// Prerequisite names a flag and those of its variations that fit. It is also
// the form of a condition's `flag` line.
type Prerequisite struct {
	Flag       string
	Variations []string
}

// Rule serves something to whom its condition fits. A nil When fits everyone.
type Rule struct {
	ID    string // empty until Merge matches the rule or numbers it
	Name  string
	When  Condition
	Serve Serve
}

// Serve is a variation, Code (in a default only), or a split. The zero value
// serves nothing; a block that leaves out its default gets Code.
type Serve struct {
	Variation string  // id or Code; not read where there are shares
	Shares    []Share // a split, parts sum to 1 000 000
	By        string  // path whose value is bucketed; empty is targetingKey
	Seed      *string // nil is the flag's own
	Table     []Cell  // nil until Merge lays it out
	// Past holds the tables that the split had before, the newest first. Merge
	// keeps it; it is stored and neither exported nor shown.
	Past [][]Cell
}

// Share is the part of a split that one variation gets.
type Share struct {
	To  string // id of a variation, or Next
	PPM int    // parts per million
}

// Cell gives the positions from the previous cell's end up to End, in parts per
// million, to a variation, an experiment's arm, or Next.
type Cell struct {
	End int
	To  string
}

// States of an experiment.
const (
	Draft   = "draft"
	Running = "running"
	Stopped = "stopped"
)

// Experiment is a scheme that controls flags in one environment. It has either
// Serve (these values for everyone) or Arms.
type Experiment struct {
	Environment string
	Description string
	State       string // Draft, Running or Stopped
	Order       int
	When        Condition // the audience; nil is everyone
	By          string    // empty is targetingKey
	Seed        *string
	Serve       map[string]string // flag → id of a variation
	Arms        []Arm
	Table       []Cell   // names arms; nil until Merge lays it out
	Past        [][]Cell // as that of a Serve
	Phase       int      // kept by Merge, not written in files: 1, and one more with each edit after a start
}

// Arm is one party of an experiment, or the part that is not in it.
type Arm struct {
	Name  string // empty for the part outside
	Next  bool   // the part outside the experiment
	PPM   int
	Flags map[string]string // flag → id of a variation
}

// EveryoneArm is the arm's name in evaluations of an experiment that is written
// with Serve.
const EveryoneArm = "everyone"
