package catalog_test

import (
	"fmt"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

// At the limit of flags a list and a single change must still feel immediate.
// The bounds are generous: they are there to catch a query or a check for each
// flag, not a slow machine.
func TestFiveThousandFlags(t *testing.T) {
	h := open(t)
	file := &document.File{Flags: map[string]document.Flag{}}
	for i := range 5000 {
		c := document.Unconfigured("boolean")
		c.Rules = []document.Rule{{ID: "de", When: document.Condition{{Kind: document.Clause, Path: "country", Tests: []document.Test{{Op: "in", Values: raws(`"DE"`)}}}}, Serve: document.Serve{Variation: "true"}}}
		file.Flags[fmt.Sprintf("team.flag%04d", i)] = document.Flag{Type: "boolean", Environments: map[string]*document.Configuration{"production": c}}
	}
	within(t, "apply", 60*time.Second, func() error {
		_, err := h.Apply(t.Context(), ann, "default", catalog.ApplyRequest{File: file})
		return err
	})
	within(t, "list", 5*time.Second, func() error {
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
	within(t, "one change", 5*time.Second, func() error {
		_, err := h.PutConfiguration(t.Context(), ann, "default", "team.flag0001", "production", boolean("true"), none)
		return err
	})
	within(t, "one flag", 5*time.Second, func() error {
		_, err := h.Service.Flag(t.Context(), ann, "default", "team.flag0001")
		return err
	})
	fresh := catalog.New(h.store, catalog.Options{})
	within(t, "list after a restart", 10*time.Second, func() error {
		_, err := fresh.Flags(t.Context(), ann, "default", catalog.FlagFilter{})
		return err
	})
	_, err := h.CreateFlag(t.Context(), ann, "default", "one-more", document.Flag{Type: "boolean"}, none)
	wantFault(t, err, "invalid", "document_invalid", "at most 5000 fit")
}

func within(t *testing.T, what string, limit time.Duration, do func() error) {
	t.Helper()
	start := time.Now()
	if err := do(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	took := time.Since(start)
	t.Logf("%s: %v", what, took.Round(time.Millisecond))
	if took > limit {
		t.Errorf("%s took %v, over %v", what, took, limit)
	}
}
