package catalog_test

import (
	"fmt"
	"sync"
	"testing"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// Every writer adds one rule to what it read. With If-Match a writer that was
// overtaken is told, reads again and repeats: no rule may be missing.
func TestParallelWritersNeverLoseAnUpdate(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean, environments: {production: {default: true}}}\n")
	const writers, each = 8, 5
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				if err := h.addRule(t, fmt.Sprintf("w%d-%d", w, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	f := h.flag(t, "x")
	names := map[string]bool{}
	for _, r := range f.Configurations["production"].Rules {
		names[r.Name] = true
	}
	if len(names) != writers*each {
		t.Errorf("%d rules of %d are there", len(names), writers*each)
	}
	project := must[catalog.Project](t)(h.Project(t.Context(), ann, "default"))
	if got := project.Environments[0].Revision; got != 2+writers*each {
		t.Errorf("revision %d after %d writes", got, writers*each)
	}
	h.verify(t)
}

// addRule repeats a read and a conditional write until the write holds.
func (h *home) addRule(t *testing.T, name string) error {
	for {
		project, err := h.Project(t.Context(), ann, "default")
		if err != nil {
			return err
		}
		f, err := h.Service.Flag(t.Context(), ann, "default", "x")
		if err != nil {
			return err
		}
		c := *f.Configurations["production"]
		c.Rules = append(append([]document.Rule{}, c.Rules...), document.Rule{ID: name, Name: name, Serve: document.Serve{Variation: "true"}})
		_, err = h.PutConfiguration(t.Context(), ann, "default", "x", "production", &c,
			catalog.WriteOptions{IfRevision: &project.Environments[0].Revision})
		if err == nil || !fault.IsKind(err, fault.Precondition) {
			return err
		}
	}
}
