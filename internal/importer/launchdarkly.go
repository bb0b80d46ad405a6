package importer

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// What LaunchDarkly exports, by its documentation of the REST API (GET
// /api/v2/flags/{project}?summary=0, GET /api/v2/segments/{project}/{environment}) and
// of the files that its SDKs read (flags and segments by key, of one environment).
type (
	ldFlag struct {
		Key                    string
		Name                   string
		Description            string
		Kind                   string
		Tags                   []string
		Temporary              *bool
		Archived               bool
		Deleted                bool
		Variations             []json.RawMessage
		VariationJSONSchema    json.RawMessage `json:"variationJsonSchema"`
		CustomProperties       map[string]json.RawMessage
		ClientSideAvailability struct{ UsingMobileKey, UsingEnvironmentID bool }
		Maintainer             struct{ Email string } `json:"_maintainer"`
		Environments           map[string]ldEnvironment
		ldEnvironment
	}
	ldEnvironment struct {
		Summary       json.RawMessage `json:"_summary"`
		On            bool
		OffVariation  *int
		Fallthrough   ldServe
		Prerequisites []struct {
			Key       string
			Variation int
		}
		Targets        []ldTarget
		ContextTargets []ldTarget
		Rules          []struct {
			ID          string `json:"_id"`
			SDKID       string `json:"id"`
			Description string
			Clauses     []ldClause
			ldServe
		}
	}
	ldServe struct {
		Variation *int
		Rollout   *struct {
			Kind        string
			ContextKind string
			BucketBy    string
			Variations  []struct {
				Variation int
				Weight    float64
			}
		}
	}
	ldTarget struct {
		ContextKind string
		Variation   int
		Values      []string
	}
	ldClause struct {
		ContextKind string
		Attribute   string
		Op          string
		Values      []json.RawMessage
		Negate      bool
	}
	ldSegment struct {
		Key              string
		Name             string
		Description      string
		Deleted          bool
		Unbounded        bool
		Included         []string
		Excluded         []string
		IncludedContexts []ldTarget
		ExcludedContexts []ldTarget
		Rules            []struct {
			Clauses []ldClause
			Weight  *float64
		}
		Links struct {
			Self struct{ Href string }
		} `json:"_links"`
	}
)

// launchDarkly is one import.
type launchDarkly struct {
	*draft
	flags    map[string]ldFlag
	order    []string                        // keys of flags, as they came
	ids      map[string][]string             // flag → ids of its variations here
	segments map[string]map[string]ldSegment // environment here → key → segment
	negated  map[string]bool                 // segments that somebody must not be in
	stated   bool                            // the flags name their environments
}

func readLaunchDarkly(d *draft, sources []source) error {
	l := &launchDarkly{draft: d, flags: map[string]ldFlag{}, ids: map[string][]string{}, segments: map[string]map[string]ldSegment{}, negated: map[string]bool{}}
	for _, s := range sources {
		if err := l.read(s); err != nil {
			return err
		}
	}
	for _, key := range l.order {
		l.declare(l.flags[key])
	}
	return l.configure()
}

const ldExpected = "neither flags (items with variations, or flags by key) nor segments; fetch the flags with summary=0 and the segments of each environment"

// read takes the flags and segments of one text.
func (l *launchDarkly) read(s source) error {
	fields := s.fields()
	items := list(s.raw)
	switch {
	case fields["items"] != nil:
		items = list(fields["items"])
	case fields["variations"] != nil, fields["included"] != nil:
		items = []json.RawMessage{s.raw}
	case isObject(fields["flags"]) || isObject(fields["segments"]):
		return l.readByKey(s, fields)
	case items == nil:
		return s.unknown("LaunchDarkly", ldExpected)
	}
	for _, item := range items {
		if err := l.readItem(s, item); err != nil {
			return err
		}
	}
	return nil
}

