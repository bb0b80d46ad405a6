package catalog_test

import (
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

// fromFile applies a file as burgee apply does.
func (h *home) fromFile(t *testing.T, text string, request catalog.ApplyRequest) (catalog.ApplyResult, error) {
	t.Helper()
	request.FromFile = true
	return h.tryApply(t.Context(), ann, text, request)
}

const managed = `apiVersion: burgee/v1
managedBy: file
managedIn: git.corp.example/flags
flags:
  web.banner: {type: boolean, environments: {production: {default: false}}}
  web.other: {type: boolean, managedBy: "", environments: {production: {default: {true: 25, false: 75}}}}
experiments:
  trial: {environment: production, state: running, serve: {web.banner: true}}
`

func TestWhatAFileManagesIsChangedByAFileAlone(t *testing.T) {
	h := open(t)
	must[catalog.ApplyResult](t)(h.fromFile(t, managed, catalog.ApplyRequest{}))
	f := h.flag(t, "web.banner").Flag
	if document.Text(f.ManagedBy) != "file" || document.Text(f.ManagedIn) != "git.corp.example/flags" || h.flag(t, "web.other").Flag.ManagedBy != nil {
		t.Fatalf("managed by %q in %q", document.Text(f.ManagedBy), document.Text(f.ManagedIn))
	}
	words := "too"
	onBanner := document.Experiment{Environment: "production", State: "draft", Order: 1, Serve: map[string]string{"web.banner": "false"}}
	byHand := map[string]func() error{
		"a configuration": func() error {
			_, err := h.PutConfiguration(t.Context(), ann, "default", "web.banner", "production", boolean("true"), none)
			return err
		},
		"in another environment": func() error {
			_, err := h.PutConfiguration(t.Context(), ann, "default", "web.banner", "development", boolean("true"), none)
			return err
		},
		"no configuration": func() error {
			_, err := h.ClearConfiguration(t.Context(), ann, "default", "web.banner", "production", none)
			return err
		},
		"its own fields": func() error {
			_, err := h.PatchFlag(t.Context(), ann, "default", "web.banner", document.Flag{Description: &words}, none)
			return err
		},
		"an experiment on it": func() error {
			_, err := h.PutExperiment(t.Context(), ann, "default", "another", onBanner, none)
			return err
		},
		"a document without name": func() error {
			_, err := h.tryApply(t.Context(), ann, strings.ReplaceAll(managed, "default: false", "default: true"), catalog.ApplyRequest{})
			return err
		},
		"a plan": func() error {
			_, err := h.tryApply(t.Context(), ann, strings.ReplaceAll(managed, "default: false", "default: true"), catalog.ApplyRequest{DryRun: true})
			return err
		},
		"a change request": func() error {
			file := must[*document.File](t)(document.Parse("", []byte(strings.ReplaceAll(managed, "default: false", "default: true"))))
			_, _, err := h.Propose(t.Context(), ann, "default", catalog.Proposal{Title: "raise", File: file})
			return err
		},
		"a promotion": func() error {
			_, err := h.Promote(t.Context(), ann, "default", catalog.PromoteRequest{Promotion: catalog.Promotion{From: "production", To: "development", Flags: []string{"web.banner"}}})
			return err
		},
	}
	for name, change := range byHand {
		t.Run(name, func(t *testing.T) {
			wantFault(t, change(), "conflict", catalog.CodeManagedByFile, "web.banner is managed by a file (git.corp.example/flags)", "Off and On")
		})
	}
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "web.other", "production", boolean("true"), none))

	must[catalog.ApplyResult](t)(h.fromFile(t, "apiVersion: burgee/v1\nflags: {web.footer: {type: boolean, managedBy: file}}\n", catalog.ApplyRequest{}))
	_, err := h.ArchiveFlag(t.Context(), ann, "default", "web.footer", none)
	wantFault(t, err, "conflict", catalog.CodeManagedByFile, "web.footer is managed by a file: change it there")
}

