package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/once"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/testkit"
)

// keyed sends a POST with a key.
func keyed(s *testkit.Server, key, path string, body any) testkit.Answer {
	return s.Do(testkit.Request{Method: "POST", Path: path, Body: body, Header: map[string]string{once.Header: key}})
}

func wantCode(t *testing.T, what string, a testkit.Answer, status int, code string) {
	t.Helper()
	if a.Status != status || a.At("code") != code {
		t.Errorf("%s: got %d %s, want %d %s", what, a.Status, a.Body, status, code)
	}
}

func wantReplayed(t *testing.T, first, again testkit.Answer) {
	t.Helper()
	if first.Header.Get(once.Replayed) != "" || again.Header.Get(once.Replayed) != "true" {
		t.Errorf("%s is %q and then %q", once.Replayed, first.Header.Get(once.Replayed), again.Header.Get(once.Replayed))
	}
	if again.Status != first.Status || !bytes.Equal(again.Body, first.Body) || again.Header.Get("Content-Type") != first.Header.Get("Content-Type") {
		t.Errorf("answered %d %s, and then %d %s", first.Status, first.Body, again.Status, again.Body)
	}
}

func TestARequestWithAKeyIsDoneOnce(t *testing.T) {
	var passed atomic.Int64
	s := testkit.Start(t, testkit.Options{Clock: clock.Func(func() time.Time { return time.Now().Add(time.Duration(passed.Load())) })})
	flags, summer := project+"/flags", obj{"key": "summer", "type": "boolean"}

	first := keyed(s, "one", flags, summer)
	if first.Status != 201 {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	s.Want(200, "PATCH", flags+"/summer", obj{"description": "changed since"})
	wantReplayed(t, first, keyed(s, "one", flags, summer))
	wantCode(t, "another body", keyed(s, "one", flags, obj{"key": "winter", "type": "boolean"}), 422, once.CodeReused)
	wantCode(t, "another address", keyed(s, "one", flags+"?comment=why", summer), 422, once.CodeReused)
	wantCode(t, "another key", keyed(s, "two", flags, summer), 409, "flag_exists")

	other := s.Want(201, "POST", "/api/v1/tokens", obj{"name": "other"}).At("token").(string)
	theirs := s.Do(testkit.Request{Method: "POST", Path: flags, Body: summer, As: other, Header: map[string]string{once.Header: "one"}})
	wantCode(t, "the key of somebody else", theirs, 409, "flag_exists")

	for _, key := range []string{"", strings.Repeat("k", 256), "schlüssel"} {
		a := keyed(s, key, flags, obj{"key": "winter", "type": "boolean"})
		wantCode(t, fmt.Sprintf("the key %.10q", key), a, 400, "idempotency_key_malformed")
		if !strings.Contains(fmt.Sprint(a.At("detail")), once.Header) {
			t.Errorf("the header is not named: %s", a.Body)
		}
	}

	// What failed, or wrote nothing, may be asked for anew.
	wantCode(t, "an invalid flag", keyed(s, "three", flags, obj{"key": "a b", "type": "boolean"}), 422, "document_invalid")
	plan := keyed(s, "three", project+"/apply", obj{"text": file, "dryRun": true})
	if plan.Status != 200 || keyed(s, "three", flags, obj{"key": "autumn", "type": "boolean"}).Status != 201 {
		t.Errorf("a key of which nothing came cannot be used: %s", plan.Body)
	}

	// A switch is thrown once, whatever happened since.
	off := flags + "/autumn/environments/production/off"
	s.Want(200, "PUT", flags+"/autumn/environments/production", obj{"default": true})
	first = keyed(s, "off", off, nil)
	s.Want(200, "POST", flags+"/autumn/environments/production/on", nil)
	wantReplayed(t, first, keyed(s, "off", off, nil))

	passed.Store(int64(once.Kept))
	wantCode(t, "a day later", keyed(s, "one", flags, summer), 409, "flag_exists")
}

func TestManyRequestsWithOneKeyAtOnceAreOne(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean"})
	s.Want(201, "POST", project+"/change-requests", obj{"title": "x", "text": "apiVersion: burgee/v1\nflags: {f: {description: other}}\n"})
	const many = 20
	answers := make([]testkit.Answer, many)
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			answers[i] = keyed(s, "one", project+"/change-requests/1/comments", obj{"comment": "said once"})
		})
	}
	all.Wait()
	replayed := 0
	for _, a := range answers {
		if a.Status != 200 || !bytes.Equal(a.Body, answers[0].Body) {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		if a.Header.Get(once.Replayed) == "true" {
			replayed++
		}
	}
	said := bytes.Count(s.Want(200, "GET", project+"/change-requests/1", nil).Body, []byte("said once"))
	if replayed != many-1 || said != 1 {
		t.Errorf("%d of %d answers were repetitions, and it was said %d times", replayed, many, said)
	}
}

