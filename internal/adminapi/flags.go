package adminapi

import (
	"context"
	"encoding/json"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

// hoursShown is how much of the past a list shows.
const hoursShown = 24

func (a *API) listFlags(ctx context.Context, in *listFlagsInput) (*body[FlagPage], error) {
	page, err := a.deps.Catalog.Flags(ctx, actorOf(ctx), in.Project, in.filter())
	if err != nil {
		return nil, err
	}
	activity, err := a.activity(ctx, in.Project, page.Items)
	if err != nil {
		return nil, err
	}
	views := make([]FlagSummary, 0, len(page.Items))
	for _, f := range page.Items {
		views = append(views, activity.show(f))
	}
	return &body[FlagPage]{FlagPage{views, page.Next}}, nil
}

func (a *API) getFlag(ctx context.Context, in *FlagPath) (*body[FlagDetail], error) {
	detail, err := a.flagDetail(ctx, in.Project, in.Flag)
	if err != nil {
		return nil, err
	}
	return &body[FlagDetail]{detail}, nil
}

func (a *API) flagAskedBy(ctx context.Context, in *FlagPath) (*body[Items[Asker]], error) {
	asking, err := a.deps.Catalog.AskedBy(ctx, actorOf(ctx), in.Project, in.Flag)
	if err != nil {
		return nil, err
	}
	return list(asking, func(p catalog.Asker) Asker { return Asker(p) }), nil
}

func (a *API) flagDetail(ctx context.Context, project, key string) (FlagDetail, error) {
	flag, err := a.deps.Catalog.Flag(ctx, actorOf(ctx), project, key)
	if err != nil {
		return FlagDetail{}, err
	}
	activity, err := a.activity(ctx, project, []catalog.FlagSummary{flag.FlagSummary})
	if err != nil {
		return FlagDetail{}, err
	}
	v := FlagDetail{
		FlagSummary: activity.show(flag.FlagSummary),
		Version:     flag.Version,
		Seed:        document.Text(flag.Flag.Seed), Expires: document.Text(flag.Flag.Expires),
		Configurations: make(map[string]MaybeConfiguration, len(flag.Configurations)),
		Experiments:    make([]ExperimentView, 0, len(flag.Experiments)),
		Declarations:   make([]Declaration, 0, len(flag.Declarations)),
		UsedBy:         usesView(flag.UsedBy),
		Overridden:     make(map[string]Overridden, len(flag.Environments)),
	}
	for environment := range flag.Environments {
		v.Overridden[environment] = a.deps.Receipts.Overridden(project, environment, key)
	}
	for environment, configuration := range flag.Configurations {
		if v.Configurations[environment], err = configurationView(configuration); err != nil {
			return FlagDetail{}, err
		}
	}
	for _, e := range flag.Experiments {
		view, err := experimentViewOf(e)
		if err != nil {
			return FlagDetail{}, err
		}
		v.Experiments = append(v.Experiments, view)
	}
	for _, d := range flag.Declarations {
		v.Declarations = append(v.Declarations, declarationView(d))
	}
	return v, nil
}

func configurationView(c *document.Configuration) (MaybeConfiguration, error) {
	if c == nil {
		return MaybeConfiguration{}, nil
	}
	data, err := json.Marshal(c)
	return MaybeConfiguration{raw{data}}, err
}

func declarationView(d catalog.Declaration) Declaration {
	return Declaration{
		Application: d.Application, Version: d.Version, Platform: d.Platform, SDK: d.SDK, Environment: d.Environment,
		Type: d.Type, Default: Value{raw{d.Default}}, FirstSeenAt: d.FirstSeenAt, LastSeenAt: d.LastSeenAt,
	}
}

func usesView(uses []document.Use) []Use {
	views := make([]Use, 0, len(uses))
	for _, u := range uses {
		views = append(views, Use{Kind: string(u.Kind), Key: u.Key, Environment: u.Environment})
	}
	return views
}

// activity is what was evaluated lately, by environment and flag.
type activity map[string]map[string]Hourly

// activity reads the counts of flags, which are sorted by key, in every
// environment of their project.
func (a *API) activity(ctx context.Context, project string, flags []catalog.FlagSummary) (activity, error) {
	if len(flags) == 0 {
		return nil, nil
	}
	from := a.deps.Clock.Now().Truncate(time.Hour).Add(-(hoursShown - 1) * time.Hour)
	return a.deps.Counts.Hourly(ctx, project, flags[0].Key, flags[len(flags)-1].Key, from, hoursShown)
}

// show merges a flag with its activity.
func (seen activity) show(f catalog.FlagSummary) FlagSummary {
	v := FlagSummary{
		Key: f.Key, Type: string(f.Flag.Type), Description: document.Text(f.Flag.Description), Tags: f.Flag.Tags,
		Owner: document.Text(f.Flag.Owner), Kind: document.Text(f.Flag.Kind), Source: string(f.Source),
		ManagedBy: document.Text(f.Flag.ManagedBy), ManagedIn: document.Text(f.Flag.ManagedIn),
		CreatedAt: f.CreatedAt, ArchivedAt: f.ArchivedAt, ArchivedReason: f.ArchivedReason, Drift: f.Drift,
		KeepUntil: document.Text(f.Flag.KeepUntil), LooksLike: f.LooksLike, Stale: make([]Stale, 0, len(f.Stale)),
		Variations: []Variation{}, Environments: make(map[string]FlagEnvironment, len(f.Environments)),
	}
	for _, s := range f.Stale {
		v.Stale = append(v.Stale, Stale{string(s.Reason), s.Since, s.Words})
	}
	if v.Kind == "" {
		v.Kind = "release"
	}
	if v.Tags == nil {
		v.Tags = []string{}
	}
	if v.Drift == nil {
		v.Drift = []string{}
	}
	if f.Flag.Client != nil {
		v.Client = *f.Flag.Client
	}
	if f.CodeDefault != nil {
		v.CodeDefault = &Value{raw{f.CodeDefault}}
	}
	for _, variation := range f.Flag.All() {
		v.Variations = append(v.Variations, Variation{ID: variation.ID, Value: Value{raw{variation.Value}}, Name: variation.Name})
	}
	for environment, state := range f.Environments {
		v.Environments[environment] = stateView(state, seen[environment][f.Key])
	}
	return v
}

func stateView(s catalog.FlagState, hourly Hourly) FlagEnvironment {
	counts := hourly.Counts
	if counts == nil {
		counts = make([]int64, hoursShown)
	}
	return FlagEnvironment{
		Configured: s.Configured, Enabled: s.Enabled, Serving: s.Serving.Text, ServingKind: s.Serving.Kind,
		RollingOut: s.Serving.RollingOut, Experiment: s.Serving.Experiment,
		LastEvaluatedAt: hourly.LastAt, Hourly: counts, LastChange: lastChangeView(s.LastChange),
	}
}
