package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	burgee "burgee.dev/burgee/sdk"
)

// tap is a proxy before a server that keeps what its streams send.
type tap struct {
	*httptest.Server
	mu   sync.Mutex // guards sent
	sent bytes.Buffer
}

func newTap(t *testing.T, s *server) *tap {
	t.Helper()
	target, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, FlushInterval: -1}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/stream") {
			w = &tapped{ResponseWriter: w, tap: p}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		p.CloseClientConnections()
		p.Close()
	})
	return p
}

type tapped struct {
	http.ResponseWriter
	tap *tap
}

func (w *tapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *tapped) Write(b []byte) (int, error) {
	w.tap.mu.Lock()
	w.tap.sent.Write(b)
	w.tap.mu.Unlock()
	return w.ResponseWriter.Write(b)
}

// events are the names of the events since forget.
func (p *tap) events() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for line := range strings.Lines(p.sent.String()) {
		name, whole := strings.CutSuffix(line, "\n")
		if name, ok := strings.CutPrefix(name, "event: "); ok && whole && name != "spread" {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

func (p *tap) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent.Reset()
}

// Once it has a snapshot, a program is sent what differs: also after a line that
// was cut, and after a start from what an earlier run stored.
func TestAProgramIsSentWhatDiffers(t *testing.T) {
	s := startServer(t)
	publish := func(share int) int64 {
		return s.apply(t, fmt.Sprintf(splitDocument, share, 100-share))["production"]
	}
	// So many others that what differs is less than the whole.
	others := "apiVersion: burgee/v1\nproject: default\nflags:\n"
	for i := range 20 {
		others += fmt.Sprintf("  other.flag-%d: {type: boolean, environments: {production: {default: true}}}\n", i)
	}
	s.apply(t, others)
	publish(100)
	line, folder := newTap(t, s), t.TempDir()
	follow := func() *burgee.Client {
		client, err := burgee.New(burgee.Options{Key: serverKey, URL: line.URL, CacheDir: folder})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		until(t, "the stream", 20*time.Second, func() bool { return client.Status().Connected })
		return client
	}
	expect := func(when, want string) {
		t.Helper()
		if got := line.events(); got != want {
			t.Errorf("%s: sent %q, want %q", when, got, want)
		}
		line.forget()
	}

	client := follow()
	expect("at the start", "full")
	for share := 90; share > 60; share -= 10 {
		untilRevision(t, client, publish(share))
	}
	expect("at each revision", "delta delta delta")

	line.CloseClientConnections()
	// A client that has not noticed yet says that it is connected.
	until(t, "the stream again", 20*time.Second, func() bool { return line.events() != "" && client.Status().Connected })
	expect("after a line that was cut", "uptodate")

	_ = client.Close()
	newest := publish(50)
	s.untilServed(t, newest)
	again := follow()
	untilRevision(t, again, newest)
	expect("after a start from the disk", "delta")
	if got := again.Status(); got.Resyncs != 0 || got.Stale || got.Source != "stream" {
		t.Errorf("status %+v", got)
	}
}
