package adminapi

import (
	"context"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/importer"
)

// importDocument turns another product's export into a document. It changes nothing:
// what it answers is for apply.
func (a *API) importDocument(ctx context.Context, in *importInput) (*body[Imported], error) {
	if _, err := a.deps.Catalog.Project(ctx, actorOf(ctx), in.Project); err != nil {
		return nil, err
	}
	var inputs []importer.Input
	for _, f := range in.Body.Files {
		inputs = append(inputs, importer.Input{Name: f.Name, Text: []byte(f.Text)})
	}
	result, err := importer.Import(in.Body.Product, inputs, importer.Options{Project: in.Project, Environments: in.Body.Environments})
	if err != nil {
		return nil, err
	}
	out := Imported{
		Document: string(document.Render(result.File)), Flags: len(result.File.Flags), TargetGroups: len(result.File.TargetGroups), Lost: []ImportLoss{},
	}
	for _, l := range result.Lost {
		out.Lost = append(out.Lost, ImportLoss(l))
	}
	return &body[Imported]{out}, nil
}
