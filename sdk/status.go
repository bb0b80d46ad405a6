package burgee

import (
	"errors"
	"time"
)

// Status is what a client knows about its connection and its configuration.
type Status struct {
	Connected   bool
	Ready       bool // a configuration is being served
	URL         string
	Application string
	Project     string
	Environment string
	// Source is where the configuration came from: "stream", "poll" (or a
	// Fetch), "disk" (stored by an earlier run), "bundle", or empty.
	Source string
	// Revision counts the changes of the environment, Epoch is the Unix second
	// at which its store was made, and ID names both and the content, as
	// <epoch>-<revision>-<6 hex digits>; it is what events and ETags carry.
	Revision int64
	Epoch    int64
	ID       string
	// Age is how long ago the server said that the configuration is the
	// newest; 0 while connected, since the stream says so.
	Age time.Duration
	// Stale is true while a configuration is served and the server is away.
	Stale bool
	// LastHeard is when anything last came on the connection, a sign of life
	// included; zero before the first.
	LastHeard time.Time
	// Overrides are the flags that BURGEE_OVERRIDES has in force, sorted.
	Overrides []string
	// Dropped counts evaluations that could never be reported.
	Dropped int64
	// Resyncs counts how often something came that did not fit, so that a
	// whole snapshot was asked for. One that grows says that something between
	// the server and here changes what is sent.
	Resyncs int64
	// CorruptFiles counts stored snapshots and bundles that did not pass.
	CorruptFiles int64
	// CacheErr is why the configuration could not be stored the last time, and
	// BundleErr why the bundle is not used; nil while all is well.
	CacheErr  error
	BundleErr error
	// Err is why there is no connection; nil while there is one.
	Err error
}

// Status returns the state of the connection. It may be called at any time, for
// example by a handler for health checks.
func (c *Client) Status() Status {
	if c == nil {
		return Status{Err: errors.New("there is no client")}
	}
	s := Status{
		URL: c.set.url, Application: c.set.application, Overrides: c.emergency.keys(),
		Dropped: c.box.Dropped(), Resyncs: c.resyncs.Load(), CorruptFiles: c.corrupt.Load(),
	}
	c.mu.Lock()
	s.Connected, s.Err, s.LastHeard = c.connected, c.lastErr, c.lastHeard
	s.CacheErr, s.BundleErr = c.cacheErr, c.bundleErr
	c.mu.Unlock()
	conf := c.current.Load()
	if conf == nil {
		return s
	}
	h := conf.document.Header()
	s.Ready, s.Project, s.Environment, s.Source = true, h.Project, h.Environment, conf.source
	s.Revision, s.Epoch, s.ID = h.Revision, h.Epoch, h.ID()
	s.Stale = !s.Connected
	if s.Stale {
		s.Age = age(conf, s.LastHeard)
	}
	return s
}

// age is how long ago the server said that a configuration is the newest. A
// file knows no better than when it was written.
func age(conf *configuration, heard time.Time) time.Duration {
	if heard.IsZero() && conf.fromFile() {
		return max(0, time.Since(conf.written))
	}
	if heard.Before(conf.applied) {
		heard = conf.applied
	}
	return time.Since(heard)
}

func (s Status) problem() string {
	if s.Err == nil {
		return "still connecting"
	}
	return s.Err.Error()
}

// setConnected notes a working connection and reports whether that is news.
func (c *Client) setConnected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	news := !c.connected
	c.connected, c.lastErr, c.lastHeard = true, nil, time.Now()
	c.answered.Do(func() { close(c.answer) }) // last: who waits reads what it says
	return news
}

func (c *Client) setDisconnected(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connected = false
	if err != nil {
		c.lastErr = err
	}
	c.answered.Do(func() { close(c.answer) }) // last: who waits reads what it says
}

// heard notes a sign of life.
func (c *Client) heard() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastHeard = time.Now()
}

// staleness says whether the server is away, and how old conf is then.
func (c *Client) staleness(conf *configuration) (stale bool, old time.Duration) {
	c.mu.Lock()
	connected, heard := c.connected, c.lastHeard
	c.mu.Unlock()
	if connected {
		return false, 0
	}
	return true, age(conf, heard)
}
