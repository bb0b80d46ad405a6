package adminapi

import "github.com/danielgtaylor/huma/v2"

// These shapes say what package document takes where shapes.go says what it
// writes: what is left out has the default, and a key may be written as the
// boolean or the number that it looks like, as people do in YAML.

type configurationInput struct {
	Enabled       bool                             `json:"enabled,omitempty" doc:"true when left out; false is the kill switch: everyone gets off"`
	Off           servedInput                      `json:"off,omitempty" doc:"what is served while not enabled; code is the program's own default"`
	Prerequisites []prerequisiteInput              `json:"prerequisites,omitempty"`
	Targets       map[string]map[string]keyWritten `json:"targets,omitempty" doc:"path, then value, then variation"`
	Rules         []ruleInput                      `json:"rules,omitempty" doc:"the first match wins"`
	Default       servedInput                      `json:"default,omitempty" doc:"code when left out"`
}

type prerequisiteInput struct {
	Flag       keyWritten  `json:"flag"`
	Variations keysWritten `json:"variations"`
}

type ruleInput struct {
	ID    keyWritten     `json:"id,omitempty"`
	Name  string         `json:"name,omitempty"`
	When  condition      `json:"when,omitempty"`
	Serve ruleServeInput `json:"serve"`
	By    string         `json:"by,omitempty"`
	Seed  string         `json:"seed,omitempty"`
	Table []cellInput    `json:"table,omitempty"`
}

type variationInput struct {
	ID    keyWritten `json:"id"`
	Value Value      `json:"value"`
	Name  string     `json:"name,omitempty"`
}

type targetGroupInput struct {
	By          string        `json:"by,omitempty"`
	Description string        `json:"description,omitempty"`
	Include     []unitWritten `json:"include,omitempty"`
	Exclude     []unitWritten `json:"exclude,omitempty"`
	When        condition     `json:"when,omitempty"`
}

type experimentInput struct {
	Environment keyWritten            `json:"environment"`
	Description string                `json:"description,omitempty"`
	State       string                `json:"state,omitempty" enum:"draft,running,stopped" doc:"draft when left out"`
	Order       int                   `json:"order,omitempty" doc:"100 when left out"`
	When        condition             `json:"when,omitempty"`
	By          string                `json:"by,omitempty"`
	Seed        string                `json:"seed,omitempty"`
	Phase       int64                 `json:"phase,omitempty" doc:"is counted by the server, whatever is sent"`
	Serve       map[string]keyWritten `json:"serve,omitempty" doc:"flag to variation: the value for everyone"`
	Arms        []armInput            `json:"arms,omitempty"`
	Table       []cellInput           `json:"table,omitempty"`
}

type armInput struct {
	Name  keyWritten            `json:"name,omitempty"`
	Share float64               `json:"share,omitempty"`
	Flags map[string]keyWritten `json:"flags,omitempty"`
	Next  float64               `json:"next,omitempty" doc:"the share that is not in the experiment"`
}

type documentShape struct {
	APIVersion   string                      `json:"apiVersion" enum:"burgee/v1"`
	Project      keyWritten                  `json:"project,omitempty"`
	ManagedBy    string                      `json:"managedBy,omitempty" enum:"file," doc:"of each flag of the document that does not say it itself"`
	ManagedIn    string                      `json:"managedIn,omitempty" doc:"of each flag of the document that does not say it itself"`
	Revision     map[string]int64            `json:"revision,omitempty"`
	Attributes   map[string]attributeInput   `json:"attributes,omitempty"`
	TargetGroups map[string]targetGroupInput `json:"targetGroups,omitempty"`
	Flags        map[string]flagInput        `json:"flags,omitempty"`
	Experiments  map[string]experimentInput  `json:"experiments,omitempty"`
}

type attributeInput struct {
	Type    string  `json:"type,omitempty" enum:"string,number,boolean,version,time"`
	Values  []Value `json:"values,omitempty"`
	Privacy string  `json:"privacy,omitempty" enum:"plain,hash,bucket,drop"`
}

type flagInput struct {
	Type string `json:"type,omitempty" enum:"boolean,string,integer,double,json" doc:"of a flag that is new it is needed"`
	FlagFields
	Environments map[string]configurationInput `json:"environments,omitempty"`
}

type splitInput struct {
	Serve ruleServeInput `json:"serve"`
	By    string         `json:"by,omitempty"`
	Seed  string         `json:"seed,omitempty"`
	Table []cellInput    `json:"table,omitempty"`
}

// written are the forms of a key: true and 42 stand for "true" and "42".
func written() []*huma.Schema {
	return []*huma.Schema{{Type: "string"}, {Type: "boolean"}, {Type: "number"}}
}

// keyWritten is a key of something, such as a variation.
type keyWritten struct{}

// Schema implements huma.SchemaProvider.
func (keyWritten) Schema(r huma.Registry) *huma.Schema {
	return named(r, "KeyInput", func() *huma.Schema {
		return &huma.Schema{Description: `a key; true and 42 stand for "true" and "42"`, AnyOf: written()}
	})
}

// keysWritten are some keys, or one.
type keysWritten struct{}

// Schema implements huma.SchemaProvider.
func (keysWritten) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: "array", Items: keyWritten{}.Schema(r)}, keyWritten{}.Schema(r)}}
}

// unitWritten is what a list of a target group holds.
type unitWritten struct{}

// Schema implements huma.SchemaProvider.
func (unitWritten) Schema(r huma.Registry) *huma.Schema {
	return named(r, "UnitInput", func() *huma.Schema {
		return &huma.Schema{
			Description: `a value as contexts have it; the whole number 42 stands for "42"`,
			AnyOf:       []*huma.Schema{{Type: "string"}, {Type: "number"}},
		}
	})
}

// servedInput is a variation, code, or shares with or without what a split says beside.
type servedInput struct{}

// Schema implements huma.SchemaProvider.
func (servedInput) Schema(r huma.Registry) *huma.Schema {
	return named(r, "ServedInput", func() *huma.Schema {
		return &huma.Schema{
			Description: "a variation id, code (the program's own default), or shares",
			AnyOf:       []*huma.Schema{keyWritten{}.Schema(r), schemaOf[splitInput](r, "SplitInput"), shares{}.Schema(r)},
		}
	})
}

// ruleServeInput is a variation or shares.
type ruleServeInput struct{}

// Schema implements huma.SchemaProvider.
func (ruleServeInput) Schema(r huma.Registry) *huma.Schema {
	return named(r, "RuleServeInput", func() *huma.Schema {
		return &huma.Schema{Description: "a variation id, or shares", AnyOf: []*huma.Schema{keyWritten{}.Schema(r), shares{}.Schema(r)}}
	})
}

// cellInput is a cell, whose end is whole.
type cellInput struct{}

// Schema implements huma.SchemaProvider.
func (cellInput) Schema(r huma.Registry) *huma.Schema {
	return named(r, "CellInput", func() *huma.Schema {
		return &huma.Schema{
			Type: "array", Description: "the end in parts per million, and the variation, arm or next",
			Items: keyWritten{}.Schema(r),
		}
	})
}
