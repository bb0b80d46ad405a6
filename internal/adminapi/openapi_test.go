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
	"strings"
	"testing"

	"burgee.dev/burgee/internal/document"
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
