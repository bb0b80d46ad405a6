package adminapi

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

// wellFormed refuses a body that is too large or no JSON before anything looks
// inside, with the place of the mistake; and what huma would let pass.
func (a *API) wellFormed(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	limits := httpkit.Limits{Body: ctx.Operation().MaxBodyBytes, AllowEmpty: true, AllowUnknown: true}
	data, err := httpkit.ReadBody(r, limits)
	var value any
	if err == nil && len(data) > 0 {
		if err = httpkit.DecodeBytes(data, &value, limits); err == nil {
			err = a.checkNulls(ctx.Operation(), value)
		}
	}
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	if wrong := a.checkAround(ctx.Operation(), value); len(wrong) > 0 {
		_ = huma.WriteErr(a.huma, ctx, http.StatusUnprocessableEntity, "validation failed", wrong...) // a failed write means that the client is gone
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	r.Header.Set("Content-Type", "application/json") // whatever curl -d says it is
	next(ctx)
}

// checkNulls refuses null where the document has none. huma takes it for a field
// that is not there: a token whose scope is null would get the widest, and a flag
// whose owner is null would keep the one it has.
func (a *API) checkNulls(o *huma.Operation, value any) error {
	if value == nil {
		return fault.New(fault.Invalid, "body_empty", "The body is null, which would say nothing; send a JSON object")
	}
	if o.RequestBody == nil {
		return nil
	}
	at := a.nullIn(bodySchema(o), value, "")
	if at == "" {
		return nil
	}
	return fault.New(fault.Invalid, "invalid", "The request is not valid. %s: must not be null", at).
		WithField(at, "must not be null; leave it out")
}

func bodySchema(o *huma.Operation) *huma.Schema {
	return o.RequestBody.Content["application/json"].Schema
}

// nullIn finds a null that the schema does not take, in the order of the fields'
// names, and returns where it is: rules[0].name.
func (a *API) nullIn(s *huma.Schema, value any, at string) string {
	s = a.resolved(s)
	if value != nil && len(s.AnyOf) > 0 {
		return a.nullInAny(s.AnyOf, value, at)
	}
	switch value := value.(type) {
	case nil:
		if !a.takesNull(s) {
			return at
		}
	case []any:
		for i := 0; s.Items != nil && i < len(value); i++ {
			if found := a.nullIn(s.Items, value[i], at+"["+strconv.Itoa(i)+"]"); found != "" {
				return found
			}
		}
	case map[string]any:
		others, _ := s.AdditionalProperties.(*huma.Schema)
		for _, name := range slices.Sorted(maps.Keys(value)) {
			property := s.Properties[name]
			if property == nil {
				property = others
			}
			if property == nil {
				continue
			}
			if found := a.nullIn(property, value[name], within(at, name)); found != "" {
				return found
			}
		}
	}
	return ""
}

// nullInAny finds a null that none of the schemas takes.
func (a *API) nullInAny(options []*huma.Schema, value any, at string) (found string) {
	for _, option := range options {
		_, object := value.(map[string]any)
		_, list := value.([]any)
		of := a.resolved(option)
		if object != (of.Type == "object") || list != (of.Type == "array") {
			continue
		}
		if found = a.nullIn(of, value, at); found == "" {
			return ""
		}
	}
	return found
}

// takesNull says whether a schema, which is resolved, takes null; one of any value does.
func (a *API) takesNull(s *huma.Schema) bool {
	if len(s.AnyOf) > 0 {
		return slices.ContainsFunc(s.AnyOf, func(option *huma.Schema) bool { return a.takesNull(a.resolved(option)) })
	}
	return s.Type == "" || s.Type == "null" || s.Nullable
}

func within(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

func (a *API) resolved(s *huma.Schema) *huma.Schema {
	for s.Ref != "" {
		s = a.huma.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// checkAround checks what stands around a whole document in a body, of which
// asDocument has huma check nothing: a dryRun that is misspelt would publish.
func (a *API) checkAround(o *huma.Operation, value any) []error {
	if !o.SkipValidateBody || value == nil {
		return nil
	}
	schema := *a.resolved(bodySchema(o))
	if schema.Properties["document"] == nil {
		return nil
	}
	schema.Properties = maps.Clone(schema.Properties)
	schema.Properties["document"] = &huma.Schema{}
	var result huma.ValidateResult
	huma.Validate(a.huma.OpenAPI().Components.Schemas, &schema, huma.NewPathBuffer([]byte{}, 0), huma.ModeWriteToServer, value, &result)
	return result.Errors
}
