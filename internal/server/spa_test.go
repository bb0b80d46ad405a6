package server

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func testPages(t *testing.T) *pages {
	t.Helper()
	p, err := newPages(fstest.MapFS{
		"index.html":             {Data: []byte("<!doctype html>the application")},
		"assets/index-abc123.js": {Data: []byte(strings.Repeat("console;", 500))},
		"assets/inter-def.woff2": {Data: []byte(strings.Repeat("w", 2000))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func visit(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func TestEveryPageIsTheApplicationAlsoOneWhoseNameHoldsDots(t *testing.T) {
	p := testPages(t)
	for _, path := range []string{"/", "/start", "/p/default/e/production/flags/Flags.isHoliday", "/p/default/e/production/flags/index.html", "/apis"} {
		rec := visit(p, path)
		if rec.Code != 200 || !strings.Contains(rec.Body.String(), "the application") || rec.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %q %s", path, rec.Code, rec.Body, rec.Header().Get("Cache-Control"))
		}
		if again := visit(p, path, "If-None-Match", rec.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", path, again.Code)
		}
	}
}

func TestAssetsAreKeptForEverAndCompressedWhenAsked(t *testing.T) {
	p := testPages(t)
	plain := visit(p, "/assets/index-abc123.js")
	if plain.Header().Get("Content-Encoding") != "" || !strings.Contains(plain.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("plain: %v", plain.Header())
	}
	zipped := visit(p, "/assets/index-abc123.js", "Accept-Encoding", "br, gzip;q=0.8")
	if zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Header().Get("ETag") == plain.Header().Get("ETag") {
		t.Fatalf("zipped: %v", zipped.Header())
	}
	reader, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(reader); err != nil || string(data) != plain.Body.String() {
		t.Errorf("unzipped differs: %v", err)
	}
	if ct := zipped.Header().Get("Content-Type"); ct != "text/javascript; charset=utf-8" {
		t.Errorf("type %q", ct)
	}
	if rec := visit(p, "/assets/inter-def.woff2", "Accept-Encoding", "gzip"); rec.Header().Get("Content-Encoding") != "" || rec.Header().Get("Content-Type") != "font/woff2" {
		t.Errorf("font: %v", rec.Header())
	}
	if rec := visit(p, "/assets/index-abc123.js", "Accept-Encoding", "gzip;q=0"); rec.Header().Get("Content-Encoding") != "" {
		t.Error("gzip was sent to who refuses it")
	}
	if rec := visit(p, "/assets/index-old.js"); rec.Code != http.StatusNotFound {
		t.Errorf("an asset of another build: %d, want 404", rec.Code)
	}
}

func TestWithoutAnIndexTheBuildIsBroken(t *testing.T) {
	if _, err := newPages(fstest.MapFS{}); err == nil {
		t.Error("no error")
	}
}

func TestPagesAreToldFromInterfaces(t *testing.T) {
	for path, want := range map[string]bool{
		"/": true, "/start": true, "/p/x": true, "/assets/a.js": true, "/apiary": true,
		"/api": false, "/api/v1/session": false, "/sdk/v1/stream": false, "/ofrep/v1/x": false,
		"/downloads/x": false, "/healthz": false, "/readyz": false, "/metrics": false,
	} {
		if got := isPage(httptest.NewRequest(http.MethodGet, path, nil)); got != want {
			t.Errorf("GET %s: %v, want %v", path, got, want)
		}
	}
	if isPage(httptest.NewRequest(http.MethodPost, "/start", nil)) {
		t.Error("a POST is taken for a page")
	}
}
