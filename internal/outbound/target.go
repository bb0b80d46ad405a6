package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"code.dny.dev/ssrf"
)

// ErrOutOfReach is of an address that a client is not let through to. Its text is
// for people.
var ErrOutOfReach = errors.New("is in a private network or not https; name its network with --outbound-allow")

// lookupTime is how long CheckTarget waits for the addresses of a name.
const lookupTime = 2 * time.Second

// CheckTarget says of an address that somebody types whether a client of the
// options would be let through to it, as far as that is known now: what a name
// resolves to is looked up, and a name that is not found is left to the dial,
// which checks anyway. Unlike CheckURL it lets a query through.
func CheckTarget(ctx context.Context, o Options, text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("is no address; write https://hooks.example.com/burgee")
	case u.User != nil || u.Fragment != "":
		return errors.New("holds more than an address: no user, no password and nothing after #")
	}
	port, err := portOf(u)
	if err != nil {
		return err
	}
	check := guardian(o.Allow).Safe
	if u.Scheme == "http" {
		check = onlyTo(o.Allow)
	}
	for _, to := range addresses(ctx, o.Resolver, u.Hostname()) {
		network := "tcp6"
		if to.Is4() {
			network = "tcp4"
		}
		if check(network, netip.AddrPortFrom(to, port).String(), nil) != nil {
			return ErrOutOfReach
		}
	}
	if u.Scheme == "http" && len(o.Allow) == 0 {
		return ErrOutOfReach
	}
	return nil
}

func portOf(u *url.URL) (uint16, error) {
	text := u.Port()
	if text == "" {
		return map[string]uint16{"https": 443, "http": 80}[u.Scheme], nil
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return 0, fmt.Errorf("has the port %s, which is none", text)
	}
	return uint16(port), nil
}

// addresses are those of a host; none where they are not known.
func addresses(ctx context.Context, resolver *net.Resolver, host string) []netip.Addr {
	if to, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{to.Unmap()} // as it is dialled
	}
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	found, _ := resolver.LookupNetIP(ctx, "ip", host)
	for i, to := range found {
		found[i] = to.Unmap()
	}
	return found
}

// Refused says whether a request failed because its address is one that a client
// is not let through to.
func Refused(err error) bool {
	return errors.Is(err, ErrOutOfReach) || errors.Is(err, errPlain) || errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedNetwork)
}
