package burgee

import (
	"errors"
	"fmt"
	"time"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/internal/outbox"
	"burgee.dev/burgee/sdk/ruleset"
)

// Where a configuration came from, as Status.Source and Fetched.Source say it.
const (
	sourceBundle = "bundle"
	sourceDisk   = "disk"
	sourceStream = "stream"
	sourcePoll   = "poll"
	sourceFetch  = "fetch" // asked for by the program
)

// configuration is one applied snapshot. It never changes.
type configuration struct {
	snapshot *eval.Snapshot
	document *ruleset.Document
	source   string
	written  time.Time     // of a file: when it was written
	applied  time.Time     // with the monotonic clock
	tally    *outbox.Tally // of the snapshot's outcomes
}

func (conf *configuration) id() string { return conf.document.Header().ID() }

func (conf *configuration) fromFile() bool {
	return conf.source == sourceBundle || conf.source == sourceDisk
}

// step leads from one replica to the next, see ruleset.Replica.
type step func(ruleset.Replica) (ruleset.Replica, error)

func takeFull(payload []byte) step {
	return func(r ruleset.Replica) (ruleset.Replica, error) { return r.Full(payload) }
}

func takeDelta(payload []byte) step {
	return func(r ruleset.Replica) (ruleset.Replica, error) { return r.Delta(payload) }
}

// apply takes what the server sent into service unless it is not newer, and
// reports whether flags changed. What does not fit leaves everything as it is.
func (c *Client) apply(next step, source string) (changed bool, err error) {
	c.applying.Lock()
	defer c.applying.Unlock()
	replica, err := next(c.replica)
	if err != nil && c.unconfirmed {
		replica, err = c.overrule(next, err)
	}
	if err != nil && !errors.Is(err, ruleset.ErrNotNewer) {
		err = fmt.Errorf("the server sent a configuration that cannot be taken: %w", err)
		c.onFetched.tell(Fetched{Source: source, Revision: c.revision(), Err: err})
		return false, err
	}
	c.unconfirmed = false
	if err != nil {
		return false, nil
	}
	c.toStore = replica.Document()
	changed = c.publish(replica, source, time.Time{})
	select {
	case c.unsaved <- struct{}{}:
	default:
	}
	return changed, nil
}

// overrule decides between a stored configuration and the first word of the
// server. The server is who opened this environment to the key, so that a file
// of another environment, or one signed with keys that have been replaced since,
// gives way to it. So does a newer revision that nobody signed: nothing shows
// that the file's number was not damaged. Pinned keys are never overruled.
func (c *Client) overrule(next step, misfit error) (ruleset.Replica, error) {
	fresh, err := next(ruleset.NewReplica(c.set.trust))
	if err != nil {
		return c.replica, misfit
	}
	stored, sent := c.replica.Document(), fresh.Document()
	switch {
	case !sameEnvironment(stored.Header(), sent.Header()):
	case sent.Header().Newer(stored.Header()):
	case stored.Signature() == ruleset.Signature{} && stored.Header().ID() != sent.Header().ID():
	default:
		return c.replica, misfit
	}
	c.obsolete = stored.Header().ID()
	c.log.Warn("burgee: the stored configuration gives way to the server's, which does not follow from it", "stored", c.obsolete, "sent", fresh.ID(), "why", misfit)
	return fresh, nil
}

func sameEnvironment(a, b ruleset.Header) bool {
	return a.Project == b.Project && a.Environment == b.Environment
}

// confirm notes the server's word that what is served is the newest.
func (c *Client) confirm() {
	c.applying.Lock()
	defer c.applying.Unlock()
	c.unconfirmed = false
}

// publish serves a replica and reports whether flags changed. The caller holds
// applying.
func (c *Client) publish(replica ruleset.Replica, source string, written time.Time) (changed bool) {
	document := replica.Document()
	conf := &configuration{
		snapshot: eval.Compile(document.Set()), document: document,
		source: source, written: written, applied: time.Now(),
	}
	if source == sourceFetch {
		conf.source = sourcePoll
	}
	conf.tally = c.newTally(conf.snapshot)
	c.replica = replica
	previous := c.current.Swap(conf)
	if previous == nil {
		close(c.ready)
	} else if previous.snapshot.Epoch() != conf.snapshot.Epoch() {
		c.registrar.again() // a store made anew does not know the program's flags
	}
	changed = previous == nil || !document.SameEntities(previous.document)
	news := Fetched{HasChanges: changed, Source: source, Revision: conf.snapshot.Revision()}
	if changed && previous != nil && c.onFetched.on() {
		news.Changed = document.ChangedFlags(previous.document)
	}
	c.onFetched.tell(news)
	return changed
}

// id is that of the configuration being served, empty before the first.
func (c *Client) id() string {
	if conf := c.current.Load(); conf != nil {
		return conf.id()
	}
	return ""
}

func (c *Client) revision() int64 {
	if conf := c.current.Load(); conf != nil {
		return conf.snapshot.Revision()
	}
	return 0
}
