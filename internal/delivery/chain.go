package delivery

import (
	"slices"

	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/sdk/ruleset"
)

// chain is the retained events "delta" that lead up to a State, the oldest
// first. In a State it never changes; the next State's shares its events.
type chain struct {
	from   []string // events[i] leads from the id from[i] to from[i+1], the last to the State's
	events [][]byte
}

// clone returns a chain that may be added to.
func (c chain) clone() chain { return chain{slices.Clone(c.from), slices.Clone(c.events)} }

func (c *chain) add(from string, event []byte) {
	c.from, c.events = append(c.from, from), append(c.events, event)
}

// within returns the chain without the oldest events that, together with all
// later ones, are larger than room.
func (c chain) within(room int) chain {
	first := len(c.events)
	for first > 0 && len(c.events[first-1]) <= room {
		first--
		room -= len(c.events[first])
	}
	return chain{c.from[first:], c.events[first:]}
}

// since returns the events that lead from the id on.
func (c chain) since(id string) (events [][]byte, ok bool) {
	for i := len(c.from) - 1; i >= 0; i-- { // who is behind is mostly behind by one
		if c.from[i] == id {
			return c.events[i:], true
		}
	}
	return nil, false
}

// chainOf makes the chain of deltas that lead up to a revision: of the newest
// ones that follow each other as many as room has. The oldest delta only says
// where the one after it begins.
func chainOf(signer *Signer, deltas []Delta, upTo ruleset.Header, room int) chain {
	var c chain
	want := upTo.ID()
	for i := len(deltas) - 1; i > 0; i-- {
		d, before := deltas[i], deltas[i-1]
		if d.Header.Revision > upTo.Revision {
			continue // committed since the snapshot was read
		}
		if d.Header.ID() != want || d.From != before.Header.Revision {
			break
		}
		event := encodeDelta(d.Header.ID(), signer.delta(d))
		if room -= len(event); room < 0 {
			break
		}
		want = before.Header.ID()
		c.add(want, event)
	}
	slices.Reverse(c.from)
	slices.Reverse(c.events)
	return c
}

// encodeDelta writes the whole event "delta".
func encodeDelta(id string, d *ruleset.Delta) []byte {
	return httpkit.AppendEvent(nil, id, "delta", d.Encode())
}
