package adminapi

import (
	"bytes"
	"encoding/json"
	"flag"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/once"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const specFile = "../../spec/openapi.json"

func TestTheCommittedDocumentIsTheOneThatTheHandlersGive(t *testing.T) {
	got := specification(t)
	if *update {
		if err := os.WriteFile(specFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(specFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("spec/openapi.json is old; run `make golden` and read the diff")
	}
}

func specification(t *testing.T) []byte {
	t.Helper()
	doc, err := Register(http.NewServeMux(), Deps{Version: "0.1.0"}).OpenAPI().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, doc, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	return pretty.Bytes()
}

func TestABodyMayHoldWhatADocumentMay(t *testing.T) {
	schemas := Register(http.NewServeMux(), Deps{}).OpenAPI().Components.Schemas.Map()
	for name, of := range map[string]any{
		"Document": document.File{}, "FlagInput": document.Flag{}, "NewFlag": document.Flag{}, "VariationInput": document.Variation{},
		"ConfigurationInput": document.Configuration{}, "PrerequisiteInput": document.Prerequisite{}, "RuleInput": document.Rule{},
		"TargetGroupInput": document.TargetGroup{}, "ExperimentInput": document.Experiment{}, "AttributeInput": document.Attribute{},
	} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(of)) {
			key := strings.ToLower(field.Name[:1]) + field.Name[1:]
			if field.Name == "ID" {
				key = "id"
			}
			if !field.IsExported() || field.Name == "Past" { // the past of a split is kept, and never written
				continue
			}
			if schemas[name] == nil || schemas[name].Properties[key] == nil {
				t.Errorf("%s lacks %s", name, key)
			}
		}
	}
}

func TestTheDocumentationShowsEveryOperationAndEverySchema(t *testing.T) {
	mux := http.NewServeMux()
	a := Register(mux, Deps{Version: "0.1.0", PublicURL: func(*http.Request) string { return "https://flags.example.com" }})
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/api/docs", nil))
	page := rec.Body.String()
	if rec.Code != 200 || !strings.Contains(page, "https://flags.example.com/api/v1/projects") {
		t.Fatalf("%d\n%.300s", rec.Code, page)
	}
	for path, item := range a.OpenAPI().Paths {
		for method, operation := range operationsOf(item) {
			if !strings.Contains(page, method+" "+path+"</code> "+template.HTMLEscapeString(operation.Summary)) {
				t.Errorf("no %s %s", method, path)
			}
		}
	}
	for name := range a.OpenAPI().Components.Schemas.Map() {
		if !strings.Contains(page, `id="schema-`+name+`"`) {
			t.Errorf("no schema %s", name)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "://cdn") {
		t.Error("the page loads something")
	}
}

// A deadline that is left on a connection ends the context of the handler: a
// change that waits for its turn would be refused.
func TestNoOperationLeavesADeadlineOnItsConnection(t *testing.T) {
	for path, item := range Register(http.NewServeMux(), Deps{}).OpenAPI().Paths {
		for method, operation := range operationsOf(item) {
			if operation.BodyReadTimeout >= 0 {
				t.Errorf("%s %s: %v", method, path, operation.BodyReadTimeout)
			}
		}
	}
}

// Each POST of somebody who is signed in is done once for each key, but those that
// only ask. What is shown once is kept for no repetition.
func TestEveryPostThatDoesSomethingTakesAKey(t *testing.T) {
	asking, seen := []string{"readLogin", "checkSSO", "importDocument", "evaluate"}, 0
	document := Register(http.NewServeMux(), Deps{}).OpenAPI()
	for path, item := range document.Paths {
		for method, o := range operationsOf(item) {
			takes := slices.ContainsFunc(o.Parameters, func(p *huma.Param) bool { return p.Name == once.Header })
			asks := slices.Contains(asking, o.OperationID)
			if asks {
				seen++
			}
			if want := method == post && signedIn(*o) && !asks; takes != want {
				t.Errorf("%s %s takes a key: %v", method, path, takes)
			}
			if _, kept := o.Metadata[markUnkept]; takes && !kept && showsSecret(document, o) {
				t.Errorf("%s %s shows something once, and its answer is kept", method, path)
			}
		}
	}
	if seen != len(asking) {
		t.Errorf("%d of %v are there", seen, asking)
	}
}

// showsSecret says whether the document says so of an operation or of a field of
// its answer.
func showsSecret(document *huma.OpenAPI, o *huma.Operation) bool {
	shown := strings.Contains(o.Summary, "this once")
	for status, response := range o.Responses {
		media := response.Content["application/json"]
		if !strings.HasPrefix(status, "2") || media == nil || media.Schema.Ref == "" {
			continue
		}
		for _, field := range document.Components.Schemas.SchemaFromRef(media.Schema.Ref).Properties {
			shown = shown || strings.Contains(field.Description, "this once")
		}
	}
	return shown
}
