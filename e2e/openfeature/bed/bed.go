// Package bed runs a real Burgee server as a child process behind a proxy that can
// cut it off, for the conformance of OpenFeature providers. Control is the same
// over HTTP, in the form that OpenFeature's test kit for providers has: POST
// /start, /stop, /restart?seconds=N and /change, GET /healthz. Beyond that kit are
// POST /flood and /calm, and POST /unready, which answers with an address.
package bed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"burgee.dev/burgee/internal/testkit/loopback"
)

// The secrets of the server: of programs, of pages, and of the management API.
const (
	ServerKey = "bgs_conformance000000000000000000000000000000"
	ClientKey = "bgc_conformance000000000000000000000000000000"
	Token     = "bgp_conformance000000000000000000000000000000"
)

// Bed is a server and its proxy.
type Bed struct {
	URL string // of the proxy

	binary, data, flags string
	direct              string // the server's own address
	proxy               *proxy

	mu      sync.Mutex // guards what follows; one control call at a time
	child   *exec.Cmd
	output  *bytes.Buffer
	changed bool

	crowd    *flood    // nil when nobody floods the server
	relay    *exec.Cmd // nil until somebody wants a server that is not ready
	relayURL string
}

// Start starts the binary on an empty folder, with the flags of a document.
func Start(binary, folder, flags string) (*Bed, error) {
	text, err := os.ReadFile(flags)
	if err != nil {
		return nil, err
	}
	direct, err := loopback.FreeAddress()
	if err != nil {
		return nil, err
	}
	b := &Bed{binary: binary, data: filepath.Join(folder, "data"), flags: string(text), direct: direct}
	if b.proxy, err = newProxy(direct); err != nil {
		return nil, err
	}
	b.URL = "http://" + b.proxy.address
	if err := b.launch(); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	if err := b.apply(b.flags); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// Close ends everything.
func (b *Bed) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calm()
	end(b.relay)
	b.relay = nil
	b.kill()
	return b.proxy.cut()
}

// Cut makes the server unreachable: connections end and new ones are refused.
func (b *Bed) Cut() error { return b.proxy.cut() }

// Join makes it reachable again.
func (b *Bed) Join() error { return b.proxy.join() }

// Reset makes the server reachable, with the flags as they were at first.
func (b *Bed) Reset() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.proxy.join(); err != nil {
		return err
	}
	b.changed = false
	return b.apply(b.flags)
}

// Restart ends the server as a crash does and starts it again after a while, with
// what it holds.
func (b *Bed) Restart(after time.Duration) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kill()
	time.Sleep(after) // how long the outage is to be
	return b.launch()
}

// Change gives changing-flag its other value, which it returns.
func (b *Bed) Change() (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := "bar"
	if b.changed {
		next = "foo"
	}
	err := b.apply(fmt.Sprintf(`{"apiVersion":"burgee/v1","project":"default","flags":{"changing-flag":{"environments":{"production":{"default":%q}}}}}`, next))
	if err == nil {
		b.changed = !b.changed
	}
	return next, err
}

func (b *Bed) launch() error {
	b.output = &bytes.Buffer{}
	b.child = exec.Command(b.binary, "serve", "--addr", b.direct, "--data", b.data, "--ops-addr", "")
	b.child.Env = append(os.Environ(), "BURGEE_INIT_TOKEN="+Token, "BURGEE_INIT_SERVER_KEY="+ServerKey, "BURGEE_INIT_CLIENT_KEY="+ClientKey)
	b.child.Stdout, b.child.Stderr = b.output, b.output
	if err := b.child.Start(); err != nil {
		return err
	}
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		if answer, err := http.Get("http://" + b.direct + "/readyz"); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.kill()
	return fmt.Errorf("the server is not ready after 20 s:\n%s", b.output)
}

func (b *Bed) kill() {
	end(b.child)
	b.child = nil
}

// apply publishes a document and waits until programs get it.
func (b *Bed) apply(document string) error {
	var published struct{ Revisions map[string]int64 }
	body := map[string]string{"text": document, "file": "flags.yaml"}
	if err := b.post("/api/v1/projects/default/apply", Token, body, &published); err != nil {
		return err
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		var served struct{ Metadata struct{ Revision int64 } }
		if err := b.post("/ofrep/v1/evaluate/flags/boolean-flag", ServerKey, struct{}{}, &served); err == nil && served.Metadata.Revision >= published.Revisions["production"] {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("revision %d is not served after 10 s", published.Revisions["production"])
		}
	}
}

func (b *Bed) post(path, credential string, body, out any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+b.direct+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+credential)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d %s", path, answer.StatusCode, raw)
	}
	return json.Unmarshal(raw, out)
}

// ServeHTTP is the control by HTTP.
func (b *Bed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var err error
	said := "ok"
	switch r.Method + " " + r.URL.Path {
	case "GET /healthz":
	case "POST /start":
		err = b.Reset()
	case "POST /stop":
		err = b.Cut()
	case "POST /join":
		err = b.Join()
	case "POST /restart":
		var seconds int
		if seconds, err = strconv.Atoi(r.URL.Query().Get("seconds")); err == nil {
			err = b.Restart(time.Duration(seconds) * time.Second)
		}
	case "POST /flood":
		said, err = b.Flood()
	case "POST /calm":
		b.Calm()
	case "POST /unready":
		said, err = b.Unready()
	case "POST /change":
		said, err = b.Change()
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, said)
}

// proxy passes bytes on until it is cut.
type proxy struct {
	address, to string

	mu    sync.Mutex // guards what follows
	in    net.Listener
	conns map[net.Conn]struct{}
}

func newProxy(to string) (*proxy, error) {
	address, err := loopback.FreeAddress()
	if err != nil {
		return nil, err
	}
	p := &proxy{address: address, to: to, conns: map[net.Conn]struct{}{}}
	return p, p.join()
}

func (p *proxy) join() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.in != nil {
		return nil
	}
	in, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", p.address)
	if err != nil {
		return err
	}
	p.in = in
	go p.accept(in)
	return nil
}

func (p *proxy) cut() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.in == nil {
		return nil
	}
	err := p.in.Close()
	p.in = nil
	for conn := range p.conns {
		_ = conn.Close()
	}
	clear(p.conns)
	return err
}

func (p *proxy) accept(in net.Listener) {
	for {
		conn, err := in.Accept()
		if err != nil {
			return
		}
		go p.carry(in, conn)
	}
}

func (p *proxy) carry(in net.Listener, near net.Conn) {
	far, err := net.Dial("tcp", p.to)
	if err != nil {
		_ = near.Close()
		return
	}
	if !p.hold(in, near, far) {
		return
	}
	go func() {
		_, _ = io.Copy(far, near)
		p.drop(near, far)
	}()
	_, _ = io.Copy(near, far)
	p.drop(near, far)
}

// hold keeps the connections to cut them; they are cut already when the proxy is.
func (p *proxy) hold(in net.Listener, conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range conns {
		if p.in != in {
			_ = conn.Close()
			continue
		}
		p.conns[conn] = struct{}{}
	}
	return p.in == in
}

func (p *proxy) drop(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range conns {
		_ = conn.Close()
		delete(p.conns, conn)
	}
}
