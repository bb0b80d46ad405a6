package adminapi

import (
	"context"
	"encoding/json"
	"strings"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/sdk/ruleset"
)

func (a *API) apply(ctx context.Context, in *applyInput) (*body[ApplyResult], error) {
	file, err := in.Body.parse()
	if err != nil {
		return nil, err
	}
	result, err := a.deps.Catalog.Apply(ctx, actorOf(ctx), in.Project, catalog.ApplyRequest{
		File: file, Comment: in.Body.Comment, RequestID: httpkit.RequestID(ctx),
		FromFile: in.Body.File != "", Prune: in.Body.Prune, DryRun: in.Body.DryRun, Force: in.Body.Force, Expect: in.Body.Expect, Bypass: in.Body.Bypass,
	})
	if err != nil {
		return nil, err
	}
	return &body[ApplyResult]{applyView(result)}, nil
}

// parse reads the file, as text or as JSON.
func (in *Apply) parse() (*document.File, error) {
	given := in.Document != nil && len(in.Document.RawMessage) > 0
	if given == (in.Text != "") {
		return nil, fault.New(fault.Invalid, "document_missing", "There is no document, or there are two").
			WithField("text", "send the file's text here, or JSON in document")
	}
	if given {
		return document.Parse(in.File, in.Document.RawMessage)
	}
	return document.Parse(in.File, []byte(in.Text))
}

func applyView(r catalog.ApplyResult) ApplyResult {
	v := ApplyResult{Changed: r.Changed, Revisions: r.Revisions, Plan: planView(r.Plan), Warnings: warningsView(r.Warnings), Review: r.Review}
	if v.Revisions == nil {
		v.Revisions = map[string]int64{}
	}
	return v
}

func planView(plan []catalog.PlanItem) []PlanItem {
	views := make([]PlanItem, 0, len(plan))
	for _, item := range plan {
		views = append(views, PlanItem{
			Kind: string(item.Kind), Object: item.Object, Environment: item.Environment, Action: string(item.Action),
			Sentences: sentences(item.Sentences), Diff: diffView(item.Diff),
			Moves: movesView(item.Moves),
		})
	}
	return views
}

func warningsView(all []document.Warning) []Warning {
	views := make([]Warning, 0, len(all))
	for _, w := range all {
		views = append(views, Warning(w))
	}
	return views
}

func sentences(words []string) []string {
	if words == nil {
		return []string{}
	}
	return words
}

func diffView(diff []document.FieldChange) []FieldChange {
	views := make([]FieldChange, 0, len(diff))
	for _, d := range diff {
		views = append(views, FieldChange{Path: d.Path, Before: maybeValue(d.Before), After: maybeValue(d.After)})
	}
	return views
}

func movesView(moves []document.Move) []Move {
	views := make([]Move, 0, len(moves))
	for _, m := range moves {
		views = append(views, Move{Rule: m.Rule, By: m.By, From: m.From, To: m.To, Percent: float64(m.PPM) / (ruleset.Whole / 100)})
	}
	return views
}

func maybeValue(data json.RawMessage) *Value {
	if data == nil {
		return nil
	}
	return &Value{raw{data}}
}

func (a *API) export(ctx context.Context, in *exportInput) (*exportOutput, error) {
	file, err := a.exportedFile(ctx, in)
	if err != nil {
		return nil, err
	}
	if in.Format == "json" {
		return &exportOutput{ContentType: "application/json", Body: document.RenderJSON(file)}, nil
	}
	return &exportOutput{ContentType: "application/yaml", Body: document.Render(file)}, nil
}

// exportedFile is the project now, or as it was.
func (a *API) exportedFile(ctx context.Context, in *exportInput) (*document.File, error) {
	moment, err := momentOf(in.Revision, in.At)
	switch {
	case err != nil:
		return nil, err
	case moment == (catalog.Moment{}):
		return a.deps.Catalog.Export(ctx, actorOf(ctx), in.Project)
	case in.Revision != 0 && in.Environment == "":
		return nil, fault.New(fault.Invalid, "environment_missing", "A revision is of an environment").
			WithField("environment", "name the environment that counts the revision")
	}
	return a.deps.Catalog.ExportAsOf(ctx, actorOf(ctx), in.Project, in.Environment, moment)
}

func (a *API) undo(ctx context.Context, in *undoInput) (*body[RevisionResult], error) {
	out, err := a.deps.Catalog.Undo(ctx, actorOf(ctx), in.Project, in.Environment, in.Body.Revision, options(ctx, ""))
	return revisionResult(out, in.Environment, err)
}

func inList(words []string) string { return strings.Join(words, ", ") }
