package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// maxOverlap is how long a rotated key may go on working.
const maxOverlap = 30 * 24 * time.Hour

var keyForm = map[KeyKind]*regexp.Regexp{
	ServerKey: regexp.MustCompile(`^bgs_[A-Za-z0-9_-]{32,200}$`),
	ClientKey: regexp.MustCompile(`^bgc_[A-Za-z0-9_-]{32,200}$`),
}

var keyPrefix = map[KeyKind]string{ServerKey: "bgs_", ClientKey: "bgc_"}

// newSecret makes a key of 256 random bits.
func (s *Service) newSecret(kind KeyKind) string {
	raw := make([]byte, 32)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		panic(fmt.Sprintf("catalog: the source of randomness failed: %v", err))
	}
	return keyPrefix[kind] + base64.RawURLEncoding.EncodeToString(raw)
}

// checkSecret says whether a key given from outside has the form of its kind.
func checkSecret(kind KeyKind, secret string) error {
	if keyForm[kind].MatchString(secret) {
		return nil
	}
	return fault.New(fault.Invalid, "key_malformed",
		"Not a %s key: it is %s and 32 or more of A-Z a-z 0-9 _ -; make one with `burgee key generate %s`", kind, keyPrefix[kind], kind)
}

// mask shows enough of a key to tell it from others.
func mask(kind KeyKind, secret string) string {
	rest := strings.TrimPrefix(secret, keyPrefix[kind])
	return keyPrefix[kind] + rest[:4] + "…" + rest[len(rest)-4:]
}

func keyRow(environmentID int64, spec KeySpec, secret string, now int64) KeyRow {
	row := KeyRow{
		Key:           Key{Kind: spec.Kind, Name: spec.Name, Masked: mask(spec.Kind, secret), SignedContexts: spec.SignedContexts, CreatedAt: now},
		EnvironmentID: environmentID,
		Hash:          sha256.Sum256([]byte(secret)),
	}
	if spec.Kind == ClientKey {
		row.Public = secret
	}
	return row
}

// recordedKey is what the record keeps of a key: never the secret.
type recordedKey struct {
	Kind      KeyKind `json:"kind"`
	Name      string  `json:"name"`
	Masked    string  `json:"masked"`
	ExpiresAt int64   `json:"expiresAt,omitempty"`
	Signed    bool    `json:"signedContexts,omitempty"`
}

func recordOfKey(k *Key) []byte {
	return jsonOf(recordedKey{k.Kind, k.Name, k.Masked, k.ExpiresAt, k.SignedContexts})
}

func keyChange(row KeyRow, environment string, action ActionKind, before, after *Key) ChangeRow {
	c := ChangeRow{
		Kind: SDKKeyKind, Object: strconv.FormatInt(row.ID, 10), EnvironmentID: row.EnvironmentID,
		Environment: environment, Action: action,
	}
	if before != nil {
		c.Before = recordOfKey(before)
	}
	if after != nil {
		c.After = recordOfKey(after)
	}
	return c
}

// Keys lists an environment's SDK keys, revoked ones too, the oldest first.
func (s *Service) Keys(ctx context.Context, actor account.Actor, project, environment string) ([]Key, error) {
	var out []Key
	_, err := s.read(ctx, actor, project, func(r Reader, v view) error {
		e, err := v.environment(environment)
		if err != nil {
			return err
		}
		rows, err := r.Keys(e.ID)
		for _, row := range rows {
			out = append(out, row.Key)
		}
		return err
	})
	return out, err
}

// CreateKey makes an SDK key. Its secret is in the answer and nowhere else.
func (s *Service) CreateKey(ctx context.Context, actor account.Actor, project, environment string, spec KeySpec, opts WriteOptions) (NewKey, error) {
	spec.Name = strings.TrimSpace(spec.Name)
	if err := checkSpec(spec); err != nil {
		return NewKey{}, err
	}
	var out NewKey
	err := s.onKeys(ctx, actor, project, environment, opts, func(k *keyEdit) (*ChangeRow, error) {
		secret := s.newSecret(spec.Kind)
		row := keyRow(k.environment.ID, spec, secret, k.now)
		var err error
		if row.ID, err = k.tx.InsertKey(row); err != nil {
			return nil, err
		}
		out = NewKey{Key: row.Key, Secret: secret}
		change := keyChange(row, environment, ActionCreate, nil, &row.Key)
		return &change, nil
	})
	return out, err
}

func checkSpec(spec KeySpec) error {
	switch {
	case keyForm[spec.Kind] == nil:
		return fault.New(fault.Invalid, "key_kind", "No such kind of key").WithField("kind", "takes server or client")
	case spec.Name == "" || len(spec.Name) > maxName:
		return fault.New(fault.Invalid, "name_invalid", "The key needs a name").WithField("name", "takes 1 to %d bytes of text", maxName)
	case spec.SignedContexts && spec.Kind != ClientKey:
		return fault.New(fault.Invalid, "key_signed", "A program with a server key is believed what it says of its users").
			WithField("signedContexts", "is of client keys only")
	}
	return nil
}

