package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

const filtered = `
apiVersion: burgee/v1
flags:
  app.banner: {type: string, description: Shown on top, tags: [web, top], owner: team-web, variations: [{id: a, value: Blue, name: The sea}, {id: b, value: red}]}
  app.pay: {type: boolean, owner: team-pay, kind: permission, environments: {production: {default: {true: 25, false: 75}}}}
  app.test: {type: boolean, tags: [web], environments: {production: {default: false}, development: {enabled: false}}}
  app.old: {type: boolean, tags: [web], description: once blue}
experiments:
  trial: {environment: production, state: running, serve: {app.test: true}}
  later: {environment: development, state: draft, serve: {app.pay: true}}
`

func TestFlagsAreSelectedByWhatTheyAreAndDo(t *testing.T) {
	h := open(t)
	h.apply(t, ann, filtered)
	h.register(t, declared("1.0", value("code.new", "boolean", "false")))
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "app.old", none))
	list := func(f catalog.FlagFilter) string {
		t.Helper()
		var keys []string
		for {
			page := must[catalog.FlagPage](t)(h.Flags(t.Context(), ann, "default", f))
			for _, flag := range page.Items {
				keys = append(keys, flag.Key)
			}
			if f.After = page.Next; page.Next == "" {
				return strings.Join(keys, " ")
			}
			if len(page.Items) != f.Limit {
				t.Errorf("a page of %d has %d, and says that there are more", f.Limit, len(page.Items))
			}
		}
	}
	for name, c := range map[string]struct {
		filter catalog.FlagFilter
		want   string
	}{
		"all":                     {catalog.FlagFilter{}, "app.banner app.pay app.test code.new"},
		"a text in the key":       {catalog.FlagFilter{Text: "APP."}, "app.banner app.pay app.test"},
		"in the description":      {catalog.FlagFilter{Text: "on top"}, "app.banner"},
		"in a tag":                {catalog.FlagFilter{Text: " web "}, "app.banner app.test"},
		"in a value":              {catalog.FlagFilter{Text: "blue"}, "app.banner"},
		"in a name of one":        {catalog.FlagFilter{Text: "the sea"}, "app.banner"},
		"nowhere":                 {catalog.FlagFilter{Text: "green"}, ""},
		"a type":                  {catalog.FlagFilter{Type: "string"}, "app.banner"},
		"a tag":                   {catalog.FlagFilter{Tag: "web"}, "app.banner app.test"},
		"a part of a tag":         {catalog.FlagFilter{Tag: "we"}, ""},
		"an owner":                {catalog.FlagFilter{Owner: "team-pay"}, "app.pay"},
		"a kind":                  {catalog.FlagFilter{Kind: "permission"}, "app.pay"},
		"of no kind":              {catalog.FlagFilter{Kind: "release"}, "app.banner app.test code.new"},
		"of no file":              {catalog.FlagFilter{Managed: true}, ""},
		"two at once":             {catalog.FlagFilter{Tag: "web", Type: "boolean"}, "app.test"},
		"new":                     {catalog.FlagFilter{New: true}, "code.new"},
		"rolling out":             {catalog.FlagFilter{RollingOut: true}, "app.pay"},
		"in an experiment":        {catalog.FlagFilter{InExperiment: true}, "app.test"},
		"serving":                 {catalog.FlagFilter{Serving: document.ServesSplit, Environment: "production"}, "app.pay"},
		"serving elsewhere":       {catalog.FlagFilter{Serving: document.ServesOff, Environment: "development"}, "app.test"},
		"serving the own default": {catalog.FlagFilter{Serving: document.ServesCode, Environment: "development", Type: "boolean"}, "app.pay code.new"},
		"archived":                {catalog.FlagFilter{Archived: true, Text: "blue"}, "app.old"},
		"archived, of a state":    {catalog.FlagFilter{Archived: true, New: true}, ""},
	} {
		for _, limit := range []int{1, 2, 500} { // pages skip and repeat nothing
			c.filter.Limit = limit
			if got := list(c.filter); got != c.want {
				t.Errorf("%s, %d a page: %q, want %q", name, limit, got, c.want)
			}
		}
	}
	_, err := h.Flags(t.Context(), ann, "default", catalog.FlagFilter{Serving: document.ServesOff})
	wantFault(t, err, fault.Invalid, "filter_incomplete", "environment")
	_, err = h.Flags(t.Context(), ann, "default", catalog.FlagFilter{Serving: document.ServesOff, Environment: "mars"})
	wantFault(t, err, fault.NotFound, "environment_not_found")

	for name, c := range map[string]struct {
		filter catalog.ExperimentFilter
		want   []string
	}{
		"all":               {catalog.ExperimentFilter{}, []string{"later", "trial"}},
		"of an environment": {catalog.ExperimentFilter{Environment: "production"}, []string{"trial"}},
		"of a state":        {catalog.ExperimentFilter{State: document.Draft}, []string{"later"}},
		"on a flag":         {catalog.ExperimentFilter{Flag: "app.test"}, []string{"trial"}},
		"of none":           {catalog.ExperimentFilter{Flag: "app.test", State: document.Draft}, nil},
	} {
		var keys []string
		for _, x := range must[[]catalog.Experiment](t)(h.Experiments(t.Context(), ann, "default", c.filter)) {
			keys = append(keys, x.Key)
		}
		slices.Sort(keys)
		if !slices.Equal(keys, c.want) {
			t.Errorf("experiments, %s: %v, want %v", name, keys, c.want)
		}
	}
}

func TestChangeRequestsAreSelectedOverAllPages(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nflags: {a: {type: boolean}, b: {type: boolean}}\n")
	for n := range 12 {
		by, flag, environment := ann, "a", "production"
		if n%3 == 0 {
			by, flag, environment = bob, "b", "development"
		}
		p := h.proposal(t, fmt.Sprintf("apiVersion: burgee/v1\nflags: {%s: {environments: {%s: {default: true, rules: [{when: {n: %d}, serve: false}]}}}}\n", flag, environment, n))
		p.Title = fmt.Sprintf("Change %d of %s", n, strings.ToUpper(flag))
		_, _, err := h.Propose(t.Context(), by, "default", p)
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		filter catalog.ChangeRequestFilter
		want   []int64
	}{
		"all":            {catalog.ChangeRequestFilter{}, []int64{12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
		"an author":      {catalog.ChangeRequestFilter{Author: "bob"}, []int64{10, 7, 4, 1}},
		"an environment": {catalog.ChangeRequestFilter{Environment: "development"}, []int64{10, 7, 4, 1}},
		"an object":      {catalog.ChangeRequestFilter{Object: "b"}, []int64{10, 7, 4, 1}},
		"a text":         {catalog.ChangeRequestFilter{Text: " change 1 "}, []int64{12, 11, 2}},
		"two at once":    {catalog.ChangeRequestFilter{Text: "of a", Author: "bob"}, nil},
	} {
		for _, limit := range []int{1, 3, 4, 50} {
			var got []int64
			for f, pages := c.filter, 0; ; pages++ {
				f.Limit = limit
				page, next, err := h.ChangeRequests(t.Context(), ann, "default", f)
				if err != nil || len(page) > limit || pages > 12 {
					t.Fatalf("%s: page %d has %d, %v", name, pages, len(page), err)
				}
				for _, request := range page {
					got = append(got, request.Number)
				}
				if f.Before = next; next == 0 {
					break
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s, %d a page: %v, want %v", name, limit, got, c.want)
			}
		}
	}
}
