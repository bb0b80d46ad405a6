package burgee

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// tokenVersion begins every context token of this form.
const tokenVersion = "1"

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
// token is good until expires, in whole seconds; the page fetches a new one before.
// An error means that the key has the wrong form, that expires is no future time,
// or that the attributes cannot be written as JSON. SignContext needs no server and
// may be called by many goroutines.
func SignContext(key string, attributes map[string]any, expires time.Time) (string, error) {
	if !strings.HasPrefix(key, "bgs_") {
		return "", errors.New("burgee: contexts are signed with a server key, which begins with bgs_")
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
	payload = append(strconv.AppendInt(payload, expires.Unix(), 10), '}')
	return sealToken(key, payload), nil
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
