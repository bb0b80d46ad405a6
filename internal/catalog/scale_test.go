package catalog_test

import (
	"fmt"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

// At the limit of flags every list and every change still works; the log says
// how long each took.
func TestFiveThousandFlags(t *testing.T) {
	h := open(t)
	file := &document.File{Flags: map[string]document.Flag{}}
	for i := range 5000 {
		c := document.Unconfigured("boolean")
		c.Rules = []document.Rule{{ID: "de", When: document.Condition{{Kind: document.Clause, Path: "country", Tests: []document.Test{{Op: "in", Values: raws(`"DE"`)}}}}, Serve: document.Serve{Variation: "true"}}}
		file.Flags[fmt.Sprintf("team.flag%04d", i)] = document.Flag{Type: "boolean", Environments: map[string]*document.Configuration{"production": c}}
	}
	timed(t, "apply", func() error {
		_, err := h.Apply(t.Context(), ann, "default", catalog.ApplyRequest{File: file})
		return err
	})
	timed(t, "list", func() error {
		n := 0
		for filter := (catalog.FlagFilter{Limit: 500}); ; {
			page, err := h.Flags(t.Context(), ann, "default", filter)
			n += len(page.Items)
			if filter.After = page.Next; err != nil || page.Next == "" {
				if n != 5000 {
					t.Errorf("%d flags", n)
				}
				return err
			}
		}
	})
	timed(t, "one change", func() error {
		_, err := h.PutConfiguration(t.Context(), ann, "default", "team.flag0001", "production", boolean("true"), none)
		return err
	})
	timed(t, "one flag", func() error {
		_, err := h.Service.Flag(t.Context(), ann, "default", "team.flag0001")
		return err
	})
	fresh := catalog.New(h.store, catalog.Options{})
	timed(t, "list after a restart", func() error {
		_, err := fresh.Flags(t.Context(), ann, "default", catalog.FlagFilter{})
		return err
	})
	_, err := h.CreateFlag(t.Context(), ann, "default", "one-more", document.Flag{Type: "boolean"}, none)
	wantFault(t, err, "invalid", "document_invalid", "at most 5000 fit")
}

// timed logs how long something took.
func timed(t *testing.T, what string, do func() error) {
	t.Helper()
	start := time.Now()
	if err := do(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	t.Logf("%s: %v", what, time.Since(start).Round(time.Millisecond))
}
