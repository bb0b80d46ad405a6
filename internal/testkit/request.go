package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"
)

// Request is one request. Body is sent as it is when it is a string, else as
// JSON.
type Request struct {
	Method string
	Path   string // below the server's URL
	Body   any
	As     string // a credential for the Authorization header; "-" is none, empty is Token
	Header map[string]string
	Client *http.Client // nil is one without cookies
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte

	t testing.TB
}

// Do sends a request.
func (s *Server) Do(r Request) Answer {
	s.t.Helper()
	request, err := http.NewRequest(r.Method, s.URL+r.Path, bodyOf(s.t, r.Body))
	if err != nil {
		s.t.Fatal(err)
	}
	if r.As == "" {
		r.As = Token
	}
	if r.As != "-" {
		request.Header.Set("Authorization", "Bearer "+r.As)
	}
	if r.Body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	client := r.Client
	if client == nil {
		client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	}
	response, err := client.Do(request)
	if err != nil {
		s.t.Fatalf("%s %s: %v", r.Method, r.Path, err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", r.Method, r.Path, err)
	}
	return Answer{Status: response.StatusCode, Header: response.Header, Body: data, t: s.t}
}

func bodyOf(t testing.TB, body any) io.Reader {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(b)
	}
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(data)
}

// Want sends a request and fails the test unless the status is the one wanted.
func (s *Server) Want(status int, method, path string, body any) Answer {
	s.t.Helper()
	a := s.Do(Request{Method: method, Path: path, Body: body})
	if a.Status != status {
		s.t.Fatalf("%s %s: %d, want %d\n%s", method, path, a.Status, status, a.Body)
	}
	return a
}

// Into decodes the answer.
func (a Answer) Into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("decode %s: %v", a.Body, err)
	}
}

// At returns a part of the answer by its path: keys and indexes with dots; a
// key that itself holds a dot is written with / instead.
func (a Answer) At(path string) any {
	a.t.Helper()
	var value any
	a.Into(&value)
	for part := range strings.SplitSeq(path, ".") {
		part = strings.ReplaceAll(part, "/", ".")
		switch v := value.(type) {
		case map[string]any:
			value = v[part]
		case []any:
			var i int
			if err := json.Unmarshal([]byte(part), &i); err != nil || i >= len(v) {
				a.t.Fatalf("no %q in %s", path, a.Body)
			}
			value = v[i]
		default:
			a.t.Fatalf("no %q in %s", path, a.Body)
		}
	}
	return value
}

// Browser is a client that keeps cookies.
func Browser(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 30 * time.Second}
}
