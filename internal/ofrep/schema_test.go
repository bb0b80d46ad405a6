package ofrep_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contract is spec/ofrep.json: what the server may answer.
type contract struct {
	paths   map[string]map[string]operation
	schemas map[string]*jsonschema.Schema // by reference
}

type operation struct{ Responses map[string]response }

type response struct {
	Headers map[string]struct{ Schema json.RawMessage }
	Content map[string]struct {
		Schema struct {
			Ref string `json:"$ref"`
		}
	}
}

const contractFile = "ofrep.json"

var theContract = sync.OnceValues(func() (*contract, error) {
	text, err := os.ReadFile("../../spec/" + contractFile)
	if err != nil {
		return nil, err
	}
	var d struct {
		Paths      map[string]map[string]operation
		Components struct{ Schemas map[string]json.RawMessage }
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(nothingElse{})
	if err := c.AddResource(contractFile, whole); err != nil {
		return nil, err
	}
	out := &contract{paths: d.Paths, schemas: map[string]*jsonschema.Schema{}}
	for name := range d.Components.Schemas {
		ref := "#/components/schemas/" + name
		if out.schemas[ref], err = c.Compile(contractFile + ref); err != nil {
			return nil, err
		}
	}
	return out, nil
})

type nothingElse struct{}

func (nothingElse) Load(url string) (any, error) { return nil, errors.New("not to be loaded: " + url) }

// check says what of an answer is not as the contract has it.
func (c *contract) check(method, path string, answer *httptest.ResponseRecorder) error {
	declared, ok := c.answerTo(method, path, answer.Code)
	if !ok {
		return fmt.Errorf("%s %s may not answer %d", method, path, answer.Code)
	}
	for name, header := range declared.Headers {
		var schema struct{ Const, Pattern string }
		if err := json.Unmarshal(header.Schema, &schema); err != nil {
			return err
		}
		if err := checkHeader(answer.Header(), name, schema.Const, schema.Pattern); err != nil {
			return err
		}
	}
	for kind, content := range declared.Content {
		if got := answer.Header().Get("Content-Type"); !strings.HasPrefix(got, kind) {
			return fmt.Errorf("it is %s, want %s", got, kind)
		}
		if content.Schema.Ref == "" {
			return nil
		}
		return c.checkJSON(content.Schema.Ref, answer.Body.Bytes())
	}
	if answer.Body.Len() != 0 {
		return fmt.Errorf("it has a body: %s", answer.Body)
	}
	return nil
}

func (c *contract) checkJSON(ref string, text []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%w in %s", err, text)
	}
	if err := c.schemas[ref].Validate(value); err != nil {
		return fmt.Errorf("%w in %s", err, text)
	}
	return nil
}

// answerTo finds the declaration of an answer. A wrong method is answered by the
// path's own.
func (c *contract) answerTo(method, path string, status int) (response, bool) {
	pattern := path
	if strings.HasPrefix(path, flags+"/") {
		pattern = flags + "/{key}"
	}
	for declared, operation := range c.paths[pattern] {
		if strings.EqualFold(declared, method) || status == http.StatusMethodNotAllowed {
			answer, ok := operation.Responses[strconv.Itoa(status)]
			return answer, ok
		}
	}
	return response{}, false
}

func checkHeader(h http.Header, name, constant, pattern string) error {
	got := h.Get(name)
	if constant != "" && got != constant {
		return fmt.Errorf("%s is %q, want %q", name, got, constant)
	}
	if pattern != "" && !regexp.MustCompile(pattern).MatchString(got) {
		return fmt.Errorf("%s is %q, want %s", name, got, pattern)
	}
	return nil
}

// held fails the test when an answer breaks the contract.
func held(t testing.TB, method, path string, answer *httptest.ResponseRecorder) {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	path = "/" + strings.TrimLeft(path, "/")
	if !strings.HasPrefix(path, flags) && path != "/ofrep/v1/stream" || method == http.MethodOptions {
		return // outside of the contract
	}
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.check(method, path, answer); err != nil {
		t.Errorf("%s %s: %v", method, path, err)
	}
}

// What is wrong is seen: else the other tests would show nothing.
func TestTheContractRefusesWhatProvidersReadWrong(t *testing.T) {
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"no variant":                 `{"key":"a","reason":"STATIC","value":1,"metadata":{"reason":"DEFAULT","revision":1}}`,
		"no value":                   `{"key":"a","reason":"STATIC","variant":"","metadata":{"reason":"DEFAULT","revision":1}}`,
		"a value with DISABLED":      `{"key":"a","reason":"DISABLED","value":1,"variant":"","metadata":{"reason":"OFF","revision":1}}`,
		"a reason that nobody knows": `{"key":"a","reason":"OFF","value":1,"variant":"","metadata":{"reason":"OFF","revision":1}}`,
		"a nested metadata":          `{"key":"a","reason":"STATIC","value":1,"variant":"","metadata":{"reason":"OFF","revision":1,"more":{}}}`,
		"a rule":                     `{"key":"a","reason":"STATIC","value":1,"variant":"","metadata":{"reason":"OFF","revision":1},"rules":[]}`,
		"null":                       `{"key":"a","reason":"STATIC","value":null,"variant":"","metadata":{"reason":"OFF","revision":1}}`,
	} {
		if c.checkJSON("#/components/schemas/Evaluation", []byte(text)) == nil {
			t.Errorf("%s passes: %s", name, text)
		}
	}
	right := `{"key":"a","reason":"STATIC","value":0,"variant":"","metadata":{"reason":"OFF","revision":1}}`
	if err := c.checkJSON("#/components/schemas/Evaluation", []byte(right)); err != nil {
		t.Error(err)
	}
}
