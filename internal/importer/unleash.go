package importer

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// What Unleash exports, by its documentation: the export of one environment (features
// with featureStrategies and featureEnvironments), the older export of everything
// (/api/admin/state/export, the same with segments and all environments), and what its
// SDKs read (features with their strategies inside, /api/client/features). Segments
// come inside, or as the answer of /api/admin/segments.
type (
	unFeature struct {
		Name           string
		Description    string
		Type           string
		Archived       bool
		Stale          bool
		ImpressionData bool
		Enabled        *bool
		Strategies     []unStrategy
		Variants       []unVariant
		Dependencies   []unDependency
	}
	unStrategy struct {
		ID          string
		Name        string
		Title       string
		FeatureName string
		Environment string
		Disabled    bool
		SortOrder   float64
		Parameters  map[string]json.RawMessage
		Constraints []unConstraint
		Segments    []json.Number
		Variants    []unVariant
	}
	unConstraint struct {
		ContextName     string
		Operator        string
		Value           *string
		Values          []string
		Inverted        bool
		CaseInsensitive bool
	}
	unVariant struct {
		Name       string
		Weight     float64
		WeightType string
		Stickiness string
		Payload    *struct {
			Type  string
			Value string
		}
		Overrides []struct {
			ContextName string
			Values      []string
		}
	}
	unDependency struct {
		Feature  string
		Enabled  *bool
		Variants []string
	}
	unSegment struct {
		ID          json.Number
		Name        string
		Description string
		Constraints []unConstraint
		bare        bool // the export names it only
	}
	unExport struct {
		Features            []unFeature
		FeatureStrategies   []unStrategy
		FeatureEnvironments []struct {
			FeatureName string
			Environment string
			Enabled     bool
			Variants    []unVariant
		}
		FeatureTags []struct {
			FeatureName string
			TagType     string
			TagValue    string
			Type        string // of older exports
			Value       string
		}
		FeatureStrategySegments []struct {
			FeatureStrategyID string `json:"featureStrategyId"`
			SegmentID         json.Number
		}
		Dependencies []struct {
			Feature      string
			Dependencies []unDependency
		}
		Segments []json.RawMessage
	}
)

// unleash is one import.
type unleash struct {
	*draft
	features map[string]*unFlag
	order    []string
	segments map[string]unSegment // by id
}

// unFlag is what was found of one feature.
type unFlag struct {
	unFeature
	tags         []string
	environments map[string]*unEnvironment // by their key
	variants     []choice                  // of all environments, each once
	ids          []string                  // of variants, here
	kind         ruleset.Type              // of the flag of its variants; empty where there is none
}

// unEnvironment is what one environment does with a feature.
type unEnvironment struct {
	enabled    bool
	strategies []unStrategy
	variants   []unVariant
}

func readUnleash(d *draft, sources []source) error {
	u := &unleash{draft: d, features: map[string]*unFlag{}, segments: map[string]unSegment{}}
	for _, s := range sources {
		if err := u.read(s); err != nil {
			return err
		}
	}
	for _, name := range u.order {
		u.declare(u.features[name])
	}
	for _, id := range slices.Sorted(maps.Keys(u.segments)) {
		u.targetGroup(u.segments[id])
	}
	for _, name := range u.order {
		u.configure(u.features[name])
	}
	return nil
}

func (u *unleash) read(s source) error {
	fields := s.fields()
	if fields["features"] == nil && fields["segments"] == nil {
		return s.unknown("Unleash", "neither features nor segments")
	}
	var x unExport
	if err := s.decode(s.raw, "the export", &x); err != nil {
		return err
	}
	for _, raw := range x.Segments {
		var segment unSegment
		if err := s.decode(raw, "a segment", &segment); err != nil {
			return err
		}
		segment.bare = object(raw)["constraints"] == nil
		segment.Name = cmp.Or(segment.Name, "segment-"+segment.ID.String())
		if known, there := u.segments[segment.ID.String()]; there && segment.bare {
			segment = known
		}
		u.segments[segment.ID.String()] = segment
	}
	return u.gather(x)
}

// gather puts together what the export has in lists.
func (u *unleash) gather(x unExport) error {
	for _, f := range x.Features {
		u.feature(f)
	}
	apart := x.FeatureEnvironments != nil || x.FeatureStrategies != nil
	if !apart && len(x.Features) > 0 {
		return u.inside(x.Features)
	}
	only := ""
	for _, e := range x.FeatureEnvironments {
		only = e.Environment
		if flag := u.features[e.FeatureName]; flag != nil {
			at := flag.environment(e.Environment)
			at.enabled, at.variants = e.Enabled, append(at.variants, e.Variants...)
		}
	}
	for _, one := range x.FeatureStrategies {
		for _, of := range x.FeatureStrategySegments {
			if of.FeatureStrategyID == one.ID {
				one.Segments = append(one.Segments, of.SegmentID)
			}
		}
		if flag := u.features[one.FeatureName]; flag != nil {
			// The export of one environment names it with the features only.
			at := flag.environment(cmp.Or(one.Environment, only))
			at.strategies = append(at.strategies, one)
		}
	}
	for _, t := range x.FeatureTags {
		if flag := u.features[t.FeatureName]; flag != nil {
			flag.tag(t.TagType+t.Type, t.TagValue+t.Value)
		}
	}
	for _, of := range x.Dependencies {
		if flag := u.features[of.Feature]; flag != nil {
			flag.Dependencies = append(flag.Dependencies, of.Dependencies...)
		}
	}
	return nil
}

