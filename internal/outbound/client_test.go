package outbound_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"code.dny.dev/ssrf"

	"burgee.dev/burgee/internal/outbound"
)

func options(allow ...string) outbound.Options {
	o := outbound.Options{Timeout: 10 * time.Second, MaxBody: 100}
	for _, prefix := range allow {
		o.Allow = append(o.Allow, netip.MustParsePrefix(prefix))
	}
	return o
}

func get(t *testing.T, o outbound.Options, url string) (string, error) {
	t.Helper()
	client := outbound.New(o)
	defer client.CloseIdleConnections()
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

func TestTheServersOwnNetworkIsOutOfReach(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "inside") }))
	defer plain.Close()
	secure := httptest.NewTLSServer(plain.Config.Handler)
	defer secure.Close()
	if body, err := get(t, options("127.0.0.0/8"), plain.URL); err != nil || body != "inside" {
		t.Errorf("an allowed network: %q, %v", body, err)
	}
	for name, url := range map[string]string{
		"plain http": plain.URL, "a name for it": strings.Replace(plain.URL, "127.0.0.1", "localhost", 1),
		"written as IPv6": strings.Replace(plain.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1),
	} {
		if body, err := get(t, options("192.0.2.0/24"), url); err == nil || !strings.Contains(err.Error(), "is not allowed") {
			t.Errorf("%s: %q, %v", name, body, err)
		}
	}
	for name, url := range map[string]string{
		"loopback": secure.URL, "link-local, where clouds keep credentials": "https://169.254.169.254/", "private": "https://10.0.0.1/",
		"unique local": "https://[fd00::1]/", "shared": "https://100.64.0.1/",
	} {
		if _, err := get(t, options(), url); !errors.Is(err, ssrf.ErrProhibitedIP) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARedirectStaysOnItsHost(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "elsewhere") }))
	defer other.Close()
	mux := http.NewServeMux()
	mux.Handle("/away", http.RedirectHandler(other.URL, http.StatusFound))
	mux.Handle("/loop", http.RedirectHandler("/loop", http.StatusFound))
	mux.Handle("/moved", http.RedirectHandler("/here", http.StatusFound))
	mux.HandleFunc("/here", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") })
	host := httptest.NewServer(mux)
	defer host.Close()
	allowed := options("127.0.0.0/8")
	if body, err := get(t, allowed, host.URL+"/moved"); err != nil || body != "here" {
		t.Errorf("on its host: %q, %v", body, err)
	}
	for path, want := range map[string]string{"/away": "redirects to another host", "/loop": "redirected too often"} {
		if body, err := get(t, allowed, host.URL+path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", path, body, err)
		}
	}
}

func TestAnAnswerIsBounded(t *testing.T) {
	length := 100
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", length)) }))
	defer host.Close()
	if body, err := get(t, options("127.0.0.0/8"), host.URL); err != nil || len(body) != 100 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	length = 101
	if _, err := get(t, options("127.0.0.0/8"), host.URL); !errors.Is(err, outbound.ErrBodyTooLarge) {
		t.Errorf("one byte more: %v", err)
	}
}

// After 101 the body would be the connection, and to read it may last for ever.
func TestAnAnswerThatSwitchesProtocolsHasNoBody(t *testing.T) {
	gone := make(chan struct{})
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, out, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = out.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_ = out.Flush()
		_, _ = conn.Read(make([]byte, 1)) // until the client hangs up
		close(gone)
	}))
	defer host.Close()
	if body, err := get(t, options("127.0.0.0/8"), host.URL); err != nil || body != "" {
		t.Errorf("%q, %v", body, err)
	}
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Error("the connection is still open")
	}
}

func TestAnAddressIsHTTPAndNothingElse(t *testing.T) {
	for text, good := range map[string]bool{
		"https://login.example.com": true, "https://login.example.com/realms/shop": true, "http://127.0.0.1:1": true,
		"": false, "login.example.com": false, "file:///etc/passwd": false, "https://a:b@c.example": false, "https://c.example/?x=1": false, "https://c.example/#x": false,
	} {
		if err := outbound.CheckURL(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}
