package upkeep_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/upkeep"
	"burgee.dev/burgee/internal/webhook"
)

// hooked makes a used data folder with webhooks, and returns their ids by name.
func hooked(t *testing.T, key secret.Key, names ...string) (dir string, ids map[string]string) {
	t.Helper()
	dir, _ = used(t)
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Version: "0.1.0"})
	if err != nil {
		t.Fatal(err)
	}
	v, err := secret.Open(t.Context(), s, key)
	if err != nil {
		t.Fatal(err)
	}
	service := catalog.New(s, catalog.Options{})
	hooks := webhook.New(s.RecordedWebhooks(service.RecordWebhook), service, webhook.Options{Seals: v.Box()})
	ids = map[string]string{}
	for _, name := range names {
		made, _, makeErr := hooks.Create(t.Context(), owner, "default", webhook.Settings{Name: name, URL: "https://" + name + ".example/", Enabled: name != "off"}, webhook.WriteOptions{})
		err = errors.Join(err, makeErr)
		ids[name] = made.ID
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return dir, ids
}

func TestTheDoctorNamesWebhooksThatAreNotTold(t *testing.T) {
	key := newKey(t)
	dir, ids := hooked(t, key, "well", "away", "picky", "off", "broken")
	r := examine(t, upkeep.DoctorOptions{Data: dir, Secret: key})
	if r.Level() != upkeep.Fine || !slices.Contains(r.Checks, upkeep.Check{Name: "webhooks", Level: upkeep.Fine, Detail: "5 webhooks"}) {
		t.Errorf("while nothing waits: %+v", r)
	}
	delivery := func(hook, state string, attempts int) string {
		return fmt.Sprintf(`INSERT INTO webhook_delivery (webhook_id, message, first_seq, last_seq, state, created_at, queued_at, next_at, finished_at, attempts)
			VALUES ('%s', 'm%s%d', 1, 1, '%s', 1795000000000, 1795000000000, 1795000000000, 0, %d)`, ids[hook], state, attempts, state, attempts)
	}
	failing := `UPDATE webhook_progress SET failures = 9, failing_since = 1795000000000, problem = 'it answered 503' WHERE webhook_id = '%s'`
	alter(t, filepath.Join(dir, "burgee.db"),
		fmt.Sprintf(failing, ids["away"]), delivery("away", "pending", 2), delivery("away", "failed", 170),
		fmt.Sprintf(failing, ids["off"]), delivery("off", "failed", 170),
		delivery("well", "pending", 1), delivery("well", "delivered", 1), delivery("picky", "pending", 7),
		fmt.Sprintf(`UPDATE webhook SET sealed = zeroblob(60) WHERE id = '%s'`, ids["broken"]))
	r = examine(t, upkeep.DoctorOptions{Data: dir, Secret: key})
	var said []string
	for _, f := range r.Findings {
		said = append(said, string(f.Level)+" "+f.What+" → "+f.Do)
	}
	slices.Sort(said)
	want := []string{
		`problem what is sealed of the webhook "broken" of project default does not open → Give it its address again`,
		`warning the webhook "away" of project default has failed since 2026-11-18 11:06 UTC: it answered 503; `,
		`warning the webhook "away" of project default was not told of 1 change in the last two weeks, the newest of 2026-11-18 → See burgee webhook deliveries away --project default --state failed`,
		`warning the webhook "picky" of project default has not taken 1 message, tried three times and more → See burgee webhook deliveries picky`,
	}
	if !slices.EqualFunc(said, want, strings.HasPrefix) {
		t.Errorf("it says\n%s\nwanted\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
}
