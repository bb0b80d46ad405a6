package openfeature

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	of "github.com/open-feature/go-sdk/openfeature"

	burgee "burgee.dev/burgee/sdk"
)

// DefaultInitTimeout is how long initialisation waits for a configuration.
const DefaultInitTimeout = 5 * time.Second

// Options says how the provider connects and what it hands on. The zero value
// takes everything from the environment, as burgee.Options does.
type Options struct {
	// Client is how the client connects that the provider makes. Its handlers are
	// called beside the provider's own.
	Client burgee.Options
	// InitTimeout is how long initialisation waits for the first configuration; 0
	// means DefaultInitTimeout. After it the provider is in error, serves the
	// defaults in the code, and becomes ready by itself once the server is there.
	InitTimeout time.Duration
	// Hooks run in each evaluation after those of the API, the client and the call.
	Hooks []of.Hook
	// Track, when set, is called in the goroutine that tracks something. Burgee's
	// server takes no such events; here they can go to who does, with the
	// targeting key that flags were decided by.
	Track func(ctx context.Context, name string, evalCtx of.EvaluationContext, details of.TrackingEventDetails)
}

// settlingTime is how long OpenFeature may take to note the outcome of Init. What
// comes after it must not overtake it, and goes another way.
const settlingTime = 100 * time.Millisecond

// Provider is an OpenFeature provider. Its methods may be called by many
// goroutines; OpenFeature calls Init and Shutdown one after the other, and Init
// again where it is set again after a Shutdown.
type Provider struct {
	options Options
	events  chan of.Event // never closed: a provider that was shut down may be set again
	client  atomic.Pointer[burgee.Client]

	telling sync.Mutex // held while a state is looked at and told, so that the last told is the last; before mu

	mu       sync.Mutex // guards what follows
	state    of.State   // that OpenFeature was told
	revision int64      // served when it was told first that the provider is ready
	closed   chan struct{}
	settling *time.Timer // nil before Init is over
	settled  bool
}

var (
	_ of.FeatureProvider          = (*Provider)(nil)
	_ of.ContextAwareStateHandler = (*Provider)(nil)
	_ of.EventHandler             = (*Provider)(nil)
	_ of.Tracker                  = (*Provider)(nil)
)

// New returns a provider that connects when OpenFeature initialises it. An error
// means that an option is malformed.
func New(options Options) (*Provider, error) {
	if options.InitTimeout < 0 {
		return nil, fmt.Errorf("burgee: Options.InitTimeout %v is negative", options.InitTimeout)
	}
	options.InitTimeout = cmp.Or(options.InitTimeout, DefaultInitTimeout)
	if err := options.Client.Validate(); err != nil {
		return nil, err
	}
	return &Provider{options: options, events: make(chan of.Event, 64), state: of.NotReadyState}, nil
}

// Metadata names the provider.
func (p *Provider) Metadata() of.Metadata { return of.Metadata{Name: "burgee"} }

// Hooks are those of Options.
func (p *Provider) Hooks() []of.Hook { return p.options.Hooks }

// Client is the client that evaluates, to register flags with for example; nil,
// which is a client too, before Init and after Shutdown.
func (p *Provider) Client() *burgee.Client { return p.client.Load() }

// Status is the state that the provider has told OpenFeature.
func (p *Provider) Status() of.State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

// EventChannel is where OpenFeature hears what happens after initialisation. The
// outcome of that it learns from Init.
func (p *Provider) EventChannel() <-chan of.Event { return p.events }

// Init is InitWithContext without an end of its own.
func (p *Provider) Init(evalCtx of.EvaluationContext) error {
	return p.InitWithContext(context.Background(), evalCtx)
}

// InitWithContext connects, and returns when there is a configuration: from the
// server, or stored by an earlier run. It fails when none came in time; the
// provider goes on trying. Where it never can, because there is no key, the error
// is fatal.
func (p *Provider) InitWithContext(ctx context.Context, _ of.EvaluationContext) error {
	client, err := p.open()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.options.InitTimeout)
	defer cancel()
	err = client.Ready(ctx)
	switch {
	case err == nil:
		p.settle(of.ReadyState, client.Status().Revision)
		return nil
	case errors.Is(err, burgee.ErrOffline):
		p.settle(of.FatalState, 0)
		return &of.ProviderInitError{ErrorCode: of.ProviderFatalCode, Message: err.Error()}
	}
	p.settle(of.ErrorState, 0)
	return err
}

// settle notes the outcome of Init, which OpenFeature tells by itself, and has
// what comes after it told.
func (p *Provider) settle(state of.State, revision int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed == nil {
		return // shut down meanwhile
	}
	p.state, p.revision = state, revision
	if p.settling == nil {
		p.settling = time.AfterFunc(settlingTime, p.begin)
	}
}

