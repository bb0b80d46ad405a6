package server

import (
	"bytes"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/config"
)

func TestAnOwnerThatCannotBeMadeNamesTheVariable(t *testing.T) {
	for name, init := range map[string]config.Init{
		"BURGEE_INIT_OWNER_EMAIL: write an address":      {OwnerEmail: "ann", OwnerPassword: "correct horse battery"},
		"BURGEE_INIT_OWNER_PASSWORD: use at least 10 ch": {OwnerEmail: "ann@example.com", OwnerPassword: "secret"},
	} {
		s, err := New(&config.Config{Addr: "127.0.0.1:0", Data: t.TempDir(), Init: init}, Options{Stderr: &bytes.Buffer{}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s", err, name)
		}
	}
}
