package server_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

// inbox is a receiver of webhooks.
type inbox struct {
	*httptest.Server
	mu     sync.Mutex // guards all below
	bodies []string
	heads  []http.Header
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	in := &inbox{}
	in.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		in.mu.Lock()
		defer in.mu.Unlock()
		in.bodies, in.heads = append(in.bodies, string(body)), append(in.heads, r.Header)
		_, _ = io.WriteString(w, "taken")
	}))
	t.Cleanup(in.Close)
	return in
}

// got says whether a message with a text has come, and how many.
func (i *inbox) got(text string) (n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, body := range i.bodies {
		if strings.Contains(body, text) {
			n++
		}
	}
	return n
}

const hooks = project + "/webhooks"

func startWithWebhooks(t *testing.T) *testkit.Server {
	t.Helper()
	return testkit.Start(t, testkit.Options{Sealed: true, Flags: map[string]string{"outbound-allow": "127.0.0.1"}})
}

// webhooksLive makes a webhook, has it told of a change, and takes it away.
func webhooksLive(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	run := func(c testkit.Scenario) testkit.Answer { t.Helper(); return c.Run(t, s, contract) }
	in := newInbox(t)
	run(testkit.Scenario{Method: "GET", Path: hooks, Status: 200, Holds: []string{`"items":[]`}})
	made := run(testkit.Scenario{Method: "POST", Path: hooks, Body: obj{"name": "chat", "url": in.URL, "events": []string{"flag"}, "environments": []string{"production"}, "comment": "for ops"},
		Status: 201, Holds: []string{`"secret":"whsec_`, `"state":"idle"`, `"version":1`, `"format":"standard"`}})
	at := hooks + "/" + made.At("id").(string)
	run(testkit.Scenario{Method: "POST", Path: hooks, Body: obj{"name": "chat", "url": in.URL}, Status: 409, Code: "webhook_exists"})
	s.Want(201, "POST", project+"/flags", obj{"key": "told", "type": "boolean"})
	eventually(t, "the change has come", func() bool { return in.got(`"object":"told"`) == 1 })
	eventually(t, "it is in the log", func() bool {
		return len(s.Want(200, "GET", at+"/deliveries?state=delivered", nil).At("items").([]any)) == 1
	})
	page := run(testkit.Scenario{Method: "GET", Path: at + "/deliveries?limit=1", Status: 200, Holds: []string{`"type":"flag.create"`, `"object":"told"`, `"state":"delivered"`, `"status":200`, `"next":`}})
	first := fmt.Sprintf("%s/deliveries/%v", at, page.At("items.0.id"))
	run(testkit.Scenario{Method: "GET", Path: first, Status: 200, Holds: []string{`"answer":"taken"`, `"request":"{\"version\":1`, `"tries":[{`}})
	run(testkit.Scenario{Method: "POST", Path: first + "/redeliver", Status: 202, Holds: []string{`"state":"pending"`}})
	eventually(t, "it has come again", func() bool { return in.got(`"object":"told"`) == 2 })
	in.mu.Lock()
	if in.heads[0].Get("Webhook-Id") != in.heads[1].Get("Webhook-Id") || in.heads[0].Get("Webhook-Id") == "" {
		t.Errorf("ids %q and %q", in.heads[0].Get("Webhook-Id"), in.heads[1].Get("Webhook-Id"))
	}
	in.mu.Unlock()
	run(testkit.Scenario{Method: "POST", Path: at + "/test", Status: 202, Holds: []string{`"type":"test"`}})
	eventually(t, "the test has come", func() bool { return in.got(`"type":"test"`) == 1 })

	run(testkit.Scenario{Method: "PATCH", Path: at, Body: obj{"name": "chat room"}, Header: map[string]string{"If-Match": `"7"`}, Status: 412, Code: "version_moved"})
	run(testkit.Scenario{Method: "PATCH", Path: at, Body: obj{"name": "chat room", "format": "slack"}, Header: map[string]string{"If-Match": `"1"`}, Status: 200, Holds: []string{`"version":2`, `"name":"chat room"`}, Lacks: []string{"whsec_"}})
	run(testkit.Scenario{Method: "GET", Path: at, Status: 200, Holds: []string{`"state":"ok"`, `"format":"slack"`}, Lacks: []string{"whsec_"}})
	run(testkit.Scenario{Method: "POST", Path: at + "/rotate", Body: obj{"overlapHours": 24}, Status: 200, Holds: []string{`"secret":"whsec_`, `"oldSecretUntil":`}})
	run(testkit.Scenario{Method: "PATCH", Path: at, Body: obj{"enabled": false}, Status: 200, Holds: []string{`"state":"disabled"`}})
	run(testkit.Scenario{Method: "POST", Path: at + "/test", Status: 409, Code: "webhook_disabled"})
	run(testkit.Scenario{Method: "GET", Path: at + "/deliveries/999999", Status: 404, Code: "delivery_not_found"})
	run(testkit.Scenario{Method: "DELETE", Path: at, Status: 204})
	run(testkit.Scenario{Method: "GET", Path: at, Status: 404, Code: "webhook_not_found"})
	run(testkit.Scenario{Method: "GET", Path: project + "/changes?kind=webhook", Status: 200, Holds: []string{"made the webhook chat", "deleted the webhook chat room"}, Lacks: []string{"whsec_"}})
}

func TestAWebhookCannotLeadIntoTheServersNetwork(t *testing.T) {
	s := startWithWebhooks(t)
	for name, url := range map[string]string{
		"private": "https://10.0.0.1/", "metadata of clouds": "http://169.254.169.254/latest/meta-data", "link-local": "https://[fe80::1]/",
		"carrier-grade NAT": "https://100.64.0.1/", "IPv4 in IPv6": "https://[::ffff:10.0.0.1]/", "unique local": "https://[fd00::1]/",
		"another loopback": "https://127.0.0.2/", "plain http": "http://93.184.216.34/", "no address": "ftp://x.example/",
		"a password": "https://a:b@x.example/",
	} {
		a := s.Do(testkit.Request{Method: "POST", Path: hooks, Body: obj{"name": name, "url": url}})
		if a.Status != 422 || !strings.Contains(string(a.Body), `"field":"url"`) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	// A receiver that sends on to somewhere inside gets no second request.
	other := newInbox(t)
	away := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(away.Close)
	made := s.Want(201, "POST", hooks, obj{"name": "away", "url": away.URL, "events": []string{"flag"}})
	at := hooks + "/" + made.At("id").(string)
	s.Want(202, "POST", at+"/test", nil)
	eventually(t, "the redirect is no success", func() bool {
		return strings.Contains(string(s.Want(200, "GET", at+"/deliveries", nil).Body), "it answered 307: redirects are not followed")
	})
	if n := other.got(""); n != 0 {
		t.Errorf("%d requests were redirected", n)
	}
}
