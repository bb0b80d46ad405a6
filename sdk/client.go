package burgee

import (
	"context"
	"crypto/rand"
	"encoding/hex"
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

// freshWait is how long Ready waits for the server's word when a stored
// configuration is being served already.
const freshWait = time.Second

// ErrOffline is in the error of Ready when a client never will have a
// configuration: it has no key that could work, and no bundle.
var ErrOffline = errors.New("offline")

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
	emergency *emergency

	base *eval.Context // what every evaluation shares

	current atomic.Pointer[configuration] // published values never change
	ready   chan struct{}                 // closed by the first configuration

	answered sync.Once
	answer   chan struct{} // closed by the first success or failure of a connection

	applying    sync.Mutex // guards what follows; held while a configuration is compiled
	replica     ruleset.Replica
	unconfirmed bool              // replica is of a file, and the server was not heard about it
	toStore     *ruleset.Document // came from the server and is not on the disk yet
	obsolete    string            // the id of a stored configuration that the server overruled

	unsaved chan struct{} // capacity 1, a full one means "already asked"
	resyncs atomic.Int64
	corrupt atomic.Int64

	onFetched    *notifier[Fetched]
	onStatus     *notifier[Status]
	onImpression func(Impression)
	mismatches   sync.Map // key → true, for flags whose type was remarked on

	mu           sync.Mutex // guards what follows; never held over I/O
	connected    bool
	lastErr      error
	lastHeard    time.Time
	bundleErr    error
	cacheErr     error
	cacheErrSaid bool
	inFlight     *fetchCall

	stop context.CancelFunc
	done sync.WaitGroup
}

// New returns a client that connects in the background. It reads the bundle,
// the stored configuration and the file of BURGEE_OVERRIDES, but never waits for
// the network, and never fails because of it, of the key or of a file: until a
// configuration is there, evaluations serve the defaults in the code. An error
// means that an option is malformed.
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
		answer:       make(chan struct{}),
		unsaved:      make(chan struct{}, 1),
		replica:      ruleset.NewReplica(set.trust),
		onImpression: options.OnImpression,
		app: application{
			Name: set.application, Version: set.version, SDK: "go/" + Version, Instance: randomID(8),
			Platform: strings.Join([]string{"go", strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS}, " "),
		},
	}
	if c.log == nil {
		c.log = slog.Default()
	}
	c.emergency = newEmergency(os.Getenv("BURGEE_OVERRIDES"), c.log)
	c.setBase()
	c.onFetched = newNotifier("OnFetched", options.OnFetched, c.log)
	c.onStatus = newNotifier("OnStatus", options.OnStatus, c.log)
	if keyProblem(set.key) == "" {
		c.transport = newTransport(set, options.HTTPClient, c.app)
	}
	c.loadFiles()
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	c.start(ctx)
	return c, nil
}

func (c *Client) start(ctx context.Context) {
	c.done.Go(func() { c.onFetched.run(ctx) })
	c.done.Go(func() { c.onStatus.run(ctx) })
	if c.emergency.path != "" {
		c.done.Go(func() { c.emergency.watch(ctx) })
	}
	if c.transport == nil {
		c.stayOffline()
		return
	}
	c.done.Go(func() { newFollower(c).run(ctx) })
	c.done.Go(func() { c.registrar.run(ctx, c) })
	c.done.Go(func() { c.reportEvents(ctx) })
	c.done.Go(func() { c.warnWithoutConfiguration(ctx) })
	if c.set.cache != "" {
		c.done.Go(func() { c.keepStored(ctx) })
	}
}

// stayOffline says why there will be no connection, and what is served.
func (c *Client) stayOffline() {
	problem := keyProblem(c.set.key)
	c.setDisconnected(errors.New(problem))
	if c.current.Load() == nil {
		c.log.Error("burgee: " + problem + "; offline, the defaults in the code are served")
		return
	}
	if c.set.key == "" {
		c.log.Info("burgee: " + problem + "; offline, the bundle is served")
		return
	}
	c.log.Error("burgee: " + problem + "; offline, the bundle is served")
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

// Ready waits for the first configuration. When a stored one is being served, it
// gives the server a second to answer with the newest before it returns. It
// returns ctx's error when there is no configuration in time, and an error at
// once when there will be none because the client is offline; the program may go
// on in all cases.
func (c *Client) Ready(ctx context.Context) error {
	if c == nil || c.transport == nil && c.current.Load() == nil {
		return fmt.Errorf("burgee: %w: %s", ErrOffline, c.Status().problem())
	}
	select {
	case <-c.ready:
	case <-ctx.Done():
		return fmt.Errorf("burgee: no configuration yet (%s): %w", c.Status().problem(), ctx.Err())
	}
	late := time.NewTimer(freshWait)
	defer late.Stop()
	select {
	case <-c.answer:
	case <-late.C:
	case <-ctx.Done():
	}
	return nil
}

// Close stops following the server, sends the last counts, at most a second
// long, stores what is not on the disk yet, and ends the client's goroutines. Evaluations go on with the last
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

func (c *Client) warnWithoutConfiguration(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-c.ready:
	case <-time.After(noConfigurationAfter):
		c.log.Warn(fmt.Sprintf("burgee: no configuration after %.1f s; the defaults in the code are served, retrying", noConfigurationAfter.Seconds()),
			"url", c.set.url, "why", c.Status().problem())
	}
}

// randomID is n random bytes in hex.
func randomID(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	return hex.EncodeToString(b)
}
