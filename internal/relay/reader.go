package relay

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/sdk/ruleset"
)

var _ delivery.Reader = (*Relay)(nil)

// Environments implements delivery.Reader.
func (r *Relay) Environments(context.Context) ([]delivery.EnvironmentState, error) {
	return r.states(), nil
}

func (r *Relay) states() []delivery.EnvironmentState {
	var list []delivery.EnvironmentState
	for _, h := range r.all() {
		if !h.complete() {
			continue
		}
		h.mu.Lock()
		header := h.replica.Document().Header()
		list = append(list, delivery.EnvironmentState{
			ID: h.id, Project: h.Project, Key: h.Environment,
			Epoch: header.Epoch, Revision: header.Revision, KeyGeneration: h.generation,
		})
		h.mu.Unlock()
	}
	return list
}

// ServedBy says whether the Manager that reads from r has all that is here: it
// takes a moment from r's news to what programs are served.
func (r *Relay) ServedBy(m *delivery.Manager) bool { return m.Knows(r.states()) }

// Directory is where the gate of a relay finds keys: in what m serves, which
// reads from r. A key that is not there is wrong only once upstream has told all,
// and m serves it.
func (r *Relay) Directory(m *delivery.Manager) gate.Directory { return directory{m, r} }

type directory struct {
	*delivery.Manager
	relay *Relay
}

// Ready implements gate.Directory.
func (d directory) Ready() bool { return d.relay.Complete() && d.relay.ServedBy(d.Manager) }

// Ruleset implements delivery.Reader.
func (r *Relay) Ruleset(_ context.Context, id int64) (delivery.Ruleset, error) {
	h, err := r.byID(id)
	if err != nil {
		return delivery.Ruleset{}, err
	}
	h.mu.Lock()
	document := h.replica.Document()
	h.mu.Unlock()
	return delivery.Ruleset{
		Revision: delivery.Revision{Header: document.Header(), HeaderLine: document.HeaderLine(), Signature: document.Signature()},
		Lines:    entityLines(document),
	}, nil
}

// entityLines are a document's lines between the header and the signature.
func entityLines(d *ruleset.Document) [][]byte {
	lines := bytes.Split(bytes.TrimSuffix(d.Encode(), []byte("\n")), []byte("\n"))
	return lines[1 : 1+d.Len()]
}

// Deltas implements delivery.Reader.
func (r *Relay) Deltas(_ context.Context, id, from int64, room int) ([]delivery.Delta, error) {
	h, err := r.byID(id)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	after := slices.IndexFunc(h.recent, func(d delivery.Delta) bool { return d.Header.Revision > from })
	if after < 0 {
		return nil, nil
	}
	return slices.Clone(newest(h.recent[after:], room)), nil
}

// Keys implements delivery.Reader.
func (r *Relay) Keys(_ context.Context, id int64) ([]delivery.KeyRef, error) {
	h, err := r.byID(id)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.keys), nil
}

// all lists what is held, by id.
func (r *Relay) all() []*held {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*held, 0, len(r.held))
	for _, h := range r.held {
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b *held) int { return cmp.Compare(a.id, b.id) })
	return list
}

func (r *Relay) byID(id int64) (*held, error) {
	for _, h := range r.all() {
		if h.id == id {
			return h, nil
		}
	}
	return nil, fmt.Errorf("relay: there is no environment %d", id)
}

// placeOf names an environment that is served.
func (r *Relay) placeOf(id int64) (place, bool) {
	h, err := r.byID(id)
	if err != nil {
		return place{}, false
	}
	return h.place, true
}
