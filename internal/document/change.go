package document

import (
	"cmp"
	"encoding/json"
	"strings"
)

// Kind is the kind of object that a change is about.
type Kind string

// The kinds of objects.
const (
	FlagKind          Kind = "flag"          // a flag's own fields
	ConfigurationKind Kind = "configuration" // what one environment does with a flag; the object is the flag's key
	TargetGroupKind   Kind = "target_group"
	ExperimentKind    Kind = "experiment"
	AttributeKind     Kind = "attribute"
)

// Action says what happened to an object.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Delete Action = "delete"
)

// Change is one object before and after, whole and in canonical JSON with the
// past of its splits: After is what is stored. Before is nil for Create, After
// for Delete.
type Change struct {
	Kind        Kind
	Object      string
	Environment string // of a configuration or an experiment
	Action      Action
	Before      json.RawMessage
	After       json.RawMessage
}

// FieldChange is one part of an object that differs; nil is absent.
type FieldChange struct {
	Path   string          `json:"path"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Use is a place that refers to an object and so keeps it from being deleted.
type Use struct {
	Kind        Kind   `json:"kind"`
	Key         string `json:"key"`
	Environment string `json:"environment,omitempty"`
	Path        string `json:"-"` // of the reference, inside a file
}

// EntityRef names one line of an environment's ruleset.
type EntityRef struct {
	Kind string // "flag" or "target_group", as ruleset.Root orders them
	Key  string
}

// The kinds of lines.
const (
	flagRefKind  = "flag"
	groupRefKind = "target_group"
)

func flagRef(key string) EntityRef  { return EntityRef{flagRefKind, key} }
func groupRef(key string) EntityRef { return EntityRef{groupRefKind, key} }

// Compare orders lines as ruleset.Root does: by kind and key.
func (r EntityRef) Compare(other EntityRef) int {
	return cmp.Or(strings.Compare(r.Kind, other.Kind), strings.Compare(r.Key, other.Key))
}

// node is the entity's node among those that read each other.
func (r EntityRef) node() string {
	if r.Kind == groupRefKind {
		return groupNodeName(r.Key)
	}
	return r.Key
}

// entityOf is the entity of a node.
func entityOf(node string) EntityRef {
	if group, ok := cutGroup(node); ok {
		return groupRef(group)
	}
	return flagRef(node)
}

// Warning is something that a plan should say though it is allowed.
type Warning struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}