// What is shown once is in no table, so that a repetition names what was made.
func TestASecretIsNotKeptForARepetition(t *testing.T) {
	s := testkit.Start(t, testkit.Options{SQLite: true, Sealed: true, Flags: map[string]string{"outbound-allow": "127.0.0.1"}})
	for path, c := range map[string]struct {
		body    any
		secret  string
		detail  string
		answers int
	}{
		"/api/v1/tokens": {obj{"name": "deploy"}, "token", "It made the token %s. Its answer held a secret, which is shown once, and is not kept. If you need it anew, revoke it and send", 201},
		"/api/v1/links":  {obj{"email": "ann@example.com", "roles": []string{"viewer"}}, "url", "It made the link %s.", 201},
		project + "/environments/production/keys": {obj{"kind": "server", "name": "x"}, "key", "It made the SDK key %s.", 201},
		project + "/webhooks":                     {obj{"name": "x", "url": "http://127.0.0.1:9/secret-path"}, "secret", "It made the webhook %s.", 201},
	} {
		first := keyed(s, "one "+path, path, c.body)
		if first.Status != c.answers {
			t.Errorf("%s: %d %s", path, first.Status, first.Body)
			continue
		}
		again := keyed(s, "one "+path, path, c.body)
		wantCode(t, path, again, 409, once.CodeDone)
		detail, want := fmt.Sprint(again.At("detail")), fmt.Sprintf(c.detail, first.At("id"))
		if !strings.Contains(detail, want) || !strings.Contains(detail, first.Header.Get("X-Request-Id")) {
			t.Errorf("%s says %q", path, detail)
		}
		_, secret, found := strings.Cut(first.At(c.secret).(string), "#t=")
		if !found {
			secret = first.At(c.secret).(string)
		}
		if bytes.Contains(everyFile(t, s.Data), []byte(secret)) {
			t.Errorf("%s: the secret is in the data folder", path)
		}
	}
}

func TestAnAnswerThatIsNotKeptIsSaidToBeDone(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	var many strings.Builder
	many.WriteString("apiVersion: burgee/v1\nflags:\n")
	for i := range 300 {
		fmt.Fprintf(&many, "  f%d: {type: boolean, description: %s}\n", i, strings.Repeat("long ", 40))
	}
	large := obj{"text": many.String()}
	if first := keyed(s, "large", project+"/apply", large); first.Status != 200 || len(first.Body) <= once.MaxAnswer {
		t.Fatalf("%d with %d bytes", first.Status, len(first.Body))
	}
	wantCode(t, "a large answer", keyed(s, "large", project+"/apply", large), 409, once.CodeDone)

	alice := obj{"key": "vip", "type": "boolean", "description": "alice asked for it"}
	if first := keyed(s, "alice", project+"/flags", alice); first.Status != 201 {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	erase := obj{"unit": "alice"}
	if first := keyed(s, "erase", "/api/v1/erasures", erase); first.Status != 200 {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	wantCode(t, "an answer that had what was erased", keyed(s, "alice", project+"/flags", alice), 409, once.CodeDone)
	wantCode(t, "an erasure", keyed(s, "erase", "/api/v1/erasures", erase), 409, once.CodeDone)
}

// A process that ends between its commit and its answer leaves the claim and no
// answer: what was asked for is not done again.
func TestARequestThatWasCutOffAfterItsCommitIsNotDoneAgain(t *testing.T) {
	data := t.TempDir() + "/data"
	s := testkit.Start(t, testkit.Options{Data: data})
	id := fmt.Sprint(s.Want(200, "GET", "/api/v1/tokens", nil).At("items.0.id"))
	s.Stop()
	path, body := project+"/environments/production/keys", `{"kind":"server","name":"x"}`
	claim, err := once.NewClaim("token "+id, "one", http.MethodPost, path, []byte(body), time.Now().Add(-time.Minute), "r-before")
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), storetest.At(t, store.Options{Dir: data}))
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Write(once.With(t.Context(), claim), func(catalog.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	s = testkit.Start(t, testkit.Options{Data: data})
	before := s.Want(200, "GET", path, nil)
	again := keyed(s, "one", path, body)
	wantCode(t, "after the restart", again, 409, once.CodeDone)
	if !strings.Contains(fmt.Sprint(again.At("detail")), "r-before") {
		t.Errorf("it says %s", again.Body)
	}
	if after := s.Want(200, "GET", path, nil); !bytes.Equal(before.Body, after.Body) {
		t.Errorf("it was done again: %s", after.Body)
	}
}
