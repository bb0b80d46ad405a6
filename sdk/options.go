package burgee

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/sdk/internal/stored"
	"burgee.dev/burgee/sdk/ruleset"
)

// Version is the version of this SDK.
const Version = "0.1.0"

// DefaultURL is where a server on the same machine listens.
const DefaultURL = "http://127.0.0.1:7878"

// DefaultFetchInterval is how often a client polls while it cannot stream.
const DefaultFetchInterval = 30 * time.Second

// Options says how a client connects. The zero value takes everything from
// the environment variables named below.
type Options struct {
	// Key is a server key (bgs_…). Default: BURGEE_KEY, or what is in the
	// file that BURGEE_KEY_FILE names, without its last line end; both set, or
	// a file that cannot be read, is an error of New. Without a key the client
	// is offline and serves the defaults in the code.
	Key string
	// URL is the server's address. Default: BURGEE_URL, else DefaultURL.
	URL string
	// Application is the program's name as the dashboard shows it. Default:
	// BURGEE_APPLICATION, else OTEL_SERVICE_NAME, else the executable's name.
	Application string
	// Version is the program's own version, for example "1.4.0".
	Version string
	// Context holds attributes that every evaluation of this program shares.
	Context map[string]any
	// DisableStreaming makes the client poll every FetchInterval.
	DisableStreaming bool
	// FetchInterval is the time between polls; 0 means DefaultFetchInterval.
	FetchInterval time.Duration
	// Logger receives the client's messages. Default: slog.Default().
	Logger *slog.Logger
	// OnFetched is called after each applied configuration, each Fetch and
	// each failed fetch, one call at a time on a goroutine of its own.
	OnFetched func(Fetched)
	// OnStatus is called when the server was reached, and when it was lost or
	// refused the key, one call at a time on a goroutine of its own.
	OnStatus func(Status)
	// OnImpression, when set, is called in the evaluating goroutine after
	// each evaluation; it must be fast.
	OnImpression func(Impression)
	// VerifyKeys are the public keys, in base64, whose signatures are believed,
	// and no others. Default: BURGEE_VERIFY_KEYS, separated by commas. Without
	// any, those of the first configuration from the server are, and the keys
	// that it goes over to.
	VerifyKeys []string
	// CacheDir is the folder in which the newest configuration is stored, so
	// that a start without the server has one. Processes may share it. Default:
	// BURGEE_CACHE_DIR, else "burgee" in the user's folder for caches. "off"
	// stores nothing.
	CacheDir string
	// Bundle is a file with a configuration that was shipped with the program
	// (burgee export --snapshot). It is served until the server is heard, and
	// without a key it is all that is served. Default: BURGEE_BUNDLE.
	Bundle string
	// HTTPClient is used for every request. Default: a client of its own with
	// the proxy settings of the environment. Its Timeout must be 0, since the
	// stream is one long request.
	HTTPClient *http.Client
}

// Validate says which option is malformed, as New would.
func (o Options) Validate() error {
	_, err := o.settings()
	return err
}

// Impression is one evaluation that happened.
type Impression struct {
	Flag      string
	Value     any
	Variation string // empty when the program's default was served
	Reason    string
}

// settings are options after the defaults and the environment.
type settings struct {
	key, application, version string
	url                       string // without a trailing slash
	base                      map[string]any
	streaming                 bool
	interval                  time.Duration
	trust                     ruleset.Trust
	bundle                    string // path, empty for none
	cache                     string // path of this key's file, empty for none
	cacheErr                  error  // why there is none although one is wanted
}

func (o Options) settings() (settings, error) {
	s := settings{
		key:         o.Key,
		url:         strings.TrimRight(first(o.URL, os.Getenv("BURGEE_URL"), DefaultURL), "/"),
		application: first(o.Application, os.Getenv("BURGEE_APPLICATION"), os.Getenv("OTEL_SERVICE_NAME"), filepath.Base(os.Args[0])),
		version:     o.Version,
		streaming:   !o.DisableStreaming,
		interval:    o.FetchInterval,
		bundle:      first(o.Bundle, os.Getenv("BURGEE_BUNDLE")),
	}
	if s.key == "" {
		var err error
		if s.key, err = keyFromEnvironment(); err != nil {
			return s, err
		}
	}
	address, err := url.Parse(s.url)
	if err != nil || (address.Scheme != "http" && address.Scheme != "https") || address.Host == "" {
		return s, fmt.Errorf("burgee: Options.URL %q is not an address; write it like %s", s.url, DefaultURL)
	}
	if s.interval < 0 {
		return s, fmt.Errorf("burgee: Options.FetchInterval %v is negative", s.interval)
	}
	if s.interval == 0 {
		s.interval = DefaultFetchInterval
	}
	if len(s.application) > 128 {
		return s, fmt.Errorf("burgee: Options.Application has %d bytes; 128 at most", len(s.application))
	}
	if o.HTTPClient != nil && o.HTTPClient.Timeout != 0 {
		return s, fmt.Errorf("burgee: Options.HTTPClient has a Timeout, which would cut the stream; set it to 0")
	}
	if s.trust, err = ruleset.Pinned(o.pins()); err != nil {
		return s, fmt.Errorf("burgee: Options.VerifyKeys: %w", err)
	}
	s.cache, s.cacheErr = cachePath(first(o.CacheDir, os.Getenv("BURGEE_CACHE_DIR")), s.key)
	s.base = maps.Clone(o.Context)
	return s, nil
}

// pins are the keys whose signatures count, from the options or the environment.
func (o Options) pins() []string {
	if len(o.VerifyKeys) > 0 {
		return slices.Clone(o.VerifyKeys)
	}
	var keys []string
	for key := range strings.SplitSeq(os.Getenv("BURGEE_VERIFY_KEYS"), ",") {
		if key = strings.TrimSpace(key); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// cachePath is the file that holds the configuration of a key, empty when it is
// not to be stored.
func cachePath(dir, key string) (string, error) {
	if dir == cacheOff || keyProblem(key) != "" {
		return "", nil
	}
	if dir == "" {
		own, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(own, "burgee")
	}
	return stored.Path(dir, key), nil
}

const cacheOff = "off"

func first(candidates ...string) string {
	for _, c := range candidates {
		if c != "" {
			return c
		}
	}
	return ""
}

// keyProblem says in words why a key cannot work, or nothing.
func keyProblem(key string) string {
	secret := func(prefix string) bool {
		rest, ok := strings.CutPrefix(key, prefix)
		return ok && len(rest) >= 32 && strings.Trim(rest, keyLetters) == ""
	}
	switch {
	case key == "":
		return "no key is set (BURGEE_KEY or Options.Key)"
	case secret("bgs_"):
		return ""
	case secret("bgc_"):
		return masked(key) + " is a client key; a Go program needs a server key (bgs_…)"
	case secret("bgp_"):
		return masked(key) + " is an API token; a Go program needs a server key (bgs_…)"
	default:
		return fmt.Sprintf("%s is not a Burgee key; a server key is bgs_ and 32 or more letters, digits, _ or -", masked(key))
	}
}

const keyLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

// masked shows enough of a key to find it and not enough to use it.
func masked(key string) string {
	if len(key) < 16 {
		return fmt.Sprintf("%q", key[:min(4, len(key))]+"…")
	}
	return key[:8] + "…" + key[len(key)-4:]
}