// begin tells from now on what OpenFeature does not know from Init.
func (p *Provider) begin() {
	p.mu.Lock()
	p.settled = p.settling != nil
	p.mu.Unlock()
	p.look()
}

// open makes the client, once until Shutdown.
func (p *Provider) open() (*burgee.Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if client := p.client.Load(); client != nil {
		return client, nil
	}
	p.drain()
	closed := make(chan struct{})
	options := p.options.Client
	options.OnStatus = both(func(burgee.Status) { p.look() }, options.OnStatus)
	options.OnFetched = both(func(f burgee.Fetched) { p.fetched(f, closed) }, options.OnFetched)
	client, err := burgee.New(options)
	if err != nil {
		return nil, &of.ProviderInitError{ErrorCode: of.ProviderFatalCode, Message: err.Error()}
	}
	p.client.Store(client)
	p.closed = closed
	return client, nil
}

func both[T any](own func(T), given func(T)) func(T) {
	if given == nil {
		return own
	}
	return func(news T) {
		own(news)
		given(news)
	}
}

// drain forgets what an earlier life had to say. The caller holds mu.
func (p *Provider) drain() {
	for {
		select {
		case <-p.events:
		default:
			return
		}
	}
}

// fetched tells of a configuration that differs from what was served before.
func (p *Provider) fetched(f burgee.Fetched, closed <-chan struct{}) {
	p.mu.Lock()
	served := p.state == of.ReadyState || p.state == of.StaleState
	first := f.Revision == p.revision
	p.mu.Unlock()
	p.look()
	if f.Err != nil || !f.HasChanges || !served || first {
		return
	}
	p.emit(closed, of.ProviderConfigChange, of.ProviderEventDetails{
		Message:       fmt.Sprintf("revision %d", f.Revision),
		FlagChanges:   f.Changed,
		EventMetadata: map[string]any{"revision": f.Revision, "source": f.Source},
	})
}

// look tells of a state that differs from the one that was told last.
func (p *Provider) look() {
	p.telling.Lock()
	defer p.telling.Unlock()
	event, details, closed := p.next()
	if event != "" {
		p.emit(closed, event, details)
	}
}

// next moves to the state that the client is in, and returns the event that says
// so, or "".
func (p *Provider) next() (event of.EventType, details of.ProviderEventDetails, closed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	client := p.client.Load()
	if client == nil || !p.settled || p.state == of.FatalState {
		return "", details, nil
	}
	status := client.Status()
	switch {
	case !status.Ready:
		return "", details, nil
	case status.Stale && p.state == of.ReadyState: // in error it was not ready: a configuration comes just before the connection counts
		p.state, event, details.Message = of.StaleState, of.ProviderStale, "the server is away: "+problem(status)
	case !status.Stale && p.state != of.ReadyState:
		if p.state == of.ErrorState {
			p.revision = status.Revision
		}
		p.state, event, details.Message = of.ReadyState, of.ProviderReady, "connected"
	}
	return event, details, p.closed
}

func problem(s burgee.Status) string {
	if s.Err == nil {
		return "connecting"
	}
	return s.Err.Error()
}

// emit waits while OpenFeature is behind, until Shutdown.
func (p *Provider) emit(closed <-chan struct{}, event of.EventType, details of.ProviderEventDetails) {
	select {
	case p.events <- of.Event{ProviderName: p.Metadata().Name, EventType: event, ProviderEventDetails: details}:
	case <-closed:
	}
}

// Shutdown is ShutdownWithContext without an end of its own.
func (p *Provider) Shutdown() { _ = p.ShutdownWithContext(context.Background()) }

// ShutdownWithContext sends the last counts and disconnects. It may be called
// more than once. Afterwards the provider is as New returned it.
func (p *Provider) ShutdownWithContext(ctx context.Context) error {
	client := p.end()
	if client == nil {
		return nil
	}
	done := make(chan error, 1)
	go func() { done <- client.Close() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err() // it still closes, within a second or two
	}
}

// end makes the provider what New returned, and returns the client that is left.
func (p *Provider) end() *burgee.Client {
	p.mu.Lock()
	defer p.mu.Unlock()
	client := p.client.Swap(nil)
	if client == nil {
		return nil
	}
	close(p.closed)
	if p.settling != nil {
		p.settling.Stop()
	}
	p.state, p.revision, p.closed, p.settling, p.settled = of.NotReadyState, 0, nil, nil, false
	return client
}

// Track hands a tracking event on, see Options.Track.
func (p *Provider) Track(ctx context.Context, name string, evalCtx of.EvaluationContext, details of.TrackingEventDetails) {
	if p.options.Track != nil {
		p.options.Track(ctx, name, evalCtx, details)
	}
}
