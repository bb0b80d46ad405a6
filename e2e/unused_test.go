package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	burgee "burgee.dev/burgee/sdk"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/store"
)

// A program declared two flags a month ago and was not seen since. The one that nobody
// configured archives itself when the server looks, and comes back with the program.
func TestAFlagThatNobodyUsesArchivesItself(t *testing.T) {
	s := startServer(t)
	s.stop(t)
	aMonthAgo(t, s.data, "Flags.gone", "Flags.used")
	s.start(t)
	type flag struct {
		ArchivedAt     int64
		ArchivedReason string
	}
	read := func(key string) (f flag) {
		s.must(t, http.MethodGet, "/api/v1/projects/default/flags/"+key, nil, &f)
		return f
	}
	until(t, "the flag to archive itself", 10*time.Second, func() bool { return read("Flags.gone").ArchivedAt != 0 })
	if got := read("Flags.gone").ArchivedReason; !strings.HasPrefix(got, "no program has asked for it since ") {
		t.Errorf("archived because %q", got)
	}
	if used := read("Flags.used"); used.ArchivedAt != 0 {
		t.Errorf("the configured flag is archived: %+v", used)
	}
	if out := s.burgee(t, "", "flag", "list", "--archived"); !strings.Contains(out, "by itself: no program has asked for it since ") {
		t.Errorf("the list says\n%s", out)
	}

	client := newClient(t, s)
	var flags struct {
		Gone burgee.Bool `burgee:"gone" default:"true"`
	}
	if !client.Bool(t.Context(), "Flags.gone", true) {
		t.Error("archived, it serves something other than the program's own default")
	}
	if err := client.Register("Flags", &flags); err != nil {
		t.Fatal(err)
	}
	until(t, "the flag to come back", 10*time.Second, func() bool { return read("Flags.gone") == flag{} })
	if !flags.Gone.Enabled(t.Context()) {
		t.Error("back again, it serves something other than the program's own default")
	}
	if out := s.burgee(t, "", "history", "Flags.gone"); !strings.Contains(out, "e2e-go in production declares it again") {
		t.Errorf("the history says\n%s", out)
	}
}

// aMonthAgo has a program declare flags 31 days ago, of which somebody configured
// Flags.used. No server runs on the folder.
func aMonthAgo(t *testing.T, dir string, flags ...string) {
	t.Helper()
	then := clock.Func(func() time.Time { return time.Now().Add(-31 * 24 * time.Hour) })
	st, err := store.Open(t.Context(), store.Options{Dir: dir, Clock: then})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()
	service := catalog.New(st, catalog.Options{Clock: then})
	registration := catalog.Registration{Project: "default", Environment: "production", Application: catalog.Application{Name: "calendar", Version: "1.4.0", SDK: "go/0.1.0"}}
	for _, key := range flags {
		registration.Flags = append(registration.Flags, catalog.Declared{Key: key, Type: "boolean", Default: []byte("true")})
	}
	if _, err := service.Register(t.Context(), []catalog.Registration{registration}); err != nil {
		t.Fatal(err)
	}
	somebody := account.Actor{Kind: account.Host, Name: "host", Role: account.Owner}
	if _, err := service.SwitchOff(t.Context(), somebody, "default", "Flags.used", "production", catalog.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
}
