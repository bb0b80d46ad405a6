package catalog_test

import (
	"testing"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

func TestTheFirstStartMakesAProjectOnce(t *testing.T) {
	h := open(t)
	again := must[catalog.FirstRunResult](t)(h.EnsureFirstRun(t.Context(), catalog.FirstRun{}))
	if again.Created || again.ServerKey != "" {
		t.Errorf("got %+v", again)
	}
	projects := must[[]catalog.Project](t)(h.Projects(t.Context(), ann))
	if len(projects) != 1 || projects[0].Key != "default" || len(projects[0].Environments) != 2 {
		t.Fatalf("got %+v", projects)
	}
	first := projects[0].Environments[0]
	if first.Key != "production" || first.Kind != catalog.Production || first.Revision != 1 || first.LastChange != nil {
		t.Errorf("got %+v", first)
	}
	keys := must[[]catalog.Key](t)(h.Keys(t.Context(), ann, "default", "production"))
	if len(keys) != 1 || keys[0].Kind != catalog.ServerKey {
		t.Errorf("got %+v", keys)
	}
}

func TestAProjectIsRenamedWithoutARevision(t *testing.T) {
	h := open(t)
	out := must[catalog.Outcome](t)(h.RenameProject(t.Context(), ann, "default", "  Calendar ", none))
	if !out.Changed || out.Revisions["production"] != 1 || h.announced != nil {
		t.Errorf("got %+v, announced %v", out, h.announced)
	}
	if p := must[catalog.Project](t)(h.Project(t.Context(), ann, "default")); p.Name != "Calendar" {
		t.Errorf("got %+v", p)
	}
	_, err := h.RenameProject(t.Context(), ann, "default", " ", none)
	wantFault(t, err, fault.Invalid, "name_invalid", "name")
	_, err = h.Project(t.Context(), ann, "other")
	wantFault(t, err, fault.NotFound, "project_not_found", `"other"`)
	h.verify(t)
}

func TestAGroupIsARevisionEverywhereAndUndone(t *testing.T) {
	h := open(t)
	group := document.TargetGroup{Include: []string{"alice"}}
	must[catalog.Outcome](t)(h.PutGroup(t.Context(), ann, "default", "beta", group, none))
	group.Include = append(group.Include, "bob")
	out := must[catalog.Outcome](t)(h.PutGroup(t.Context(), ann, "default", "beta", group, none))
	if out.Revisions["production"] != 3 || out.Revisions["development"] != 3 {
		t.Errorf("got %+v", out)
	}
	out = must[catalog.Outcome](t)(h.Undo(t.Context(), ann, "default", "production", 3, none))
	if out.Revisions["development"] != 4 {
		t.Errorf("got %+v", out)
	}
	if g := must[catalog.Group](t)(h.Group(t.Context(), ann, "default", "beta")); len(g.Include) != 1 {
		t.Errorf("got %+v", g)
	}
	must[catalog.Outcome](t)(h.DeleteGroup(t.Context(), ann, "default", "beta", none))
	if lines := must[[]byte](t)(h.wire(t.Context(), "development")); len(lines) != 0 {
		t.Errorf("still served: %s", lines)
	}
	h.verify(t)
}
