package server_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/testkit"
	"burgee.dev/burgee/sdk/ruleset"
)

// declares adds a reader's headers to each request of a client.
type declares struct{ id string }

func (d declares) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Burgee-Delta", "1")
	if d.id != "" {
		r.Header.Set("Last-Event-ID", d.id)
	}
	return (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
}

func reader(t *testing.T, s *testkit.Server, id string) *testkit.Events {
	t.Helper()
	return s.Stream("/sdk/v1/stream", testkit.ServerKey, &http.Client{Transport: declares{id}})
}

func anything(testkit.Event) bool { return true }

// makeFlags makes enough of them for a delta to be smaller than the snapshot.
func makeFlags(t *testing.T, s *testkit.Server) {
	t.Helper()
	for i := range 5 {
		s.Want(201, "POST", project+"/flags", obj{"key": fmt.Sprintf("flag%d", i), "type": "boolean"})
	}
}

func TestProgramsGoOnOverARestart(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	makeFlags(t, s)
	had, err := ruleset.Replica{}.Full(awaitSnapshot(t, s, "flag4"))
	if err != nil {
		t.Fatal(err)
	}
	s.Stop()
	s = testkit.Start(t, testkit.Options{Data: s.Data})
	if e := reader(t, s, had.ID()).Next(t, "the first event", anything); e.Name != "uptodate" || e.ID != had.ID() {
		t.Errorf("nothing has changed, and what comes is %s %s", e.Name, e.ID)
	}
	s.Want(200, "POST", project+"/flags/flag1/environments/production/off", obj{})
	s.Want(200, "POST", project+"/flags/flag2/environments/production/off", obj{})
	s.Stop()
	s = testkit.Start(t, testkit.Options{Data: s.Data})
	events := reader(t, s, had.ID())
	for range 2 {
		e := events.Next(t, "a delta", anything)
		if e.Name != "delta" {
			t.Fatalf("what comes after a restart is %s", e.Name)
		}
		if had, err = had.Delta([]byte(e.Data)); err != nil || had.ID() != e.ID {
			t.Fatalf("%v; at %s, want %s", err, had.ID(), e.ID)
		}
	}
	if got := snapshot(t, s); !bytes.Equal(got, had.Document().Encode()) {
		t.Errorf("the deltas lead to\n%s\nthe snapshot is\n%s", had.Document().Encode(), got)
	}
}

// Two nodes on one store make the same bytes: a program may go from one to the
// other.
func TestTwoNodesOnOneStoreMakeTheSameBytes(t *testing.T) {
	file, _ := keyFile(t)
	s := testkit.Start(t, testkit.Options{Flags: map[string]string{"signing-key": file}})
	makeFlags(t, s)
	awaitSnapshot(t, s, "flag4")
	events := reader(t, s, "")
	had := events.Next(t, "the configuration", anything).ID
	s.Want(200, "POST", project+"/flags/flag1/environments/production/off", obj{})
	delta := events.Next(t, "a delta", func(e testkit.Event) bool {
		return e.Name == "delta" && strings.Contains(e.Data, `"flag":"flag1"`) && strings.Contains(e.Data, `"enabled":false`)
	})

	beside, err := store.Open(t.Context(), storetest.At(t, store.Options{Dir: s.Data, Shared: true}))
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	other := delivery.New(beside, delivery.Options{Signer: delivery.NewSigner(privateKey(t, file))})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- other.Run(ctx) }()
	for deadline := time.Now().Add(10 * time.Second); !other.Ready(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the other node has not loaded in 10 s")
		}
	}
	state := other.ByEnvironment("default", "production").State()
	if got := snapshot(t, s); !bytes.Equal(got, state.Raw) {
		t.Errorf("one node has\n%s\nthe other\n%s", got, state.Raw)
	}
	theirs, ok := state.Since(had)
	if !ok || len(theirs) == 0 || !bytes.Contains(theirs[len(theirs)-1], []byte("id: "+delta.ID+"\n")) {
		t.Errorf("the other node's deltas: %q", theirs)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func privateKey(t *testing.T, file string) ed25519.PrivateKey {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(ed25519.PrivateKey)
}
