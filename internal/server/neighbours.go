package server

import (
	"cmp"
	"net"
	"os"
	"slices"
	"time"

	"burgee.dev/burgee/internal/adminapi"
	"burgee.dev/burgee/internal/nodes"
	"burgee.dev/burgee/internal/telemetry"
)

// newExchange returns this node's part in what nodes tell each other; nil where
// there can be no other node.
func (a *application) newExchange() *nodes.Exchange {
	s := a.server
	if s.cfg.Store == "" {
		return nil
	}
	return nodes.New(a.store, a.presence, a.receipts, nodes.Options{
		Name: nodeName(s.listener.Addr()), SecretKey: s.cfg.SecretKey.Fingerprint(), Logger: s.logger, Clock: s.clock,
	})
}

// nodeName is what people know a node by: its host, and the port for those that
// share one.
func nodeName(bound net.Addr) string {
	host, err := os.Hostname()
	if err != nil {
		return bound.String()
	}
	_, port, err := net.SplitHostPort(bound.String())
	if err != nil {
		return host
	}
	return net.JoinHostPort(host, port)
}

// nodesSeen counts the nodes of the store, this one included, and says how long
// ago the most silent one was heard.
func (a *application) nodesSeen() (heard, silent int, longest time.Duration) {
	heard = 1
	if a.exchange == nil {
		return heard, 0, 0
	}
	for _, n := range a.exchange.Others() {
		longest = max(longest, n.Age)
		if n.Silent() {
			silent++
		} else {
			heard++
		}
	}
	return heard, silent, longest
}

func (a *application) observeNodes() {
	m := a.server.metrics
	m.Gauges("burgee_nodes", "Nodes of this store, this one included: heard, or silent, which is without a sign of life for 11 s. A silent one is counted for ten minutes, one that stopped in order not at all.", []string{"state"}, func(set telemetry.Set) {
		heard, silent, _ := a.nodesSeen()
		set(float64(heard), "heard")
		set(float64(silent), "silent")
	})
	m.Gauge("burgee_node_silence_seconds", "How long ago the node that was silent longest gave its last sign of life; up to 6 s is usual, 0 is alone.", func() float64 {
		_, _, longest := a.nodesSeen()
		return longest.Seconds()
	})
}

// nodesReady is what /readyz says of the nodes of a store.
type nodesReady struct {
	Heard  int `json:"heard"`
	Silent int `json:"silent"`
}

// Nodes implements adminapi.Presence.
func (v presenceView) Nodes() []adminapi.Node {
	views := []adminapi.Node{}
	if v.exchange == nil {
		return views
	}
	self := v.exchange.Self()
	views = append(views, adminapi.Node{ID: self.ID, Name: self.Name, Here: true})
	for _, n := range v.exchange.Others() {
		views = append(views, adminapi.Node{
			ID: n.ID, Name: cmp.Or(n.Name, n.ID), SeenAgoMs: n.Age.Milliseconds(), Silent: n.Silent(), Missing: n.Age >= nodes.Lost,
		})
	}
	slices.SortFunc(views, func(a, b adminapi.Node) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return views
}
