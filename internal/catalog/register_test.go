package catalog_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

func declared(version string, flags ...catalog.Declared) catalog.Registration {
	return catalog.Registration{
		Project: "default", Environment: "production", KeyID: 1, Flags: flags,
		Application: catalog.Application{Name: "calendar", Version: version, Platform: "python 3.11", SDK: "python/0.1.0"},
	}
}

func value(key, kind, def string, options ...string) catalog.Declared {
	d := catalog.Declared{Key: key, Type: kind, Default: json.RawMessage(def)}
	for _, o := range options {
		d.Options = append(d.Options, json.RawMessage(o))
	}
	return d
}

func (h *home) register(t *testing.T, batch ...catalog.Registration) catalog.Registered {
	t.Helper()
	return must[catalog.Registered](t)(h.Register(t.Context(), batch))
}

func (h *home) flag(t *testing.T, key string) catalog.FlagDetail {
	t.Helper()
	return must[catalog.FlagDetail](t)(h.Flag(t.Context(), ann, "default", key))
}

func ids(f document.Flag) string {
	var out []string
	for _, v := range f.All() {
		out = append(out, v.ID)
	}
	return strings.Join(out, " ")
}

func TestADeclaredFlagAppearsByItself(t *testing.T) {
	h := open(t)
	h.register(t, declared("1.0", value("Flags.isHoliday", "boolean", "false"), value("Flags.theme", "string", `"blue"`, `"red"`, `"very red"`, `"code"`)))
	f := h.flag(t, "Flags.theme")
	if got := ids(f.Flag); got != "blue red option-2 option-3" {
		t.Errorf("variations %s", got)
	}
	if f.Source != catalog.FromCode || string(f.CodeDefault) != `"blue"` || len(f.Declarations) != 1 || len(f.Drift) != 0 {
		t.Errorf("got %+v", f)
	}
	state := h.flag(t, "Flags.isHoliday").Environments["production"]
	if state.Configured || state.Serving.Text != "code default false" || state.LastChange.Author.String() != "app:calendar" {
		t.Errorf("got %+v", state)
	}
	revisions := must[[]catalog.Revision](t)(h.Revisions(t.Context(), ann, "default", "development", 0, 0))
	if len(revisions) != 1 || revisions[0].Author.Kind != account.Application {
		t.Errorf("one batch is one revision: %+v", revisions)
	}
}

func TestAKnownDeclarationWritesNothingUntilItsSightIsOld(t *testing.T) {
	h := open(t)
	r := declared("1.0", value("x", "boolean", "false"))
	h.register(t, r)
	first := h.flag(t, "x").Declarations[0]
	h.announced = nil
	h.wait(time.Minute)
	h.register(t, r)
	if got := h.flag(t, "x").Declarations[0]; got.LastSeenAt != first.LastSeenAt {
		t.Error("written again after a minute")
	}
	h.wait(time.Hour)
	h.register(t, r)
	got := h.flag(t, "x").Declarations[0]
	if got.LastSeenAt <= first.LastSeenAt || got.FirstSeenAt != first.FirstSeenAt || h.announced != nil {
		t.Errorf("got %+v, announced %v", got, h.announced)
	}
}

func TestWhatAPersonSetIsNeverChangedByRegistration(t *testing.T) {
	h := open(t)
	h.register(t, declared("1.0", value("theme", "string", `"blue"`)))
	h.register(t, declared("1.1", value("theme", "string", `"blue"`, `"red"`)))
	if got := ids(h.flag(t, "theme").Flag); got != "blue red" {
		t.Errorf("while nobody has configured it, options are added: %s", got)
	}
	c := document.Unconfigured("string")
	c.Default = document.Serve{Variation: "red"}
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "theme", "development", c, none))
	h.wait(time.Second)
	h.register(t, declared("1.2", value("theme", "string", `"green"`, `"blue"`)))
	f := h.flag(t, "theme")
	if got := ids(f.Flag); got != "blue red" {
		t.Errorf("changed: %s", got)
	}
	if len(f.Drift) != 1 || !strings.Contains(f.Drift[0], `calendar 1.2 in production also offers "green"`) || string(f.CodeDefault) != `"green"` {
		t.Errorf("drift %q", f.Drift)
	}
	h.wait(time.Second)
	h.register(t, declared("1.3", value("theme", "boolean", "true")))
	if f = h.flag(t, "theme"); f.Flag.Type != "string" || !strings.Contains(f.Drift[0], "declares it as boolean; here it is string") {
		t.Errorf("drift %q", f.Drift)
	}
}

func TestAnArchivedFlagIsStillAskedForAndStaysArchived(t *testing.T) {
	h := open(t)
	h.register(t, declared("1.0", value("x", "boolean", "false")))
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "x", catalog.WriteOptions{Force: true}))
	h.register(t, declared("2.0", value("x", "boolean", "false")))
	f := h.flag(t, "x")
	if f.ArchivedAt == 0 || len(f.Declarations) != 2 || !strings.Contains(strings.Join(f.Drift, ""), "still asks for this archived flag") {
		t.Errorf("got %+v", f)
	}
}

func TestOneKeyMakesTwoHundredFlagsAnHour(t *testing.T) {
	h := open(t)
	var flags []catalog.Declared
	for i := range 250 {
		flags = append(flags, value(fmt.Sprintf("f%03d", i), "boolean", "false"))
	}
	got := h.register(t, declared("1.0", flags...))
	if len(got.Created) != 200 || len(got.Refused) != 50 || got.Refused[0].Code != "flag_limit" || got.Refused[0].KeyID != 1 {
		t.Fatalf("%d made, %d refused", len(got.Created), len(got.Refused))
	}
	if got = h.register(t, declared("1.0", flags...)); len(got.Created) != 0 || len(got.Refused) != 50 {
		t.Errorf("at once again: %d made", len(got.Created))
	}
	h.wait(61 * time.Minute)
	if got = h.register(t, declared("1.0", flags...)); len(got.Created) != 50 || len(got.Refused) != 0 {
		t.Errorf("an hour later: %d made, %d refused", len(got.Created), len(got.Refused))
	}
}

func TestADeclarationThatMakesNoSenseSpoilsNoOther(t *testing.T) {
	h := open(t)
	got := h.register(t, declared("1.0",
		value("bad key", "boolean", "false"), value("a", "number", "1"), value("b", "integer", `"x"`), value("c", "integer", "1"), value("d", "boolean", "")))
	if len(got.Created) != 1 || len(got.Refused) != 4 {
		t.Errorf("got %+v", got)
	}
	var many []string
	for n := range 200 {
		many = append(many, fmt.Sprint(n))
	}
	got = h.register(t, declared("1.0", value("e", "integer", "1", many...), value("f", "boolean", "true")))
	if len(got.Created) != 1 || len(got.Refused) != 1 || got.Refused[0].Flag != "e" {
		t.Errorf("got %+v", got)
	}
}

func raws(values ...string) []json.RawMessage {
	var out []json.RawMessage
	for _, v := range values {
		out = append(out, json.RawMessage(v))
	}
	return out
}
