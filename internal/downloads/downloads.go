package downloads

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// Prefix is where the files are served.
const Prefix = "/downloads/"

// goFolder is the module proxy inside the files.
const goFolder = "go"

// Hint says how to get a binary with the SDKs inside.
const Hint = "This binary was built without the SDKs. Build it with `make build`, then start `bin/burgee serve`."

type file struct {
	data        []byte
	contentType string
	etag        string
}

// Handler serves the files below Prefix. It is an http.Handler.
type Handler struct {
	files map[string]file // by path below Prefix
	wheel string          // path of the wheel, "" when absent
	proxy string          // path of the module proxy, "" when absent
}

// New reads the files once; they are small.
func New(root fs.FS) (*Handler, error) {
	h := &Handler{files: map[string]file{}}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		h.add(name, data)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("downloads: %w", err)
	}
	return h, nil
}

func (h *Handler) add(name string, data []byte) {
	sum := sha256.Sum256(data)
	h.files[name] = file{data: data, contentType: contentType(name), etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
	if path.Ext(name) == ".whl" {
		h.wheel = Prefix + name
	}
	if strings.HasPrefix(name, goFolder+"/") {
		h.proxy = Prefix + goFolder
	}
}

// Python returns the path of the wheel, or "".
func (h *Handler) Python() string { return h.wheel }

// Go returns the path of the module proxy, or "".
func (h *Handler) Go() string { return h.proxy }

// Hint returns what to do where the SDKs are absent, or "".
func (h *Handler) Hint() string {
	if h.wheel != "" && h.proxy != "" {
		return ""
	}
	return Hint
}

// ServeHTTP implements http.Handler. A module proxy says 404 for what it does
// not have, in plain text: the go command prints it.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, Prefix)
	f, ok := h.files[name]
	if !ok {
		http.Error(w, h.absent(name), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", f.contentType)
	w.Header().Set("ETag", f.etag)
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.data))
}

func (h *Handler) absent(name string) string {
	if hint := h.Hint(); hint != "" {
		return hint
	}
	return fmt.Sprintf("There is no %s here. There are %s and, for GOPROXY, %s", name, h.wheel, h.proxy)
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".info":
		return "application/json"
	case ".mod":
		return "text/plain; charset=utf-8"
	case ".zip":
		return "application/zip"
	case ".whl":
		return "application/octet-stream"
	}
	if strings.HasSuffix(name, "/@latest") {
		return "application/json"
	}
	return "text/plain; charset=utf-8"
}
