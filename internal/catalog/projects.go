package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// maxName bounds the name of a project or key, in bytes.
const maxName = 200

// Projects lists the projects that the actor may read.
func (s *Service) Projects(ctx context.Context, actor account.Actor) ([]Project, error) {
	var out []Project
	err := s.store.Read(ctx, func(r Reader) error {
		rows, err := r.Projects()
		if err != nil {
			return err
		}
		for _, row := range rows {
			if account.Can(actor, account.Read, account.Scope{Project: row.Key}) != nil {
				continue
			}
			p, err := project(r, row)
			if err != nil {
				return err
			}
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

// Project returns one project.
func (s *Service) Project(ctx context.Context, actor account.Actor, key string) (Project, error) {
	var out Project
	if err := account.Can(actor, account.Read, account.Scope{Project: key}); err != nil {
		return out, err
	}
	err := s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(key)
		if err != nil {
			return err
		}
		out, err = project(r, row)
		return err
	})
	return out, err
}

// project adds to a row how many flags there are, who changed each environment
// last, and the versions.
func project(r Reader, row ProjectRow) (Project, error) {
	flags, err := r.FlagCount(row.ID)
	if err != nil {
		return Project{}, err
	}
	out := Project{Key: row.Key, Name: row.Name, CreatedAt: row.CreatedAt, ArchivedAt: row.ArchivedAt, FlagCount: flags}
	latest, err := r.LatestOf(row.ID)
	if err != nil {
		return Project{}, err
	}
	versions, err := r.Latest(row.ID, "", append(keysOf(row.Environments), row.Key)...)
	if err != nil {
		return Project{}, err
	}
	of := newLastChanges(versions)
	out.Version = of.of(ProjectKind, row.Key, 0, 0).Version()
	for _, e := range row.Environments {
		environment := newEnvironment(e)
		environment.Version = of.of(EnvironmentKey, e.Key, e.ID, e.ID).Version()
		if last, ok := latest[e.ID]; ok {
			environment.LastChange = &last
		}
		if e.ArchivedAt != 0 {
			out.Archived = append(out.Archived, environment)
			continue
		}
		out.Environments = append(out.Environments, environment)
	}
	return out, nil
}

func newEnvironment(e EnvironmentRow) Environment {
	return Environment{ID: e.ID, Key: e.Key, Name: e.Name, Kind: e.Kind, Revision: e.Revision, Approvals: e.Approvals, ArchivedAt: e.ArchivedAt}
}

// RenameProject gives a project another name; its key never changes.
func (s *Service) RenameProject(ctx context.Context, actor account.Actor, key, name string, opts WriteOptions) (Outcome, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxName {
		return Outcome{}, fault.New(fault.Invalid, "name_invalid", "The project needs a name").
			WithField("name", "takes 1 to %d bytes of text", maxName)
	}
	return s.note(ctx, actor, account.ManageProject, account.Scope{Project: key}, opts, func(tx Tx, row ProjectRow) (*ChangeRow, error) {
		if row.Name == name {
			return nil, nil
		}
		return &ChangeRow{
			Kind: ProjectKind, Object: key, Action: ActionUpdate,
			Before: jsonOf(named{Name: row.Name}), After: jsonOf(named{Name: name}),
		}, tx.RenameProject(row.ID, name)
	})
}

// named is what the record keeps of a project or an environment: what an entry is
// about.
type named struct {
	Name      string          `json:"name,omitempty"`
	Kind      EnvironmentKind `json:"kind,omitempty"`
	Approvals *int            `json:"approvals,omitempty"`
	Like      string          `json:"like,omitempty"`  // the environment that it was made as a copy of
	Order     []string        `json:"order,omitempty"` // of a project's environments
}

// note is the way of writes that touch no configuration: they are authorised
// and recorded alike, and make no revision.
func (s *Service) note(ctx context.Context, actor account.Actor, action account.Action, scope account.Scope, opts WriteOptions, write func(Tx, ProjectRow) (*ChangeRow, error)) (Outcome, error) {
	if err := account.Can(actor, action, scope); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err := s.store.Write(ctx, func(tx Tx) error {
		row, err := tx.Project(scope.Project)
		if err != nil {
			return err
		}
		if err := row.open(scope.Environment); err != nil {
			return err
		}
		kind, object := ProjectKind, scope.Project
		if scope.Environment != "" {
			kind, object = EnvironmentKey, scope.Environment
		}
		if err := atVersion(tx, row, kind, object, opts.IfVersion); err != nil {
			return err
		}
		out = Outcome{Revisions: view{row: row}.revisions()}
		change, err := write(tx, row)
		if err != nil || change == nil {
			return err
		}
		change.At = clock.Millis(s.clock)
		change.Author = Author{Kind: actor.Kind, ID: actor.ID, Name: actor.Name}
		change.Comment, change.RequestID = opts.Comment, opts.RequestID
		id, err := s.chain(tx, row).append(*change)
		out.Changed, out.ChangeIDs = true, []int64{id}
		return err
	})
	return out, err
}

// jsonOf encodes a value that always can be encoded.
func jsonOf(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("catalog: encode %T: %v", v, err))
	}
	return raw
}

