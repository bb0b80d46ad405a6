package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/telemetry"
)

// Options are a Server's optional inputs.
type Options struct {
	Stderr io.Writer    // where the first-run text goes; nil is os.Stderr
	Logger *slog.Logger // nil is one by the configuration, on Stderr
	Clock  clock.Clock  // nil is the machine's
}

// Server is one burgee server. Make it with New, then call Run once.
type Server struct {
	cfg     *config.Config
	stderr  io.Writer
	logger  *slog.Logger
	clock   clock.Clock
	metrics *telemetry.Metrics
	tracer  *telemetry.Tracer // nil when off
	build   telemetry.Build

	listener net.Listener
	ops      net.Listener // nil when switched off
	door     *door
	http     *http.Server
	opsHTTP  *http.Server

	stopping atomic.Bool
	fill     func(context.Context) (inside, error)
	started  chan struct{} // closed when everything answers
	greeting greeting      // written before started is closed
}

// inside is what a Server serves: the whole application, or a relay.
type inside interface {
	// start runs the long-lived parts.
	start(ctx context.Context, parts *group)
	// awaitLoad waits a while for everything to be there.
	awaitLoad(ctx context.Context, failed <-chan error) error
	// serves returns what is behind the port, and the first lines.
	serves() (http.Handler, greeting)
	// drainStreams tells every stream to go and refuses new ones.
	drainStreams()
	// awaitStreams returns when they have gone, and cuts off those that have not
	// when ctx ends.
	awaitStreams(ctx context.Context)
	// stop ends the parts in order, when no request is left.
	stop()
}

// New takes the ports and reads the certificate. It opens no database and
// starts nothing; Run or Close gives the ports back.
func New(cfg *config.Config, options Options) (*Server, error) {
	s, err := newServer(cfg, options)
	if err == nil {
		s.fill = s.assemble
	}
	return s, err
}

func newServer(cfg *config.Config, options Options) (*Server, error) {
	s := &Server{
		cfg: cfg, stderr: options.Stderr, logger: options.Logger, clock: options.Clock,
		build: telemetry.ReadBuild(), door: &door{}, started: make(chan struct{}),
	}
	if s.stderr == nil {
		s.stderr = os.Stderr
	}
	if s.logger == nil {
		s.logger = telemetry.NewLogger(s.stderr, cfg.LogLevel, cfg.LogFormat)
	}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	s.metrics = telemetry.NewMetrics(s.build)
	tlsConfig, err := tlsConfig(cfg)
	if err != nil {
		return nil, err
	}
	if s.tracer, err = telemetry.NewTracer(context.Background(), s.build, s.logger); err != nil {
		return nil, err
	}
	s.logger = s.tracer.Logger(s.logger)
	if s.listener, err = listen(cfg.Addr, "--addr"); err != nil {
		return nil, err
	}
	if err := s.listenOps(); err != nil {
		return nil, errors.Join(err, s.listener.Close())
	}
	s.http = newHTTPServer(s.door, tlsConfig)
	s.http.ErrorLog = slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug)
	s.opsHTTP = newHTTPServer(opsHandler(s.metrics.Handler()), nil)
	s.opsHTTP.ErrorLog = s.http.ErrorLog
	return s, nil
}

// listenOps takes the port of the metrics. One that nobody asked for by name is
// not worth failing: two servers on one machine share the default.
func (s *Server) listenOps() error {
	if s.cfg.OpsAddr == "" {
		return nil
	}
	l, err := listen(s.cfg.OpsAddr, "--ops-addr")
	if err != nil && !s.cfg.OpsAddrGiven {
		s.logger.Warn("no metrics: their port is taken", "error", err)
		return nil
	}
	s.ops = l
	return err
}

// URL is where this server is reached.
func (s *Server) URL() string { return s.cfg.BaseURL(s.listener.Addr().String()) }

// Addr is the address listened on.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// OpsAddr is the address of the metrics, or nil.
func (s *Server) OpsAddr() net.Addr {
	if s.ops == nil {
		return nil
	}
	return s.ops.Addr()
}

// Metrics describes what /metrics holds. Call it after Started.
func (s *Server) Metrics() []telemetry.Definition { return s.metrics.Definitions() }

// Started is closed when the server answers everything.
func (s *Server) Started() <-chan struct{} { return s.started }

