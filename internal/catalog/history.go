package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/audit"
	"burgee.dev/burgee/internal/document"
)

const (
	pageSize = 50
	maxPage  = 200
)

// Changes reads a page of a project's record, newest first.
func (s *Service) Changes(ctx context.Context, actor account.Actor, filter ChangeFilter) (ChangePage, error) {
	if err := account.Can(actor, account.Read, account.Scope{Project: filter.Project, Environment: filter.Environment}); err != nil {
		return ChangePage{}, err
	}
	limit := min(filter.Limit, maxPage)
	if limit <= 0 {
		limit = pageSize
	}
	page := ChangePage{Items: []Change{}}
	err := s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(filter.Project)
		if err != nil {
			return err
		}
		query := ChangeQuery{
			ProjectID: row.ID, Kind: filter.Kind, Object: filter.Object, Actor: filter.Actor,
			Before: filter.Before, Limit: limit + 1,
		}
		if filter.Environment != "" {
			environment, err := (view{row: row}).environment(filter.Environment)
			if err != nil {
				return err
			}
			query.EnvironmentID = environment.ID
		}
		rows, err := r.Changes(query)
		if len(rows) > limit {
			rows = rows[:limit]
			page.Next = rows[limit-1].ID
		}
		if err != nil {
			return err
		}
		erased, err := rewrittenOf(r, row, rows)
		for _, c := range rows {
			page.Items = append(page.Items, newChange(c))
			page.Items[len(page.Items)-1].Erased = erased[c.Seq]
		}
		return err
	})
	return page, err
}

// rewrittenOf are the numbers of the entries that erasures of the project have
// rewritten; nil where each of rows is as it was made.
func rewrittenOf(r Reader, project ProjectRow, rows []ChangeRow) (map[int64]bool, error) {
	if !slices.ContainsFunc(rows, func(c ChangeRow) bool { return !entryOf(project.Key, c).AsMade() }) {
		return nil, nil
	}
	return rewritten(r, project.ID)
}

// rewritten are the numbers of the entries that erasures of a project have
// rewritten.
func rewritten(r Reader, projectID int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	for before := int64(0); ; {
		page, err := r.Changes(ChangeQuery{ProjectID: projectID, Kind: ErasureKind, Before: before, Limit: maxPage})
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			var erasure audit.Erasure
			decode(c.After, &erasure)
			for _, said := range erasure.Entries {
				out[said.Seq] = true
			}
			before = c.ID
		}
		if len(page) < maxPage {
			return out, nil
		}
	}
}

// Revisions lists an environment's revisions below before (0: from the newest),
// newest first.
func (s *Service) Revisions(ctx context.Context, actor account.Actor, project, environment string, before int64, limit int) ([]Revision, error) {
	if err := account.Can(actor, account.Read, account.Scope{Project: project, Environment: environment}); err != nil {
		return nil, err
	}
	if limit = min(limit, maxPage); limit <= 0 {
		limit = pageSize
	}
	out := []Revision{}
	err := s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(project)
		if err != nil {
			return err
		}
		e, err := (view{row: row}).environment(environment)
		if err != nil {
			return err
		}
		rows, err := r.Revisions(e.ID, before, limit)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return nil
		}
		entries, err := r.Changes(ChangeQuery{
			ProjectID: row.ID, EnvironmentID: e.ID, Revision: rows[len(rows)-1].Number, Through: rows[0].Number,
		})
		if err != nil {
			return err
		}
		of := map[int64][]ChangeRow{}
		for _, c := range entries {
			number := c.Revisions[environment]
			of[number] = append(of[number], c)
		}
		for _, revision := range rows {
			out = append(out, newRevision(revision.Number, of[revision.Number]))
		}
		return nil
	})
	return out, err
}

// newRevision tells a revision from its entries, which come newest first.
func newRevision(number int64, entries []ChangeRow) Revision {
	out := Revision{Number: number}
	for i := len(entries) - 1; i >= 0; i-- {
		c := newChange(entries[i])
		out.At, out.Author, out.Comment = c.At, c.Author, c.Comment
		out.Sentences = append(out.Sentences, c.Sentences...)
		out.ChangeIDs = append(out.ChangeIDs, c.ID)
	}
	return out
}

// newChange tells an entry of the record in words.
func newChange(row ChangeRow) Change {
	c := Change{
		ID: row.ID, At: row.At, Author: row.Author, Kind: row.Kind, Object: row.Object,
		Environment: row.Environment, Action: row.Action, Before: row.Before, After: row.After,
		Comment: row.Comment, RequestID: row.RequestID, Revisions: row.Revisions,
	}
	if c.Revisions == nil {
		c.Revisions = map[string]int64{}
	}
	if c.Kind != ErasureKind { // which entries it rewrote is for who checks them
		c.Diff = document.Diff(row.Before, row.After)
	}
	c.Sentences = sentences(c)
	return c
}

func sentences(c Change) []string {
	switch c.Kind {
	case SDKKeyKind:
		return keySentences(c)
	case MemberKind:
		return memberSentences(c)
	case TokenKind:
		return tokenSentences(c)
	case LinkKind:
		return linkSentences(c)
	case RoleKind:
		return roleSentences(c)
	case SignInKind:
		verb := map[ActionKind]string{ActionCreate: "turned on", ActionDelete: "turned off"}[c.Action]
		return []string{fmt.Sprintf("%s %s %s", c.Author, cmp.Or(verb, "changed"), c.Object)}
	case SessionKind:
		return []string{fmt.Sprintf("%s ended a sign-in of %s", c.Author, c.Object)}
	case ChangeRequestKind:
		return changeRequestSentences(c)
	case RolloutKind:
		return rolloutSentences(c)
	case WebhookKind:
		return webhookSentences(c)
	case ErasureKind:
		return erasureSentences(c)
	case StoreKind:
		return []string{"everything was restored from a backup: " + c.Object}
	case ProjectKind, EnvironmentKey:
		return placeSentences(c)
	}
	if c.Action == ActionRestore {
		return []string{c.Object + ": restored"}
	}
	return document.Sentences(asDocument(c), nil)
}

// asDocument is an entry as package document tells it.
func asDocument(c Change) document.Change {
	out := document.Change{
		Kind: c.Kind, Object: c.Object, Environment: c.Environment,
		Action: document.Action(c.Action), Before: c.Before, After: c.After,
	}
	if c.Action == ActionArchive {
		out.Action = document.Delete
	}
	return out
}

// decode reads what this package wrote; what is absent leaves the value as it is.
func decode(raw json.RawMessage, v any) {
	if raw != nil {
		_ = json.Unmarshal(raw, v) // an erased value is told as an empty one
	}
}
