package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"burgee.dev/burgee/internal/fault"
)

// secretPrefix is how secrets begin in the Standard Webhooks form.
const secretPrefix = "whsec_"

// newSecret makes a secret of 256 random bits.
func newSecret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails, by its contract
	return secretPrefix + base64.StdEncoding.EncodeToString(raw)
}

// Sign returns the signature of a message in the Standard Webhooks form: one
// "v1,…" for each secret, so that a receiver that knows one of them is content.
func Sign(secrets []string, id string, at time.Time, body []byte) (string, error) {
	parts := make([]string, 0, len(secrets))
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if err != nil {
			return "", fmt.Errorf("webhook: the secret is no base64: %w", err)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		parts = append(parts, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(parts, " "), nil
}

// sealedPart is what of a webhook is kept sealed: some addresses, those of Slack
// among them, are all that it takes to post there.
type sealedPart struct {
	URL    string `json:"url"`
	Secret string `json:"secret"`
	// Old are secrets that still sign, for a while after they were rotated.
	Old []oldSecret `json:"old,omitempty"`
}

type oldSecret struct {
	Secret string `json:"secret"`
	Until  int64  `json:"until"` // in milliseconds since 1970
}

// secrets are those that sign now, the present one first.
func (p sealedPart) secrets(now int64) []string {
	out := []string{p.Secret}
	for _, old := range p.Old {
		if old.Until > now {
			out = append(out, old.Secret)
		}
	}
	return out
}

// maxOld bounds how many secrets beside the present one sign at a time.
const maxOld = 2

// rotate puts a new secret in the place of the present one, which signs until a
// time.
func (p sealedPart) rotate(now, until int64) sealedPart {
	next := sealedPart{URL: p.URL, Secret: newSecret()}
	if until > now {
		next.Old = append(next.Old, oldSecret{p.Secret, until})
		for _, old := range p.Old {
			if old.Until > now && len(next.Old) < maxOld {
				next.Old = append(next.Old, oldSecret{old.Secret, min(old.Until, until)})
			}
		}
	}
	return next
}

// oldUntil is until when the newest of the old secrets signs; 0 is that none does.
func (p sealedPart) oldUntil(now int64) int64 {
	if len(p.Old) == 0 || p.Old[0].Until <= now {
		return 0
	}
	return p.Old[0].Until
}

// Sealer seals secrets under names. secret.Box is one.
type Sealer interface {
	Seal(name string, plain []byte) []byte
	Open(name string, sealed []byte) ([]byte, error)
}

// vault seals what belongs to webhooks; without a Sealer it refuses.
type vault struct{ seals Sealer }

func sealedName(id string) string { return "webhook " + id }

func (v vault) seal(id string, p sealedPart) ([]byte, error) {
	if v.seals == nil {
		return nil, noSecretKey()
	}
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return v.seals.Seal(sealedName(id), plain), nil
}

func (v vault) open(id string, sealed []byte) (p sealedPart, err error) {
	if v.seals == nil {
		return p, noSecretKey()
	}
	plain, err := v.seals.Open(sealedName(id), sealed)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(plain, &p)
}

func noSecretKey() *fault.Error {
	return fault.New(fault.Conflict, "secret_key_missing",
		"The address and the secret of a webhook are kept sealed, and this server has no key to seal them with. Start it with BURGEE_SECRET_KEY; `burgee secret-key new` makes one")
}
