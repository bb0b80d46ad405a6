package adminapi

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// raw is a part of a burgee/v1 document as JSON. The API passes it through
// untouched: package document decodes it, so that its errors name the path.
type raw struct{ json.RawMessage }

// MarshalJSON implements json.Marshaler.
func (d raw) MarshalJSON() ([]byte, error) {
	if len(d.RawMessage) == 0 {
		return []byte("null"), nil
	}
	return d.RawMessage, nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (d *raw) UnmarshalJSON(data []byte) error {
	d.RawMessage = bytes.Clone(data)
	return nil
}

func schemaOf[T any](r huma.Registry, name string) *huma.Schema {
	s := r.Schema(reflect.TypeFor[T](), true, name)
	return s
}

// configurationBody is what a flag is to do in one environment, read by package
// document: what it leaves out has the default.
type configurationBody struct{ raw }

// Schema implements huma.SchemaProvider.
func (configurationBody) Schema(r huma.Registry) *huma.Schema {
	return schemaOf[configurationInput](r, "ConfigurationInput")
}

// MaybeConfiguration is a configuration, or null where nobody configured the flag.
type MaybeConfiguration struct{ raw }

// Schema implements huma.SchemaProvider.
func (MaybeConfiguration) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{schemaOf[configuration](r, "Configuration"), {Type: "null"}}}
}

// targetGroupBody is a target group to be, read by package document.
type targetGroupBody struct{ raw }

// Schema implements huma.SchemaProvider.
func (targetGroupBody) Schema(r huma.Registry) *huma.Schema {
	return schemaOf[targetGroupInput](r, "TargetGroupInput")
}

// GroupView is a target group with what the dashboard shows beside it.
type GroupView struct{ raw }

// Schema implements huma.SchemaProvider.
func (GroupView) Schema(r huma.Registry) *huma.Schema { return schemaOf[groupView](r, "GroupView") }

// experimentBody is an experiment to be, read by package document: what it leaves
// out has the default.
type experimentBody struct{ raw }

// Schema implements huma.SchemaProvider.
func (experimentBody) Schema(r huma.Registry) *huma.Schema {
	return schemaOf[experimentInput](r, "ExperimentInput")
}

// ExperimentView is an experiment with what the dashboard shows beside it.
type ExperimentView struct{ raw }

// Schema implements huma.SchemaProvider.
func (ExperimentView) Schema(r huma.Registry) *huma.Schema {
	return schemaOf[experimentView](r, "ExperimentView")
}

// Document is a whole burgee/v1 document as JSON.
type Document struct{ raw }

// Schema implements huma.SchemaProvider.
func (Document) Schema(r huma.Registry) *huma.Schema {
	return schemaOf[documentShape](r, "Document")
}

// Value is any JSON value.
type Value struct{ raw }

// Schema implements huma.SchemaProvider.
func (Value) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Description: "any JSON value"} }

// Evaluation is the full detail of one evaluation.
type Evaluation struct{ raw }

// Schema implements huma.SchemaProvider.
func (Evaluation) Schema(r huma.Registry) *huma.Schema { return schemaOf[evaluation](r, "Evaluation") }

// newFlagBody is a NewFlag, read by package document.
type newFlagBody struct{ raw }

// Schema implements huma.SchemaProvider.
func (newFlagBody) Schema(r huma.Registry) *huma.Schema { return schemaOf[NewFlag](r, "NewFlag") }

// flagPatchBody is a FlagPatch, read by package document.
type flagPatchBody struct{ raw }

// Schema implements huma.SchemaProvider.
func (flagPatchBody) Schema(r huma.Registry) *huma.Schema { return schemaOf[FlagPatch](r, "FlagPatch") }

// merge returns the JSON object base with the fields of extra added.
func merge(base json.RawMessage, extra any) (raw, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(base, &fields); err != nil {
		return raw{}, err
	}
	more, err := json.Marshal(extra)
	if err != nil {
		return raw{}, err
	}
	if err := json.Unmarshal(more, &fields); err != nil {
		return raw{}, err
	}
	data, err := json.Marshal(fields)
	return raw{data}, err
}
