package outbound_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"burgee.dev/burgee/internal/outbound"
)

// outOfReach are addresses of which each is in another kind of network that a
// server must not be sent to.
var outOfReach = map[string]string{
	"loopback": "https://127.0.0.1/", "another loopback": "https://127.8.9.10/", "loopback, IPv6": "https://[::1]/", "unspecified": "https://0.0.0.0/",
	"private 10": "https://10.0.0.1/", "private 172": "https://172.16.3.4/", "private 192": "https://192.168.1.1/", "unique local": "https://[fd00::1]/",
	"link-local": "https://169.254.1.1/", "link-local, IPv6": "https://[fe80::1]/", "metadata of clouds": "https://169.254.169.254/latest/meta-data",
	"metadata, IPv6": "https://[fd00:ec2::254]/", "carrier-grade NAT": "https://100.64.0.1/", "multicast": "https://224.0.0.1/", "broadcast": "https://255.255.255.255/",
	"IPv4 in IPv6": "https://[::ffff:127.0.0.1]/", "IPv4 in IPv6, in hexadecimals": "https://[::ffff:a9fe:a9fe]/", "NAT64": "https://[64:ff9b::7f00:1]/",
	"6to4": "https://[2002:7f00:1::]/", "documentation": "https://192.0.2.1/", "by name": "https://localhost/",
	"an address with a zone": "https://[fe80::1%25lo]/", "the host of Azure": "https://168.63.129.16/machine", "metadata of Oracle": "https://192.0.0.192/",
	"multicast, IPv6": "https://[ff02::1]/", "unspecified, IPv6": "https://[::]/", "IPv4 in IPv6, as it once was": "https://[::127.0.0.1]/", "Teredo": "https://[2001::1]/",
}

// Numbers that some programs read as an IPv4 address are names here, also those with a
// dot at the end: mostly nobody has them, and the dial looks at what they lead to.
func TestANumberIsNoAddress(t *testing.T) {
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request arrived") }))
	defer inside.Close()
	o := options()
	o.Resolver = (&names{answers: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}).resolver()
	for _, host := range []string{"2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "127.1", "127.0.0.1.", "%31%32%37.0.0.1", "inside.example."} {
		if body, err := get(t, o, strings.Replace(inside.URL, "127.0.0.1", host, 1)); err == nil {
			t.Errorf("%s: %q", host, body)
		}
	}
}

func TestAnAddressThatIsOutOfReachIsRefusedWhenItIsSavedAndWhenItIsDialled(t *testing.T) {
	for name, target := range outOfReach {
		if err := outbound.CheckTarget(t.Context(), options(), target); !errors.Is(err, outbound.ErrOutOfReach) {
			t.Errorf("%s, saved: %v", name, err)
		}
		if _, err := get(t, options(), target); !outbound.Refused(err) {
			t.Errorf("%s, dialled: %v", name, err)
		}
		plain := strings.Replace(target, "https:", "http:", 1)
		if err := outbound.CheckTarget(t.Context(), options("198.51.100.0/24"), plain); !errors.Is(err, outbound.ErrOutOfReach) {
			t.Errorf("%s by http, saved: %v", name, err)
		}
		if _, err := get(t, options("198.51.100.0/24"), plain); !outbound.Refused(err) {
			t.Errorf("%s by http, dialled: %v", name, err)
		}
	}
}

func TestWhatIsAllowedByNameMayBeSaved(t *testing.T) {
	for target, allow := range map[string]string{
		"http://127.0.0.1:8080/hook": "127.0.0.0/8", "https://10.1.2.3/?sig=a%2Fb": "10.0.0.0/8", "https://[fd00::1]:8443/": "fd00::/8", "http://localhost/": "127.0.0.1/32",
	} {
		prefix := options(allow)
		if target == "http://localhost/" {
			prefix.Allow = append(prefix.Allow, netip.MustParsePrefix("::1/128"))
		}
		if err := outbound.CheckTarget(t.Context(), prefix, target); err != nil {
			t.Errorf("%s: %v", target, err)
		}
	}
	if err := outbound.CheckTarget(t.Context(), options(), "https://93.184.216.34/hook"); err != nil {
		t.Errorf("a public address: %v", err)
	}
	for _, target := range []string{"", "hooks.example.com", "ftp://a.example/", "https://", "https://a:b@93.184.216.34/", "https://93.184.216.34/#x", "https://93.184.216.34:0/", "https://93.184.216.34:99999/", "http://93.184.216.34/"} {
		if err := outbound.CheckTarget(t.Context(), options(), target); err == nil {
			t.Errorf("%q was let through", target)
		}
	}
}

// names answers each question about an IPv4 address with the next of its answers.
type names struct {
	answers []netip.Addr
	asked   atomic.Int32
}

// resolver asks the names, over a pipe in place of a network.
func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go n.serve(there)
		return here, nil
	}}
}

// serve answers as a DNS server does over TCP.
func (n *names) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for {
		var length [2]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(conn, question); err != nil {
			return
		}
		answer := n.answer(question)
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

func (n *names) answer(question []byte) []byte {
	end := 12
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5
	kind := binary.BigEndian.Uint16(question[end-4:])
	answer := append([]byte{question[0], question[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question[12:end]...)
	if kind != 1 {
		return answer
	}
	to := n.answers[min(int(n.asked.Add(1))-1, len(n.answers)-1)].As4()
	answer[7] = 1
	return append(append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), to[:]...)
}

// A name that was public when it was saved may say something else when it is
// dialled: what counts is where the connection goes.
func TestANameThatMovesInsideAfterItWasSavedIsRefused(t *testing.T) {
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request arrived") }))
	defer inside.Close()
	moving := &names{answers: []netip.Addr{netip.MustParseAddr("93.184.216.34"), netip.MustParseAddr("127.0.0.1")}}
	o := outbound.Options{Timeout: 10 * time.Second, MaxBody: 100, Resolver: moving.resolver()}
	target := strings.Replace(inside.URL, "127.0.0.1", "rebind.example", 1)
	if err := outbound.CheckTarget(t.Context(), o, target); err != nil {
		t.Fatalf("saved: %v", err)
	}
	if _, err := get(t, o, target); !outbound.Refused(err) {
		t.Errorf("dialled: %v", err)
	}
	if err := outbound.CheckTarget(t.Context(), o, target); !errors.Is(err, outbound.ErrOutOfReach) {
		t.Errorf("saved again: %v", err)
	}
	if moving.asked.Load() < 3 {
		t.Errorf("the name was looked up %d times", moving.asked.Load())
	}
}

func TestARedirectIsTheAnswerWhereNoneIsFollowed(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer inside.Close()
	host := httptest.NewServer(http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect))
	defer host.Close()
	o := options("127.0.0.0/8")
	o.NoRedirects = true
	client := outbound.New(o)
	defer client.CloseIdleConnections()
	response, err := client.Post(host.URL, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("status %d", response.StatusCode)
	}
}