// Attributes returns the registry of context attributes.
func (s *Service) Attributes(ctx context.Context, actor account.Actor, project string) (map[string]document.Attribute, error) {
	v, err := s.read(ctx, actor, project, nil)
	if err != nil {
		return nil, err
	}
	return v.project.Attributes, nil
}

// Export returns the whole project as a file, with the revisions it was made at.
func (s *Service) Export(ctx context.Context, actor account.Actor, project string) (*document.File, error) {
	v, err := s.read(ctx, actor, project, nil)
	if err != nil {
		return nil, err
	}
	return v.project.ExportOf(keysOf(v.row.live()), v.revisions()), nil
}

// read loads a project for reading; more, when not nil, reads on in the same
// transaction.
func (s *Service) read(ctx context.Context, actor account.Actor, project string, more func(Reader, view) error) (view, error) {
	if err := account.Can(actor, account.Read, account.Scope{Project: project}); err != nil {
		return view{}, err
	}
	var v view
	err := s.store.Read(ctx, func(r Reader) error {
		var err error
		if v, err = s.view(r, project); err != nil || more == nil {
			return err
		}
		return more(r, v)
	})
	return v, err
}

// firstRevision is the revision of an environment that nobody has changed.
const firstRevision = 1

// EnsureFirstRun makes the project default with its environments and keys when
// the store holds no project yet.
func (s *Service) EnsureFirstRun(ctx context.Context, first FirstRun) (FirstRunResult, error) {
	if err := first.check(); err != nil {
		return FirstRunResult{}, err
	}
	server := cmp.Or(first.ServerKey, s.newSecret(ServerKey))
	var out FirstRunResult
	var announced []int64
	err := s.store.Write(ctx, func(tx Tx) error {
		out, announced = FirstRunResult{}, nil
		projects, err := tx.Projects()
		if err != nil || len(projects) > 0 {
			return err
		}
		out = FirstRunResult{Created: true, ServerKey: server}
		announced, err = s.makeProject(tx, ProjectRow{Key: "default", Name: "Default"}, firstKeys{server, first.ClientKey},
			Author{Kind: account.Host, Name: "first start"}, WriteOptions{})
		return err
	})
	if err != nil {
		return FirstRunResult{}, err
	}
	for _, id := range announced {
		s.tell.Announce(ctx, id, firstRevision)
	}
	return out, nil
}

func (f FirstRun) check() error {
	if f.ServerKey != "" {
		if err := checkSecret(ServerKey, f.ServerKey); err != nil {
			return err
		}
	}
	if f.ClientKey != "" {
		return checkSecret(ClientKey, f.ClientKey)
	}
	return nil
}

// firstEnvironments are those that a project begins with; the first is selected.
var firstEnvironments = []EnvironmentRow{
	{Key: "production", Name: "Production", Kind: Production, Position: 0, Revision: firstRevision},
	{Key: "development", Name: "Development", Kind: Development, Position: 1, Revision: firstRevision},
}

// firstKeys are the SDK keys that the first environment of a project begins with;
// an empty one is none.
type firstKeys struct{ server, client string }

// makeProject makes a project with its environments, and returns their ids.
func (s *Service) makeProject(tx Tx, project ProjectRow, keys firstKeys, author Author, opts WriteOptions) ([]int64, error) {
	now := clock.Millis(s.clock)
	var err error
	if project.ID, err = tx.InsertProject(project.Key, project.Name, now); err != nil {
		return nil, err
	}
	record := []ChangeRow{{Kind: ProjectKind, Object: project.Key, After: jsonOf(named{Name: project.Name})}}
	var ids []int64
	for _, e := range firstEnvironments {
		id, err := tx.InsertEnvironment(project.ID, e, now)
		if err != nil {
			return nil, err
		}
		if err := tx.LogDelta(id, DeltaRow{Revision: e.Revision, At: now, Root: ruleset.Root(nil)}); err != nil {
			return nil, err
		}
		ids = append(ids, id)
		record = append(record, ChangeRow{Kind: EnvironmentKey, Object: e.Key, EnvironmentID: id, Environment: e.Key, After: jsonOf(named{Name: e.Name})})
	}
	for _, k := range []struct {
		kind   KeyKind
		secret string
	}{{ServerKey, keys.server}, {ClientKey, keys.client}} {
		if k.secret == "" {
			continue
		}
		key := keyRow(ids[0], KeySpec{Kind: k.kind, Name: "first " + string(k.kind) + " key"}, k.secret, now)
		if key.ID, err = tx.InsertKey(key); err != nil {
			return nil, err
		}
		record = append(record, keyChange(key, firstEnvironments[0].Key, ActionCreate, nil, &key.Key))
	}
	chain, err := s.firstChain(tx, project)
	if err != nil {
		return nil, err
	}
	for _, row := range record {
		row.At, row.Action, row.Author = now, ActionCreate, author
		row.Comment, row.RequestID = opts.Comment, opts.RequestID
		if _, err := chain.append(row); err != nil {
			return nil, err
		}
	}
	return ids, nil
}
