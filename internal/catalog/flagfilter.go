package catalog

import (
	"cmp"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// check refuses a filter that nothing could fit by mistake.
func (filter FlagFilter) check() error {
	if (filter.Serving == "") == (filter.Environment == "") {
		return nil
	}
	return fault.New(fault.Invalid, "filter_incomplete", "What a flag serves depends on the environment").
		WithField("serving", "goes with environment: write both, or neither")
}

func (filter FlagFilter) limit() int {
	return min(cmp.Or(max(filter.Limit, 0), flagPage), mostFlagPage)
}

// ofState says whether it takes all that is known of a flag to say whether it fits.
func (filter FlagFilter) ofState() bool {
	return !filter.Archived && (filter.Stale || filter.New || filter.RollingOut || filter.InExperiment || filter.Serving != "")
}

// keys are those of the flags after the page before whose own fields fit: as many
// as the page needs, and one to know that there are more; all of them where their
// state has to be looked at.
func (filter FlagFilter) keys(v view) []string {
	flags := v.project.Flags
	if filter.Archived {
		flags = v.hidden.flags
	}
	keys := sortedKeys(flags)
	if filter.After != "" {
		first, found := slices.BinarySearch(keys, filter.After)
		if found {
			first++
		}
		keys = keys[first:]
	}
	var fit []string
	for _, key := range keys {
		if len(fit) > filter.limit() && !filter.ofState() {
			break
		}
		if filter.fitsOwn(key, flags[key]) {
			fit = append(fit, key)
		}
	}
	return fit
}

// fitsOwn looks at a flag's own fields.
func (filter FlagFilter) fitsOwn(key string, f document.Flag) bool {
	fits := func(want, have string) bool { return want == "" || want == have }
	return fits(filter.Type, string(f.Type)) && fits(filter.Owner, document.Text(f.Owner)) &&
		fits(filter.Kind, cmp.Or(document.Text(f.Kind), "release")) &&
		(filter.Tag == "" || slices.Contains(f.Tags, filter.Tag)) &&
		(!filter.Managed || document.Text(f.ManagedBy) != "") && filter.fitsText(key, f)
}

func (filter FlagFilter) fitsText(key string, f document.Flag) bool {
	text := strings.ToLower(strings.TrimSpace(filter.Text))
	if text == "" {
		return true
	}
	has := func(part string) bool { return strings.Contains(strings.ToLower(part), text) }
	return has(key) || has(document.Text(f.Description)) || slices.ContainsFunc(f.Tags, has) ||
		slices.ContainsFunc(f.All(), func(v document.Variation) bool { return has(v.Name) || has(string(v.Value)) })
}

// fitsState looks at what a flag does.
func (filter FlagFilter) fitsState(s FlagSummary) bool {
	some := func(fits func(FlagState) bool) bool {
		for _, state := range s.Environments {
			if fits(state) {
				return true
			}
		}
		return false
	}
	switch {
	case filter.Archived:
		return !(filter.Stale || filter.New || filter.RollingOut || filter.InExperiment || filter.Serving != "")
	case filter.Stale && len(s.Stale) == 0,
		filter.New && (s.Source != FromCode || some(func(e FlagState) bool { return e.Configured })),
		filter.RollingOut && !some(func(e FlagState) bool { return e.Serving.RollingOut }),
		filter.InExperiment && !some(func(e FlagState) bool { return e.Serving.Experiment != "" }):
		return false
	}
	return filter.Serving == "" || s.Environments[filter.Environment].Serving.Kind == filter.Serving
}

// page are the first flags of a listing that fit, and where to read on.
func (filter FlagFilter) page(l *listing) (FlagPage, error) {
	page := FlagPage{Items: []FlagSummary{}}
	limit := filter.limit()
	for _, key := range l.keys {
		f, _, err := l.flag(key)
		if err != nil {
			return FlagPage{}, err
		}
		summary := l.summary(key, f)
		if !filter.fitsState(summary) {
			continue
		}
		if len(page.Items) == limit {
			page.Next = page.Items[limit-1].Key
			break
		}
		page.Items = append(page.Items, summary)
	}
	return page, nil
}
