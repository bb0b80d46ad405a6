package adminapi

import (
	"bytes"
	"cmp"
	_ "embed" // the page's template
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"burgee.dev/burgee/internal/httpkit"
)

//go:embed docs.html
var docsTemplate string

// The page of the API's documentation is plain HTML: no script, nothing from
// another host.
type docsPage struct {
	Title, About, Base string
	Groups             []docsGroup
	Schemas            []docsSchema
}

type docsGroup struct {
	ID, Name   string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary string
	Parameters                []docsParameter
	Body                      []docsType
	Answers                   []docsAnswer
}

type docsParameter struct {
	Name, In, Type, About string
	Required              bool
}

type docsAnswer struct {
	Status, About string
	Body          []docsType
}

type docsSchema struct {
	Name, About string
	Fields      []docsField
}

type docsField struct {
	Name, About string
	Required    bool
	Type        []docsType
}

// docsType is a piece of a type's words: text, or the name of a schema.
type docsType struct{ Text, Schema string }

// docs serves the documentation, rendered when it is asked for.
func (a *API) docs(w http.ResponseWriter, r *http.Request) {
	page := a.docsPage()
	page.Base = a.deps.PublicURL(r)
	t, err := template.New("docs").Parse(docsTemplate)
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	var buffer bytes.Buffer
	if err := t.Execute(&buffer, page); err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(buffer.Bytes()) // a failed write means that the reader is gone
}

func (a *API) docsPage() docsPage {
	document := a.huma.OpenAPI()
	page := docsPage{Title: document.Info.Title + " " + document.Info.Version, About: document.Info.Description}
	byTag := map[string][]docsOperation{}
	for _, path := range slices.Sorted(maps.Keys(document.Paths)) {
		for method, operation := range operationsOf(document.Paths[path]) {
			byTag[operation.Tags[0]] = append(byTag[operation.Tags[0]], operationDocs(method, path, operation))
		}
	}
	for _, tag := range tags {
		operations := byTag[tag]
		slices.SortStableFunc(operations, func(a, b docsOperation) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(slices.Index(methods, a.Method), slices.Index(methods, b.Method)))
		})
		page.Groups = append(page.Groups, docsGroup{ID: strings.ReplaceAll(strings.ToLower(tag), " ", "-"), Name: tag, Operations: operations})
	}
	schemas := document.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		page.Schemas = append(page.Schemas, schemaDocs(name, schemas[name]))
	}
	return page
}

// methods is the order in which a path's operations are shown.
var methods = []string{get, post, put, patch, remove}

func operationsOf(item *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{get: item.Get, post: item.Post, put: item.Put, patch: item.Patch, remove: item.Delete}
	maps.DeleteFunc(all, func(_ string, o *huma.Operation) bool { return o == nil })
	return all
}

func operationDocs(method, path string, o *huma.Operation) docsOperation {
	d := docsOperation{ID: o.OperationID, Method: method, Path: path, Summary: o.Summary}
	for _, p := range o.Parameters {
		d.Parameters = append(d.Parameters, docsParameter{
			Name: p.Name, In: p.In, Required: p.Required, Type: p.Schema.Type, About: cmp.Or(p.Description, p.Schema.Description),
		})
	}
	if o.RequestBody != nil {
		d.Body = mediaWords(o.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		response := o.Responses[status]
		d.Answers = append(d.Answers, docsAnswer{Status: status, About: response.Description, Body: mediaWords(response.Content)})
	}
	return d
}

func mediaWords(content map[string]*huma.MediaType) []docsType {
	var words []docsType
	for _, contentType := range slices.Sorted(maps.Keys(content)) {
		words = append(append(words, typeWords(content[contentType].Schema)...), docsType{Text: " as " + contentType + " "})
	}
	return words
}

func schemaDocs(name string, s *huma.Schema) docsSchema {
	d := docsSchema{Name: name, About: s.Description}
	for _, field := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[field]
		d.Fields = append(d.Fields, docsField{
			Name: field, About: property.Description, Required: slices.Contains(s.Required, field), Type: typeWords(property),
		})
	}
	if len(d.Fields) == 0 {
		d.Fields = []docsField{{Name: "itself", Type: typeWords(s)}}
	}
	return d
}

// typeWords says what a schema takes.
func typeWords(s *huma.Schema) []docsType {
	switch {
	case s == nil:
		return nil
	case s.Ref != "":
		return []docsType{{Schema: s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]}}
	case len(s.AnyOf) > 0:
		var words []docsType
		for i, option := range s.AnyOf {
			if i > 0 {
				words = append(words, docsType{Text: " or "})
			}
			words = append(words, typeWords(option)...)
		}
		return words
	case s.Items != nil:
		return append([]docsType{{Text: "list of "}}, typeWords(s.Items)...)
	case s.Type == "object":
		if of, ok := s.AdditionalProperties.(*huma.Schema); ok {
			return append([]docsType{{Text: "map of text to "}}, typeWords(of)...)
		}
	}
	if len(s.Enum) > 0 {
		return []docsType{{Text: enumWords(s.Enum)}}
	}
	return []docsType{{Text: cmp.Or(s.Type, "any JSON value")}}
}

func enumWords(values []any) string {
	words := make([]string, 0, len(values))
	for _, v := range values {
		if text, ok := v.(string); ok {
			words = append(words, text)
		}
	}
	return strings.Join(words, " | ")
}
