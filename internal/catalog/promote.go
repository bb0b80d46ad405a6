package catalog

import (
	"context"
	"slices"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// Promotion carries what one environment does with some flags to another.
type Promotion struct {
	From, To string
	Flags    []string
}

// maxPromoted bounds how many flags one promotion carries.
const maxPromoted = 1000

// promote makes the command of a promotion. A flag that nobody has configured in
// the one is not configured in the other afterwards.
func (e *edit) promote(p Promotion) (*document.File, error) {
	if err := e.between(p.From, p.To); err != nil {
		return nil, err
	}
	if len(p.Flags) == 0 || len(p.Flags) > maxPromoted {
		return nil, fault.New(fault.Invalid, "flags_missing", "Say which flags to promote").
			WithField("flags", "takes 1 to %d keys of flags", maxPromoted)
	}
	file, gone := &document.File{Flags: map[string]document.Flag{}}, []ObjectRef{}
	for _, key := range p.Flags {
		flag, err := e.live(key)
		if err != nil {
			return nil, err
		}
		block := e.project.Block(p.From, key)
		switch {
		case block != nil:
			file.Flags[key] = document.Flag{Type: flag.Type, Environments: map[string]*document.Configuration{p.To: block}}
		case e.project.Configuration(p.To, key) != nil:
			gone = append(gone, ObjectRef{document.ConfigurationKind, key, p.To})
		}
	}
	if err := e.merge(file); err != nil {
		return nil, err
	}
	return file, e.removed(gone)
}

// between checks that there are two environments that are not archived.
func (v view) between(from, to string) error {
	for _, key := range []string{from, to} {
		if _, err := v.environment(key); err != nil {
			return err
		}
		if err := v.row.open(key); err != nil {
			return err
		}
	}
	if from == to {
		return fault.New(fault.Invalid, "same_environment", "These are the same environment").WithField("from", "names another one")
	}
	return nil
}

// PromoteRequest asks to carry out a promotion, or to plan it.
type PromoteRequest struct {
	Promotion
	Comment   string
	RequestID string
	DryRun    bool             // plan only
	Expect    map[string]int64 // as that of ApplyRequest
	Bypass    string           // as that of WriteOptions
}

// Promote carries the configurations of flags from one environment to another, all
// or nothing, as one revision. Whoever had a value by a split keeps it as far as
// the shares allow.
func (s *Service) Promote(ctx context.Context, actor account.Actor, project string, request PromoteRequest) (ApplyResult, error) {
	cmd := command{project: project, warns: true, opts: WriteOptions{Comment: request.Comment, RequestID: request.RequestID, Bypass: request.Bypass}}
	return s.planned(ctx, actor, cmd, request.DryRun, func(e *edit) error {
		file, err := e.promote(request.Promotion)
		if err != nil {
			return err
		}
		if e.comment == "" {
			e.comment = "promoted from " + request.From
		}
		return e.unmoved(ApplyRequest{File: file, Expect: request.Expect})
	})
}

// Difference is a flag that two environments serve otherwise.
type Difference struct {
	Flag      string
	From, To  document.Serving
	Item      PlanItem // what promoting it would change
	DependsOn []string // other flags that its answer in From depends on and that differ too
}

// Comparison is two environments side by side.
type Comparison struct {
	Revisions   map[string]int64
	Same        int // flags that are alike
	Differences []Difference
	Experiments []Experiment // of either; they belong to their environment and are not promoted
}

// CompareEnvironments says in which flags an environment differs from another, and
// what promoting each of them would change in it.
func (s *Service) CompareEnvironments(ctx context.Context, actor account.Actor, project, from, to string) (Comparison, error) {
	var changes []document.Change
	var wanted *document.Project
	var wrong error
	l, err := s.listing(ctx, actor, project, func(v view) []string {
		if wrong = v.between(from, to); wrong == nil {
			wanted, changes = v.project.Like(from, to)
		}
		return objectsIn(changes)
	})
	if err != nil {
		return Comparison{}, err
	}
	if wrong != nil {
		return Comparison{}, wrong
	}
	revisions := l.revisions()
	out := Comparison{
		Revisions: map[string]int64{from: revisions[from], to: revisions[to]},
		Same:      len(l.project.Flags) - len(changes), Differences: []Difference{},
		Experiments: l.experiments(l.latest, func(_ string, x document.Experiment) bool { return x.Environment == from || x.Environment == to }),
	}
	reads := l.project.ReadsOf(from, l.keys)
	for i, item := range planOf(changes, wanted) {
		states := l.summary(l.keys[i], l.project.Flags[l.keys[i]]).Environments
		out.Differences = append(out.Differences, Difference{
			Flag: l.keys[i], From: states[from].Serving, To: states[to].Serving, Item: item,
			DependsOn: slices.DeleteFunc(reads[l.keys[i]], func(other string) bool {
				_, differs := slices.BinarySearch(l.keys, other)
				return other == l.keys[i] || !differs
			}),
		})
	}
	return out, nil
}

// objectsIn are the keys of what changes.
func objectsIn(changes []document.Change) []string {
	keys := make([]string, len(changes))
	for i, c := range changes {
		keys[i] = c.Object
	}
	return keys
}