// RevokeKey ends a key at once; with ifUnused only when no program has used it,
// and quietly not otherwise.
func (s *Service) RevokeKey(ctx context.Context, actor account.Actor, project, environment string, id int64, ifUnused bool, opts WriteOptions) error {
	return s.onKeys(ctx, actor, project, environment, opts, func(k *keyEdit) (*ChangeRow, error) {
		row, err := k.key(id)
		if err != nil || row.RevokedAt != 0 || (ifUnused && (row.Uses > 0 || row.LastUsedAt > 0)) {
			return nil, err
		}
		change := keyChange(row, environment, ActionRevoke, &row.Key, nil)
		return &change, k.tx.RevokeKey(id, k.now)
	})
}

// RotateKey makes a key in place of another, which goes on working for the
// overlap.
func (s *Service) RotateKey(ctx context.Context, actor account.Actor, project, environment string, id int64, overlap time.Duration, opts WriteOptions) (NewKey, error) {
	if overlap < 0 || overlap > maxOverlap {
		return NewKey{}, fault.New(fault.Invalid, "overlap_invalid", "The overlap is out of range").
			WithField("overlapHours", "takes 0 to %d", int(maxOverlap.Hours()))
	}
	var out NewKey
	err := s.onKeys(ctx, actor, project, environment, opts, func(k *keyEdit) (*ChangeRow, error) {
		old, err := k.key(id)
		if err != nil {
			return nil, err
		}
		if old.RevokedAt != 0 || (old.ExpiresAt != 0 && old.ExpiresAt <= k.now) {
			return nil, fault.New(fault.Conflict, "key_ended", "The key %s no longer works; make a new one instead", old.Masked)
		}
		if err := k.end(old, k.now+overlap.Milliseconds()); err != nil {
			return nil, err
		}
		secret := s.newSecret(old.Kind)
		row := keyRow(k.environment.ID, KeySpec{old.Kind, old.Name, old.SignedContexts}, secret, k.now)
		if row.ID, err = k.tx.InsertKey(row); err != nil {
			return nil, err
		}
		out = NewKey{Key: row.Key, Secret: secret}
		change := keyChange(row, environment, ActionRotate, &old.Key, &row.Key)
		return &change, nil
	})
	return out, err
}

// keyEdit is a change of keys inside its transaction.
type keyEdit struct {
	tx          Tx
	environment EnvironmentRow
	now         int64
}

func (k *keyEdit) key(id int64) (KeyRow, error) {
	rows, err := k.tx.Keys(k.environment.ID)
	if err != nil {
		return KeyRow{}, err
	}
	at := slices.IndexFunc(rows, func(row KeyRow) bool { return row.ID == id })
	if at < 0 {
		return KeyRow{}, fault.New(fault.NotFound, "key_not_found", "%s has no key %d", k.environment.Key, id)
	}
	return rows[at], nil
}

// end revokes a key now or lets it expire, but never later than it would.
func (k *keyEdit) end(old KeyRow, at int64) error {
	if at <= k.now {
		return k.tx.RevokeKey(old.ID, k.now)
	}
	if old.ExpiresAt != 0 && old.ExpiresAt < at {
		return nil
	}
	return k.tx.ExpireKey(old.ID, at)
}

// onKeys is the way of all changes of keys: recorded as others are, without a
// revision; the data plane hears of the environment's new key generation.
func (s *Service) onKeys(ctx context.Context, actor account.Actor, project, environment string, opts WriteOptions, change func(*keyEdit) (*ChangeRow, error)) error {
	var at EnvironmentRow
	out, err := s.note(ctx, actor, account.ManageKeys, account.Scope{Project: project, Environment: environment}, opts, func(tx Tx, row ProjectRow) (*ChangeRow, error) {
		var err error
		if at, err = (view{row: row}).environment(environment); err != nil {
			return nil, err
		}
		c, err := change(&keyEdit{tx: tx, environment: at, now: clock.Millis(s.clock)})
		if err != nil || c == nil {
			return nil, err
		}
		return c, tx.RaiseKeyGeneration(at.ID)
	})
	if err == nil && out.Changed {
		s.tell.Announce(ctx, at.ID, at.Revision)
	}
	return err
}

// keySentences says what happened to a key.
func keySentences(c Change) []string {
	var before, after recordedKey
	decode(c.Before, &before)
	decode(c.After, &after)
	switch c.Action {
	case ActionRevoke:
		return []string{fmt.Sprintf("%s key %q (%s) in %s: revoked", before.Kind, before.Name, before.Masked, c.Environment)}
	case ActionRotate:
		return []string{fmt.Sprintf("%s key %q in %s: rotated, %s takes the place of %s", after.Kind, after.Name, c.Environment, after.Masked, before.Masked)}
	}
	sentence := fmt.Sprintf("%s key %q (%s) in %s: created", after.Kind, after.Name, after.Masked, c.Environment)
	if after.Signed {
		sentence += ", for signed contexts only"
	}
	return []string{sentence}
}
