package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/sdk/ruleset"
)

// Config is the server's configuration, checked.
type Config struct {
	token     string // of the command line as a client
	ssoSecret string // the client secret of single sign-on, for the command line

	Addr           string
	Data           string
	Store          string // postgres://…, with the password; "" = SQLite in Data
	PublicURL      string // without a slash at its end; "" = from the address listened on
	TLSCert        string
	TLSKey         string
	SigningKey     string     // file; "" = signing.key in Data, made when absent
	NextSigningKey string     // file; "" = none
	SecretKey      secret.Key // the zero Key = none
	TrustedProxies []netip.Prefix
	OutboundAllow  []netip.Prefix
	AllowHTTP      bool
	BackupEvery    time.Duration // 0 = never
	BackupKeep     int
	BackupDir      string // "" = backups in Data
	OpsAddr        string // "" = off
	OpsAddrGiven   bool   // somebody asked for it: a port in use is an error, not a remark
	LogLevel       slog.Level
	LogFormat      string // text or json
	Init           Init
	Relay          Relay // of `burgee relay` only

	values []Value
}

// Init is what a first start on an empty store is given from outside.
type Init struct {
	OwnerEmail, OwnerPassword   string
	Token, ServerKey, ClientKey string
}

// Relay is what `burgee relay` takes from where.
type Relay struct {
	Upstream   string // without a slash at its end
	Token      string
	VerifyKeys []string
}

// CheckRelay refuses settings without which there is nothing to relay.
func (c *Config) CheckRelay() error {
	switch {
	case c.Relay.Upstream == "":
		return invalid("--upstream is missing: say which server to take from, for example https://flags.example.com")
	case c.Relay.Token == "":
		return invalid("the relay's token is missing: set BURGEE_RELAY_TOKEN, or BURGEE_RELAY_TOKEN_FILE; make one with `burgee token create NAME --scope relay`")
	}
	return nil
}

// Given says whether anything is set, and so worth a word when it is ignored.
func (i Init) Given() bool { return i != Init{} }

// Value is a setting's value and where it came from.
type Value struct {
	Setting Setting
	Text    string // of a secret only whether it is set
	Source  string // default, a file's name, environment, flag
}

// TLS says whether the server itself speaks https.
func (c *Config) TLS() bool { return c.TLSCert != "" }

// BaseURL is where people and programs reach the server: its public address, or
// where nobody told that one the address that it listens on, as this machine opens it.
func (c *Config) BaseURL(listens string) string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	scheme := "http"
	if c.TLS() {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(listens)
	if err != nil {
		return scheme + "://" + listens
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && (ip.IsUnspecified() || ip.Zone() != "") {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// Print writes each setting, its value (secrets masked) and its source.
func (c *Config) Print(w io.Writer) error {
	for _, v := range c.values {
		name := v.Setting.Flag
		if name == "" {
			name = v.Setting.Env
		}
		if _, err := fmt.Fprintf(w, "%-27s %-32s %s\n", name, strconv.Quote(v.Text), v.Source); err != nil {
			return err
		}
	}
	return nil
}

// check refuses settings that contradict each other.
func (c *Config) check() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return invalid("--tls-cert and --tls-key go together: give both, or neither")
	}
	if c.Store != "" && c.BackupEvery > 0 {
		return invalid("--backup-every copies the database of --data, and this server's is that of --store: back it up with PostgreSQL's own tools, such as pg_dump, and leave --backup-every out")
	}
	if (c.Init.OwnerEmail == "") != (c.Init.OwnerPassword == "") {
		return invalid("BURGEE_INIT_OWNER_EMAIL and BURGEE_INIT_OWNER_PASSWORD go together: give both, or neither")
	}
	return nil
}

func invalid(format string, args ...any) error {
	return fault.New(fault.Invalid, "config_invalid", format, args...)
}

func setText(field func(*Config) *string, what string) func(*Config, string) error {
	return func(c *Config, s string) error {
		if s == "" && what != "" {
			return fmt.Errorf("is empty; give %s", what)
		}
		*field(c) = s
		return nil
	}
}

func setBool(field func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, s string) error {
		b, err := strconv.ParseBool(s)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", s)
		}
		*field(c) = b
		return nil
	}
}

func setAddr(c *Config, s string) error {
	addr, err := listenAddress(s)
	c.Addr = addr
	return err
}

