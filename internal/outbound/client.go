package outbound

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Options say what a client may do.
type Options struct {
	// Allow are networks that may be reached although they are private, also by
	// plain http.
	Allow []netip.Prefix
	// Timeout bounds a request with its answer.
	Timeout time.Duration
	// MaxBody bounds an answer, in bytes.
	MaxBody int64
	// NoRedirects has a redirect be the answer.
	NoRedirects bool
	// Resolver finds the addresses of names; nil is the machine's.
	Resolver *net.Resolver
}

// maxRedirects is how often a host may send a client on to itself.
const maxRedirects = 3

var errPlain = errors.New("outbound")

// ErrBodyTooLarge is of an answer that is longer than the client reads.
var ErrBodyTooLarge = errors.New("outbound: the answer is too large")

// New returns a client. It is safe for concurrent use.
func New(o Options) *http.Client {
	redirects := onItsHost
	if o.NoRedirects {
		redirects = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: redirects,
		Transport: &guarded{
			maxBody: o.MaxBody,
			secure:  transport(o, guardian(o.Allow).Safe),
			plain:   transport(o, onlyTo(o.Allow)),
		},
	}
}

type control = func(network, address string, _ syscall.RawConn) error

func transport(o Options, check control) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: check, Resolver: o.Resolver}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, ForceAttemptHTTP2: true,
		MaxIdleConns: 8, IdleConnTimeout: 30 * time.Second, ResponseHeaderTimeout: 10 * time.Second, MaxResponseHeaderBytes: 64 << 10,
	}
}

func guardian(allow []netip.Prefix) *ssrf.Guardian {
	var four, six []netip.Prefix
	for _, prefix := range allow {
		if prefix.Addr().Is4() {
			four = append(four, prefix)
		} else {
			six = append(six, prefix)
		}
	}
	return ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(four...), ssrf.WithAllowedV6Prefixes(six...), ssrf.WithDeniedV4Prefixes(azureHost))
}

// azureHost answers the machines of one cloud from inside, at an address that no
// registry calls special.
var azureHost = netip.MustParsePrefix("168.63.129.16/32")

// onlyTo lets plain http through to networks that are allowed by name.
func onlyTo(allow []netip.Prefix) control {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("outbound: %w", err)
		}
		for _, prefix := range allow {
			if prefix.Contains(to.Addr().Unmap()) {
				return nil
			}
		}
		return fmt.Errorf("%w: plain http to %s is not allowed", errPlain, to.Addr())
	}
}

// guarded picks the way by the scheme and bounds what comes back.
type guarded struct {
	maxBody       int64
	secure, plain *http.Transport
}

// RoundTrip implements http.RoundTripper.
func (g *guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	way := g.secure
	if r.URL.Scheme != "https" {
		way = g.plain
	}
	response, err := way.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusSwitchingProtocols {
		// Its body is the connection itself, which no timeout ends: who reads it may
		// wait for as long as the other end likes.
		_ = response.Body.Close()
		response.Body = http.NoBody
	}
	response.Body = &bounded{response.Body, g.maxBody}
	return response, nil
}

// CloseIdleConnections lets http.Client close what nobody uses.
func (g *guarded) CloseIdleConnections() {
	g.secure.CloseIdleConnections()
	g.plain.CloseIdleConnections()
}

// bounded fails where it would read more than is left.
type bounded struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, ErrBodyTooLarge
	}
	return n, err
}

func onItsHost(r *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errors.New("outbound: redirected too often")
	}
	if first := via[0].URL; r.URL.Host != first.Host || r.URL.Scheme != first.Scheme {
		return fmt.Errorf("outbound: %s redirects to another host, %s", first.Host, r.URL.Host)
	}
	return nil
}

// CheckURL says whether a text is the address of something that a client may be
// sent to: https://host…, or http://… for networks that are allowed.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%q is no address; write https://login.example.com", text)
	case u.User != nil || u.Fragment != "" || u.RawQuery != "":
		return fmt.Errorf("%q holds more than an address", text)
	}
	return nil
}
