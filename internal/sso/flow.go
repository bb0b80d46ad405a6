package sso

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// Flow is one sign-in of one browser.
type Flow struct{ secret string }

// NewFlow begins a sign-in.
func NewFlow() Flow { return Flow{rand.Text() + rand.Text()} }

// FlowOf is the sign-in that a browser's cookie is of.
func FlowOf(secret string) Flow { return Flow{secret} }

// Secret goes into a cookie, and nowhere else.
func (f Flow) Secret() string { return f.secret }

// State is what the provider hands back. It differs by what the sign-in is for.
func (f Flow) State(purpose string) string { return f.derived("state " + purpose) }

// Began says whether a state is of this flow and for this purpose.
func (f Flow) Began(purpose, state string) bool {
	return f.secret != "" && subtle.ConstantTimeCompare([]byte(f.State(purpose)), []byte(state)) == 1
}

func (f Flow) nonce() string    { return f.derived("nonce") }
func (f Flow) verifier() string { return f.derived("verifier") }

func (f Flow) derived(what string) string {
	mac := hmac.New(sha256.New, []byte(f.secret))
	mac.Write([]byte(what)) // a hash never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