// feature notes a feature, once.
func (u *unleash) feature(f unFeature) {
	if u.features[f.Name] == nil {
		u.features[f.Name] = &unFlag{unFeature: f, environments: map[string]*unEnvironment{}}
		u.order = append(u.order, f.Name)
	}
}

// inside takes features with their strategies inside: those of the one environment that
// was asked for, since such an export names none.
func (u *unleash) inside(features []unFeature) error {
	if _, err := u.only("Unleash"); err != nil {
		return err
	}
	for _, f := range features {
		at := u.features[f.Name].environment(u.environments.order[0])
		at.enabled = f.Enabled == nil || *f.Enabled
		at.strategies, at.variants = f.Strategies, f.Variants
	}
	return nil
}

func (f *unFlag) environment(key string) *unEnvironment {
	if f.environments[key] == nil {
		f.environments[key] = &unEnvironment{}
	}
	return f.environments[key]
}

func (f *unFlag) tag(kind, value string) {
	if kind != "" && kind != "simple" {
		value = kind + ":" + value
	}
	if value != "" && !slices.Contains(f.tags, value) {
		f.tags = append(f.tags, value)
	}
}

// declare makes the flag of a feature and, where it has variants, a second one of their
// values: programs ask for the two apart there (isEnabled, getVariant).
func (u *unleash) declare(f *unFlag) {
	if f.Archived {
		u.lose(f.Name, "the feature is archived there and is left out")
		return
	}
	flag := document.Flag{Type: ruleset.Boolean, Tags: f.tags, Kind: unKind(f.Type), Environments: map[string]*document.Configuration{}}
	u.describe(f.Name, &flag, f.Description)
	key := u.flagKey(f.Name)
	u.file.Flags[key] = flag
	if f.Stale {
		u.lose(f.Name, "the mark that it is stale: Burgee marks flags by what they serve")
	}
	if f.ImpressionData {
		u.lose(f.Name, "its impression data: Burgee counts what every flag serves")
	}
	f.collect()
	if len(f.variants) == 0 {
		return
	}
	f.kind = typeOf(f.variants)
	if f.kind == "" {
		u.lose(f.Name, "its variants are left out: their payloads have no type in common (%s)", values(f.variants))
		return
	}
	second := document.Flag{Type: f.kind, Tags: f.tags, Kind: flag.Kind, Environments: map[string]*document.Configuration{}}
	second.Description = new("The variants of " + key)
	second.Variations, f.ids = variations(f.kind, f.variants, byName)
	u.labels(f.Name, f.variants, f.ids, f.kind == ruleset.Boolean)
	u.file.Flags[u.variantKey(f)] = second
	u.lose(f.Name, "its variants are the flag %s here, which is asked for by itself", u.variantKey(f))
}

func (u *unleash) variantKey(f *unFlag) string { return u.flagKey(u.flagKey(f.Name) + ".variant") }

func unKind(kind string) *string {
	switch kind {
	case "release", "experiment", "operational", "permission":
		return &kind
	case "kill-switch":
		return new("operational")
	}
	return nil
}

// collect lists the variants of all environments and strategies, each name once.
func (f *unFlag) collect() {
	add := func(variants []unVariant) {
		for _, v := range variants {
			if !slices.ContainsFunc(f.variants, func(c choice) bool { return c.name == v.Name }) {
				f.variants = append(f.variants, choice{v.Name, v.value()})
			}
		}
	}
	for _, environment := range slices.Sorted(maps.Keys(f.environments)) {
		at := f.environments[environment]
		add(at.variants)
		for _, s := range at.strategies {
			add(s.Variants)
		}
	}
}

// value is what a variant gives: its payload, or its name where it has none.
func (v unVariant) value() json.RawMessage {
	if v.Payload == nil {
		return quoted(v.Name)
	}
	raw := json.RawMessage(strings.TrimSpace(v.Payload.Value))
	switch v.Payload.Type {
	case "json":
		if t := valueType(raw); json.Valid(raw) && t == ruleset.JSON {
			return raw
		}
	case "number":
		if _, err := strconv.ParseFloat(string(raw), 64); err == nil && json.Valid(raw) {
			return raw
		}
	}
	return quoted(v.Payload.Value)
}

// id is the id here of a variant of that name.
func (f *unFlag) id(name string) string {
	i := slices.IndexFunc(f.variants, func(c choice) bool { return c.name == name })
	if i < 0 || i >= len(f.ids) {
		return ""
	}
	return f.ids[i]
}

// targetGroup is a segment.
func (u *unleash) targetGroup(s unSegment) {
	if s.bare {
		return // said where it is used
	}
	when, why := u.conditions(s.Constraints)
	if why != "" {
		u.lose(s.Name, "the segment is left out: %s", why)
		s.bare = true
		u.segments[s.ID.String()] = s
		return
	}
	g := document.TargetGroup{When: when}
	g.Description, _ = clip(s.Description)
	u.file.TargetGroups[u.groupKey(s.Name)] = g
}
