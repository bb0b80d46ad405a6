package webhook_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/webhook"
)

// The library of Standard Webhooks is the judge of what is sent, of each secret that
// signs.
func TestReceiversWithTheStandardLibraryAreContentAlsoWhileTheSecretIsRotated(t *testing.T) {
	looking(t, 20*time.Second, func(t *testing.T, h *home) {
		var seen []*http.Request
		var bodies [][]byte
		h.receives("a.example", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			seen, bodies = append(seen, r), append(bodies, body)
		}))
		w, first, err := h.Create(t.Context(), ann, "default", webhook.Settings{Name: "a", URL: "https://a.example/", Enabled: true, Filter: webhook.Filter{Events: []string{"flag"}}}, webhook.WriteOptions{})
		if err != nil || !strings.HasPrefix(first, "whsec_") {
			t.Fatalf("%q %v", first, err)
		}
		h.flag("f1")
		time.Sleep(time.Minute)
		rotated, second, err := h.Rotate(t.Context(), ann, "default", w.ID, time.Hour, webhook.WriteOptions{})
		if err != nil || second == first || rotated.OldUntil == 0 {
			t.Fatalf("rotated: %+v %v", rotated, err)
		}
		h.flag("f2")
		time.Sleep(2 * time.Hour)
		h.flag("f3")
		time.Sleep(time.Minute)
		if len(seen) != 3 {
			t.Fatalf("%d messages", len(seen))
		}
		for n, knows := range []struct{ first, second bool }{{true, false}, {true, true}, {false, true}} {
			for _, c := range []struct {
				secret string
				good   bool
			}{{first, knows.first}, {second, knows.second}} {
				judge, err := standard.NewWebhook(c.secret)
				if err != nil {
					t.Fatal(err)
				}
				// The library looks at its own clock, which is that of the test.
				if err := judge.VerifyIgnoringTimestamp(bodies[n], seen[n].Header); (err == nil) != c.good {
					t.Errorf("message %d with secret %v: %v, signed %s", n+1, c, err, seen[n].Header.Get("Webhook-Signature"))
				}
				if err := judge.VerifyIgnoringTimestamp(append(slices.Clip(bodies[n]), ' '), seen[n].Header); err == nil {
					t.Errorf("message %d was altered and is believed", n+1)
				}
			}
		}
		if got := seen[0].Header; got.Get("Content-Type") != "application/json" || got.Get("User-Agent") != "Burgee/1" {
			t.Errorf("headers: %v", got)
		}
	})
}

func TestTheEventIsTheOneOfTheReference(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		in := &inbox{}
		h.receives("a.example", in)
		h.hook("a.example", func(s *webhook.Settings) { s.Filter = webhook.Filter{} })
		h.flag("Flags.isHoliday")
		if _, err := h.catalog.PutConfiguration(t.Context(), ann, "default", "Flags.isHoliday", "production", &document.Configuration{Enabled: true, Off: "false", Default: document.Serve{Variation: "true"}}, catalog.WriteOptions{Comment: "the day has come"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		if len(in.bodies) != 2 {
			t.Fatalf("%d messages: %v", len(in.bodies), in.bodies)
		}
		var got bytes.Buffer
		if err := json.Indent(&got, []byte(in.bodies[1]), "", "  "); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile("../../docs/reference/webhooks.md")
		if err != nil {
			t.Fatal(err)
		}
		_, shown, _ := strings.Cut(string(text), "```json\n")
		shown, _, _ = strings.Cut(shown, "\n```")
		if shown != got.String() {
			t.Errorf("docs/reference/webhooks.md shows\n%s\nand what is sent is\n%s", shown, got.String())
		}
	})
}