func (l *launchDarkly) readItem(s source, item json.RawMessage) error {
	fields := object(item)
	if fields["variations"] != nil {
		l.stated = true
		return l.addFlag(s, "", item)
	}
	if fields["key"] == nil || fields["included"] == nil && fields["rules"] == nil && fields["unbounded"] == nil {
		return s.unknown("LaunchDarkly", ldExpected)
	}
	var segment ldSegment
	if err := s.decode(item, "a segment", &segment); err != nil {
		return err
	}
	// /api/v2/segments/{project}/{environment}/{key} is all that says where it is from.
	steps := strings.Split(strings.Trim(segment.Links.Self.Href, "/"), "/")
	const environmentStep = 4
	if len(steps) <= environmentStep {
		environment, err := l.only("LaunchDarkly")
		if err != nil {
			return err
		}
		l.addSegment(environment, segment)
		return nil
	}
	if environment, wanted := l.ours(steps[environmentStep]); wanted {
		l.addSegment(environment, segment)
	}
	return nil
}

// readByKey takes what the SDKs read: one environment, which it does not name.
func (l *launchDarkly) readByKey(s source, fields map[string]json.RawMessage) error {
	environment, err := l.only("LaunchDarkly")
	if err != nil {
		return err
	}
	flags, segments := object(fields["flags"]), object(fields["segments"])
	for _, key := range slices.Sorted(maps.Keys(flags)) {
		if err := l.addFlag(s, key, flags[key]); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(segments)) {
		segment := ldSegment{Key: key}
		if err := s.decode(segments[key], "segment "+key, &segment); err != nil {
			return err
		}
		l.addSegment(environment, segment)
	}
	return nil
}

func (l *launchDarkly) addFlag(s source, key string, raw json.RawMessage) error {
	f := ldFlag{Key: key}
	if err := s.decode(raw, "flag "+key, &f); err != nil {
		return err
	}
	if f.Environments == nil && key != "" {
		f.Environments = map[string]ldEnvironment{"": f.ldEnvironment}
	}
	for environment, e := range f.Environments {
		if !absent(e.Summary) && e.Rules == nil && e.Fallthrough == (ldServe{}) {
			return fault.New(fault.Invalid, "import_summary", "%s holds summaries: flag %s has no rules in %s. Fetch the flags again with summary=0", s.name, f.Key, environment)
		}
	}
	if _, again := l.flags[f.Key]; !again {
		l.order = append(l.order, f.Key)
	}
	l.flags[f.Key] = f
	l.note(f)
	return nil
}

// note remembers which segments somebody must not be in.
func (l *launchDarkly) note(f ldFlag) {
	for _, e := range f.Environments {
		for _, r := range e.Rules {
			for _, c := range r.Clauses {
				if c.Op == "segmentMatch" && c.Negate {
					for _, key := range c.Values {
						name, _ := text(key)
						l.negated[name] = true
					}
				}
			}
		}
	}
}

func (l *launchDarkly) addSegment(environment string, s ldSegment) {
	if s.Deleted {
		return
	}
	if l.segments[environment] == nil {
		l.segments[environment] = map[string]ldSegment{}
	}
	l.segments[environment][s.Key] = s
}

// declare makes a flag's own fields.
func (l *launchDarkly) declare(f ldFlag) {
	switch {
	case f.Archived || f.Deleted:
		l.lose(f.Key, "the flag is archived there and is left out")
		return
	case f.Kind == "migration":
		l.lose(f.Key, "a migration flag is left out: its stages have a meaning that only their SDKs know")
		return
	}
	choices := make([]choice, len(f.Variations))
	for i, raw := range f.Variations {
		choices[i] = choice{value: raw}
		if wrapped := object(raw); wrapped["value"] != nil && f.stated() {
			choices[i].name, _ = text(wrapped["name"])
			choices[i].value = wrapped["value"]
			if words, _ := text(wrapped["description"]); words != "" {
				l.lose(f.Key, "the description of its variation %s: %s", compact(wrapped["value"]), words)
			}
		}
	}
	t := typeOf(choices)
	if t == "" {
		l.lose(f.Key, "the flag is left out: its values have no type in common (%s)", values(choices))
		return
	}
	out := document.Flag{Type: t, Environments: map[string]*document.Configuration{}}
	out.Variations, l.ids[f.Key] = variations(t, choices, byValue)
	if len(f.Tags) > 0 {
		out.Tags = f.Tags
	}
	l.labels(f.Key, choices, l.ids[f.Key], t == "boolean")
	l.describe(f.Key, &out, f.Name, f.Description)
	if f.ClientSideAvailability.UsingMobileKey || f.ClientSideAvailability.UsingEnvironmentID {
		out.Client = new(true)
	}
	if f.Maintainer.Email != "" {
		out.Owner = &f.Maintainer.Email
	}
	if f.Temporary != nil && *f.Temporary {
		out.Kind = new("release")
	}
	l.lesser(f)
	l.file.Flags[l.flagKey(f.Key)] = out
}

