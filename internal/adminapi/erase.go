package adminapi

import (
	"context"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/httpkit"
)

// The identifier stands in the body only: addresses of requests are logged.
type eraseInput struct {
	Body struct {
		Unit    string `json:"unit" maxLength:"1024" doc:"the identifier to erase, as targets, groups and conditions have it"`
		Project string `json:"project,omitempty" doc:"in this project only; without it in each in which you may erase"`
		Comment string `json:"comment,omitempty" maxLength:"2000" doc:"why, for the audit log; the identifier is taken out of it, other names are not"`
		DryRun  bool   `json:"dryRun,omitempty" doc:"say what would be done and do nothing"`
	}
}

// Erasure says what an erasure did, or would do.
type Erasure struct {
	DryRun      bool            `json:"dryRun"`
	Placeholder string          `json:"placeholder,omitempty" doc:"what stands where the identifier was; absent in a dry run"`
	Projects    []ErasedProject `json:"projects" doc:"those in which it was found"`
	Skipped     []string        `json:"skipped" doc:"projects that you may read but not erase from: they were not looked at"`
}

// ErasedProject is what was found in one project.
type ErasedProject struct {
	Project        string           `json:"project"`
	Objects        []ErasedObject   `json:"objects" doc:"what it is taken out of"`
	Entries        int              `json:"entries" doc:"entries of the audit log that are rewritten"`
	ChangeRequests int              `json:"changeRequests" doc:"change requests that are rewritten"`
	Revisions      map[string]int64 `json:"revisions" doc:"the revisions that it makes, by environment"`
	Kept           []ErasedObject   `json:"kept" doc:"what still has it, in values or patterns: change these by hand"`
	Named          int              `json:"named" doc:"entries of the audit log that name it as who acted or as whose account they are about: they stay"`
}

// ErasedObject is an object with the identifier in it.
type ErasedObject struct {
	Kind        string   `json:"kind"`
	Key         string   `json:"key"`
	Environment string   `json:"environment,omitempty"`
	Archived    bool     `json:"archived,omitempty" doc:"it is of an archived flag"`
	Places      []string `json:"places" doc:"where in it, as paths"`
}

func (a *API) erase(ctx context.Context, in *eraseInput) (*body[Erasure], error) {
	result, err := a.deps.Catalog.Erase(ctx, actorOf(ctx), catalog.EraseRequest{
		Unit: in.Body.Unit, Project: in.Body.Project, Comment: in.Body.Comment, DryRun: in.Body.DryRun, RequestID: httpkit.RequestID(ctx),
	})
	if err != nil {
		return nil, err
	}
	v := Erasure{DryRun: in.Body.DryRun, Placeholder: result.Placeholder, Projects: []ErasedProject{}, Skipped: append([]string{}, result.Skipped...)}
	if v.DryRun {
		v.Placeholder = ""
	}
	for _, p := range result.Projects {
		v.Projects = append(v.Projects, ErasedProject{
			Project: p.Project, Objects: erasedViews(p.Objects), Entries: p.Entries, ChangeRequests: p.ChangeRequests,
			Revisions: p.Revisions, Kept: erasedViews(p.Kept), Named: p.Named,
		})
	}
	return &body[Erasure]{v}, nil
}

func erasedViews(objects []catalog.ErasedObject) []ErasedObject {
	out := make([]ErasedObject, 0, len(objects))
	for _, o := range objects {
		out = append(out, ErasedObject{Kind: string(o.Kind), Key: o.Key, Environment: o.Environment, Archived: o.Archived, Places: o.Places})
	}
	return out
}