func TestAFilterChoosesByKindEnvironmentAndFlag(t *testing.T) {
	entry := func(kind document.Kind, object, environment string, action catalog.ActionKind, revisions ...string) catalog.Change {
		c := catalog.Change{Kind: kind, Object: object, Environment: environment, Action: action, Revisions: map[string]int64{}}
		for _, key := range revisions {
			c.Revisions[key] = 2
		}
		return c
	}
	on := entry(document.ConfigurationKind, "pay.new", "production", "update", "production")
	shared := entry(document.FlagKind, "pay.new", "", "update", "production", "development")
	group := entry(document.TargetGroupKind, "beta", "", "create", "production", "development")
	member := entry(catalog.MemberKind, "bob@example.org", "", "create")
	rollout := entry(catalog.RolloutKind, "3", "production", "update", "production")
	rollout.After = json.RawMessage(`{"environment":"production","flag":"pay.new","steps":[],"event":"paused","made":1}`)
	trial := entry(document.ExperimentKind, "trial", "production", "update", "production")
	trial.Before, trial.After = json.RawMessage(`{"serve":{"pay.old":"true"}}`), json.RawMessage(`{"arms":[{"share":50,"flags":{"pay.new":"true"}}]}`)
	retagged := shared
	retagged.Before, retagged.After = json.RawMessage(`{"tags":["till"]}`), json.RawMessage(`{"tags":["shop"]}`)
	tags := map[string][]string{"pay.new": {"checkout", "shop"}}
	for _, c := range []struct {
		filter webhook.Filter
		sent   []bool // on, shared, group, member, rollout, trial, retagged
	}{
		{webhook.Filter{}, []bool{true, true, true, true, true, true, true}},
		{webhook.Filter{Events: []string{"configuration", "member.create"}}, []bool{true, false, false, true, false, false, false}},
		{webhook.Filter{Events: []string{"configuration.create", "member.delete"}}, []bool{false, false, false, false, false, false, false}},
		{webhook.Filter{Environments: []string{"production"}}, []bool{true, true, true, false, true, true, true}},
		{webhook.Filter{Environments: []string{"development"}}, []bool{false, true, true, false, false, false, true}},
		{webhook.Filter{Flags: []string{"pay.*"}}, []bool{true, true, false, false, true, true, true}},
		{webhook.Filter{Flags: []string{"shop.*", "pay.new"}}, []bool{true, true, false, false, true, true, true}},
		{webhook.Filter{Flags: []string{"pay.old"}}, []bool{false, false, false, false, false, true, false}},
		{webhook.Filter{Flags: []string{"shop.*"}}, []bool{false, false, false, false, false, false, false}},
		{webhook.Filter{Events: []string{"flag"}, Environments: []string{"production"}, Flags: []string{"*"}}, []bool{false, true, false, false, false, false, true}},
		{webhook.Filter{Tags: []string{"checkout"}}, []bool{true, true, false, false, true, true, true}},
		{webhook.Filter{Tags: []string{"till", "none"}}, []bool{false, false, false, false, false, false, true}},
		{webhook.Filter{Tags: []string{"checkout"}, Flags: []string{"pay.old"}}, []bool{false, false, false, false, false, true, false}},
	} {
		for n, e := range []catalog.Change{on, shared, group, member, rollout, trial, retagged} {
			if got := c.filter.Matches(e, tags); got != c.sent[n] {
				t.Errorf("%+v: %s of %s: %v", c.filter, webhook.EventType(e), e.Object, got)
			}
		}
	}
}

// Tags are those that a flag has when the change is looked at.
func TestAFilterByTagFollowsTheFlagsOfTheRecord(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		in := &inbox{}
		h.receives("a.example", in)
		h.hook("a.example", func(s *webhook.Settings) { s.Filter = webhook.Filter{Tags: []string{"checkout"}} })
		for flag, tags := range map[string][]string{"pay": {"shop", "checkout"}, "other": {"shop"}} {
			if _, err := h.catalog.CreateFlag(t.Context(), ann, "default", flag, document.Flag{Type: "boolean", Tags: tags}, catalog.WriteOptions{}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
			if _, err := h.catalog.PutConfiguration(t.Context(), ann, "default", flag, "production", &document.Configuration{Enabled: true, Off: "false", Default: document.Serve{Variation: "true"}}, catalog.WriteOptions{}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
		}
		wantObjects(t, in.objects(t), "pay", "pay")
	})
}

func wantFault(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if f := fault.As(err); err == nil || f.Kind != kind || f.Code != code {
		t.Errorf("got %v, want %s %s", err, kind, code)
	}
}

