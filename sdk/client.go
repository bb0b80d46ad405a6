package burgee

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/internal/outbox"
	"burgee.dev/burgee/sdk/ruleset"
)

// noConfigurationAfter is when a client that has heard nothing says so.
const noConfigurationAfter = 2 * time.Second

// Client evaluates flags and keeps their configuration up to date. Its methods
// may be called by many goroutines, and on a nil *Client, which serves the
// defaults in the code.
type Client struct {
	set       settings
	app       application
	log       *slog.Logger
	transport *transport // nil when offline
	registrar *registrar
	box       outbox.Outbox
	emergency map[string]any // BURGEE_OVERRIDES, read at New

	base *eval.Context // what every evaluation shares

	current atomic.Pointer[configuration] // published values never change
	ready   chan struct{}                 // closed by the first configuration

	onFetched    *notifier
	onImpression func(Impression)
	mismatches   sync.Map // key → true, for flags whose type was remarked on

	mu        sync.Mutex // guards what follows; never held over I/O
	connected bool
	lastErr   error
	inFlight  *fetchCall

	stop context.CancelFunc
	done sync.WaitGroup
}

// configuration is one applied snapshot.
type configuration struct {
	snapshot *eval.Snapshot
	etag     string
	entities []byte // the lines after the header, to tell whether anything changed
	at       time.Time
	tally    *outbox.Tally // of the snapshot's outcomes
}

// New returns a client that connects in the background. It never waits and
// never fails because of the network or the key: until a configuration is
// there, evaluations serve the defaults in the code. An error means that an
// option is malformed.
func New(options Options) (*Client, error) {
	set, err := options.settings()
	if err != nil {
		return nil, err
	}
	c := &Client{
		set:          set,
		log:          options.Logger,
		registrar:    newRegistrar(),
		ready:        make(chan struct{}),
		onImpression: options.OnImpression,
		app: application{
			Name: set.application, Version: set.version, SDK: "go/" + Version, Instance: newInstance(),
			Platform: strings.Join([]string{"go", strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS}, " "),
		},
	}
	if c.log == nil {
		c.log = slog.Default()
	}
	if err := c.readOverrides(os.Getenv("BURGEE_OVERRIDES")); err != nil {
		return nil, err
	}
	c.setBase()
	c.onFetched = newNotifier(options.OnFetched, c.log)
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	c.done.Go(func() { c.onFetched.run(ctx) })
	if problem := keyProblem(set.key); problem != "" {
		c.lastErr = errors.New(problem)
		c.log.Error("burgee: " + problem + "; offline, the defaults in the code are served")
		return c, nil
	}
	c.transport = newTransport(set, options.HTTPClient, c.app)
	c.start(ctx)
	return c, nil
}

func (c *Client) start(ctx context.Context) {
	c.done.Go(func() { newFollower(c).run(ctx) })
	c.done.Go(func() { c.registrar.run(ctx, c) })
	c.done.Go(func() { c.reportEvents(ctx) })
	c.done.Go(func() { c.warnWithoutConfiguration(ctx) })
}

// setBase joins what set-up knows: the service, then the global context.
func (c *Client) setBase() {
	service := map[string]any{"name": c.set.application, "instance": c.app.Instance}
	if c.set.version != "" {
		service["version"] = c.set.version
	}
	attributes := map[string]any{"service": service}
	maps.Copy(attributes, c.set.base)
	c.base = eval.NewContext(attributes)
}

func (c *Client) readOverrides(text string) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), &c.emergency); err != nil {
		return fmt.Errorf(`burgee: BURGEE_OVERRIDES is not a JSON object such as {"Flags.isHoliday":false}: %w`, err)
	}
	c.log.Warn("burgee: BURGEE_OVERRIDES is in force", "overrides", text)
	return nil
}

// Ready waits for the first configuration. It returns ctx's error when that
// does not come in time, and an error at once when the client is offline; the
// program may go on in both cases.
func (c *Client) Ready(ctx context.Context) error {
	if c == nil || c.transport == nil {
		return errors.New("burgee: offline: " + c.Status().problem())
	}
	select {
	case <-c.ready:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("burgee: no configuration yet (%s): %w", c.Status().problem(), ctx.Err())
	}
}

