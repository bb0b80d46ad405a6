package catalog_test

import (
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

const whole = `apiVersion: burgee/v1
project: default
attributes:
  plan: {type: string, values: [free, pro]}
targetGroups:
  beta-testers: {include: [alice], when: {any: [{email: {ends_with: "@corp.example"}}, {plan: pro}]}}
flags:
  pay.api: {type: boolean, environments: {production: {default: true}}}
  Flags.theme:
    type: string
    variations: [{id: blue, value: blue, name: Calm}, {id: red, value: red}]
    environments: {production: {default: blue, off: blue}}
  Flags.isHoliday:
    type: boolean
    description: Serve the special day
    environments:
      production:
        prerequisites: [{flag: pay.api, variations: [true]}]
        targets: {targetingKey: {alice: true}}
        rules:
          - id: ios-2
            when: {app.platform: {in: [ios], ignoreCase: true}, app.version: {ver_ge: "2.0"}}
            serve: true
          - when: {group: beta-testers}
            serve: {true: 25, false: 75}
experiments:
  theme-for-all: {environment: production, state: running, serve: {Flags.theme: red}}
`

func TestAFileIsOneRevisionOfEachEnvironmentAndASecondTimeNone(t *testing.T) {
	h := open(t)
	out := h.apply(t, ann, whole)
	if !out.Changed || out.Revisions["production"] != 2 || out.Revisions["development"] != 2 {
		t.Errorf("got %+v", out.Outcome)
	}
	if len(out.Plan) != len(out.ChangeIDs) || len(out.Plan) != 9 {
		t.Errorf("%d items of the plan, %d entries", len(out.Plan), len(out.ChangeIDs))
	}
	again := h.apply(t, ann, whole)
	if again.Changed || len(again.Plan) != 0 || again.Revisions["production"] != 2 {
		t.Errorf("the second time: %+v", again)
	}
	revisions := must[[]catalog.Revision](t)(h.Revisions(t.Context(), ann, "default", "production", 0, 0))
	if len(revisions) != 1 || len(revisions[0].ChangeIDs) != 9 || len(revisions[0].Sentences) < 9 {
		t.Errorf("got %+v", revisions)
	}
	h.verify(t)
}

func TestAnExportAppliedChangesNothing(t *testing.T) {
	h := open(t)
	h.apply(t, ann, whole)
	file := must[*document.File](t)(h.Export(t.Context(), ann, "default"))
	out := h.apply(t, ann, string(document.Render(file)))
	if out.Changed {
		t.Errorf("got %+v", out.Plan)
	}
}

func TestADryRunPlansAndWritesNothing(t *testing.T) {
	h := open(t)
	out, err := h.tryApply(t.Context(), ann, whole, catalog.ApplyRequest{DryRun: true})
	if err != nil || !out.Changed || len(out.Plan) != 9 || out.Revisions["production"] != 1 {
		t.Fatalf("got %+v, %v", out, err)
	}
	if list := must[catalog.FlagPage](t)(h.Flags(t.Context(), ann, "default", catalog.FlagFilter{})).Items; len(list) != 0 {
		t.Errorf("got %+v", list)
	}
	_, err = h.tryApply(t.Context(), ann, strings.Replace(whole, "false: 75", "false: 70", 1), catalog.ApplyRequest{DryRun: true})
	wantFault(t, err, fault.Invalid, "document_invalid")
}

func TestAFileRefusesToOverwriteWhatOthersChangedSince(t *testing.T) {
	h := open(t)
	h.apply(t, ann, whole)
	file := string(document.Render(must[*document.File](t)(h.Export(t.Context(), ann, "default"))))
	must[catalog.Outcome](t)(h.SwitchOff(t.Context(), bob, "default", "pay.api", "production", none))

	_, err := h.tryApply(t.Context(), ann, file, catalog.ApplyRequest{})
	wantFault(t, err, fault.Conflict, "moved", "bob changed pay.api in production at 2026-11-03 12:00", "revision 3")
	_, err = h.tryApply(t.Context(), ann, file, catalog.ApplyRequest{DryRun: true})
	wantFault(t, err, fault.Conflict, "moved")
	out, err := h.tryApply(t.Context(), ann, file, catalog.ApplyRequest{Force: true})
	if err != nil || !out.Changed {
		t.Fatalf("force: %+v, %v", out, err)
	}
	// A change of another object is no reason to refuse.
	theme := "apiVersion: burgee/v1\nproject: default\nrevision: {production: 2}\nflags: {Flags.theme: {environments: {production: {default: red}}}}\n"
	if out, err := h.tryApply(t.Context(), ann, theme, catalog.ApplyRequest{}); err != nil || !out.Changed {
		t.Errorf("another object: %+v, %v", out, err)
	}
	_, err = h.tryApply(t.Context(), ann, strings.Replace(theme, "revision: {production: 2}", "", 1),
		catalog.ApplyRequest{Expect: map[string]int64{"staging": 1}})
	wantFault(t, err, fault.NotFound, "environment_not_found", "production, development")
}

func TestTheRecordTellsWhatHappenedInWords(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean}\n")
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), bob, "default", "x", "production", boolean("true"),
		catalog.WriteOptions{Comment: "launch", RequestID: "r-1"}))
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Object: "x", Limit: 1}))
	if len(page.Items) != 1 || page.Next == 0 {
		t.Fatalf("got %+v", page)
	}
	c := page.Items[0]
	if c.Author.Name != "bob" || c.Comment != "launch" || c.RequestID != "r-1" || c.Environment != "production" || c.Revisions["production"] != 3 || len(c.Diff) == 0 {
		t.Errorf("got %+v", c)
	}
	page = must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Environment: "development"}))
	var objects []string
	for _, c := range page.Items {
		objects = append(objects, string(c.Kind)+" "+c.Object)
	}
	if got := strings.Join(objects, ", "); got != "flag x, environment development" {
		t.Errorf("development saw %s", got)
	}
}

