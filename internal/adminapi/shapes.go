package adminapi

import (
	"github.com/danielgtaylor/huma/v2"
)

// The shapes describe documents to readers of the OpenAPI document; package
// document decodes and encodes them.

type configuration struct {
	Enabled       bool                         `json:"enabled" doc:"false is the kill switch: everyone gets off"`
	Off           served                       `json:"off" doc:"what is served while not enabled; code is the program's own default"`
	Prerequisites []prerequisite               `json:"prerequisites"`
	Targets       map[string]map[string]string `json:"targets" doc:"path, then value, then variation"`
	Rules         []rule                       `json:"rules" doc:"the first match wins"`
	Default       served                       `json:"default"`
}

type prerequisite struct {
	Flag       string   `json:"flag"`
	Variations []string `json:"variations"`
}

type rule struct {
	ID    string    `json:"id,omitempty"`
	Name  string    `json:"name,omitempty"`
	When  condition `json:"when,omitempty"`
	Serve ruleServe `json:"serve"`
	By    string    `json:"by,omitempty"`
	Seed  string    `json:"seed,omitempty"`
	Table []cell    `json:"table,omitempty"`
}

// TargetGroupShape is a target group.
type TargetGroupShape struct {
	By          string    `json:"by,omitempty"`
	Description string    `json:"description,omitempty"`
	Include     []string  `json:"include,omitempty"`
	Exclude     []string  `json:"exclude,omitempty"`
	When        condition `json:"when,omitempty"`
}

type groupView struct {
	TargetGroupShape
	Key     string `json:"key"`
	Summary string `json:"summary" doc:"the group in one sentence"`
	UsedBy  []Use  `json:"usedBy"`
	Version int64  `json:"version" doc:"of the group: write it as If-Match to change nothing that somebody changed after you read it"`
}

// ExperimentShape is an experiment.
type ExperimentShape struct {
	Environment string            `json:"environment"`
	Description string            `json:"description,omitempty"`
	State       string            `json:"state" enum:"draft,running,stopped"`
	Order       int               `json:"order"`
	When        condition         `json:"when,omitempty"`
	By          string            `json:"by,omitempty"`
	Seed        string            `json:"seed,omitempty"`
	Serve       map[string]string `json:"serve,omitempty" doc:"flag to variation: the value for everyone"`
	Arms        []arm             `json:"arms,omitempty"`
	Table       []cell            `json:"table,omitempty"`
}

type arm struct {
	Name  string            `json:"name,omitempty"`
	Share float64           `json:"share,omitempty"`
	Flags map[string]string `json:"flags,omitempty"`
	Next  float64           `json:"next,omitempty" doc:"the share that is not in the experiment"`
}

type experimentView struct {
	ExperimentShape
	Key        string      `json:"key"`
	Summary    string      `json:"summary"`
	Phase      int64       `json:"phase" doc:"counts how often the experiment was started"`
	StartedAt  int64       `json:"startedAt,omitempty"`
	LastChange *LastChange `json:"lastChange,omitempty"`
	Version    int64       `json:"version" doc:"of the experiment: write it as If-Match to change nothing that somebody changed after you read it"`
}

type evaluation struct {
	Flag          string                   `json:"flag"`
	Value         Value                    `json:"value,omitempty" doc:"absent when the program's own default is served"`
	Variation     string                   `json:"variation,omitempty"`
	Reason        string                   `json:"reason"`
	Rule          *evaluationRule          `json:"rule,omitempty"`
	Experiment    *evaluationExperiment    `json:"experiment,omitempty"`
	Error         *evaluationError         `json:"error,omitempty"`
	Split         *evaluationSplit         `json:"split,omitempty"`
	Path          []string                 `json:"path,omitempty"`
	Prerequisites []evaluationPrerequisite `json:"prerequisites,omitempty"`
	Notes         []string                 `json:"notes,omitempty"`
	Revision      int64                    `json:"revision"`
	Stale         bool                     `json:"stale,omitempty"`
	AgeMs         int64                    `json:"age_ms,omitempty"`
	Explanation   Value                    `json:"explanation,omitempty" doc:"the trace, when explain was asked"`
	AsOf          *AsOf                    `json:"asOf,omitempty" doc:"the state that answered, when a revision or a time was asked about"`
}

type evaluationRule struct {
	Index int    `json:"index"`
	ID    string `json:"id"`
}

type evaluationExperiment struct {
	Key   string `json:"key"`
	Arm   string `json:"arm,omitempty"`
	Phase int64  `json:"phase"`
}

type evaluationError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type evaluationSplit struct {
	Seed     string  `json:"seed"`
	Unit     string  `json:"unit"`
	Position int64   `json:"position"`
	Cell     []int64 `json:"cell"`
}

type evaluationPrerequisite struct {
	Flag      string `json:"flag"`
	Variation string `json:"variation,omitempty"`
	Reason    string `json:"reason"`
}

// served is a variation, code, or shares.
type served struct{}

// Schema implements huma.SchemaProvider.
func (served) Schema(r huma.Registry) *huma.Schema {
	return named(r, "Served", func() *huma.Schema {
		return &huma.Schema{
			Description: "a variation id, code (the program's own default), or shares",
			AnyOf:       []*huma.Schema{{Type: "string"}, schemaOf[split](r, "Split")},
		}
	})
}

type split struct {
	Serve shares `json:"serve"`
	By    string `json:"by,omitempty"`
	Seed  string `json:"seed,omitempty"`
	Table []cell `json:"table,omitempty"`
}

// ruleServe is a variation or shares.
type ruleServe struct{}

// Schema implements huma.SchemaProvider.
func (ruleServe) Schema(r huma.Registry) *huma.Schema {
	return named(r, "RuleServe", func() *huma.Schema {
		return &huma.Schema{
			Description: "a variation id, or shares",
			AnyOf:       []*huma.Schema{{Type: "string"}, shares{}.Schema(r)},
		}
	})
}

// shares maps a variation, or next, to percent.
type shares struct{}

// Schema implements huma.SchemaProvider.
func (shares) Schema(r huma.Registry) *huma.Schema {
	return named(r, "Shares", func() *huma.Schema {
		return &huma.Schema{
			Type: "object", Description: "percent by variation id; next goes on to the next rule; they sum to 100",
			AdditionalProperties: &huma.Schema{Type: "number"},
		}
	})
}

// cell is [end in parts per million, variation or next].
type cell struct{}

// Schema implements huma.SchemaProvider.
func (cell) Schema(r huma.Registry) *huma.Schema {
	return named(r, "Cell", func() *huma.Schema {
		return &huma.Schema{
			Type: "array", Description: "the end in parts per million, and the variation, arm or next",
			Items: &huma.Schema{AnyOf: []*huma.Schema{{Type: "number"}, {Type: "string"}}},
		}
	})
}

// condition is a mapping of which every line must hold.
type condition struct{}

// Schema implements huma.SchemaProvider.
func (condition) Schema(r huma.Registry) *huma.Schema {
	return named(r, "Condition", func() *huma.Schema {
		return &huma.Schema{
			Type:                 "object",
			Description:          "path to operators, or all, any, not, group, flag, attr; every line must hold",
			AdditionalProperties: true,
		}
	})
}

// named registers a schema under a name once and returns a reference to it.
func named(r huma.Registry, name string, build func() *huma.Schema) *huma.Schema {
	ref := &huma.Schema{Ref: "#/components/schemas/" + name}
	if _, known := r.Map()[name]; !known {
		r.Map()[name] = &huma.Schema{}
		r.Map()[name] = build()
	}
	return ref
}