func setOpsAddr(c *Config, s string) error {
	if s == "" {
		c.OpsAddr = ""
		return nil
	}
	addr, err := listenAddress(s)
	c.OpsAddr = addr
	return err
}

// listenAddress takes host:port and :port.
func listenAddress(s string) (string, error) {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", fmt.Errorf("%q is no address; write host:port, for example 127.0.0.1:7878", s)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "", fmt.Errorf("%q has no port from 0 to 65535", s)
	}
	return s, nil
}

func setEvery(c *Config, s string) error {
	if s == "" {
		c.BackupEvery = 0
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Second {
		return fmt.Errorf("%q is no time between backups; write 24h or 30m, at least 1s", s)
	}
	c.BackupEvery = d
	return nil
}

func setKeep(c *Config, s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is no number of backups to keep; at least 1", s)
	}
	c.BackupKeep = n
	return nil
}

func setPublicURL(c *Config, s string) (err error) {
	c.PublicURL, err = serverAddress(s)
	return err
}

func setUpstream(c *Config, s string) (err error) {
	c.Relay.Upstream, err = serverAddress(s)
	return err
}

// serverAddress takes https://host:port, and nothing.
func serverAddress(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return "", fmt.Errorf("%q is no address of a server; write https://flags.example.com", s)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%q has a path; Burgee lives at the root of its host", s)
	}
	return u.Scheme + "://" + u.Host, nil
}

func setVerifyKeys(c *Config, s string) error {
	c.Relay.VerifyKeys = nil
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if _, err := ruleset.ParseKey(part); err != nil {
			return err
		}
		c.Relay.VerifyKeys = append(c.Relay.VerifyKeys, part)
	}
	return nil
}

// setStore takes the address of a PostgreSQL database, and nothing. It may hold
// a password, so no error repeats it.
func setStore(c *Config, s string) error {
	c.Store = s
	if s == "" || strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://") {
		return nil
	}
	return errors.New("is no address of a PostgreSQL database; write postgres://USER@HOST:5432/DATABASE, or leave it out for SQLite in --data")
}

// passwords are those in a query, such as ?password=….
var passwords = regexp.MustCompile(`(?i)(password=)[^&]*`)

// MaskStore is the address of a database without its passwords. In one that is
// malformed it hides too much rather than too little.
func MaskStore(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		user, _, given := strings.Cut(rest[:at], ":")
		if given {
			user += ":…"
		}
		rest = user + rest[at:]
	}
	return scheme + "://" + passwords.ReplaceAllString(rest, "${1}…")
}

func setProxies(c *Config, s string) (err error) {
	c.TrustedProxies, err = networks(s)
	return err
}

func setOutboundAllow(c *Config, s string) (err error) {
	c.OutboundAllow, err = networks(s)
	return err
}

func networks(s string) (all []netip.Prefix, _ error) {
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		prefix, err := network(part)
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", part)
		}
		all = append(all, prefix)
	}
	return all, nil
}

func network(s string) (netip.Prefix, error) {
	if prefix, err := netip.ParsePrefix(s); err == nil {
		return prefix.Masked(), nil
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

func setLevel(c *Config, s string) error {
	switch s {
	case "debug", "info", "warn", "error":
		return c.LogLevel.UnmarshalText([]byte(s))
	}
	return fmt.Errorf("%q is no level; choose debug, info, warn or error", s)
}

func setFormat(c *Config, s string) error {
	if s != "text" && s != "json" {
		return fmt.Errorf("%q is no format; choose text or json", s)
	}
	c.LogFormat = s
	return nil
}

func setSecretKey(c *Config, s string) (err error) {
	c.SecretKey = secret.Key{}
	if s != "" {
		c.SecretKey, err = secret.ParseKey(s)
	}
	return err
}

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{32,200}$`)

// setSecret takes a key or token; its text is never repeated in an error.
func setSecret(field func(*Config) *string, prefix, kind string) func(*Config, string) error {
	return func(c *Config, s string) error {
		*field(c) = s
		if s == "" {
			return nil
		}
		rest, ok := strings.CutPrefix(s, prefix)
		if !ok || !secretForm.MatchString(rest) {
			return fmt.Errorf("is malformed: it takes %s and 32 or more of A-Z a-z 0-9 _ -; make one with `burgee key generate %s`", prefix, kind)
		}
		return nil
	}
}