// ServerKey is the key of default/production that this start made, or "".
// Call it after Started.
func (s *Server) ServerKey() string { return s.greeting.serverKey }

// SetupURL is the link that makes the owner, or "" when there is one. Call it
// after Started.
func (s *Server) SetupURL() string {
	if s.greeting.setup == "" {
		return ""
	}
	return setupURL(s.greeting.url, s.greeting.setup)
}

// Close gives the ports back of a Server that was never run.
func (s *Server) Close() error {
	err := s.listener.Close()
	if s.ops != nil {
		err = errors.Join(err, s.ops.Close())
	}
	return err
}

// Run serves until ctx ends and then stops in order. It returns nil after a
// graceful stop.
func (s *Server) Run(ctx context.Context) error {
	parts := newGroup(s.logger, s.metrics.Panic)
	web := parts.start(ctx, "http", s.serve(s.http, s.listener))
	var ops *part
	if s.ops != nil {
		ops = parts.start(ctx, "ops", s.serve(s.opsHTTP, s.ops))
	}
	app, err := s.fill(ctx)
	if err != nil {
		s.stopping.Store(true)
		err = errors.Join(err, s.http.Close(), s.opsHTTP.Close())
		web.stop()
		ops.stop()
		return err
	}
	app.start(ctx, parts)
	err = s.open(ctx, app, parts)
	return errors.Join(err, s.shutdown(app, web, ops))
}

// open lets requests in, says so, and waits for the end.
func (s *Server) open(ctx context.Context, app inside, parts *group) error {
	if err := app.awaitLoad(ctx, parts.failed); err != nil {
		return err
	}
	handler, greeting := app.serves()
	s.door.open(handler)
	s.greeting = greeting
	if err := s.greeting.print(s.stderr); err != nil {
		return fmt.Errorf("write the first lines: %w", err)
	}
	close(s.started)
	s.logger.Debug("started", "url", s.URL(), "version", s.build.Version, "data", s.cfg.Data)
	select {
	case <-ctx.Done():
		s.logger.Info("stopping")
		return nil
	case err := <-parts.failed:
		return err
	}
}

// serve runs an HTTP server until its part is stopped. When the server is
// stopping, the listener ends first.
func (s *Server) serve(h *http.Server, l net.Listener) func(context.Context) error {
	return func(ctx context.Context) error {
		var err error
		if h.TLSConfig != nil {
			err = h.ServeTLS(l, "", "")
		} else {
			err = h.Serve(l)
		}
		if s.stopping.Load() {
			<-ctx.Done()
			return nil
		}
		return err
	}
}

// The time that requests have to finish when the server stops.
const drainTime = 10 * time.Second

// shutdown stops in order: not ready, no new connections, streams told to go,
// requests finished, counts flushed, data plane stopped, store closed.
func (s *Server) shutdown(app inside, web, ops *part) error {
	s.stopping.Store(true)
	err := s.listener.Close()
	app.drainStreams()
	fresh, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	// That the listener is closed already is what it should be.
	if drained := s.http.Shutdown(fresh); drained != nil && !errors.Is(drained, net.ErrClosed) {
		s.logger.Warn("requests were cut off", "error", drained)
		err = s.http.Close()
	}
	app.awaitStreams(fresh) // Shutdown knows nothing of them
	if errors.Is(err, net.ErrClosed) {
		err = nil // Shutdown closes the listener too
	}
	web.stop()
	app.stop()
	s.sendLastTraces()
	err = errors.Join(err, s.opsHTTP.Close())
	ops.stop()
	if err == nil {
		s.logger.Info("stopped")
	}
	return err
}

// tracesTime is how long a stop waits for a collector that does not answer.
const tracesTime = 5 * time.Second

// flushTime is how long the counts, and then the receipts, may take to be
// written at the end.
const flushTime = 5 * time.Second

// StopTime is the longest that a stop takes, when clients, the database and the
// collector of traces all let it wait. Who runs the server kills it no sooner;
// usually it takes a second or two.
const StopTime = drainTime + (registrationQueue/registrationBatch+1)*registrationTime + 2*flushTime + tracesTime

// sendLastTraces is no reason to fail: nobody can do anything about it now.
func (s *Server) sendLastTraces() {
	ctx, cancel := context.WithTimeout(context.Background(), tracesTime)
	defer cancel()
	if err := s.tracer.Shutdown(ctx); err != nil {
		s.logger.Warn("traces lost", "error", err)
	}
}
