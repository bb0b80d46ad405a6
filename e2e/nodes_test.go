package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	burgee "burgee.dev/burgee/sdk"

	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/testkit"
)

// pair is two nodes of one database.
func pair(t *testing.T) [2]*server {
	t.Helper()
	address := storetest.Postgres(t)
	return [2]*server{startOn(t, address), startOn(t, address)}
}

// programOn connects a program to a node.
func programOn(t *testing.T, s *server, key, name string) *burgee.Client {
	t.Helper()
	client, err := burgee.New(burgee.Options{Key: key, URL: s.url, Application: name, CacheDir: "off", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	until(t, name+" to stream", 10*time.Second, func() bool { return client.Status().Source == "stream" })
	return client
}

// connected lists the programs that a node's dashboard shows, by name, and the
// causes for which others were refused.
func connected(t *testing.T, s *server) (programs, refused string) {
	t.Helper()
	var body struct {
		Items   []struct{ Application string }
		Refused []struct{ Cause string }
	}
	s.must(t, http.MethodGet, "/api/v1/projects/default/connections", nil, &body)
	for _, i := range body.Items {
		if i.Application != "Go-http-client" { // the test, which asks for snapshots
			programs += i.Application + " "
		}
	}
	for _, r := range body.Refused {
		refused += r.Cause + " "
	}
	return programs, refused
}

// instancesBefore counts the programs that a node shows at an older revision.
func instancesBefore(t *testing.T, s *server, revision int64) (n int) {
	t.Helper()
	var body struct {
		Items []struct {
			Instances []struct {
				Instance string
				Revision int64
			}
		}
	}
	s.must(t, http.MethodGet, "/api/v1/projects/default/connections?environment=production", nil, &body)
	for _, app := range body.Items {
		for _, i := range app.Instances {
			if i.Instance != "" && i.Revision < revision {
				n++
			}
		}
	}
	return n
}

func numbered(n int) string {
	return fmt.Sprintf("apiVersion: burgee/v1\nproject: default\nflags:\n  n: {type: integer, variations: [{id: v, value: %d}], environments: {production: {default: v}}}\n", n)
}

func TestEachNodeKnowsTheProgramsOfAll(t *testing.T) {
	nodes := pair(t)
	nodes[0].apply(t, numbered(1))
	programOn(t, nodes[0], serverKey, "first")
	second := programOn(t, nodes[1], serverKey, "second")
	nodes[1].get(t, "/sdk/v1/snapshot", "bgs_nobody000000000000000000000000000000000000000")
	for i, n := range nodes {
		until(t, fmt.Sprintf("node %d to know both programs and who was refused", i), 15*time.Second, func() bool {
			programs, refused := connected(t, n)
			return programs == "first second " && refused != ""
		})
	}
	revision := nodes[0].apply(t, numbered(2))["production"]
	for i, n := range nodes {
		until(t, fmt.Sprintf("node %d to have both receipts", i), 20*time.Second, func() bool {
			var receipt struct {
				State             string
				Expected, Applied int
				SlowestMs         *int64
			}
			n.must(t, http.MethodGet, fmt.Sprintf("/api/v1/projects/default/environments/production/revisions/%d/receipts", revision), nil, &receipt)
			return receipt.State == "applied" && receipt.Expected == 2 && receipt.Applied == 2 && receipt.SlowestMs != nil
		})
	}
	for i, n := range nodes {
		if behind := instancesBefore(t, n, revision); behind != 0 {
			t.Errorf("node %d shows an older revision for %d programs", i, behind)
		}
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	until(t, "the other node to know that a program has left", 15*time.Second, func() bool {
		programs, _ := connected(t, nodes[0])
		return programs == "first "
	})
	tellsOfASilentNode(t, nodes)
}

// tellsOfASilentNode has another node that was heard of a while ago.
func tellsOfASilentNode(t *testing.T, nodes [2]*server) {
	t.Helper()
	onDatabase(t, nodes[0].store, func(conn *pgx.Conn) error {
		_, err := conn.Exec(t.Context(), `INSERT INTO node (id, name, beat, asks, newest)
			VALUES ('gone', 'far:7878', (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint - 90000, 0, 0)`)
		return err
	})
	for i, n := range nodes {
		until(t, fmt.Sprintf("node %d to tell of the silent one", i), 10*time.Second, func() bool {
			var body struct {
				Nodes []struct {
					Name                  string
					SeenAgoMs             int64
					Here, Silent, Missing bool
				}
			}
			n.must(t, http.MethodGet, "/api/v1/projects/default/connections", nil, &body)
			var said []string
			for _, one := range body.Nodes {
				switch {
				case one.Here && strings.HasSuffix(one.Name, portOf(n)):
					said = append(said, "here")
				case one.Silent && one.Missing && one.Name == "far:7878" && one.SeenAgoMs >= 90_000:
					said = append(said, "silent")
				case !one.Here && !one.Silent && strings.HasSuffix(one.Name, portOf(nodes[1-i])):
					said = append(said, "the other")
				}
			}
			slices.Sort(said)
			_, ready := n.get(t, "/readyz", "")
			return len(body.Nodes) == 3 && slices.Equal(said, []string{"here", "silent", "the other"}) &&
				strings.Contains(ready, `"nodes":{"heard":2,"silent":1}`)
		})
	}
}

func TestAKeyRevokedOnOneNodeEndsItsStreamsOnTheOther(t *testing.T) {
	nodes := pair(t)
	var made struct {
		ID  json.Number
		Key string
	}
	const keys = "/api/v1/projects/default/environments/production/keys"
	nodes[0].must(t, http.MethodPost, keys, map[string]any{"kind": "server", "name": "soon revoked"}, &made)
	until(t, "the other node to know the key", 10*time.Second, func() bool {
		status, _ := nodes[1].get(t, "/sdk/v1/snapshot", made.Key)
		return status == http.StatusOK
	})
	programOn(t, nodes[1], made.Key, "revoked")
	if programs, _ := connected(t, nodes[1]); !strings.Contains(programs, "revoked") {
		t.Fatalf("connected: %s", programs)
	}
	nodes[0].must(t, http.MethodDelete, keys+"/"+made.ID.String(), nil, nil)
	until(t, "the stream to end", 10*time.Second, func() bool {
		programs, _ := connected(t, nodes[1])
		return !strings.Contains(programs, "revoked")
	})
	if status, _ := nodes[1].get(t, "/sdk/v1/snapshot", made.Key); status != http.StatusUnauthorized {
		t.Errorf("the other node answers a revoked key with %d", status)
	}
}

func TestAnEnvironmentMadeOnOneNodeIsServedAndEndedOnTheOther(t *testing.T) {
	nodes := pair(t)
	const environments = "/api/v1/projects/default/environments"
	nodes[0].must(t, http.MethodPost, environments, map[string]any{"key": "staging", "like": "production"}, nil)
	var made struct{ Key string }
	nodes[0].must(t, http.MethodPost, environments+"/staging/keys", map[string]any{"kind": "server", "name": "x"}, &made)
	answers := func(want int) func() bool {
		return func() bool {
			status, _ := nodes[1].get(t, "/sdk/v1/snapshot", made.Key)
			return status == want
		}
	}
	until(t, "the other node to serve the environment", 10*time.Second, answers(http.StatusOK))
	programOn(t, nodes[1], made.Key, "staged")
	until(t, "the program to be known to both", 10*time.Second, func() bool {
		programs, _ := connected(t, nodes[0])
		return strings.Contains(programs, "staged")
	})
	var refused struct{ Detail string }
	if status := nodes[0].call(t, http.MethodPost, environments+"/staging/archive", map[string]any{}, &refused); status != http.StatusConflict || !strings.Contains(refused.Detail, "staged") {
		t.Errorf("a program of the other node is not named: %d %s", status, refused.Detail)
	}
	nodes[0].must(t, http.MethodPost, environments+"/staging/archive", map[string]any{"force": true}, nil)
	until(t, "the stream on the other node to end", 10*time.Second, func() bool {
		programs, _ := connected(t, nodes[1])
		return !strings.Contains(programs, "staged")
	})
	until(t, "the other node to refuse the key", 10*time.Second, answers(http.StatusUnauthorized))
}

// browser is somebody who signs in on any node.
type browser struct {
	t *testing.T
	http.Client
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil) // one for both: cookies do not know ports
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, http.Client{Jar: jar}}
}

func (b *browser) send(method, address string, body any) int {
	b.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	request, err := http.NewRequest(method, address, bytes.NewReader(raw))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := b.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func TestSessionsAndWaitsHoldOnAllNodes(t *testing.T) {
	nodes := pair(t)
	ann := newBrowser(t)
	session := func(n *server) string { return n.url + "/api/v1/session" }
	project := func(n *server) string { return n.url + "/api/v1/projects/default" }
	if status := ann.send(http.MethodPost, session(nodes[0]), map[string]string{"email": "ann@example.test", "password": "correct horse battery"}); status >= 300 {
		t.Fatalf("sign in: %d", status)
	}
	if status := ann.send(http.MethodGet, project(nodes[1]), nil); status != http.StatusOK {
		t.Errorf("signed in on one node, the other says %d", status)
	}
	home, err := url.Parse(nodes[0].url)
	if err != nil {
		t.Fatal(err)
	}
	kept := ann.Jar.Cookies(home)
	if status := ann.send(http.MethodDelete, session(nodes[1]), nil); status >= 300 {
		t.Fatalf("sign out: %d", status)
	}
	thief := newBrowser(t)
	thief.Jar.SetCookies(home, kept)
	if status := thief.send(http.MethodGet, project(nodes[0]), nil); status != http.StatusUnauthorized {
		t.Errorf("signed out on one node, the other says %d", status)
	}

	// Each node by itself would let six through, twelve together.
	guesses := 0
	for status := http.StatusUnauthorized; status == http.StatusUnauthorized; guesses++ {
		if guesses == 11 {
			t.Fatal("two nodes let more guesses through than one")
		}
		status = thief.send(http.MethodPost, session(nodes[guesses%2]), map[string]string{"email": "ann@example.test", "password": "a guess"})
		if status != http.StatusUnauthorized && status != http.StatusTooManyRequests {
			t.Fatalf("a guess: %d", status)
		}
	}
	if guesses < 6 {
		t.Errorf("only %d guesses were free", guesses-1)
	}
}

func TestASetUpLinkWorksOnAnyNodeOnce(t *testing.T) {
	address := storetest.Postgres(t)
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	var nodes [2]*server
	for i := range nodes {
		s := &server{data: filepath.Join(t.TempDir(), "data"), addr: freeAddress(t)}
		s.url = "http://" + s.addr
		s.process = start(t, []string{"BURGEE_STORE=" + address, "BURGEE_SECRET_KEY=" + testkit.SecretKey},
			path, "serve", "--addr", s.addr, "--data", s.data, "--ops-addr", "")
		s.untilReady(t)
		nodes[i] = s
	}
	link := regexp.MustCompile(`/start#t=(\S+)`)
	until(t, "the newest link", 10*time.Second, func() bool { return link.MatchString(nodes[1].output()) })
	secret := link.FindStringSubmatch(nodes[1].output())[1]
	setup := func(n *server, email string) int {
		return newBrowser(t).send(http.MethodPost, n.url+"/api/v1/setup", map[string]string{"token": secret, "email": email, "password": "correct horse battery"})
	}
	if status := setup(nodes[0], "ann@example.test"); status >= 300 {
		t.Fatalf("the link that the other node printed: %d", status)
	}
	if status := setup(nodes[1], "ben@example.test"); status != http.StatusGone {
		t.Errorf("a link that was used on the other node: %d", status)
	}
}
