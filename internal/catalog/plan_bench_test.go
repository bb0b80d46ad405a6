package catalog_test

import (
	"fmt"
	"testing"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

// BenchmarkPlan is a dry run of a file that changes each of 1,000 flags in two
// environments and takes 100 others out: it should take well under two seconds.
func BenchmarkPlan(b *testing.B) {
	h := open(b)
	text := func(flags int, share int) *document.File {
		file := &document.File{Flags: map[string]document.Flag{}}
		for i := range flags {
			c := document.Unconfigured("boolean")
			c.Rules = []document.Rule{{ID: "de", When: document.Condition{{Kind: document.Clause, Path: "country", Tests: []document.Test{{Op: "in", Values: raws(`"DE"`)}}}}, Serve: document.Serve{
				Shares: []document.Share{{To: "true", PPM: share}, {To: "false", PPM: 1_000_000 - share}},
			}}}
			file.Flags[fmt.Sprintf("team.flag%04d", i)] = document.Flag{Type: "boolean", Environments: map[string]*document.Configuration{"production": c, "development": c}}
		}
		return file
	}
	if _, err := h.Apply(b.Context(), ann, "default", catalog.ApplyRequest{File: text(1100, 250_000), FromFile: true}); err != nil {
		b.Fatal(err)
	}
	wanted := text(1000, 500_000)
	for b.Loop() {
		plan, err := h.Apply(b.Context(), ann, "default", catalog.ApplyRequest{File: wanted, FromFile: true, Prune: true, DryRun: true})
		if err != nil || len(plan.Plan) != 2100 {
			b.Fatalf("%d changes, %v", len(plan.Plan), err)
		}
	}
}
