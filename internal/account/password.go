package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"burgee.dev/burgee/internal/fault"
)

// The cost of one hash: 19 MiB, two passes, one lane. It takes some 60 ms.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	saltLength   = 16
	hashLength   = 32
)

// The bounds that a stored hash may state; beyond them it is not ours.
const (
	maxMemory = 1 << 20 // KiB
	maxTime   = 16
)

// The bounds of a password, in bytes.
const (
	minPassword = 10
	maxPassword = 1024
)

var encoding = base64.RawStdEncoding

// hasher makes and checks password hashes, few at a time, so that a burst of
// sign-ins cannot take all memory.
type hasher struct {
	slots chan struct{} // capacity = hashes at once; a full channel waits
}

func newHasher(atOnce int) *hasher {
	return &hasher{slots: make(chan struct{}, atOnce)}
}

func (h *hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.Wrap(ctx.Err(), fault.Unavailable, "busy", "The server is busy with other sign-ins; try again")
	}
}

func (h *hasher) leave() { <-h.slots }

// hash returns the PHC string of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails, by its contract
	sum := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, hashLength)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		argonMemory, argonTime, argonThreads, encoding.EncodeToString(salt), encoding.EncodeToString(sum)), nil
}

// verify reports whether the password is the one of the PHC string.
func (h *hasher) verify(ctx context.Context, phc, password string) (bool, error) {
	p, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	sum := argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.threads, uint32(len(p.sum)))
	return subtle.ConstantTimeCompare(sum, p.sum) == 1, nil
}

type phc struct {
	memory, time uint32
	threads      uint8
	salt, sum    []byte
}

func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return phc{}, fmt.Errorf("account: a stored password is not an argon2id hash")
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return phc{}, fmt.Errorf("account: a stored password has the unknown version %q", parts[2])
	}
	var p phc
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return phc{}, fmt.Errorf("account: a stored password has the unreadable cost %q", parts[3])
	}
	if p.memory == 0 || p.memory > maxMemory || p.time == 0 || p.time > maxTime || p.threads == 0 {
		return phc{}, fmt.Errorf("account: a stored password has the impossible cost %q", parts[3])
	}
	var err error
	if p.salt, err = encoding.DecodeString(parts[4]); err != nil {
		return phc{}, fmt.Errorf("account: a stored password has an unreadable salt: %w", err)
	}
	if p.sum, err = encoding.DecodeString(parts[5]); err != nil || len(p.sum) < 16 {
		return phc{}, fmt.Errorf("account: a stored password has an unreadable hash")
	}
	return p, nil
}

// checkPassword refuses what cannot be a good password.
func checkPassword(password string) *fault.Error {
	switch {
	case len([]rune(password)) < minPassword:
		return fault.New(fault.Invalid, "password_short", "The password is too short").
			WithField("password", "use at least %d characters; a sentence is good", minPassword)
	case len(password) > maxPassword:
		return fault.New(fault.Invalid, "password_long", "The password is too long").
			WithField("password", "use at most %d bytes", maxPassword)
	}
	return nil
}
