package adminapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
)

func TestAFieldIsNamedAsTheCallerWroteIt(t *testing.T) {
	deep := fault.New(fault.Invalid, "document_invalid", "Not valid").
		WithField("flags.Flags.theme.environments.production.rules[0].serve", "unknown").
		WithField("flags.Flags.theme.environments.production", "odd").
		WithField("targetGroups.beta", "elsewhere")
	got := fault.As(relative(deep, "flags.Flags.theme.environments.production"))
	for i, want := range []string{"rules[0].serve", "", "targetGroups.beta"} {
		if got.Fields[i].Field != want {
			t.Errorf("field %q, want %q", got.Fields[i].Field, want)
		}
	}
	if deep.Fields[0].Field == got.Fields[0].Field {
		t.Error("the fault itself was changed")
	}
	if got.Message != "Nothing was changed. rules[0].serve: unknown; odd; targetGroups.beta: elsewhere" {
		t.Errorf("message %q", got.Message)
	}
	if f := fault.As(relativeTo(deep, "flags.Flags.theme.environments.production", "key")); f.Fields[1].Field != "key" {
		t.Errorf("the object itself is named %q", f.Fields[1].Field)
	}
	plain := errors.New("disk on fire")
	if relative(plain, "x") != plain {
		t.Error("an error that is no fault is not itself any more")
	}
}

func TestAContextIsAnObjectATextOrNothing(t *testing.T) {
	for text, want := range map[string]any{
		`{"targetingKey":"alice","age":7}`: "alice", `"bob"`: "bob", `null`: nil, ``: nil,
	} {
		got, err := contextOf(json.RawMessage(text))
		if err != nil || got["targetingKey"] != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{`[1]`, `7`, `true`, `{`} {
		if _, err := contextOf(json.RawMessage(text)); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAnIfMatchIsARevision(t *testing.T) {
	for text, want := range map[string]int64{`"812"`: 812, `812`: 812} {
		o, err := conditional(context.Background(), WriteOptions{IfMatch: text})
		if err != nil || o.IfRevision == nil || *o.IfRevision != want {
			t.Errorf("%s: %v %v", text, o.IfRevision, err)
		}
	}
	for _, text := range []string{"", "*"} {
		if o, err := conditional(context.Background(), WriteOptions{IfMatch: text}); err != nil || o.IfRevision != nil {
			t.Errorf("%q: %v %v", text, o.IfRevision, err)
		}
	}
	if _, err := conditional(context.Background(), WriteOptions{IfMatch: `W/"x"`}); err == nil {
		t.Error("a weak validator is taken for a revision")
	}
}

func TestAProblemTellsWhenToTryAgainAndNothingInternal(t *testing.T) {
	busy := problem(context.Background(), fault.New(fault.Limited, "sign_in_throttled", "Wait").WithRetryAfter(1500*time.Millisecond)).(*Problem)
	if busy.Status != 429 || busy.GetHeaders().Get("Retry-After") != "2" || busy.Code != "sign_in_throttled" {
		t.Errorf("%+v %v", busy, busy.GetHeaders())
	}
	used := problem(context.Background(), fault.New(fault.NotFound, account.CodeLinkUsed, "Used")).(*Problem)
	if used.Status != http.StatusGone {
		t.Errorf("a used link: %d", used.Status)
	}
	secret := problem(context.Background(), errors.New("password=hunter2")).(*Problem)
	if secret.Status != 500 || secret.Detail == "password=hunter2" {
		t.Errorf("%+v", secret)
	}
}

func TestWhatHumaFindsIsSaidInWords(t *testing.T) {
	for message, want := range map[string]fault.Field{
		"expected required property name to be present": {Field: "a.name", Message: "is missing"},
		"unexpected property":                           {Field: "a", Message: "is not known here"},
		"expected length >= 1":                          {Field: "a", Message: "must not be empty"},
		"expected number <= 200":                        {Field: "a", Message: "must be number <= 200"},
		"invalid boolean":                               {Field: "a", Message: "must be true or false"},
		"required query parameter is missing":           {Field: "a", Message: "is missing"},
		"something new":                                 {Field: "a", Message: "something new"},
	} {
		if got := fieldOf(&huma.ErrorDetail{Location: "body.a", Message: message}); got != want {
			t.Errorf("%s: %+v, want %+v", message, got, want)
		}
	}
}

func TestTheHubNeverLosesNewsOfAReaderThatWasAway(t *testing.T) {
	h := NewHub()
	before, next := h.Now()
	for range 3 {
		h.Announce(Revisions)
	}
	h.Announce(Presences)
	select {
	case <-next:
	default:
		t.Fatal("the reader was not woken")
	}
	now, _ := h.Now()
	if now[Revisions]-before[Revisions] != 3 || now[Presences]-before[Presences] != 1 || now[KeysMoved] != before[KeysMoved] {
		t.Errorf("%v, then %v", before, now)
	}
}
