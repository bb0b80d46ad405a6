package server

import (
	"net/http"
	"strings"
	"sync/atomic"
)

// door is the handler behind the port: a page that says "starting" while the
// store is opened and migrated, the real thing afterwards.
type door struct {
	handler atomic.Pointer[http.Handler]
}

func (d *door) open(h http.Handler) { d.handler.Store(&h) }

// ServeHTTP implements http.Handler.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := d.handler.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	if r.URL.Path == "/healthz" {
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Retry-After", "1")
	w.Header().Set("Cache-Control", "no-store")
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Refresh", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(startingPage))
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte(`{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"Burgee is starting. Try again in a second","code":"starting"}` + "\n"))
}

const startingPage = `<!doctype html>
<html lang="en"><head><meta charset="UTF-8"><title>Burgee is starting</title></head>
<body><main><h1>Burgee is starting</h1><p>Its database is being opened and brought up to date. This page reloads by itself.</p></main></body></html>
`