func TestAClientKeyForSignedContextsStaysOneWhenItIsRotated(t *testing.T) {
	h := open(t)
	spec := catalog.KeySpec{Kind: catalog.ClientKey, Name: "shop", SignedContexts: true}
	key := must[catalog.NewKey](t)(h.CreateKey(t.Context(), ann, "default", "production", spec, none))
	must[catalog.NewKey](t)(h.RotateKey(t.Context(), ann, "default", "production", key.ID, time.Hour, none))
	signed := 0
	for _, k := range must[[]catalog.Key](t)(h.Keys(t.Context(), ann, "default", "production")) {
		if k.SignedContexts {
			signed++
		}
	}
	if signed != 2 {
		t.Errorf("%d keys for signed contexts, want the old one and the new one", signed)
	}
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Kind: catalog.SDKKeyKind}))
	if made := page.Items[1].Sentences[0]; !strings.HasSuffix(made, "for signed contexts only") {
		t.Errorf("the record says %q", made)
	}
	spec.Kind = catalog.ServerKey
	if _, err := h.CreateKey(t.Context(), ann, "default", "production", spec, none); fault.As(err).Code != "key_signed" {
		t.Errorf("a server key for signed contexts: %v", err)
	}
}

func TestKeysAreShownOnceAndRecordedWithoutTheirSecret(t *testing.T) {
	h := open(t)
	key := must[catalog.NewKey](t)(h.CreateKey(t.Context(), ann, "default", "production", catalog.KeySpec{Kind: catalog.ServerKey, Name: "wizard"}, none))
	if !strings.HasPrefix(key.Secret, "bgs_") || len(key.Secret) < 36 || key.Public != "" || h.announced == nil {
		t.Errorf("got %+v, announced %v", key, h.announced)
	}
	rotated := must[catalog.NewKey](t)(h.RotateKey(t.Context(), ann, "default", "production", key.ID, 0, none))
	if err := h.RevokeKey(t.Context(), ann, "default", "production", rotated.ID, true, none); err != nil {
		t.Fatal(err)
	}
	keys := must[[]catalog.Key](t)(h.Keys(t.Context(), ann, "default", "production"))
	if len(keys) != 3 || keys[1].RevokedAt == 0 || keys[2].RevokedAt == 0 || keys[0].RevokedAt != 0 {
		t.Errorf("got %+v", keys)
	}
	client := must[catalog.NewKey](t)(h.CreateKey(t.Context(), ann, "default", "production", catalog.KeySpec{Kind: catalog.ClientKey, Name: "browser"}, none))
	if client.Public != client.Secret {
		t.Error("a client key is public")
	}
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Kind: catalog.SDKKeyKind}))
	for _, c := range page.Items {
		if strings.Contains(string(c.Before)+string(c.After)+strings.Join(c.Sentences, ""), key.Secret) {
			t.Errorf("the secret is in the record: %s", c.After)
		}
	}
	if len(page.Items) != 5 {
		t.Errorf("%d entries", len(page.Items))
	}
	if err := h.RevokeKey(t.Context(), ann, "default", "development", key.ID, false, none); fault.As(err).Code != "key_not_found" {
		t.Errorf("a key of another environment: %v", err)
	}
	h.verify(t)
}

func TestAGivenKeyMustHaveTheRightForm(t *testing.T) {
	h := open(t)
	_, err := h.EnsureFirstRun(t.Context(), catalog.FirstRun{ServerKey: "bgc_" + strings.Repeat("a", 40)})
	wantFault(t, err, fault.Invalid, "key_malformed", "burgee key generate server")
}

func TestMistakesInRulesComeBackFromEveryWayToPublishThem(t *testing.T) {
	h := open(t)
	h.apply(t, ann, whole)
	const block = "{rules: [{id: all, when: {plan: {exists: true}}, serve: true}, {id: late, when: {plan: pro}, serve: false}]}"
	const where = "flags.Flags.isHoliday.environments.production.rules[1]"
	file := "apiVersion: burgee/v1\nproject: default\nflags: {Flags.isHoliday: {environments: {production: " + block + "}}}\n"
	said := func(way string, warnings []document.Warning) {
		t.Helper()
		if len(warnings) != 1 || warnings[0].Path != where || !strings.Contains(warnings[0].Message, "rule all above it") {
			t.Errorf("%s: %+v", way, warnings)
		}
	}
	dry, err := h.tryApply(t.Context(), ann, file, catalog.ApplyRequest{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	said("a dry run", dry.Warnings)
	parsed, err := document.Parse("", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	c := parsed.Flags["Flags.isHoliday"].Environments["production"]
	out := must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "Flags.isHoliday", "production", c, catalog.WriteOptions{}))
	said("one configuration", out.Warnings)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags: {Flags.isHoliday: {environments: {production: {default: true}}}}\n")
	said("a file", h.apply(t, ann, file).Warnings)
}
