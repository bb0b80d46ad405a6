package gate

import (
	"cmp"
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/presence"
)

// The prefixes of the three kinds of credential.
const (
	serverPrefix = "bgs_"
	clientPrefix = "bgc_"
	tokenPrefix  = "bgp_"
)

// Directory finds environments by key. The delivery Manager is one.
type Directory interface {
	ByKey(hash [32]byte) (*delivery.Cell, delivery.KeyRef, bool)
	// ByPrint is ByKey for who has a key's print only.
	ByPrint(delivery.Print) (*delivery.Cell, delivery.KeyRef, bool)
	// ByToken lists what the token of a relay opens.
	ByToken(hash [32]byte) []*delivery.Cell
	// Ready says whether every environment is known, so that a key that opens
	// none is wrong.
	Ready() bool
}

// Refusals takes note of who was turned away.
type Refusals interface{ Refuse(presence.Refusal) }

// KeyUses takes note of which SDK keys are in use.
type KeyUses interface{ KeyUsed(keyID int64, sdk string) }

// Gate checks credentials. It is safe for concurrent use.
type Gate struct {
	directory Directory
	refusals  Refusals
	uses      KeyUses
	clock     clock.Clock
}

// New returns a Gate.
func New(directory Directory, refusals Refusals, uses KeyUses, c clock.Clock) *Gate {
	return &Gate{directory: directory, refusals: refusals, uses: uses, clock: c}
}

// Pass is what a valid credential opens.
type Pass struct {
	Cell   *delivery.Cell
	State  *delivery.State // as of the check
	Key    delivery.KeyRef
	Caller presence.Caller

	clock clock.Clock
}

// Valid says whether the credential still opens the environment in a later
// State: keys are revoked and expire while streams live.
func (p *Pass) Valid(state *delivery.State) bool {
	_, ok := state.Key(p.Key.Hash, clock.Millis(p.clock))
	return ok
}

// Relay says whether it is a relay that entered, and not a program.
func (p *Pass) Relay() bool { return p.Key.Kind == delivery.RelayToken }

// ExpiresIn is how long the key is still valid; ok is false when it never ends.
func (p *Pass) ExpiresIn() (left time.Duration, ok bool) {
	if p.Key.ExpiresAt == 0 {
		return 0, false
	}
	return time.UnixMilli(p.Key.ExpiresAt).Sub(p.clock.Now()), true
}

// Instance is the caller as presence records it.
func (p *Pass) Instance(t presence.Transport, revision int64) presence.Instance {
	return presence.Instance{
		Caller: p.Caller, Project: p.State.Project, Environment: p.State.Environment,
		Transport: t, Revision: revision,
	}
}

// Enter checks the secret that came with r. Unless clients may enter, a client
// key is refused.
func (g *Gate) Enter(r *http.Request, secret string, clients bool) (*Pass, error) {
	pass, refused := g.check(r, secret, clients)
	if refused != nil {
		return nil, g.refuse(r, secret, refused)
	}
	g.uses.KeyUsed(pass.Key.ID, pass.Caller.SDK)
	return pass, nil
}

// refuse takes note of who is turned away. That this node is not ready yet is
// nobody's fault.
func (g *Gate) refuse(r *http.Request, secret string, refused *fault.Error) *fault.Error {
	if refused.Kind != fault.Unavailable {
		g.refusals.Refuse(presence.Refusal{
			Address: httpkit.Address(r), Key: Mask(secret), Cause: refused.Code,
			Message: refused.Message, Origin: r.Header.Get("Origin"),
		})
	}
	return refused
}

func (g *Gate) check(r *http.Request, secret string, clients bool) (*Pass, *fault.Error) {
	if err := checkForm(r, secret); err != nil {
		return nil, err
	}
	cell, key, ok, known := find(g, g.directory.ByKey, sha256.Sum256([]byte(secret)))
	if !known {
		return nil, notReady()
	}
	if !ok {
		return nil, fault.New(fault.Unauthenticated, "key_unknown",
			"The key %s opens no environment of this server: it is from another server, was revoked or has expired. "+
				"Copy a current one from the dashboard, on the page SDK keys", Mask(secret))
	}
	if key.Client() && !clients {
		return nil, fault.New(fault.Forbidden, "client_key",
			"%s is a client key; a program that evaluates by itself needs a server key (bgs_…). "+
				"Find it in the dashboard, on the page SDK keys", Mask(secret))
	}
	return &Pass{Cell: cell, State: cell.State(), Key: key, Caller: CallerOf(r), clock: g.clock}, nil
}

