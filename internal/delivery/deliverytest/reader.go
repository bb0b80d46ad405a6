// Package deliverytest holds a delivery.Reader in memory, for the tests of the
// packages that read States.
package deliverytest

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/sdk/ruleset"
)

// Reader is a store's data in memory. It is safe for concurrent use.
type Reader struct {
	mu   sync.Mutex
	envs map[int64]*environment // guarded by mu
	err  error                  // guarded by mu
}

type environment struct {
	delivery.EnvironmentState
	lines  [][]byte
	deltas []delivery.Delta
	keys   []delivery.KeyRef
}

// NewReader returns a Reader with the environment 1, default/production, at
// revision 1 of epoch 1 without flags and keys.
func NewReader() *Reader {
	r := &Reader{envs: map[int64]*environment{}}
	r.AddEnvironment(1, "default", "production")
	return r
}

// AddEnvironment adds an empty environment at revision 1.
func (r *Reader) AddEnvironment(id int64, project, key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.envs[id] = &environment{EnvironmentState: delivery.EnvironmentState{
		ID: id, Project: project, Key: key, Epoch: 1, Revision: 1,
	}}
}

// RemoveEnvironment removes an environment.
func (r *Reader) RemoveEnvironment(id int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.envs, id)
}

// Publish replaces an environment's lines in its next revision, which it
// returns.
func (r *Reader) Publish(id int64, lines ...string) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	env := r.envs[id]
	before := env.document()
	env.lines = nil
	for _, line := range lines {
		env.lines = append(env.lines, []byte(line))
	}
	env.Revision++
	after := env.document()
	between := ruleset.Between(before, after)
	env.deltas = append(env.deltas, delivery.Delta{
		Revision: delivery.Revision{Header: after.Header(), CommittedAt: env.Revision},
		From:     between.From, Changed: between.Changed, Removed: between.Removed,
	})
	return env.Revision
}

// Forget drops the deltas that led to an environment's newest revision.
func (r *Reader) Forget(id int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.envs[id].deltas = nil
}

func (env *environment) header() ruleset.Header {
	return ruleset.Header{
		Burgee: ruleset.WireVersion, Project: env.Project, Environment: env.Key,
		Epoch: env.Epoch, Revision: env.Revision, Hash: ruleset.HashP32,
	}
}

func (env *environment) document() *ruleset.Document {
	d, err := ruleset.NewDocument(env.header(), env.lines)
	if err != nil {
		panic(err) // the test publishes what nobody could serve
	}
	return d
}

// Restore sets where an environment stands, as a restored backup would.
func (r *Reader) Restore(id, epoch, revision int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.envs[id].Epoch, r.envs[id].Revision = epoch, revision
}

// AddKey gives an environment a key. An expiresAt of 0 is never.
func (r *Reader) AddKey(environmentID, keyID int64, secret string, kind delivery.KeyKind, expiresAt int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	env := r.envs[environmentID]
	env.keys = append(env.keys[:len(env.keys):len(env.keys)], delivery.KeyRef{
		ID: keyID, Hash: sha256.Sum256([]byte(secret)), Kind: kind, ExpiresAt: expiresAt,
	})
	env.KeyGeneration++
}

// RevokeKeys takes all keys from an environment.
func (r *Reader) RevokeKeys(environmentID int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	env := r.envs[environmentID]
	env.keys = nil
	env.KeyGeneration++
}

// Fail makes every read fail with err until it is nil again.
func (r *Reader) Fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// Environments implements delivery.Reader.
func (r *Reader) Environments(context.Context) ([]delivery.EnvironmentState, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []delivery.EnvironmentState
	for _, env := range r.envs {
		list = append(list, env.EnvironmentState)
	}
	return list, r.err
}

// Ruleset implements delivery.Reader.
func (r *Reader) Ruleset(_ context.Context, id int64) (delivery.Ruleset, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	env := r.envs[id]
	return delivery.Ruleset{Revision: delivery.Revision{Header: env.header(), CommittedAt: env.Revision}, Lines: env.lines}, r.err
}

// Deltas implements delivery.Reader.
func (r *Reader) Deltas(_ context.Context, id, from int64, room int) ([]delivery.Delta, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.envs[id].deltas
	first := len(all)
	for first > 0 && all[first-1].From >= from && all[first-1].Header.Epoch == r.envs[id].Epoch {
		for _, line := range all[first-1].Changed {
			room -= len(line)
		}
		if room < 0 {
			break
		}
		first--
	}
	return slices.Clone(all[first:]), r.err
}

// Keys implements delivery.Reader.
func (r *Reader) Keys(_ context.Context, id int64) ([]delivery.KeyRef, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.envs[id].keys, r.err
}
