package testkit

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/server"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

// The credentials of every server that Start makes.
var (
	Token     = "bgp_" + strings.Repeat("t", 40)
	SecretKey = strings.Repeat("k", 43) + "="
	ServerKey = "bgs_" + strings.Repeat("s", 40)
	ClientKey = "bgc_" + strings.Repeat("c", 40)
)

// Options vary a server. The zero value is a server with an owner's token and
// both keys, and nobody's account.
type Options struct {
	Data    string            // a folder to reuse; empty is a new one
	Sealed  bool              // with a secret key, also where the engine does without
	SQLite  bool              // whatever engine this run is about: for tests of the folder itself
	Flags   map[string]string // settings by flag
	Environ []string          // BURGEE_… variables; nil is the credentials above
	Clock   clock.Clock
	Log     io.Writer // where the server logs; nil is nowhere
}

// Server is a running server.
type Server struct {
	*server.Server
	URL    string
	Data   string
	Stderr *Buffer // what it printed at the start

	t      testing.TB
	stop   context.CancelFunc
	result chan error
	once   sync.Once
}

// Start runs a server until the test ends.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	if options.Data == "" {
		options.Data = t.TempDir() + "/data"
	}
	s := &Server{Data: options.Data, Stderr: &Buffer{}, t: t, result: make(chan error, 1)}
	cfg, err := config.Load(options.sources(t))
	if err != nil {
		t.Fatalf("configuration: %v", err)
	}
	logger := slog.New(slog.DiscardHandler)
	if options.Log != nil {
		logger = slog.New(slog.NewTextHandler(options.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	s.Server, err = server.New(cfg, server.Options{Stderr: s.Stderr, Logger: logger, Clock: options.Clock})
	if err != nil {
		t.Fatalf("new: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	go func() { s.result <- s.Run(ctx) }()
	t.Cleanup(s.Stop)
	select {
	case <-s.Started():
	case err := <-s.result:
		s.result <- err
		t.Fatalf("the server did not start: %v", err)
	case <-time.After(30 * time.Second):
		t.Fatal("the server did not start in 30 s")
	}
	s.URL = "http://" + s.Addr().String()
	if cfg.TLS() {
		s.URL = "https://" + s.Addr().String()
	}
	return s
}

// PlaceOf is where a server of a folder keeps everything, in the engine that
// this run is about.
func PlaceOf(t testing.TB, data string) store.Place {
	t.Helper()
	at := storetest.At(t, store.Options{Dir: data})
	return store.Place{Dir: data, URL: at.URL}
}

// sources are the settings; the store is the engine that this run is about.
func (o Options) sources(t testing.TB) config.Sources {
	flags := map[string]string{"addr": "127.0.0.1:0", "ops-addr": "", "data": o.Data}
	if !o.SQLite {
		flags["store"] = PlaceOf(t, o.Data).URL
	}
	for name, value := range o.Flags {
		flags[name] = value
	}
	environ := o.Environ
	if environ == nil {
		environ = []string{"BURGEE_INIT_TOKEN=" + Token, "BURGEE_INIT_SERVER_KEY=" + ServerKey, "BURGEE_INIT_CLIENT_KEY=" + ClientKey}
	}
	if (o.Sealed || flags["store"] != "") && !slices.ContainsFunc(environ, isSecretKey) {
		environ = append(slices.Clip(environ), "BURGEE_SECRET_KEY="+SecretKey)
	}
	return config.Sources{Flags: flags, Environ: environ}
}

func isSecretKey(pair string) bool { return strings.HasPrefix(pair, "BURGEE_SECRET_KEY=") }

// Stop ends the server gracefully and fails the test when that fails. It may be
// called more than once.
func (s *Server) Stop() {
	s.once.Do(func() {
		s.stop()
		select {
		case err := <-s.result:
			if err != nil {
				s.t.Errorf("the server stopped with %v", err)
			}
		case <-time.After(30 * time.Second):
			s.t.Error("the server did not stop in 30 s")
		}
	})
}

// Buffer is a bytes.Buffer for several goroutines.
type Buffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

// String returns what was written so far.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
