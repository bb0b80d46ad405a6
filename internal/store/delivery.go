package store

import (
	"context"
	"slices"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/sdk/ruleset"
)

// Environments implements delivery.Reader.
func (s *Store) Environments(ctx context.Context) ([]delivery.EnvironmentState, error) {
	var out []delivery.EnvironmentState
	err := s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var e delivery.EnvironmentState
			err := from.Scan(&e.ID, &e.Project, &e.Key, &e.Epoch, &e.Revision, &e.KeyGeneration)
			out = append(out, e)
			s.epoch.Store(e.Epoch)
			return err
		}, `SELECT e.id, p.key, e.key, m.epoch, e.revision, e.key_generation
			FROM environment e JOIN project p ON p.id = e.project_id CROSS JOIN meta m
			WHERE e.archived_at = 0 AND p.archived_at = 0 ORDER BY e.id`)
	})
	return out, err
}

// Ruleset implements delivery.Reader.
func (s *Store) Ruleset(ctx context.Context, environmentID int64) (delivery.Ruleset, error) {
	var out delivery.Ruleset
	err := s.read(ctx, func(q query) (err error) {
		if out.Header, err = header(q, environmentID); err != nil {
			return err
		}
		err = q.row(`SELECT COALESCE(MAX(at), 0) FROM delta WHERE environment_id = $1 AND revision = $2`, environmentID, out.Header.Revision).
			scan(&out.CommittedAt)
		if err != nil {
			return err
		}
		return q.each(func(from scanner) error {
			var line []byte
			err := from.Scan(&line)
			out.Lines = append(out.Lines, line)
			return err
		}, `SELECT line FROM ruleset_line WHERE environment_id = $1 ORDER BY kind, key`, environmentID)
	})
	return out, err
}

// header is that of an environment's newest revision, without root and keys.
func header(q query, environmentID int64) (ruleset.Header, error) {
	header := ruleset.Header{Burgee: ruleset.WireVersion, Hash: ruleset.HashP32}
	err := q.row(`SELECT p.key, e.key, m.epoch, e.revision FROM environment e JOIN project p ON p.id = e.project_id CROSS JOIN meta m WHERE e.id = $1`, environmentID).
		scan(&header.Project, &header.Environment, &header.Epoch, &header.Revision)
	if err != nil {
		return header, missing(err, "environment_not_found", "There is no environment %d", environmentID)
	}
	return header, nil
}

// What contexts a key takes: sdk_key.contexts.
const (
	anyContexts    = "any"
	signedContexts = "signed"
)

// Keys implements delivery.Reader.
func (s *Store) Keys(ctx context.Context, environmentID int64) ([]delivery.KeyRef, error) {
	var out []delivery.KeyRef
	err := s.read(ctx, func(q query) error {
		err := q.each(func(from scanner) error {
			var k delivery.KeyRef
			var hash []byte
			var contexts string
			err := from.Scan(&k.ID, &hash, &k.Kind, &k.ExpiresAt, &contexts)
			copy(k.Hash[:], hash)
			if contexts == signedContexts {
				k.Kind = delivery.SignedClientKey
			}
			out = append(out, k)
			return err
		}, `SELECT id, hash, kind, expires_at, contexts FROM sdk_key WHERE environment_id = $1 AND revoked_at = 0 ORDER BY id`, environmentID)
		if err != nil {
			return err
		}
		relays, err := relayTokens(q, environmentID)
		out = append(out, relays...)
		return err
	})
	return out, err
}

// relayTokens are the tokens of relays that may carry an environment.
func relayTokens(q query, environmentID int64) ([]delivery.KeyRef, error) {
	var here account.Scope
	err := q.row(`SELECT p.key, e.key FROM environment e JOIN project p ON p.id = e.project_id WHERE e.id = $1`, environmentID).
		scan(&here.Project, &here.Environment)
	if err != nil {
		return nil, missing(err, "environment_not_found", "There is no environment %d", environmentID)
	}
	var out []delivery.KeyRef
	err = q.each(func(from scanner) error {
		token, err := scanToken(from)
		if err == nil && (len(token.Scopes) == 0 || slices.Contains(token.Scopes, here)) {
			out = append(out, delivery.KeyRef{Hash: token.Hash, Kind: delivery.RelayToken, ExpiresAt: token.ExpiresAt})
		}
		return err
	}, `SELECT `+tokenColumns+` FROM token t WHERE t.role = $1 ORDER BY t.created_at, t.id`, string(account.Relay))
	return out, err
}
