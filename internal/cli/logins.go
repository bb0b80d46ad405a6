package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/wholefile"
)

// defaultURL is where a server is when nobody says otherwise.
const defaultURL = "http://127.0.0.1:7878"

// logins are what burgee login has left: a file for its owner only.
type logins struct {
	Current string               `json:"current"` // the server signed in to last
	Servers map[string]keptLogin `json:"servers"`

	file string
}

type keptLogin struct {
	Token     string `json:"token"`
	ID        string `json:"id"`
	ExpiresAt int64  `json:"expiresAt"`
}

// loginsFile is logins.json in the user's own folder of settings.
func loginsFile(stdio Stdio) (string, error) {
	if dir := stdio.getenv("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "burgee", "logins.json"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fault.New(fault.Invalid, "no_home", "there is no folder for the sign-in: %v; set HOME, or use BURGEE_TOKEN", err)
	}
	return filepath.Join(dir, "burgee", "logins.json"), nil
}

// loadLogins reads the file, which may not be there yet.
func loadLogins(stdio Stdio) (*logins, error) {
	file, err := loginsFile(stdio)
	if err != nil {
		return nil, err
	}
	l := &logins{file: file, Servers: map[string]keptLogin{}}
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, l)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "logins_unreadable", "%s cannot be read: %v; remove it and run burgee login again", file, err)
	}
	if l.Servers == nil {
		l.Servers = map[string]keptLogin{}
	}
	return l, nil
}

// signedIn is what burgee login has left for a server; for the one signed in to last
// when none is named. An empty token is none.
func signedIn(stdio Stdio, named string) (address, token string, err error) {
	kept, err := loadLogins(stdio)
	if fault.As(err).Code == "no_home" {
		return named, "", nil
	}
	if err != nil {
		return named, "", err
	}
	address = cmp.Or(named, kept.Current, defaultURL)
	login, _ := kept.of(address)
	return address, login.Token, nil
}

func (l *logins) of(address string) (keptLogin, bool) {
	login, ok := l.Servers[tidyAddress(address)]
	return login, ok
}

func (l *logins) put(address string, login keptLogin) {
	l.Current = tidyAddress(address)
	l.Servers[l.Current] = login
}

func (l *logins) drop(address string) {
	address = tidyAddress(address)
	delete(l.Servers, address)
	if l.Current == address {
		l.Current = ""
	}
}

// tidyAddress is an address as it is kept, however somebody writes it.
func tidyAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.TrimRight(u.Scheme+"://"+strings.ToLower(u.Host)+u.Path, "/")
}

// save writes the file whole, for its owner only.
func (l *logins) save() error {
	raw, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return fmt.Errorf("write the sign-in: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(l.file), 0o700); err != nil {
		return fault.New(fault.Invalid, "logins_unwritable", "the sign-in cannot be kept: %v", err)
	}
	if err := wholefile.Write(l.file, append(raw, '\n')); err != nil {
		return fault.New(fault.Invalid, "logins_unwritable", "the sign-in cannot be kept: %v", err)
	}
	return nil
}
