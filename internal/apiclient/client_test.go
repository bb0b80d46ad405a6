package apiclient

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/fault"
)

const token = "bgp_0123456789abcdef0123456789abcdef"

// serving returns a client of a server that gives one answer, and the request
// that it got.
func serving(t *testing.T, status int, header map[string]string, body string) (*Client, *http.Request) {
	t.Helper()
	var got http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = *r
		for k, v := range header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	c, err := New(server.URL+"/", token)
	if err != nil {
		t.Fatal(err)
	}
	return c, &got
}

// A change that is sent on arrives as a question, whose answer looks like success.
func TestAServerThatSendsOnIsNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		asked := 0
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
		t.Cleanup(other.Close)
		c, _ := serving(t, status, map[string]string{"Location": other.URL + "/api/v1/logins"}, "")
		_, err := c.StartLogin(t.Context(), "laptop")
		if f := fault.As(err); f.Code != "url_moved" || f.Kind != fault.Invalid || !strings.Contains(f.Message, "sends on to "+other.URL+";") {
			t.Errorf("%d: %v", status, err)
		}
		if _, err := c.Project(t.Context(), "default"); fault.As(err).Code != "url_moved" || asked > 0 {
			t.Errorf("%d: %v, %d questions arrived", status, err, asked)
		}
	}
}

func TestAProblemBecomesTheFaultThatItWas(t *testing.T) {
	problem := map[string]string{"Content-Type": "application/problem+json", "Retry-After": "7"}
	body := `{"title":"x","status":0,"detail":"why and what to do","code":"some_code","errors":[{"field":"a.b","message":"wrong"}],"meanwhile":{"by":"ben","object":"x","at":1762171200000},"requestId":"r1"}`
	for status, kind := range map[int]fault.Kind{
		507: fault.NoRoom,
		400: fault.Invalid, 422: fault.Invalid, 401: fault.Unauthenticated, 403: fault.Forbidden, 404: fault.NotFound,
		409: fault.Conflict, 412: fault.Precondition, 413: fault.TooLarge, 429: fault.Limited, 503: fault.Unavailable,
	} {
		c, _ := serving(t, status, problem, body)
		_, err := c.Project(t.Context(), "default")
		got := fault.As(err)
		if got.Kind != kind || got.Code != "some_code" || got.Message != "why and what to do" || got.RetryAfter != 7*time.Second {
			t.Errorf("%d: got %+v, want kind %s", status, got, kind)
		}
		if diff := cmp.Diff([]fault.Field{{Field: "a.b", Message: "wrong"}}, got.Fields); diff != "" {
			t.Errorf("%d: fields (-want +got):\n%s", status, diff)
		}
		if diff := cmp.Diff(&fault.Meanwhile{By: "ben", Object: "x", At: 1762171200000}, got.Meanwhile); diff != "" {
			t.Errorf("%d: meanwhile (-want +got):\n%s", status, diff)
		}
	}
	c, _ := serving(t, 500, problem, body)
	_, err := c.Project(t.Context(), "default")
	if got := fault.As(err); got.Kind != fault.Internal || got.Message != "why and what to do (the server's log has it as request r1)" {
		t.Errorf("500: got %+v", got)
	}
}

func TestAnAnswerThatIsNotBurgeesSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
	}{
		"a page with an error": {502, "<html>bad gateway</html>"},
		"a page without one":   {200, "<html>hello</html>"},
	} {
		client, _ := serving(t, c.status, map[string]string{"Content-Type": "text/html"}, c.body)
		_, err := client.Project(t.Context(), "default")
		if got := fault.As(err); got.Code != "not_burgee" || got.Kind != fault.Unavailable {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAServerThatIsNotThereIsUnavailable(t *testing.T) {
	c, err := New("http://127.0.0.1:1", token)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Project(t.Context(), "default")
	if got := fault.As(err); got.Code != "server_unreachable" || got.Kind != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestKeysInPathsAreEscapedAndTheTokenIsSent(t *testing.T) {
	c, got := serving(t, 200, nil, `{"items":[]}`)
	if _, _, err := c.Keys(t.Context(), "a/b", "x y"); err != nil {
		t.Fatal(err)
	}
	if want := "/api/v1/projects/a%2Fb/environments/x%20y/keys"; got.URL.EscapedPath() != want {
		t.Errorf("path: got %s, want %s", got.URL.EscapedPath(), want)
	}
	if got.Header.Get("Authorization") != "Bearer "+token {
		t.Errorf("authorization: got %q", got.Header.Get("Authorization"))
	}
}

func TestMistakesAreToldBeforeARequestIsMade(t *testing.T) {
	for name, c := range map[string]struct{ url, token, code string }{
		"no token":          {"http://127.0.0.1:7878", "", "token_missing"},
		"a server key":      {"http://127.0.0.1:7878", "bgs_x", "key_not_token"},
		"something else":    {"http://127.0.0.1:7878", "hello", "token_malformed"},
		"no scheme":         {"127.0.0.1:7878", token, "url_malformed"},
		"not a web address": {"ftp://host", token, "url_malformed"},
	} {
		if _, err := New(c.url, c.token); fault.As(err).Code != c.code {
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		}
	}
}

// cutting returns a client of a server that does what it is asked for and loses the
// connection before it answers, so many times; keys are those that came.
func cutting(t *testing.T, times int) (c *Client, keys func() []string) {
	t.Helper()
	var mu sync.Mutex // guards what follows
	var came []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		came = append(came, r.Method+" "+string(body)+" "+r.Header.Get("Idempotency-Key"))
		cut := len(came) <= times
		mu.Unlock()
		if cut {
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write([]byte(`{"key":"shop"}`))
	}))
	t.Cleanup(server.Close)
	c, err := New(server.URL, token)
	if err != nil {
		t.Fatal(err)
	}
	return c, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return came
	}
}

func TestWhatIsDoneOnceIsSentAgainOnceWhenTheConnectionIsLost(t *testing.T) {
	c, keys := cutting(t, 1)
	if p, err := c.CreateProject(t.Context(), "shop", "Shop"); err != nil || p.Key != "shop" {
		t.Errorf("%+v %v", p, err)
	}
	if got := keys(); len(got) != 2 || got[0] != got[1] || len(strings.Fields(got[0])) != 3 {
		t.Errorf("the server got %q", got)
	}
	if _, err := c.CreateProject(t.Context(), "shop", "Shop"); err != nil || keys()[2] == keys()[0] {
		t.Errorf("another request has the same key: %q, %v", keys(), err)
	}

	c, keys = cutting(t, 9)
	if _, err := c.CreateProject(t.Context(), "shop", "Shop"); fault.As(err).Code != "server_unreachable" || len(keys()) != 2 {
		t.Errorf("a connection that is lost each time: %v after %q", err, keys())
	}
	c, keys = cutting(t, 9)
	if err := c.RevokeToken(t.Context(), "7"); fault.As(err).Code != "server_unreachable" || len(keys()) != 1 || len(strings.Fields(keys()[0])) != 1 {
		t.Errorf("what has no key: %v after %q", err, keys())
	}
}
