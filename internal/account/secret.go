package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"

	"burgee.dev/burgee/internal/fault"
)

// TokenPrefix begins every API token.
const TokenPrefix = "bgp_"

// tokenForm is what a token given from outside must look like.
var tokenForm = regexp.MustCompile(`^bgp_[A-Za-z0-9_-]{32,200}$`)

// newSecret returns 256 random bits as text.
func newSecret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails, by its contract
	return base64.RawURLEncoding.EncodeToString(raw)
}

func hashOf(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }

// idOf names what is stored by the hash of its secret. It opens nothing. In hex, since
// what begins with "-" is no argument of a command line.
func idOf(hash [32]byte) string { return hex.EncodeToString(hash[:12]) }

// mask shows enough of a token to tell it from others.
func mask(token string) string {
	rest := strings.TrimPrefix(token, TokenPrefix)
	if len(rest) < 12 {
		return TokenPrefix + "…"
	}
	return TokenPrefix + rest[:4] + "…" + rest[len(rest)-4:]
}

// CheckToken says whether the text has the form of an API token.
func CheckToken(token string) error {
	if tokenForm.MatchString(token) {
		return nil
	}
	return fault.New(fault.Invalid, "token_malformed",
		"Not an API token: it is bgp_ and 32 or more of A-Z a-z 0-9 _ -; make one with `burgee key generate token`")
}
