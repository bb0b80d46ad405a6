package adminapi

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"burgee.dev/burgee/internal/audit"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

func (a *API) listChanges(ctx context.Context, in *changesInput) (*body[ChangePage], error) {
	page, err := a.deps.Catalog.Changes(ctx, actorOf(ctx), catalog.ChangeFilter{
		Project: in.Project, Environment: in.Environment, Kind: document.Kind(in.Kind), Object: in.Object,
		Actor: in.Actor, Before: in.Before, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	v := ChangePage{Items: make([]Change, 0, len(page.Items)), Next: page.Next}
	for _, c := range page.Items {
		v.Items = append(v.Items, changeView(c))
	}
	return &body[ChangePage]{v}, nil
}

func changeView(c catalog.Change) Change {
	v := Change{
		ID: c.ID, At: c.At, Actor: authorView(c.Author), Kind: string(c.Kind), Object: c.Object,
		Environment: c.Environment, Action: string(c.Action), Sentences: sentences(c.Sentences),
		Diff: diffView(c.Diff), Comment: c.Comment, Revisions: c.Revisions, RequestID: c.RequestID, Erased: c.Erased,
	}
	if v.Revisions == nil {
		v.Revisions = map[string]int64{}
	}
	return v
}

func authorView(author catalog.Author) ActorView {
	return ActorView{Kind: string(author.Kind), Name: author.Name}
}

func (a *API) verifyChanges(ctx context.Context, in *ProjectPath) (*body[ChainState], error) {
	state, err := a.deps.Catalog.VerifyChain(ctx, actorOf(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	return &body[ChainState]{ChainState{OK: state.OK, Checked: state.Checked, Rewritten: state.Rewritten, BrokenAt: state.BrokenAt, Reason: state.Reason}}, nil
}

func (a *API) listRevisions(ctx context.Context, in *revisionsInput) (*body[Items[Revision]], error) {
	revisions, err := a.deps.Catalog.Revisions(ctx, actorOf(ctx), in.Project, in.Environment, in.Before, in.Limit)
	if err != nil {
		return nil, err
	}
	return list(revisions, revisionView), nil
}

func revisionView(r catalog.Revision) Revision {
	v := Revision{
		Number: r.Number, At: r.At, Actor: authorView(r.Author), Sentences: sentences(r.Sentences),
		Comment: r.Comment, Changes: r.ChangeIDs,
	}
	if v.Changes == nil {
		v.Changes = []int64{}
	}
	return v
}

// exportChanges writes the audit log, oldest first: the whole as it can be checked
// without a server, or what is asked for as the list of changes has it, an entry a
// line, or a row for a spreadsheet.
func (a *API) exportChanges(w http.ResponseWriter, r *http.Request) error {
	begun := false
	begin := func(mime, name string) func() {
		return func() {
			w.Header().Set("Content-Type", mime)
			w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
			begun = true
		}
	}
	var err error
	filter := exportFilter(r)
	part := filter != catalog.ChangeFilter{Project: filter.Project}
	switch format := r.URL.Query().Get("format"); {
	case format == "csv":
		err = a.exportTable(w, r, filter, begin("text/csv; charset=utf-8", "audit.csv"))
	case format != "" && format != "ndjson":
		err = fault.New(fault.Invalid, "format_unknown", "There is no such format").WithField("format", "takes ndjson or csv")
	case part:
		err = a.exportPart(w, r, filter, begin("application/x-ndjson", "audit-part.ndjson"))
	default:
		err = a.exportLines(w, r, begin("application/x-ndjson", "audit.ndjson"))
	}
	if err == nil || !begun {
		return err
	}
	// The answer has begun: cut it, so that nobody takes it for the whole.
	httpkit.Note(r.Context(), err)
	panic(http.ErrAbortHandler)
}

func (a *API) exportLines(w http.ResponseWriter, r *http.Request, begin func()) error {
	project := r.PathValue("project")
	out := audit.NewWriter(w, project)
	if err := a.deps.Catalog.ExportRecord(r.Context(), actorOf(r.Context()), project, begin, out.Write); err != nil {
		return err
	}
	return out.Close()
}

// exportFilter is what an export is asked for; only the project is the whole.
func exportFilter(r *http.Request) catalog.ChangeFilter {
	query := r.URL.Query()
	return catalog.ChangeFilter{
		Project: r.PathValue("project"), Environment: query.Get("environment"), Kind: document.Kind(query.Get("kind")),
		Object: query.Get("object"), Actor: query.Get("actor"),
	}
}

// exportPart writes some of the entries, as the list of changes has them. They are
// not chained, and nobody can verify them.
func (a *API) exportPart(w http.ResponseWriter, r *http.Request, filter catalog.ChangeFilter, begin func()) error {
	out := json.NewEncoder(w)
	return a.deps.Catalog.ExportChanges(r.Context(), actorOf(r.Context()), filter, begin, func(c catalog.Change) error { return out.Encode(changeView(c)) })
}

// exportTable writes a row for each entry.
func (a *API) exportTable(w http.ResponseWriter, r *http.Request, filter catalog.ChangeFilter, begin func()) error {
	out := csv.NewWriter(w)
	err := a.deps.Catalog.ExportChanges(r.Context(), actorOf(r.Context()), filter, func() {
		begin()
		_ = out.Write([]string{"id", "time", "actor kind", "actor", "kind", "object", "environment", "action", "what", "comment", "revisions", "request"})
	}, func(c catalog.Change) error { return out.Write(changeCells(c)) })
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// changeCells is an entry as a row, none of whose cells is a formula.
func changeCells(c catalog.Change) []string {
	var revisions []string
	for _, environment := range sortedKeys(c.Revisions) {
		revisions = append(revisions, fmt.Sprintf("%s %d", environment, c.Revisions[environment]))
	}
	row := []string{
		strconv.FormatInt(c.ID, 10), time.UnixMilli(c.At).UTC().Format(time.RFC3339), string(c.Author.Kind), c.Author.Name,
		string(c.Kind), c.Object, c.Environment, string(c.Action), strings.Join(c.Sentences, "; "), c.Comment, strings.Join(revisions, ", "), c.RequestID,
	}
	for i := range row {
		row[i] = httpkit.Cell(row[i])
	}
	return row
}

// published tells which environments moved on since this reader last asked.
func (f *follower) published(ctx context.Context) ([]LiveEvent, error) {
	c := f.api.deps.Catalog
	project, err := c.Project(ctx, actorOf(ctx), f.project)
	if err != nil {
		return nil, err
	}
	var events []LiveEvent
	for _, e := range project.Environments {
		last, known := f.revisions[e.Key]
		f.revisions[e.Key] = e.Revision
		if !known || e.Revision <= last {
			continue
		}
		revisions, err := c.Revisions(ctx, actorOf(ctx), f.project, e.Key, 0, liveRevisions)
		if err != nil {
			return nil, err
		}
		for i := len(revisions) - 1; i >= 0; i-- {
			if r := revisions[i]; r.Number > last {
				events = append(events, LiveEvent{
					Type: "revision", Environment: e.Key, Revision: r.Number, Actor: r.Author.Name, Sentences: sentences(r.Sentences),
				})
			}
		}
	}
	return events, nil
}

func (a *API) listAttributes(ctx context.Context, in *ProjectPath) (*body[Items[Attribute]], error) {
	attributes, err := a.deps.Catalog.Attributes(ctx, actorOf(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	views := make([]Attribute, 0, len(attributes))
	for _, path := range sortedKeys(attributes) {
		at := attributes[path]
		v := Attribute{Path: path, Type: at.Type, Privacy: at.Privacy}
		for _, value := range at.Values {
			v.Values = append(v.Values, Value{raw{value}})
		}
		views = append(views, v)
	}
	return &body[Items[Attribute]]{Items[Attribute]{views}}, nil
}
