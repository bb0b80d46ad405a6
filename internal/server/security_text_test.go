package server_test

import (
	"encoding/json"
	"io"
	"net"
	"strings"
	"testing"
	"unicode"

	"burgee.dev/burgee/internal/testkit"
)

// forged is what a client sends to write a line of its own into the log, and to
// paint on the terminal of who reads it.
const forged = "x\r\nlevel=ERROR msg=forged\x1b[2J\u202e\u009b1m"

// No text of a client ends a line of the log, or reaches a terminal as more than
// text.
func TestNobodyWritesLinesOfTheLog(t *testing.T) {
	log := &testkit.Buffer{}
	s := testkit.Start(t, testkit.Options{Log: log})
	quoted, err := json.Marshal(forged)
	if err != nil {
		t.Fatal(err)
	}
	escaped := "%0d%0alevel=ERROR%20msg=forged%1b%5b2J%e2%80%ae%c2%9b1m"
	for _, r := range []testkit.Request{
		{Method: "GET", Path: "/" + escaped, As: "-"}, {Method: "GET", Path: "/api/" + escaped}, {Method: "GET", Path: project + "/flags/" + escaped},
		{Method: "GET", Path: project + "/changes?actor=" + escaped}, {Method: "GET", Path: "/sdk/v1/" + escaped}, {Method: "POST", Path: "/ofrep/v1/evaluate/flags/" + escaped, As: testkit.ServerKey, Body: obj{}},
		{Method: "PATCH", Path: project, Body: `{"name":` + string(quoted) + `}`}, {Method: "POST", Path: project + "/flags?comment=" + escaped, Body: obj{"key": forged, "type": "boolean"}},
		{Method: "POST", Path: "/api/v1/session", As: "-", Body: obj{"email": forged, "password": forged}}, {Method: "POST", Path: "/api/v1/links", Body: obj{"email": forged, "roles": []string{forged}}},
		{Method: "POST", Path: project + "/apply", Body: obj{"text": forged, "file": forged}},
		{Method: "POST", Path: "/sdk/v1/register", As: testkit.ServerKey, Body: obj{"application": obj{"name": forged, "version": forged, "sdk": forged}, "flags": []obj{{"key": forged, "type": "boolean", "default": true}}}},
		{Method: "POST", Path: "/sdk/v1/events", As: testkit.ServerKey, Body: obj{"id": forged, "application": obj{"name": forged, "instance": forged}, "counts": []obj{{"flag": forged, "reason": forged, "minute": 0, "count": 1}}}},
		{Method: "GET", Path: "/sdk/v1/snapshot", As: "bgs_" + escaped, Header: map[string]string{"Burgee-Application": escaped, "Burgee-Instance": escaped, "User-Agent": "\x9b\xe2\x80\xae"}},
		{Method: "GET", Path: project, As: "bgp_" + escaped, Header: map[string]string{"X-Request-Id": escaped}},
		{Method: "PATCH", Path: project, Body: obj{"name": "x"}, Header: map[string]string{"Origin": "https://" + escaped}},
	} {
		if a := s.Do(r); a.Status >= 500 {
			t.Errorf("%s %s: %d %s", r.Method, r.Path, a.Status, a.Body)
		}
	}
	s.Stop()
	for line := range strings.Lines(log.String() + s.Stderr.String()) {
		if strings.HasPrefix(line, "level=") || strings.Contains(line, "level=ERROR msg=request") {
			t.Errorf("a client wrote a line: %q", line)
		}
		odd := func(r rune) bool { return unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r) }
		if strings.ContainsFunc(line, odd) {
			t.Errorf("a control character is in the log: %q", line)
		}
	}
	if !strings.Contains(log.String(), "forged") {
		t.Error("nothing of what was sent is in the log: it proves nothing")
	}
}

// Headers of answers hold nothing that a client could end them with.
func TestNobodyWritesHeadersOfAnAnswer(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Want(200, "PATCH", project, obj{"name": "x\"; filename=evil.exe\r\nSet-Cookie: burgee=forged"})
	export := s.Want(200, "GET", project+"/changes/export", nil)
	if got := export.Header.Get("Content-Disposition"); got != `attachment; filename="audit.ndjson"` {
		t.Errorf("Content-Disposition %q", got)
	}
	for _, id := range []string{"short", strings.Repeat("a", 65), "spaces are not", "semi;colon;x", `quote"quote`, "a%0d%0ab%0d%0a", "\xff\xfe\xff\xfe\xff\xfe\xff\xfe"} {
		a := s.Do(testkit.Request{Method: "GET", Path: "/healthz", Header: map[string]string{"X-Request-Id": id}})
		if got := a.Header.Get("X-Request-Id"); got == id || len(got) != 16 {
			t.Errorf("the request id %q is answered %q", id, got)
		}
	}
	for _, request := range []string{
		"GET /%0d%0aSet-Cookie:%20burgee=forged HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"GET //evil.example/%2e%2e HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"GET /api/v1/projects/default/../default HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\rSet-Cookie: burgee=forged\r\nConnection: close\r\n\r\n",
		"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n",
		// Two lengths of one body: what one hop takes for the rest of it is a request to another.
		"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 40\r\nConnection: close\r\n\r\n{}GET /api/v1/tokens HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
	} {
		answer := raw(t, s, request)
		head, _, _ := strings.Cut(answer, "\r\n\r\n")
		if strings.Contains(head, "forged") || strings.Contains(head, "evil.example") || strings.Count(answer, "HTTP/1.1 ") != 1 {
			t.Errorf("%q is answered\n%s", request, answer)
		}
		if strings.HasPrefix(request, "POST") && !strings.HasPrefix(head, "HTTP/1.1 400") && !strings.HasPrefix(head, "HTTP/1.1 501") {
			t.Errorf("%q is answered\n%s", request, head)
		}
	}
}

// raw sends a request as it is written, and returns the whole answer.
func raw(t *testing.T, s *testkit.Server, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// A filter is compared as it is: it is no pattern, and no part of a query.
func TestNoFilterIsAPattern(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Want(201, "POST", project+"/flags", obj{"key": "first", "type": "boolean"})
	s.Want(200, "PUT", project+"/experiments/e", obj{"environment": "production", "serve": obj{"first": true}})
	for _, text := range []string{"%25", "_____", "first%25", "f*", "'%20OR%20'1'='1", "first'--", "%22%20OR%201=1%20--", "first%5C"} {
		for _, path := range []string{
			project + "/changes?object=" + text, project + "/changes?actor=" + text, project + "/changes?kind=" + text, project + "/changes?environment=" + text,
			project + "/experiments?environment=" + text, project + "/connections?environment=" + text, project + "/flags/" + text, "/api/v1/projects/" + text, "/api/v1/sessions?member=" + text,
		} {
			a := s.Do(testkit.Request{Method: "GET", Path: path})
			found := a.Status == 200 && !strings.Contains(string(a.Body), `"items":[]`) && !strings.Contains(string(a.Body), `"instances":[]`)
			if found || a.Status >= 500 {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
	}
	if a := s.Want(200, "GET", project+"/changes?object=first", nil); strings.Contains(string(a.Body), `"items":[]`) {
		t.Error("the filter finds nothing at all")
	}
}
