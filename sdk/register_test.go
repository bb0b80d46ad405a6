package burgee

import (
	"encoding/json"
	"strings"
	"testing"

	"burgee.dev/burgee/sdk/internal/override"
)

type banner struct {
	Show bool   `json:"show"`
	Text string `json:"text"`
}

type container struct {
	IsHoliday Bool         `description:"Serve the special day"`
	Theme     String       `default:"blue" options:"blue, red"`
	PageSize  Int          `default:"20" burgee:"page-size"`
	Factor    Float        `default:"1"`
	Banner    JSON[banner] `default:"{\"show\":true,\"extra\":1}"`
	note      string
	Other     int
}

func TestAContainersFlagsAreDeclaredInOrder(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("Flags.isHoliday", true))
	client := connect(t, s, Options{Application: "shop"})
	flags := container{note: "not a flag"}
	if err := client.Register("Flags", &flags); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the registration", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.registrations) > 0 })
	got, err := json.Marshal(s.registrations[0].Flags)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"key":"Flags.isHoliday","type":"boolean","default":false,"description":"Serve the special day"},` +
		`{"key":"Flags.theme","type":"string","default":"blue","options":["blue","red"]},` +
		`{"key":"Flags.page-size","type":"integer","default":20},` +
		`{"key":"Flags.factor","type":"double","default":1},` +
		`{"key":"Flags.banner","type":"json","default":{"show":true,"extra":1}}]`
	if string(got) != want {
		t.Errorf("declared\n%s\nwant\n%s", got, want)
	}
	ctx := t.Context()
	if !flags.IsHoliday.Enabled(ctx) || flags.Theme.Value(ctx) != "blue" || flags.PageSize.Value(ctx) != 20 || flags.Factor.Value(ctx) != 1 || !flags.Banner.Value(ctx).Show {
		t.Error("values")
	}
	if flags.Theme.Key() != "Flags.theme" || flags.Theme.Default() != "blue" || flags.IsHoliday.Detail(ctx).Reason != "DEFAULT" {
		t.Error("handles")
	}
}

func TestAWrongContainerIsAnErrorThatSaysWhatToDo(t *testing.T) {
	var client *Client
	for _, c := range []struct {
		name      string
		container any
		words     string
	}{
		{"a struct", container{}, "needs a pointer to a struct"},
		{"nothing", nil, "needs a pointer to a struct"},
		{"no flags", &struct{ A int }{}, "holds no burgee flags"},
		{"a default of another type", &struct {
			A Int `default:"many"`
		}{}, `default:"many"`},
		{"an option of another type", &struct {
			A Int `options:"1,two"`
		}{}, `"two"`},
		{"a key with a space", &struct {
			A Bool `burgee:"a b"`
		}{}, "is not a flag key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := client.Register("Flags", c.container); err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestOverridesNeedNoServerKeyOrClient(t *testing.T) {
	var client *Client
	var flags container
	if err := client.Register("", &flags); err != nil {
		t.Fatal(err)
	}
	pop := override.Push(map[string]any{"isHoliday": true, "page-size": 5, "banner": map[string]any{"text": "hi"}})
	inner := override.Push(map[string]any{"theme": "red"})
	ctx := t.Context()
	if !flags.IsHoliday.Enabled(ctx) || flags.PageSize.Value(ctx) != 5 || flags.Theme.Value(ctx) != "red" || flags.Banner.Value(ctx).Text != "hi" {
		t.Error("overridden values are not served")
	}
	if d := flags.Theme.Detail(ctx); d.Reason != "OVERRIDE" || d.Value != "red" {
		t.Errorf("detail %+v", d)
	}
	inner()
	pop()
	if flags.IsHoliday.Enabled(ctx) || flags.Theme.Value(ctx) != "blue" {
		t.Error("the overrides outlived their end")
	}
}
