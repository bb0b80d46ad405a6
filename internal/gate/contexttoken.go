package gate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

// A context token is what a program with a server key says of a user, for a page
// that asks with a client key of the same environment:
//
//	1.<print of the server key>.<payload>.<MAC of all before>
//
// each part in base64url without padding, and the payload a JSON object with the
// context and the second at which it ends. The MAC's key is the rest of the server
// key's hash, as with tickets: every node and every relay has it.
const tokenVersion = "1"

// SignedContext returns what a context token says, for who entered with pass and
// secret by r. The error is a fault that says how to come by a better token. One that
// proves nothing is among the refusals that people see; one that has ended is not,
// since a page that was left open sends it every day.
func (g *Gate) SignedContext(r *http.Request, secret string, pass *Pass, token string) (map[string]any, error) {
	payload, signer, refused := g.openToken(pass, token)
	if refused != nil {
		return nil, g.refuse(r, secret, refused)
	}
	g.uses.KeyUsed(signer.ID, "context token")
	var said struct {
		Context map[string]any `json:"context"`
		Expires int64          `json:"expires"`
	}
	if err := httpkit.DecodeBytes(payload, &said, httpkit.Limits{AllowUnknown: true, AnyText: true}); err != nil {
		return nil, badToken("its payload is no such object as %s", `{"context":{"targetingKey":"user-1"},"expires":1790000000}`)
	}
	if end := time.Unix(said.Expires, 0).UTC(); !g.clock.Now().Before(end) {
		return nil, badToken("it ended at %s, and the page needs a new one", end.Format(time.RFC3339))
	}
	if key, given := said.Context["targetingKey"]; given && key != nil {
		if _, text := key.(string); !text {
			return nil, badToken("its targetingKey must be a string; put a number in quotes")
		}
	}
	return said.Context, nil
}

// openToken checks who has signed a token, and returns its payload with that key.
func (g *Gate) openToken(pass *Pass, token string) (payload []byte, signer delivery.KeyRef, refused *fault.Error) {
	parts := strings.Split(token, ".")
	if len(parts) != 4 || parts[0] != tokenVersion || strings.ContainsAny(token, "\r\n") {
		return nil, signer, badToken("it is not whole, or of a form that this server does not know")
	}
	var raw [3][]byte
	for i, part := range parts[1:] {
		var err error
		if raw[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return nil, signer, badToken("it is not whole, or was changed on its way")
		}
	}
	signer, refused = g.signerOf(pass, raw[0])
	if refused != nil {
		return nil, signer, refused
	}
	signed := token[:len(token)-len(parts[3])-1]
	if !hmac.Equal(raw[2], tokenMAC(signer, signed)) {
		return nil, signer, badToken("it was changed after it was signed")
	}
	return raw[1], signer, nil
}

// signerOf finds the server key of the caller's environment that a print names.
func (g *Gate) signerOf(pass *Pass, print []byte) (delivery.KeyRef, *fault.Error) {
	nobody := badToken("no server key of %s / %s that works has signed it", pass.State.Project, pass.State.Environment)
	if len(print) != len(delivery.Print{}) {
		return delivery.KeyRef{}, nobody
	}
	cell, key, ok, known := find(g, g.directory.ByPrint, delivery.Print(print))
	if !known {
		return delivery.KeyRef{}, notReady()
	}
	if !ok || cell != pass.Cell || key.Kind != delivery.ServerKey {
		return delivery.KeyRef{}, nobody
	}
	return key, nil
}

func tokenMAC(signer delivery.KeyRef, signed string) []byte {
	mac := hmac.New(sha256.New, signer.Hash[len(delivery.Print{}):])
	mac.Write([]byte("burgee context token " + signed))
	return mac.Sum(nil)
}

func badToken(why string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "context_token", "The context token cannot be used: "+why+". The service that has the server key makes them", args...)
}