// Close stops following the server, sends the last counts, at most a second
// long, and ends the client's goroutines. Evaluations go on with the last
// configuration. Close may be called more than once.
func (c *Client) Close() error {
	if c == nil {
		return nil
	}
	c.stop()
	c.done.Wait()
	c.setDisconnected(errors.New("closed"))
	return nil
}

// Status is what a client knows about its connection.
type Status struct {
	Connected   bool
	Ready       bool // a configuration is being served
	URL         string
	Application string
	Project     string
	Environment string
	Revision    int64
	// Age is the time since the configuration was applied or, while
	// connected, 0: the stream says that it is the newest.
	Age time.Duration
	// Stale is true while a configuration is served and the server is away.
	Stale bool
	// Dropped counts evaluations that could never be reported.
	Dropped int64
	// Err is why there is no connection; nil while there is one.
	Err error
}

// Status returns the state of the connection.
func (c *Client) Status() Status {
	if c == nil {
		return Status{Err: errors.New("there is no client")}
	}
	s := Status{URL: c.set.url, Application: c.set.application, Dropped: c.box.Dropped()}
	c.mu.Lock()
	s.Connected, s.Err = c.connected, c.lastErr
	c.mu.Unlock()
	conf := c.current.Load()
	if conf == nil {
		return s
	}
	h := conf.snapshot.Header()
	s.Ready, s.Project, s.Environment, s.Revision = true, h.Project, h.Environment, h.Revision
	s.Stale = !s.Connected
	if s.Stale {
		s.Age = time.Since(conf.at)
	}
	return s
}

func (s Status) problem() string {
	if s.Err == nil {
		return "still connecting"
	}
	return s.Err.Error()
}

// apply takes a snapshot into service unless it is not newer, and reports
// whether flags changed.
func (c *Client) apply(raw []byte, source string) (changed bool, err error) {
	set, err := ruleset.Parse(raw)
	if err != nil {
		err = fmt.Errorf("the server sent a configuration that cannot be read: %w", err)
		c.onFetched.tell(Fetched{Source: source, Err: err})
		return false, err
	}
	_, entities, _ := bytes.Cut(raw, []byte("\n"))
	next := &configuration{
		snapshot: eval.Compile(set),
		etag:     etagOf(set.Header),
		entities: bytes.TrimRight(entities, "\n"),
		at:       time.Now(),
	}
	next.tally = c.newTally(next.snapshot)
	previous, applied := c.swap(next)
	if !applied {
		return false, nil
	}
	if previous == nil {
		close(c.ready)
	} else if previous.snapshot.Epoch() != next.snapshot.Epoch() {
		c.registrar.again() // a store made anew does not know the program's flags
	}
	changed = previous == nil || !bytes.Equal(previous.entities, next.entities)
	c.onFetched.tell(Fetched{HasChanges: changed, Source: source, Revision: next.snapshot.Revision()})
	return changed, nil
}

// swap publishes next unless it is not newer than what is served: versions
// never go back, but a newer epoch, a store made anew, wins over all.
func (c *Client) swap(next *configuration) (previous *configuration, applied bool) {
	for {
		previous = c.current.Load()
		if previous != nil && !newer(next.snapshot, previous.snapshot) {
			return previous, false
		}
		if c.current.CompareAndSwap(previous, next) {
			return previous, true
		}
	}
}

func newer(a, b *eval.Snapshot) bool {
	if a.Epoch() != b.Epoch() {
		return a.Epoch() > b.Epoch()
	}
	return a.Revision() > b.Revision()
}

func etagOf(h ruleset.Header) string {
	return fmt.Sprintf("%d-%d-%s", h.Epoch, h.Revision, h.Root[:min(6, len(h.Root))])
}

func (c *Client) etag() string {
	if conf := c.current.Load(); conf != nil {
		return conf.etag
	}
	return ""
}

// setConnected notes a working connection and reports whether that is news.
func (c *Client) setConnected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	news := !c.connected
	c.connected, c.lastErr = true, nil
	return news
}

func (c *Client) setDisconnected(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connected = false
	if err != nil {
		c.lastErr = err
	}
}

func (c *Client) warnWithoutConfiguration(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-c.ready:
	case <-time.After(noConfigurationAfter):
		c.log.Warn(fmt.Sprintf("burgee: no configuration after %.1f s; the defaults in the code are served, retrying", noConfigurationAfter.Seconds()),
			"url", c.set.url, "why", c.Status().problem())
	}
}

func newInstance() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return hex.EncodeToString(b[:])
}