func TestOffOnAndStopWorkOnWhatAFileManages(t *testing.T) {
	h := open(t)
	must[catalog.ApplyResult](t)(h.fromFile(t, managed, catalog.ApplyRequest{}))
	must[catalog.Outcome](t)(h.SwitchOff(t.Context(), ann, "default", "web.banner", "production", none))
	off := must[catalog.Outcome](t)(h.SwitchOff(t.Context(), ann, "default", "web.banner", "development", none)) // where nobody configured it
	must[catalog.Outcome](t)(h.SwitchOn(t.Context(), ann, "default", "web.banner", "production", none))
	must[catalog.Outcome](t)(h.StopExperiment(t.Context(), ann, "default", "trial", none))
	_, err := h.StartExperiment(t.Context(), ann, "default", "trial", none)
	wantFault(t, err, "conflict", catalog.CodeManagedByFile)
	_, err = h.Undo(t.Context(), ann, "default", "development", off.Revisions["development"], none)
	wantFault(t, err, "conflict", catalog.CodeManagedByFile) // the flag was not configured there: that is more than On
	h.register(t, declared("1.0", value("web.banner", "boolean", "true")))
	h.verify(t)
}

func TestAFileIsNoLongerTheOneToChangeAFlagWhenItSaysSo(t *testing.T) {
	h := open(t)
	must[catalog.ApplyResult](t)(h.fromFile(t, managed, catalog.ApplyRequest{}))
	out := must[catalog.ApplyResult](t)(h.fromFile(t, "apiVersion: burgee/v1\nflags: {web.banner: {managedBy: \"\"}}\n", catalog.ApplyRequest{}))
	if got := out.Plan[0].Sentences; len(got) != 2 || got[0] != "web.banner: no longer managed by a file" {
		t.Errorf("sentences %q", got)
	}
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "web.other", none))
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "web.banner", "production", boolean("true"), none))
}

const pair = `apiVersion: burgee/v1
flags:
  first: {type: boolean, environments: {production: {default: false}, development: {default: true}}}
  second: {type: boolean, environments: {production: {default: true}}}
`

func TestAFileDoesNotOverwriteWhatSomebodyChangedByHandSince(t *testing.T) {
	h := open(t)
	must[catalog.ApplyResult](t)(h.fromFile(t, pair, catalog.ApplyRequest{}))
	changed := strings.ReplaceAll(pair, "default: false", "default: code")
	must[catalog.ApplyResult](t)(h.fromFile(t, changed, catalog.ApplyRequest{})) // by a file, again
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), bob, "default", "first", "production", boolean("true"), none))

	_, err := h.fromFile(t, changed, catalog.ApplyRequest{})
	wantFault(t, err, "conflict", "moved", "bob changed first in production at 2026-11-03 12:00 UTC (revision 4: default code → true), after your version")
	other := strings.ReplaceAll(changed, "production: {default: true}", "production: {default: false}")
	other = strings.ReplaceAll(other, "production: {default: code}", "production: {default: true}")
	must[catalog.ApplyResult](t)(h.fromFile(t, other, catalog.ApplyRequest{})) // what bob did stays
	must[catalog.ApplyResult](t)(h.fromFile(t, changed, catalog.ApplyRequest{Force: true}))
	must[catalog.ApplyResult](t)(h.fromFile(t, other, catalog.ApplyRequest{}))
}

func TestWhatIsAgainAsTheFileLeftItIsNoReasonToRefuse(t *testing.T) {
	h := open(t)
	must[catalog.ApplyResult](t)(h.fromFile(t, pair, catalog.ApplyRequest{}))
	must[catalog.Outcome](t)(h.SwitchOff(t.Context(), bob, "default", "first", "production", none))
	must[catalog.Outcome](t)(h.SwitchOn(t.Context(), bob, "default", "first", "production", none))
	must[catalog.ApplyResult](t)(h.fromFile(t, strings.ReplaceAll(pair, "default: false", "default: true"), catalog.ApplyRequest{}))
}

