package upkeep_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/upkeep"
)

func TestTheDoctorFindsWhatDidNotHappenAtItsTime(t *testing.T) {
	dir, _ := used(t)
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Version: "0.1.0"})
	if err != nil {
		t.Fatal(err)
	}
	service := catalog.New(s, catalog.Options{})
	configure := func(on string) {
		t.Helper()
		c := &document.Configuration{Enabled: true, Default: document.Serve{Variation: on}}
		if _, err := service.PutConfiguration(t.Context(), owner, "default", "pay.api", "production", c, catalog.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	configure("false")
	_, err = service.StartRollout(t.Context(), owner, "default", catalog.RolloutPlan{
		Environment: "production", Flag: "pay.api", Variation: "true",
		Steps: []catalog.RolloutStep{{PPM: 100_000, Wait: time.Hour.Milliseconds()}, {PPM: 1_000_000}},
	}, catalog.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	about := func() upkeep.Check {
		t.Helper()
		r := examine(t, upkeep.DoctorOptions{Data: dir})
		return r.Checks[slices.IndexFunc(r.Checks, func(c upkeep.Check) bool { return c.Name == "schedule" })]
	}
	if c := about(); c.Level != upkeep.Fine || c.Detail != "0 change requests at a time, 1 rollout" {
		t.Errorf("while it runs: %+v", c)
	}
	configure("true")
	if c := about(); c.Level != upkeep.Warning {
		t.Errorf("paused by an edit: %+v", c)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	r := examine(t, upkeep.DoctorOptions{Data: dir})
	if !slices.ContainsFunc(r.Findings, func(f upkeep.Finding) bool {
		return strings.Contains(f.What, "rollout 1 is paused: host changed it by hand")
	}) {
		t.Errorf("findings %+v", r.Findings)
	}
}
