package sdkapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/sdkapi"
)

func TestWhatAnInstanceReportsIsTakenForItsEnvironmentsOwnRevisionsOnly(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	state := w.manager.Cells()[0].State()
	epoch, revision := state.Header.Epoch, state.Revision()
	batch := 0
	for _, tt := range []struct {
		name, id string
		want     int64
	}{
		{"the revision that is served", state.EventID, revision},
		{"another content with its number", fmt.Sprintf("%d-%d-ffffff", epoch, revision), 0},
		{"a revision that is still to come", fmt.Sprintf("%d-%d-ffffff", epoch, revision+1), 0},
		{"a revision of another store", fmt.Sprintf("%d-%d-%s", epoch+1, revision, state.EventID[len(state.EventID)-6:]), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			batch++
			id := fmt.Sprint("i", batch)
			answer := w.call(t, "POST", "/sdk/v1/events", fmt.Sprintf(
				`{"id":"%s","application":{"name":"calendar","instance":%q},"counts":[],"applied":{"id":%q,"ago_ms":5},"overrides":["b","a"]}`, id, id, tt.id),
				"Authorization: Bearer "+serverKey)
			if answer.StatusCode != http.StatusAccepted {
				t.Fatalf("status %d", answer.StatusCode)
			}
			got := w.receipts.Standing(1, id)
			if got.Applied != tt.want || !slices.Equal(got.Overrides, []string{"a", "b"}) {
				t.Errorf("got %+v, want revision %d", got, tt.want)
			}
		})
	}
}

func TestWhatAnInstanceHasWhenItConnectsIsKnown(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	state := w.manager.Cells()[0].State()
	for id, header := range map[string]string{"streaming": "Last-Event-ID: " + state.EventID, "polling": "If-None-Match: " + state.ETag} {
		path := map[bool]string{true: "/sdk/v1/stream", false: "/sdk/v1/snapshot"}[strings.HasPrefix(header, "Last")]
		w.call(t, "GET", path, "", "Authorization: Bearer "+serverKey, "Burgee-Instance: "+id, header)
		if got := w.receipts.Standing(1, id).Applied; got != state.Revision() {
			t.Errorf("%s: has revision %d, want %d", id, got, state.Revision())
		}
	}
}