func TestPruneTakesOutWhatTheFileLeavesOut(t *testing.T) {
	h := open(t)
	h.apply(t, ann, `apiVersion: burgee/v1
attributes: {plan: {type: string}}
targetGroups:
  staff: {include: [ann], when: {flag: {a.first: true}}}
flags:
  a.first: {type: boolean, environments: {production: {default: true}}}
  b.second:
    type: boolean
    environments:
      production: {prerequisites: [{flag: a.first, variations: [true]}], rules: [{when: {group: staff}, serve: true}]}
  stays: {type: boolean, environments: {production: {default: true}, development: {default: true}}}
experiments:
  over: {environment: production, state: stopped, serve: {stays: true}}
  elsewhere: {environment: development, state: stopped, serve: {stays: true}}
`)
	out := must[catalog.ApplyResult](t)(h.fromFile(t, `apiVersion: burgee/v1
flags:
  stays: {type: boolean, environments: {production: {default: true}}}
`, catalog.ApplyRequest{Prune: true}))
	var got []string
	for _, item := range out.Plan {
		got = append(got, string(item.Action)+" "+string(item.Kind)+" "+item.Object)
	}
	want := "delete attribute plan, delete target_group staff, delete flag a.first, delete flag b.second, delete experiment over"
	if strings.Join(got, ", ") != want {
		t.Errorf("plan\n%s, want\n%s", strings.Join(got, ", "), want)
	}
	if h.flag(t, "stays").Configurations["development"] == nil {
		t.Error("the file does not speak of development, and its block there is gone")
	}
	must[catalog.Outcome](t)(h.RestoreFlag(t.Context(), ann, "default", "a.first", none))
	h.verify(t)
}

func TestPruneArchivesWhatProgramsStillAskForByForceOnly(t *testing.T) {
	h := open(t)
	h.register(t, declared("1.4.0", value("Flags.live", "boolean", "false")))
	empty := "apiVersion: burgee/v1\nflags: {}\n"
	plan := must[catalog.ApplyResult](t)(h.fromFile(t, empty, catalog.ApplyRequest{Prune: true, DryRun: true}))
	if len(plan.Warnings) != 1 || plan.Warnings[0] != (document.Warning{Path: "flags.Flags.live", Message: "still asked for by calendar 1.4.0 in production"}) {
		t.Errorf("warnings %v", plan.Warnings)
	}
	_, err := h.fromFile(t, empty, catalog.ApplyRequest{Prune: true})
	wantFault(t, err, "conflict", "flag_asked_for", "flags.Flags.live: still asked for by calendar 1.4.0 in production")
	must[catalog.ApplyResult](t)(h.fromFile(t, empty, catalog.ApplyRequest{Prune: true, Force: true}))

	h.register(t, declared("1.4.0", value("Flags.gone", "boolean", "false")))
	h.wait(7*24*time.Hour + time.Minute)
	must[catalog.ApplyResult](t)(h.fromFile(t, empty, catalog.ApplyRequest{Prune: true}))
	if h.flag(t, "Flags.gone").ArchivedAt == 0 {
		t.Error("nobody has asked for it for a week, and it is not archived")
	}
}

func TestAFileThatNeedsApprovalsIsStillAFilesWhenItIsPublished(t *testing.T) {
	h := open(t)
	must[catalog.ApplyResult](t)(h.fromFile(t, managed, catalog.ApplyRequest{}))
	must[catalog.Outcome](t)(h.SetApprovals(t.Context(), ann, "default", "production", 1, none))
	file := must[*document.File](t)(document.Parse("flags.yaml", []byte(strings.ReplaceAll(managed, "default: false", "default: true"))))
	r, _, err := h.Propose(t.Context(), bob, "default", catalog.Proposal{Title: "raise", File: file, FromFile: true})
	if err != nil {
		t.Fatal(err)
	}
	other := account.Actor{Kind: account.Member, ID: "m1", Name: "ann@example.org", Role: account.Owner}
	must[catalog.ChangeRequest](t)(h.Approve(t.Context(), other, "default", r.Number, r.Version, none))
	must[catalog.ChangeRequest](t)(h.PublishRequest(t.Context(), other, "default", r.Number, none))
	if c := h.flag(t, "web.banner").Configurations["production"]; c.Default.Variation != "true" {
		t.Errorf("default %s", c.Default.Variation)
	}
}