func TestOnlyWhoManagesTheProjectSeesItsWebhooks(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		w := h.hook("a.example")
		publisher := account.Actor{Kind: account.Member, ID: "p", Name: "pia", Rights: account.NewRights(account.Grant{Role: account.Publisher})}
		elsewhere := account.Actor{Kind: account.Member, ID: "e", Name: "eve", Rights: account.NewRights(account.Grant{Role: account.Admin, Scope: account.Scope{Project: "other"}})}
		for _, c := range []struct {
			actor account.Actor
			kind  fault.Kind
			code  string
		}{{publisher, fault.Forbidden, "forbidden"}, {elsewhere, fault.NotFound, "project_not_found"}} {
			actor := c.actor
			_, err := h.List(t.Context(), actor, "default")
			wantFault(t, err, c.kind, c.code)
			_, err = h.Get(t.Context(), actor, "default", w.ID)
			wantFault(t, err, c.kind, c.code)
			_, _, err = h.Create(t.Context(), actor, "default", webhook.Settings{Name: "x", URL: "https://x.example/"}, webhook.WriteOptions{})
			wantFault(t, err, c.kind, c.code)
			_, err = h.Update(t.Context(), actor, "default", w.ID, webhook.Patch{}, webhook.WriteOptions{})
			wantFault(t, err, c.kind, c.code)
			_, _, err = h.Rotate(t.Context(), actor, "default", w.ID, 0, webhook.WriteOptions{})
			wantFault(t, err, c.kind, c.code)
			wantFault(t, h.Delete(t.Context(), actor, "default", w.ID, webhook.WriteOptions{}), c.kind, c.code)
			_, err = h.Test(t.Context(), actor, "default", w.ID)
			wantFault(t, err, c.kind, c.code)
			_, err = h.Deliveries(t.Context(), actor, "default", w.ID, webhook.DeliveryQuery{})
			wantFault(t, err, c.kind, c.code)
			_, err = h.Redeliver(t.Context(), actor, "default", w.ID, 1)
			wantFault(t, err, c.kind, c.code)
		}
		_, err := h.Get(t.Context(), ann, "other", w.ID)
		wantFault(t, err, fault.NotFound, "project_not_found")
		_, err = h.Get(t.Context(), ann, "default", "none")
		wantFault(t, err, fault.NotFound, "webhook_not_found")
	})
}

func TestTheRecordTellsOfAWebhookWithoutItsSecretsAndWhereItsAddressLeads(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		w, secret, err := h.Create(t.Context(), ann, "default", webhook.Settings{Name: "slack", URL: "https://hooks.example/services/T0/TOPSECRET?x=TOPSECRET", Enabled: true}, webhook.WriteOptions{Comment: "for ops"})
		if err != nil {
			t.Fatal(err)
		}
		_, next, err := h.Rotate(t.Context(), ann, "default", w.ID, time.Hour, webhook.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		name := "chat"
		stale := int64(1)
		_, err = h.Update(t.Context(), ann, "default", w.ID, webhook.Patch{Name: &name}, webhook.WriteOptions{IfVersion: &stale})
		wantFault(t, err, fault.Precondition, "version_moved")
		_, _, err = h.Rotate(t.Context(), ann, "default", w.ID, time.Hour, webhook.WriteOptions{IfVersion: &stale})
		wantFault(t, err, fault.Precondition, "version_moved")
		wantFault(t, h.Delete(t.Context(), ann, "default", w.ID, webhook.WriteOptions{IfVersion: &stale}), fault.Precondition, "version_moved")
		if w, err = h.Update(t.Context(), ann, "default", w.ID, webhook.Patch{Name: &name}, webhook.WriteOptions{}); err != nil || w.Version != 3 || w.URL == "" {
			t.Fatalf("%+v %v", w, err)
		}
		if err := h.Delete(t.Context(), ann, "default", w.ID, webhook.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		page, err := h.catalog.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Kind: catalog.WebhookKind})
		if err != nil || len(page.Items) != 4 {
			t.Fatalf("%d entries, %v", len(page.Items), err)
		}
		var said []string
		for _, c := range page.Items {
			said = append(said, c.Sentences...)
			for _, hidden := range []string{secret, next, "TOPSECRET", "whsec_"} {
				if text := string(c.Before) + string(c.After); strings.Contains(text, hidden) {
					t.Errorf("the record holds %s: %s", hidden, text)
				}
			}
		}
		want := []string{"ann@example.org deleted the webhook chat", "ann@example.org changed the webhook chat", "ann@example.org gave another secret to the webhook slack", "ann@example.org made the webhook slack"}
		if !slices.Equal(said, want) || !strings.Contains(string(page.Items[3].After), `"host":"https://hooks.example"`) {
			t.Errorf("the record says %q, %s", said, page.Items[3].After)
		}
		if chain, err := h.catalog.VerifyChain(t.Context(), ann, "default"); err != nil || !chain.OK {
			t.Errorf("the chain: %+v %v", chain, err)
		}
	})
}

