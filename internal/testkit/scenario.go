package testkit

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"burgee.dev/burgee/internal/adminapi"
)

// Scenario is one request with what must come back. The answer is checked
// against the OpenAPI document as well.
type Scenario struct {
	Name   string
	Method string
	Path   string
	Body   any
	As     string // as in Request
	Header map[string]string
	Status int
	Code   string   // of the problem
	Field  string   // one of the problem's fields
	Holds  []string // texts that the answer holds
	Lacks  []string // texts that it must not hold
}

// Run sends the request and checks the answer.
func (c Scenario) Run(t *testing.T, s *Server, contract *Contract) Answer {
	t.Helper()
	a := s.Do(Request{Method: c.Method, Path: c.Path, Body: c.Body, As: c.As, Header: c.Header})
	if a.Status != c.Status {
		t.Errorf("status %d, want %d\n%s", a.Status, c.Status, a.Body)
		return a
	}
	if c.Code != "" && a.At("code") != c.Code {
		t.Errorf("code %v, want %s\n%s", a.At("code"), c.Code, a.Body)
	}
	if c.Field != "" && !hasField(a, c.Field) {
		t.Errorf("no field %q at fault in\n%s", c.Field, a.Body)
	}
	for _, text := range c.Holds {
		if !bytes.Contains(a.Body, []byte(text)) {
			t.Errorf("no %q in\n%s", text, a.Body)
		}
	}
	for _, text := range c.Lacks {
		if bytes.Contains(a.Body, []byte(text)) {
			t.Errorf("%q is in\n%s", text, a.Body)
		}
	}
	contract.Check(t, c.Method, c.Path, a)
	return a
}

func hasField(a Answer, field string) bool {
	var problem struct{ Errors []struct{ Field string } }
	a.Into(&problem)
	for _, e := range problem.Errors {
		if e.Field == field {
			return true
		}
	}
	return false
}

// Contract is the OpenAPI document, with a note of what was seen of it.
type Contract struct {
	document *huma.OpenAPI
	seen     map[string]map[int]bool // "GET /path" → statuses
}

// NewContract returns the document of the management API.
func NewContract() *Contract {
	api := adminapi.Register(http.NewServeMux(), adminapi.Deps{Version: "0.1.0"})
	return &Contract{document: api.OpenAPI(), seen: map[string]map[int]bool{}}
}

// Check fails the test when the answer is not as the document says.
func (c *Contract) Check(t *testing.T, method, path string, a Answer) {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	template, operation := c.find(method, path)
	if operation == nil {
		return // not of the management API, or a path that does not exist
	}
	key := method + " " + template
	if c.seen[key] == nil {
		c.seen[key] = map[int]bool{}
	}
	c.seen[key][a.Status] = true
	response := operation.Responses[strconv.Itoa(a.Status)]
	if response == nil {
		t.Errorf("%s answers %d, which the document does not name", key, a.Status)
		return
	}
	contentType, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	media := response.Content[contentType]
	switch {
	case media == nil && len(response.Content) > 0:
		t.Errorf("%s answers %d as %q, which the document does not name", key, a.Status, contentType)
	case media != nil && strings.HasSuffix(contentType, "json") && !strings.HasSuffix(contentType, "ndjson"):
		c.validate(t, key, media.Schema, a.Body)
	}
}

func (c *Contract) validate(t *testing.T, key string, schema *huma.Schema, body []byte) {
	t.Helper()
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		t.Errorf("%s: %v in %s", key, err, body)
		return
	}
	result := &huma.ValidateResult{}
	huma.Validate(c.document.Components.Schemas, schema, huma.NewPathBuffer([]byte{}, 0), huma.ModeReadFromServer, value, result)
	for _, err := range result.Errors {
		t.Errorf("%s is not as the document says: %v\n%s", key, err, body)
	}
}

// find returns the operation whose template fits the path; one without
// parameters goes first.
func (c *Contract) find(method, path string) (string, *huma.Operation) {
	best, found := "", (*huma.Operation)(nil)
	for template, item := range c.document.Paths {
		operation := operationOf(item, method)
		if operation == nil || !fits(template, path) {
			continue
		}
		if found == nil || strings.Count(template, "{") < strings.Count(best, "{") {
			best, found = template, operation
		}
	}
	return best, found
}

func operationOf(item *huma.PathItem, method string) *huma.Operation {
	switch method {
	case http.MethodGet:
		return item.Get
	case http.MethodPut:
		return item.Put
	case http.MethodPost:
		return item.Post
	case http.MethodPatch:
		return item.Patch
	case http.MethodDelete:
		return item.Delete
	}
	return nil
}

func fits(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}

// Uncovered lists the operations for which no answer of the status was seen.
func (c *Contract) Uncovered(statuses ...int) []string {
	var missing []string
	for template, item := range c.document.Paths {
		for _, method := range []string{"GET", "PUT", "POST", "PATCH", "DELETE"} {
			operation := operationOf(item, method)
			if operation == nil || c.any(method+" "+template, statuses) {
				continue
			}
			missing = append(missing, method+" "+template)
		}
	}
	return missing
}

func (c *Contract) any(key string, statuses []int) bool {
	for _, status := range statuses {
		if c.seen[key][status] {
			return true
		}
	}
	return false
}
