package server_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/audit"
	"burgee.dev/burgee/internal/server"
	"burgee.dev/burgee/internal/testkit"
)

// entry is an entry of the audit log, as the API shows it.
type entry struct {
	ID                                int64
	Kind, Object, Environment, Action string
	Actor                             struct{ Kind, Name string }
	Sentences                         []string
	Diff                              []struct {
		Path          string
		Before, After map[string]any
	}
	RequestID string
	Revisions map[string]int64
}

// of says of an entry what tells it from others.
func (e entry) of() string {
	var fields []string
	for _, d := range e.Diff {
		for field := range d.Before {
			fields = append(fields, d.Path+"-"+field)
		}
		for field := range d.After {
			fields = append(fields, d.Path+"+"+field)
		}
	}
	slices.Sort(fields)
	return fmt.Sprintf("%s %s %s by %s %s: %s [%s]", e.Kind, e.Object, e.Action, e.Actor.Kind, e.Actor.Name,
		strings.Join(e.Sentences, "; "), strings.Join(fields, " "))
}

// exported is the exported log, which fits together, and its entries of members
// and tokens in order.
func exported(t *testing.T, s *testkit.Server, as string) (export []byte, accounts []entry) {
	t.Helper()
	a := s.Do(testkit.Request{Method: "GET", Path: project + "/changes/export", As: as})
	report, err := audit.Verify(bytes.NewReader(a.Body))
	if a.Status != 200 || err != nil || !report.OK {
		t.Fatalf("export: %d %+v %v\n%s", a.Status, report, err, a.Body)
	}
	var page struct{ Items []entry }
	s.Do(testkit.Request{Method: "GET", Path: project + "/changes?limit=200", As: as}).Into(&page)
	for _, e := range slices.Backward(page.Items) {
		if e.Kind == "member" || e.Kind == "token" {
			accounts = append(accounts, e)
		}
	}
	verified := s.Do(testkit.Request{Method: "GET", Path: project + "/changes/verify", As: as})
	if verified.At("ok") != true {
		t.Errorf("the chain is broken: %s", verified.Body)
	}
	return a.Body, accounts
}

func wantEntries(t *testing.T, got []entry, want ...string) {
	t.Helper()
	var lines []string
	for _, e := range got {
		lines = append(lines, e.of())
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("entries\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// wantNoSecret looks for each secret as it is and for its hash.
func wantNoSecret(t *testing.T, export []byte, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		sum := sha256.Sum256([]byte(secret))
		for _, text := range []string{secret, hex.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(sum[:]), base64.RawURLEncoding.EncodeToString(sum[:])} {
			if bytes.Contains(export, []byte(text)) {
				t.Errorf("%q is in the export", text)
			}
		}
	}
	if bytes.Contains(export, []byte("argon2")) {
		t.Error("a password's hash is in the export")
	}
}

func TestThePersonWhoSetsTheServerUpIsInTheAuditLog(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Environ: []string{}})
	_, link, _ := strings.Cut(s.SetupURL(), "#t=")
	browser := testkit.Browser(t)
	as := func(method, path string, body any) testkit.Answer {
		return s.Do(testkit.Request{Method: method, Path: path, Body: body, As: "-", Client: browser})
	}
	setup := as("POST", "/api/v1/setup", obj{"token": link, "email": "ann@example.test", "password": "correct horse battery"})
	if setup.Status != 201 {
		t.Fatalf("setup: %d %s", setup.Status, setup.Body)
	}
	made := as("POST", "/api/v1/tokens", obj{"name": "ci", "expiresInDays": 30})
	if made.Status != 201 {
		t.Fatalf("token: %d %s", made.Status, made.Body)
	}
	secret := made.At("token").(string)
	if gone := as("DELETE", "/api/v1/tokens/"+made.At("id").(string), nil); gone.Status != 204 {
		t.Fatalf("delete: %d %s", gone.Status, gone.Body)
	}
	if err := server.SetPassword(t.Context(), testkit.PlaceOf(t, s.Data), "ann@example.test", "another horse battery"); err != nil {
		t.Fatal(err)
	}
	as("POST", "/api/v1/session", obj{"email": "ann@example.test", "password": "another horse battery"})

	var people, tokens struct{ Items []entry }
	as("GET", project+"/changes?kind=member", nil).Into(&people)
	wantEntries(t, people.Items,
		"member ann@example.test update by host host: host set another password for ann@example.test []",
		"member ann@example.test create by member ann@example.test: ann@example.test created the owner account [+email +id +roles]")
	as("GET", project+"/changes?kind=token", nil).Into(&tokens)
	wantEntries(t, tokens.Items,
		"token ci delete by member ann@example.test: ann@example.test deleted the API token ci [-expiresAt -id -kind -masked -name -role]",
		"token ci create by member ann@example.test: ann@example.test made the API token ci [+expiresAt +id +kind +masked +name +role]")
	for _, e := range tokens.Items {
		if e.RequestID == "" || e.Environment != "" || len(e.Revisions) != 0 {
			t.Errorf("got %+v", e)
		}
	}
	for _, environment := range as("GET", project, nil).At("environments").([]any) {
		if revision := environment.(map[string]any)["revision"]; revision != 1.0 {
			t.Errorf("accounts made a revision: %v", environment)
		}
	}
	keep := as("POST", "/api/v1/tokens", obj{"name": "keep"}).At("token").(string)
	export, entries := exported(t, s, keep)
	if len(entries) != 5 {
		t.Errorf("%d entries of accounts", len(entries))
	}
	wantNoSecret(t, export, link, secret, keep, "correct horse battery", "another horse battery")
}

func TestAccountsOfTheFirstStartAreInTheAuditLog(t *testing.T) {
	const password = "correct horse battery"
	s := testkit.Start(t, testkit.Options{Environ: []string{
		"BURGEE_INIT_OWNER_EMAIL=ann@example.test", "BURGEE_INIT_OWNER_PASSWORD=" + password, "BURGEE_INIT_TOKEN=" + testkit.Token,
	}})
	want := []string{
		"token BURGEE_INIT_TOKEN create by host host: host made the API token BURGEE_INIT_TOKEN [+id +kind +masked +name +role]",
		"member ann@example.test create by host host: host created the owner account ann@example.test [+email +id +roles]",
	}
	export, entries := exported(t, s, testkit.Token)
	wantEntries(t, entries, want...)
	wantNoSecret(t, export, testkit.Token, password)
	s.Stop()
	again := testkit.Start(t, testkit.Options{Data: s.Data})
	_, entries = exported(t, again, testkit.Token)
	wantEntries(t, entries, want...)
}

func TestAnOwnerMadeBeforeTheFirstStartIsInTheAuditLog(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, do := range []func() error{
		func() error {
			return server.CreateOwner(t.Context(), testkit.PlaceOf(t, data), "ann@example.test", "correct horse battery")
		},
		func() error {
			return server.SetPassword(t.Context(), testkit.PlaceOf(t, data), "ann@example.test", "another horse battery")
		},
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	s := testkit.Start(t, testkit.Options{Data: data})
	_, entries := exported(t, s, testkit.Token)
	wantEntries(t, entries,
		"member ann@example.test create by host host: host created the owner account ann@example.test [+email +id +roles]",
		"member ann@example.test update by host host: host set another password for ann@example.test []",
		"token BURGEE_INIT_TOKEN create by host host: host made the API token BURGEE_INIT_TOKEN [+id +kind +masked +name +role]")
}