// What an archived project has goes on telling of people and tokens: whoever manages it
// can end that. An environment that was archived keeps nobody from it either.
func TestWebhooksOfWhatIsArchivedCanBeChangedAndDeleted(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		w := h.hook("a.example", func(s *webhook.Settings) { s.Filter = webhook.Filter{Environments: []string{"development"}} })
		if _, err := h.catalog.ArchiveEnvironment(t.Context(), ann, "default", "development", catalog.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		off := false
		if _, err := h.Update(t.Context(), ann, "default", w.ID, webhook.Patch{Enabled: &off}, webhook.WriteOptions{}); err != nil {
			t.Errorf("an environment of the filter is archived: %v", err)
		}
		if _, err := h.catalog.CreateProject(t.Context(), ann, "other", "", catalog.WriteOptions{}); err != nil { // the last one stays
			t.Fatal(err)
		}
		if err := h.catalog.ArchiveProject(t.Context(), ann, "default", catalog.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		name := "b"
		if _, err := h.Update(t.Context(), ann, "default", w.ID, webhook.Patch{Name: &name}, webhook.WriteOptions{}); err != nil {
			t.Errorf("the project is archived: %v", err)
		}
		if err := h.Delete(t.Context(), ann, "default", w.ID, webhook.WriteOptions{}); err != nil {
			t.Errorf("the project is archived: %v", err)
		}
		_, _, err := h.Create(t.Context(), ann, "default", webhook.Settings{Name: "x", URL: "https://a.example/"}, webhook.WriteOptions{})
		wantFault(t, err, fault.Conflict, "project_archived")
	})
}

func TestSettingsThatMakeNoSenseAreRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		h.hook("a.example")
		for field, s := range map[string]webhook.Settings{
			"name":         {URL: "https://a.example/"},
			"url":          {Name: "x"},
			"format":       {Name: "x", URL: "https://a.example/", Format: "teams"},
			"events":       {Name: "x", URL: "https://a.example/", Filter: webhook.Filter{Events: []string{"flags"}}},
			"environments": {Name: "x", URL: "https://a.example/", Filter: webhook.Filter{Environments: []string{"produktion"}}},
			"flags":        {Name: "x", URL: "https://a.example/", Filter: webhook.Filter{Flags: []string{"[a"}}},
			"tags":         {Name: "x", URL: "https://a.example/", Filter: webhook.Filter{Tags: []string{""}}},
		} {
			_, _, err := h.Create(t.Context(), ann, "default", s, webhook.WriteOptions{})
			wantFault(t, err, fault.Invalid, "webhook_invalid")
			if f := fault.As(err); len(f.Fields) != 1 || f.Fields[0].Field != field {
				t.Errorf("%s: %+v", field, f.Fields)
			}
		}
		for _, event := range []string{"flag.", "flag.creat", ".create", "configuration.update.now"} {
			_, _, err := h.Create(t.Context(), ann, "default", webhook.Settings{Name: "x", URL: "https://a.example/", Filter: webhook.Filter{Events: []string{event}}}, webhook.WriteOptions{})
			wantFault(t, err, fault.Invalid, "webhook_invalid")
		}
		_, _, err := h.Create(t.Context(), ann, "default", webhook.Settings{Name: "a.example", URL: "https://a.example/"}, webhook.WriteOptions{})
		wantFault(t, err, fault.Conflict, "webhook_exists")
		_, _, err = h.Create(t.Context(), ann, "nowhere", webhook.Settings{Name: "x", URL: "https://a.example/"}, webhook.WriteOptions{})
		wantFault(t, err, fault.NotFound, "project_not_found")
		without := webhook.New(h.store.RecordedWebhooks(h.catalog.RecordWebhook), h.catalog, webhook.Options{})
		_, _, err = without.Create(t.Context(), ann, "default", webhook.Settings{Name: "x", URL: "https://a.example/"}, webhook.WriteOptions{})
		wantFault(t, err, fault.Conflict, "secret_key_missing")
	})
}
