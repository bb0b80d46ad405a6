package burgee

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// tokenVersion begins every context token of this form.
const tokenVersion = "1"

// maxToken is how long a token may be: a page's whole question has 16 kB.
const maxToken = 12 << 10

// serverKeyForm is what the server takes for a server key.
var serverKeyForm = regexp.MustCompile(`^bgs_[A-Za-z0-9_-]{32,252}$`)

// tokenPrint is how many bytes of a key's SHA-256 name the key in a token; the rest
// is what tokens are signed with, which the server has too.
const tokenPrint = 12

// SignContext returns a context token: the attributes of a user, signed by this
// program, for a page or an app that asks Burgee with a client key. It sends the
// token as the attribute "contextToken", and what the token says wins over what
// the page says; a client key that takes signed contexts only takes nothing else.
// So nobody can ask as somebody else.
//
// key is the server key of the environment that the page's client key is of. The
// token is good until expires, to the next whole second; the page fetches a new one before.
// An error means that the key has the wrong form, that expires is no future time,
// that the attributes cannot be written as JSON or their targetingKey is no string,
// or that the token would have over 12 kB. SignContext needs no server and
// may be called by many goroutines.
func SignContext(key string, attributes map[string]any, expires time.Time) (string, error) {
	if !serverKeyForm.MatchString(key) {
		return "", errors.New("burgee: contexts are signed with a server key, which begins with bgs_")
	}
	if unit, given := attributes["targetingKey"]; given && unit != nil {
		if _, text := unit.(string); !text {
			return "", fmt.Errorf("burgee: targetingKey is %v, and must be a string", unit)
		}
	}
	if !time.Now().Before(expires) {
		return "", fmt.Errorf("burgee: a token until %s would have ended already", expires.Format(time.RFC3339))
	}
	if attributes == nil {
		attributes = map[string]any{}
	}
	context, err := json.Marshal(attributes)
	if err != nil {
		return "", fmt.Errorf("burgee: sign a context: %w", err)
	}
	payload := append(append([]byte(`{"context":`), context...), `,"expires":`...)
	payload = append(strconv.AppendInt(payload, expires.Add(time.Second-1).Unix(), 10), '}')
	token := sealToken(key, payload)
	if len(token) > maxToken {
		return "", fmt.Errorf("burgee: the token would have %d bytes, and may have %d: sign fewer attributes", len(token), maxToken)
	}
	return token, nil
}

// sealToken signs a payload; the form is in docs/reference/context-tokens.md.
func sealToken(key string, payload []byte) string {
	hash := sha256.Sum256([]byte(key))
	text := base64.RawURLEncoding
	token := tokenVersion + "." + text.EncodeToString(hash[:tokenPrint]) + "." + text.EncodeToString(payload)
	mac := hmac.New(sha256.New, hash[tokenPrint:])
	mac.Write([]byte("burgee context token " + token))
	return token + "." + text.EncodeToString(mac.Sum(nil))
}