// find looks a key up; known is false while not to find it means nothing. What
// is not there is looked for again when everything is known: it may have come
// since the first look.
func find[K any](g *Gate, by func(K) (*delivery.Cell, delivery.KeyRef, bool), which K) (cell *delivery.Cell, key delivery.KeyRef, ok, known bool) {
	if cell, key, ok = by(which); ok {
		return cell, key, true, true
	}
	if !g.directory.Ready() {
		return nil, key, false, false
	}
	cell, key, ok = by(which)
	return cell, key, ok, true
}

func notReady() *fault.Error {
	return fault.New(fault.Unavailable, "not_ready",
		"Not every environment and key has been loaded here yet; try again").WithRetryAfter(time.Second)
}

// checkForm refuses what cannot be an SDK key, and what may be one but must not
// come from where it came.
func checkForm(r *http.Request, secret string) *fault.Error {
	if secret == "" {
		return fault.New(fault.Unauthenticated, "key_missing",
			"The request has no SDK key; send the header Authorization: Bearer bgs_…, with a key from the dashboard, on the page SDK keys")
	}
	kind := secret[:min(4, len(secret))]
	origin := r.Header.Get("Origin")
	if origin != "" && (kind == serverPrefix || kind == tokenPrefix) {
		return usedFromBrowser(secret, origin)
	}
	if kind == tokenPrefix {
		return fault.New(fault.Forbidden, "token_not_key",
			"%s is an API token, for the management API, the command line and relays; SDKs need a server key (bgs_…)", Mask(secret))
	}
	if kind != serverPrefix && kind != clientPrefix || !keyText(secret[len(kind):]) {
		return fault.New(fault.Unauthenticated, "key_malformed",
			"%s is not a Burgee key: one starts with bgs_ (server) or bgc_ (client) and goes on with at least 32 letters, digits, '-' or '_'. "+
				"Copy it whole from the dashboard, on the page SDK keys", Mask(secret))
	}
	return nil
}

func usedFromBrowser(secret, origin string) *fault.Error {
	return fault.New(fault.Forbidden, "used_from_browser",
		"%s was used from a browser at %s, where anybody can read it: rotate it, and use a client key (bgc_…) there", Mask(secret), clip(origin))
}

func keyText(s string) bool {
	if len(s) < 32 || len(s) > 256 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// Mask shows enough of a key to recognise it and too little to use it. Of what
// is no key it shows the first letters only: it may be somebody's password.
func Mask(secret string) string {
	if secret == "" {
		return ""
	}
	known := len(secret) > 4 && (secret[:4] == serverPrefix || secret[:4] == clientPrefix || secret[:4] == tokenPrefix)
	if known && keyText(secret[4:]) {
		return secret[:8] + "…" + secret[len(secret)-4:]
	}
	shown := []rune(strings.ToValidUTF8(secret[:min(len(secret), 16)], "�"))
	return string(shown[:min(len(shown), 4, (len(secret)+1)/2)]) + "…"
}

// CallerOf reads what the caller tells about itself. A program without Burgee's
// own headers is known by the product name of its User-Agent.
func CallerOf(r *http.Request) presence.Caller {
	name, version := product(r.UserAgent())
	if given := header(r, "Burgee-Application"); given != "" {
		name, version = given, ""
	}
	return presence.Caller{
		Application: name,
		Version:     cmp.Or(header(r, "Burgee-Application-Version"), version),
		Platform:    header(r, "Burgee-Platform"),
		SDK:         header(r, "Burgee-Sdk"),
		Instance:    header(r, "Burgee-Instance"),
		Address:     httpkit.Address(r),
	}
}

// header returns a percent-encoded header as text that can be stored and shown.
func header(r *http.Request, name string) string {
	value := r.Header.Get(name)
	if decoded, err := url.PathUnescape(value); err == nil {
		value = decoded
	}
	return Clean(value)
}

// Clean makes of what a program says of itself a text that can be stored and
// shown: no characters of control, what is no UTF-8 replaced, at most 200 bytes.
func Clean(text string) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, text)
	return clip(strings.ToValidUTF8(text, "�"))
}

func product(userAgent string) (name, version string) {
	first, _, _ := strings.Cut(strings.TrimSpace(userAgent), " ")
	name, version, _ = strings.Cut(first, "/")
	return clip(strings.ToValidUTF8(name, "�")), clip(strings.ToValidUTF8(version, "�"))
}

func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}
