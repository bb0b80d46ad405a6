package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// minCompressed is the size from which a file is worth compressing.
const minCompressed = 1024

// pages serves the dashboard: its files, and index.html for every page, which
// the application routes by itself. A flag's key may hold dots, so a page is
// told from a file by what exists, never by an extension.
type pages struct {
	files map[string]*asset
}

type asset struct {
	plain       []byte
	zipped      func() []byte // nil where compressing is no gain
	contentType string
	etag        string
}

func newPages(root fs.FS) (*pages, error) {
	p := &pages{files: map[string]*asset{}}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		p.files["/"+name] = newAsset(name, data)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("dashboard: %w", err)
	}
	if p.files["/index.html"] == nil {
		return nil, fmt.Errorf("dashboard: no index.html was embedded; build it with `make build`")
	}
	return p, nil
}

func newAsset(name string, data []byte) *asset {
	sum := sha256.Sum256(data)
	a := &asset{plain: data, contentType: mime.TypeByExtension(path.Ext(name)), etag: hex.EncodeToString(sum[:8])}
	switch path.Ext(name) {
	case ".js": // a machine's own table may say otherwise
		a.contentType = "text/javascript; charset=utf-8"
	case ".woff2":
		a.contentType = "font/woff2"
	case "":
		a.contentType = "application/octet-stream"
	}
	if compressible(a.contentType) && len(data) >= minCompressed {
		a.zipped = sync.OnceValue(func() []byte { return zip(data) })
	}
	return a
}

func compressible(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.Contains(contentType, "javascript") ||
		strings.Contains(contentType, "json") || strings.Contains(contentType, "svg")
}

// zip never fails: it writes to memory at a level that exists.
func zip(data []byte) []byte {
	var buffer bytes.Buffer
	w, _ := gzip.NewWriterLevel(&buffer, gzip.BestCompression)
	_, _ = w.Write(data)
	_ = w.Close()
	return buffer.Bytes()
}

// ServeHTTP implements http.Handler for GET and HEAD.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := p.files[r.URL.Path]
	switch {
	case ok && strings.HasPrefix(r.URL.Path, "/assets/"):
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable") // the name holds a hash
	case ok:
		w.Header().Set("Cache-Control", "no-cache")
	case strings.HasPrefix(r.URL.Path, "/assets/"):
		http.Error(w, "This file belongs to another version of the dashboard. Reload the page", http.StatusNotFound)
		return
	default:
		a = p.files["/index.html"]
		w.Header().Set("Cache-Control", "no-cache")
	}
	a.serve(w, r)
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	data, etag := a.plain, a.etag
	if a.zipped != nil {
		w.Header().Add("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			data, etag = a.zipped(), a.etag+"-gz"
			w.Header().Set("Content-Encoding", "gzip")
		}
	}
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("ETag", `"`+etag+`"`)
	r.Header.Del("Range") // a part of a compressed file is of no use
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") && strings.ReplaceAll(params, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

// isPage tells the dashboard's paths from those of the interfaces.
func isPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	for _, prefix := range []string{"/api", "/sdk", "/ofrep", "/downloads"} {
		if r.URL.Path == prefix || strings.HasPrefix(r.URL.Path, prefix+"/") {
			return false
		}
	}
	return r.URL.Path != "/healthz" && r.URL.Path != "/readyz" && r.URL.Path != "/metrics"
}
