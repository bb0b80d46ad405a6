package server

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"burgee.dev/burgee/dashboard"
	"burgee.dev/burgee/internal/adminapi"
	"burgee.dev/burgee/internal/downloads"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/outbound"
	"burgee.dev/burgee/internal/sso"
)

// What a provider of single sign-on may take: its key sets are the largest answers.
const (
	ssoTimeout = 10 * time.Second
	ssoBody    = 256 << 10
)

// routes builds the handler behind the port.
func (a *application) routes(sdks *downloads.Handler) (http.Handler, error) {
	s := a.server
	mux := http.NewServeMux()
	adminapi.Register(mux, adminapi.Deps{
		Version: s.build.Version, Clock: s.clock, Accounts: a.accounts, SSO: sso.New(outbound.New(outbound.Options{Allow: s.cfg.OutboundAllow, Timeout: ssoTimeout, MaxBody: ssoBody}), s.clock), Catalog: a.catalog, Webhooks: a.webhooks, Once: a.store,
		Snapshots: snapshotView{a.delivery}, Presence: presenceView{a.presence, a.delivery, a.receipts, a.exchange}, Receipts: receiptView{a.delivery, a.receipts}, Counts: countView{a.store}, KeyUses: a.ingest,
		Hub: a.hub, AllowHTTP: s.cfg.AllowHTTP, PublicURL: s.publicURL,
		Downloads: adminapi.Downloads{Python: sdks.Python(), Go: sdks.Go(), Hint: sdks.Hint()},
	})
	a.sdk.Routes(mux)
	a.remote.Routes(mux)
	mux.Handle(downloads.Prefix, sdks)
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", a.readyz)

	interfaces := httpkit.Routes(mux)
	management, err := a.management(interfaces)
	if err != nil {
		return nil, err
	}
	pages, err := newPages(dashboard.Files())
	if err != nil {
		return nil, err
	}
	edge := httpkit.Edge{
		Logger: s.logger, Clock: s.clock, TrustedProxies: s.cfg.TrustedProxies,
		Observe: s.observeRequest, OnPanic: func(any) { s.metrics.Panic("http") },
		OnlyHTTPS: strings.HasPrefix(s.cfg.PublicURL, "https://"),
	}
	if s.tracer.On() {
		edge.Trace = s.traceRequest
	}
	return edge.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isPage(r):
			httpkit.PageHeaders(w.Header())
			pages.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/api/"):
			httpkit.PageHeaders(w.Header())
			management.ServeHTTP(w, r)
		default: // for programs, which mind none of these headers
			interfaces.ServeHTTP(w, r)
		}
	})), nil
}

// management puts before the management API what a browser's session needs: no
// request of another site gets through, and nobody keeps an answer.
func (a *application) management(next http.Handler) (http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	if public := a.server.cfg.PublicURL; public != "" {
		if err := protection.AddTrustedOrigin(public); err != nil {
			return nil, err
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpkit.WriteProblem(w, r, fault.New(fault.Forbidden, "cross_origin",
			"This request came from another site (%s). Use the dashboard of this server; if it has another public address, start it with --public-url", cmp.Or(r.Header.Get("Origin"), "its browser says so")))
	}))
	compressed, err := gzhttp.NewWrapper(gzhttp.MinSize(minCompressed))
	if err != nil {
		return nil, err
	}
	plain := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if err := httpkit.CheckAddress(r); err != nil {
			httpkit.WriteProblem(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
	zipped := compressed(plain)
	return protection.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/live") {
			zipped.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(a.streams, cancel)()
		plain.ServeHTTP(w, r.WithContext(ctx))
	})), nil
}

// publicURL is where programs reach this server: what the configuration says,
// else what the browser used.
func (s *Server) publicURL(r *http.Request) string {
	if s.cfg.PublicURL != "" {
		return s.cfg.PublicURL
	}
	scheme := "http"
	if httpkit.Secure(r) {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// routeOf is the path of a request's pattern, "" where there was none.
func routeOf(o httpkit.Observation) string {
	if _, route, ok := strings.Cut(o.Pattern, " "); ok {
		return route
	}
	return o.Pattern
}

// traceRequest begins the span of a request of the management API. A live
// stream has none: it would last for hours and tell nothing.
func (s *Server) traceRequest(r *http.Request) (context.Context, string, func(httpkit.Observation)) {
	if !strings.HasPrefix(r.URL.Path, "/api/") || strings.HasSuffix(r.URL.Path, "/live") {
		return nil, "", nil
	}
	ctx, traceID, end := s.tracer.Request(r)
	return ctx, traceID, func(o httpkit.Observation) { end(routeOf(o), o.Status, o.Err) }
}

func (s *Server) observeRequest(o httpkit.Observation) {
	route := routeOf(o)
	if route == "" && o.Status < http.StatusBadRequest {
		route = "dashboard"
	}
	stream := route == "/sdk/v1/stream" || route == "/ofrep/v1/stream" || strings.HasSuffix(route, "/live")
	s.metrics.Request(o.Method, route, o.Status, o.Duration, stream, o.Err)
}

// healthz says that the process lives. It touches nothing.
func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// streamPanicked tells of a stream that was given up, because writing to it
// panicked.
func (s *Server) streamPanicked(value any, stack []byte) {
	s.metrics.Panic("stream")
	s.logger.Error("panic", "part", "stream", "panic", fmt.Sprint(value), "stack", string(stack))
}