// stated says whether the flag is as the REST API has it, with wrapped variations.
func (f ldFlag) stated() bool { _, bare := f.Environments[""]; return !bare }

// labels says which names a boolean's variations lose.
func (d *draft) labels(flag string, choices []choice, ids []string, boolean bool) {
	var lost []string
	for i, c := range choices {
		if boolean && c.name != "" && !strings.EqualFold(c.name, ids[i]) {
			lost = append(lost, fmt.Sprintf("%s is %s", ids[i], c.name))
		}
	}
	if len(lost) > 0 {
		d.lose(flag, "the names of its variations (%s): those of a boolean are true and false", strings.Join(lost, ", "))
	}
}

// lesser names what is there and has no place here.
func (l *launchDarkly) lesser(f ldFlag) {
	for _, name := range slices.Sorted(maps.Keys(f.CustomProperties)) {
		l.lose(f.Key, "the custom property %s", name)
	}
	if !absent(f.VariationJSONSchema) {
		l.lose(f.Key, "the JSON schema of its variations")
	}
}

func values(choices []choice) string {
	var words []string
	for _, c := range choices {
		words = append(words, string(compact(c.value)))
	}
	short, long := strings.Join(words, ", "), 200
	if len(short) > long {
		return strings.ToValidUTF8(short[:long], "") + "…"
	}
	return short
}

// configure makes each flag's environments, then the target groups that they read.
func (l *launchDarkly) configure() error {
	names := l.groupNames()
	for _, key := range l.order {
		f := l.flags[key]
		if l.ids[key] == nil {
			continue
		}
		for _, theirs := range slices.Sorted(maps.Keys(f.Environments)) {
			environment, wanted := "", true
			var err error
			if theirs == "" {
				environment, err = l.only("LaunchDarkly")
			} else {
				environment, wanted = l.ours(theirs)
			}
			if err != nil {
				return err
			}
			if !wanted {
				continue
			}
			b := &ldBlock{launchDarkly: l, flag: f, theirs: theirs, environment: environment, groups: names[environment], object: in(key, environment)}
			l.file.Flags[l.flagKey(key)].Environments[environment] = b.configuration(f.Environments[theirs])
		}
	}
	for _, environment := range slices.Sorted(maps.Keys(l.segments)) {
		for _, key := range slices.Sorted(maps.Keys(l.segments[environment])) {
			b := &ldBlock{launchDarkly: l, environment: environment, groups: names[environment], object: in("segment "+key, environment)}
			made, s := names[environment][key], l.segments[environment][key]
			if _, done := l.file.TargetGroups[made[0]]; done {
				continue
			}
			l.file.TargetGroups[made[0]] = b.group(s)
			if len(made) > 1 {
				l.file.TargetGroups[made[1]] = document.TargetGroup{Description: "Contexts that are in " + made[0], When: oneWay(b.included(s))}
			}
		}
	}
	return nil
}

// groupNames gives each segment its target groups: the same for all environments where
// they say the same, else some for each, since target groups are a project's.
func (l *launchDarkly) groupNames() map[string]map[string][]string {
	names := map[string]map[string][]string{}
	environmentsOf := slices.Sorted(maps.Keys(l.segments))
	for _, environment := range environmentsOf {
		names[environment] = map[string][]string{}
		for _, key := range slices.Sorted(maps.Keys(l.segments[environment])) {
			name, s := key, l.segments[environment][key]
			for _, other := range environmentsOf {
				if o, there := l.segments[other][key]; there && !s.same(o) {
					name = key + "." + environment
					break
				}
			}
			names[environment][key] = []string{l.groupKey(name)}
			if s.apart() {
				names[environment][key] = append(names[environment][key], l.groupKey(name+".contexts"))
			}
		}
	}
	return names
}

// same says whether two environments' segments of one key hold the same people.
func (s ldSegment) same(o ldSegment) bool {
	s.Links, o.Links = ldSegment{}.Links, ldSegment{}.Links
	return reflect.DeepEqual(s, o)
}
