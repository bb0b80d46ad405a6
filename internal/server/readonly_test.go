package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/testkit"
)

// A node whose database takes no writes any more finds out without anybody who
// writes, serves programs and people who read, and goes on when it does.
func TestANodeOnAReadOnlyDatabaseServesAndSaysSo(t *testing.T) {
	address := storetest.Postgres(t)
	s := testkit.Start(t, testkit.Options{Flags: map[string]string{"store": address, "ops-addr": "127.0.0.1:0"}})
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean"})
	database, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := pgx.Connect(t.Context(), strings.Replace(address, "/"+database.Database+"?", "/postgres?", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close(t.Context()) }()
	set := func(to string) {
		t.Helper()
		for _, text := range []string{
			`ALTER DATABASE ` + database.Database + ` SET default_transaction_read_only = ` + to,
			`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '` + database.Database + `'`,
		} {
			if _, err := admin.Exec(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
	}
	says := func(readOnly bool) bool {
		ready := s.Want(200, "GET", "/readyz", nil)
		reachable, known := scrape(t, s)["burgee_store_reachable"]
		return known && strings.Contains(string(ready.Body), "store_read_only") == readOnly && (reachable == 0) == readOnly
	}
	until := func(what string, done func() bool) {
		t.Helper()
		for end := time.Now().Add(60 * time.Second); !done(); time.Sleep(100 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("waited in vain for %s", what)
			}
		}
	}

	set("on")
	until("the node to say so", func() bool { return says(true) })
	refused := s.Do(testkit.Request{Method: "PATCH", Path: project + "/flags/f", Body: obj{"description": "x"}})
	if refused.Status != 503 || refused.At("code") != "store_read_only" || refused.Header.Get("Retry-After") == "" {
		t.Errorf("a change: %d %v %s", refused.Status, refused.Header, refused.Body)
	}
	if flags := s.Want(200, "GET", project+"/flags", nil); !strings.Contains(string(flags.Body), `"f"`) {
		t.Errorf("what people read: %s", flags.Body)
	}
	if a := s.Do(testkit.Request{Method: "GET", Path: "/sdk/v1/snapshot", As: testkit.ServerKey}); a.Status != 200 {
		t.Errorf("what programs read: %d %s", a.Status, a.Body)
	}
	if a := s.Do(testkit.Request{Method: "POST", Path: "/ofrep/v1/evaluate/flags/f", As: testkit.ServerKey, Body: obj{}}); a.Status != 200 {
		t.Errorf("remote evaluation: %d %s", a.Status, a.Body)
	}

	set("off")
	until("the end of it", func() bool { return says(false) })
	s.Want(200, "PATCH", project+"/flags/f", obj{"description": "y"})
}
