package relay

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/sdk/ruleset"
)

// held is what the relay has of one environment. Its follower writes it; the
// delivery Manager, the disk's writer and /readyz read it.
type held struct {
	place
	id    int64 // of the environment, for delivery
	trust ruleset.Trust

	mu         sync.Mutex
	replica    ruleset.Replica  // guarded by mu, like all below
	fromDisk   bool             // upstream has not said yet that the replica is right
	recent     []delivery.Delta // that led to the replica's document, the oldest first
	keys       []delivery.KeyRef
	keysText   []byte // as received; nil before the first
	keysTold   bool   // upstream has said them since the start
	generation int64  // of keys; 0 before the first
	stored     stamp  // what is on disk
	connected  bool
	heard      time.Time // when upstream last sent anything
	problem    string    // why it is not connected
	rejected   int64     // snapshots and deltas that did not pass
}

// stamp says which state something is of.
type stamp struct {
	id         string
	generation int64
}

// errElsewhere says that upstream sent another environment than was asked for.
var errElsewhere = errors.New("upstream sent another environment than the one asked for")

// full takes a whole snapshot. It reports whether anything changed; not to be
// newer is no error.
func (h *held) full(data []byte) (changed bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.replica.Document()
	next, err := h.replica.Full(data)
	if err != nil && h.fromDisk {
		next, err = h.overrule(data, err)
	}
	if errors.Is(err, ruleset.ErrNotNewer) {
		h.fromDisk = false
		return false, nil
	}
	if err != nil {
		return false, err
	}
	h.fromDisk = false
	document := next.Document()
	if header := document.Header(); header.Project != h.Project || header.Environment != h.Environment {
		return false, fmt.Errorf("%w: %s/%s", errElsewhere, header.Project, header.Environment)
	}
	if before != nil && before.Header().Epoch == document.Header().Epoch {
		// Readers that were at the revision before need not load the whole again.
		h.remember(document, ruleset.Between(before, document))
	} else {
		h.recent = nil
	}
	h.replica = next
	return true, nil
}

// overrule decides between what was stored and upstream's first whole word, as
// SDKs do: a later revision that does not follow from the stored one, because
// keys were replaced meanwhile, counts, and so does any other than a stored one
// that nobody signed. Pinned keys are never overruled. The caller holds mu.
func (h *held) overrule(data []byte, misfit error) (ruleset.Replica, error) {
	fresh, err := ruleset.NewReplica(h.trust).Full(data)
	if err != nil {
		return h.replica, misfit
	}
	stored, sent := h.replica.Document(), fresh.Document()
	unsigned := stored.Signature() == ruleset.Signature{} && stored.Header().ID() != sent.Header().ID()
	if !unsigned && !sent.Header().Newer(stored.Header()) {
		return h.replica, misfit
	}
	return fresh, nil
}

// confirm notes upstream's word that what is here is the newest.
func (h *held) confirm() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fromDisk = false
}

// delta takes a delta, as full does.
func (h *held) delta(data []byte) (changed bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	next, err := h.replica.Delta(data)
	if errors.Is(err, ruleset.ErrNotNewer) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	delta, err := ruleset.ParseDelta(data)
	if err != nil {
		return false, err
	}
	h.remember(next.Document(), delta)
	h.replica, h.fromDisk = next, false
	return true, nil
}

// remember adds the delta that led to a document. The caller holds mu.
func (h *held) remember(to *ruleset.Document, d *ruleset.Delta) {
	h.recent = append(h.recent, delivery.Delta{
		Revision: delivery.Revision{Header: to.Header(), HeaderLine: to.HeaderLine(), Signature: to.Signature()},
		From:     d.From, Changed: d.Changed, Removed: d.Removed,
	})
}

// forget drops the oldest deltas that, with all later ones, are larger than a
// snapshot: nobody is sent them.
func (h *held) forget(room int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.recent = slices.Clone(newest(h.recent, room))
}

// newest returns the newest deltas whose lines together are within room.
func newest(deltas []delivery.Delta, room int) []delivery.Delta {
	first := len(deltas)
	for first > 0 {
		for _, line := range deltas[first-1].Changed {
			room -= len(line)
		}
		if room < 0 {
			break
		}
		first--
	}
	return deltas[first:]
}

// setKeys takes the data of the event "keys".
func (h *held) setKeys(data []byte) (changed bool, err error) {
	of, keys, err := readKeys(data)
	if err != nil {
		return false, err
	}
	if of != h.place && of != (place{}) { // a server that does not say it yet sends rules first, which say it
		return false, fmt.Errorf("%w: keys of %s", errElsewhere, of)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keysTold = true
	if h.generation > 0 && slices.Equal(keys, h.keys) {
		return false, nil
	}
	h.keys, h.keysText = keys, data
	h.generation++
	return true, nil
}

// keyEntry is one of the list: hash in hex, kind, end in ms since 1970 or 0.
type keyEntry struct {
	hash, kind string
	end        int64
}

// UnmarshalJSON implements json.Unmarshaler. Fields that are added later are
// left alone.
func (k *keyEntry) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if len(parts) < 3 {
		return fmt.Errorf("a key has %d fields, not 3", len(parts))
	}
	return errors.Join(json.Unmarshal(parts[0], &k.hash), json.Unmarshal(parts[1], &k.kind), json.Unmarshal(parts[2], &k.end))
}

// readKeys reads who may enter where; the place is empty where none is said.
func readKeys(data []byte) (of place, keys []delivery.KeyRef, err error) {
	var body struct {
		place
		Keys []keyEntry `json:"keys"`
	}
	if err := json.Unmarshal(data, &body); err != nil {
		return of, nil, fmt.Errorf("read keys: %w", err)
	}
	keys = make([]delivery.KeyRef, 0, len(body.Keys))
	for _, k := range body.Keys {
		ref := delivery.KeyRef{Kind: delivery.KeyKind(k.kind), ExpiresAt: k.end}
		hash, err := hex.DecodeString(k.hash)
		if err != nil || len(hash) != len(ref.Hash) {
			return of, nil, fmt.Errorf("read keys: %q is no SHA-256", k.hash)
		}
		copy(ref.Hash[:], hash)
		switch ref.Kind {
		case delivery.ServerKey, delivery.ClientKey, delivery.SignedClientKey, delivery.RelayToken:
			keys = append(keys, ref)
		default: // a kind of a later version opens nothing here
		}
	}
	return body.place, keys, nil
}

// lastID is the id of the newest revision that is here; "" before the first.
func (h *held) lastID() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.replica.ID()
}

// complete says whether it can be served: rules without keys open to nobody.
func (h *held) complete() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.replica.Document() != nil && h.generation > 0
}

// told says whether upstream has sent all of it since the start: what the disk
// held may lack a key.
func (h *held) told() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.replica.Document() != nil && h.keysTold
}

// hear notes that upstream was heard at a time.
func (h *held) hear(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard = now
}

// connect notes that the stream is open. It reports whether it was not before.
func (h *held) connect(now time.Time) (news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	news = !h.connected
	h.connected, h.heard, h.problem = true, now, ""
	return news
}

// disconnect notes why there is no stream. It reports whether that is news.
func (h *held) disconnect(err error) (news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	news = h.connected || h.problem == ""
	h.connected, h.problem = false, err.Error()
	return news
}

func (h *held) reject() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rejected++
}
