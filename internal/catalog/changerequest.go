package catalog

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// ChangeRequestState says what became of a change request.
type ChangeRequestState string

// The states of change requests.
const (
	RequestDraft     ChangeRequestState = "draft" // saved for later; nobody is asked yet
	RequestOpen      ChangeRequestState = "open"
	RequestPublished ChangeRequestState = "published"
	RequestRejected  ChangeRequestState = "rejected"
	RequestWithdrawn ChangeRequestState = "withdrawn"
)

// pending says whether it may still change anything: a draft or an open one.
func (s ChangeRequestState) pending() bool { return s == RequestDraft || s == RequestOpen }

// ChangeRequestEventKind says what happened to a change request.
type ChangeRequestEventKind string

// The kinds of events.
const (
	EventDrafted     ChangeRequestEventKind = "drafted"   // content of a draft, the first and each other
	EventOpened      ChangeRequestEventKind = "opened"    // a draft asks for approval from now on
	EventSubmitted   ChangeRequestEventKind = "submitted" // the first time, and with each other content
	EventCommented   ChangeRequestEventKind = "commented"
	EventApproved    ChangeRequestEventKind = "approved"
	EventRejected    ChangeRequestEventKind = "rejected"
	EventWithdrawn   ChangeRequestEventKind = "withdrawn"
	EventScheduled   ChangeRequestEventKind = "scheduled"
	EventUnscheduled ChangeRequestEventKind = "unscheduled"
	EventPublished   ChangeRequestEventKind = "published"
	EventFailed      ChangeRequestEventKind = "failed" // it was not published at its time
)

// submits says whether an event makes somebody one of those who submitted it, and
// who therefore cannot approve it.
func (k ChangeRequestEventKind) submits() bool {
	return k == EventSubmitted || k == EventDrafted || k == EventOpened
}

// ObjectRef names one object.
type ObjectRef struct {
	Kind        document.Kind
	Key         string
	Environment string // of a configuration
}

// Proposal is the content of a change request: a file as Apply takes it, and
// objects to take out, which no file can say. A flag is archived.
type Proposal struct {
	Title     string
	Comment   string
	File      *document.File // nil changes nothing
	FromFile  bool           // as that of ApplyRequest, and so is Prune
	Prune     bool
	Remove    []ObjectRef
	Draft     bool             // of a new one: it is saved, and nobody is asked yet
	Expect    map[string]int64 // as that of ApplyRequest
	Force     bool
	RequestID string
	IfVersion *int64 // of Resubmit: the version of the content that was read; nil does not ask

	// Rollout is proposed instead of a file: its first step is the change, and the
	// others follow under the same approvals.
	Rollout *RolloutPlan
	// Rollback is proposed instead of a file, and so is Promotion.
	Rollback  *RollbackRequest
	Promotion *Promotion
}

// ChangeRequest is a change that somebody proposes.
type ChangeRequest struct {
	Project      string
	Number       int64
	Title        string
	State        ChangeRequestState
	Version      int64 // of the content; approvals are of one version
	Author       Author
	CreatedAt    int64
	UpdatedAt    int64
	Base         map[string]int64 // the revisions that the content was made on
	Environments []string         // whose programs it concerns
	Objects      int              // how many it changes
	Approvals    []Approval       // that count, by environment
	PublishAt    int64            // when it is due; 0 is not scheduled
	Problem      string           // why it was not published at its time, or is tried again
	RetryAt      int64            // when it is tried again; 0 is not
	Rollout      *RolloutPlan     // what begins when it is published; nil is nothing
	Revisions    map[string]int64 // that it was published as
	Events       []ChangeRequestEvent

	// Items are the objects that it changes, beside what is live now; nil in lists.
	Items []RequestItem
	// Misfit is why the whole no longer fits what is live although no object was
	// changed on both sides, such as a group that is gone; empty is none.
	Misfit string
}

// Approval says how far an environment's approvals have come.
type Approval struct {
	Environment string
	Needed      int
	By          []string
}

// Approved says whether nobody else has to approve.
func (c ChangeRequest) Approved() bool {
	return !slices.ContainsFunc(c.Approvals, func(a Approval) bool { return len(a.By) < a.Needed })
}

// Conflicts counts the objects that were changed on both sides.
func (c ChangeRequest) Conflicts() (n int) {
	for _, item := range c.Items {
		if item.Theirs != nil {
			n++
		}
	}
	return n
}

// RequestItem is one object of a change request.
type RequestItem struct {
	PlanItem          // from what is live to what is proposed
	Done     bool     // it is so already
	Theirs   *Theirs  // how it was changed meanwhile, otherwise than proposed; nil is not
	Yours    PlanItem // from what it was made on to what is proposed

	// The object as a file says it: as the content was made on it, as it is live
	// now, and as it is proposed. nil is absent.
	Base, Live, Proposed json.RawMessage

	restores bool // a flag that is archived
	fromFile bool
}

// Theirs is what became of an object since a change request was made on it.
type Theirs struct {
	PlanItem
	By LastChange // the newest of its changes
}

// ChangeRequestEvent is something that happened to a change request or was said
// of it.
type ChangeRequestEvent struct {
	Kind    ChangeRequestEventKind
	Version int64
	At      int64
	Author  Author
	Text    string
}

// ChangeRequestFilter selects change requests; zero fields do not select.
type ChangeRequestFilter struct {
	State       ChangeRequestState
	Scheduled   bool   // only those to be published at a time
	Text        string // only those with this text in their title, whatever the case
	Author      string // only those of this author, by name
	Environment string // only those that concern this environment
	Object      string // only those that change an object with this key
	Before      int64  // only those with a smaller number
	Limit       int    // 0 is 50; at most 200
}

const maxTitle = 200

// proposedChange is an object of a change request as stored.
type proposedChange struct {
	Kind        document.Kind   `json:"kind"`
	Object      string          `json:"object"`
	Environment string          `json:"environment,omitempty"`
	Action      ActionKind      `json:"action"`
	Before      json.RawMessage `json:"before,omitempty"`
	After       json.RawMessage `json:"after,omitempty"`
	FromFile    bool            `json:"fromFile,omitempty"`
}

func (p proposedChange) change(before, after json.RawMessage) document.Change {
	c := document.Change{Kind: p.Kind, Object: p.Object, Environment: p.Environment, Action: document.Update, Before: before, After: after}
	switch {
	case before == nil:
		c.Action = document.Create
	case after == nil:
		c.Action = document.Delete
	}
	return c
}

// requestState is what the record keeps of a change request.
type requestState struct {
	Title        string                 `json:"title"`
	State        ChangeRequestState     `json:"state"`
	Version      int64                  `json:"version"`
	Event        ChangeRequestEventKind `json:"event"`
	Environments []string               `json:"environments"`
	PublishAt    int64                  `json:"publishAt,omitempty"`
	Revisions    map[string]int64       `json:"revisions,omitempty"`
}

func changeRequestSentences(c Change) []string {
	var r requestState
	decode(c.After, &r)
	words := string(r.Event)
	switch {
	case r.Event == EventDrafted && r.Version > 1:
		words = fmt.Sprintf("saved again as a draft, version %d", r.Version)
	case r.Event == EventDrafted:
		words = "saved as a draft"
	case r.Event == EventOpened:
		words = "opened for review"
	case r.Event == EventSubmitted && r.Version > 1:
		words = fmt.Sprintf("submitted again, version %d", r.Version)
	case r.Event == EventApproved:
		words = fmt.Sprintf("approved, version %d", r.Version)
	case r.Event == EventScheduled:
		words = "scheduled for " + minute(r.PublishAt)
	case r.Event == EventFailed:
		words = "not published at its time"
	}
	return []string{fmt.Sprintf("change request %s “%s”: %s", c.Object, r.Title, words)}
}

func minute(at int64) string { return time.UnixMilli(at).UTC().Format("2006-01-02 15:04 UTC") }

// request is a change request in a transaction that writes.
type request struct {
	*edit
	row    ChangeRequestRow
	events []ChangeRequestEventRow
}

// openRequest finds an open change request to write to.
func (e *edit) openRequest(number int64) (*request, error) {
	r, err := e.pendingRequest(number)
	if err == nil && r.row.State == RequestDraft {
		return nil, fault.New(fault.Conflict, "change_request_draft", "The change request %d is a draft; open it for review first", number)
	}
	return r, err
}

// pendingRequest finds a draft or an open change request to write to.
func (e *edit) pendingRequest(number int64) (*request, error) {
	row, err := e.reader.ChangeRequest(e.row.ID, number)
	if err != nil {
		return nil, err
	}
	if !row.State.pending() {
		return nil, fault.New(fault.Conflict, "change_request_closed", "The change request %d is %s; propose another one", number, row.State)
	}
	events, err := e.reader.ChangeRequestEvents(e.row.ID, number, number)
	return &request{edit: e, row: row, events: events}, err
}

// note writes what happened, and the entry of the record; a comment has none.
func (r *request) note(actor account.Actor, kind ChangeRequestEventKind, text string, environments []string) error {
	action := ActionUpdate
	if r.row.Number == 0 {
		action = ActionCreate
	}
	r.row.UpdatedAt, r.requested = r.now, true
	number, err := r.tx.PutChangeRequest(r.row)
	if err != nil {
		return err
	}
	r.row.Number = number
	err = r.tx.AppendChangeRequestEvent(ChangeRequestEventRow{
		ProjectID: r.row.ProjectID, Number: number, Kind: kind, Version: r.row.Version, At: r.now,
		Author: Author{Kind: actor.Kind, ID: actor.ID, Name: actor.Name}, Person: personOf(actor), Environments: environments, Text: text,
	})
	if err != nil || kind == EventCommented {
		return err
	}
	r.also = append(r.also, ChangeRow{
		Kind: ChangeRequestKind, Object: strconv.FormatInt(number, 10), Action: action, Comment: text,
		After: jsonOf(requestState{
			Title: r.row.Title, State: r.row.State, Version: r.row.Version, Event: kind,
			Environments: r.row.Environments, PublishAt: r.row.PublishAt, Revisions: r.row.Revisions,
		}),
	})
	return nil
}

// personOf says who acts, whichever way they come: the id of a member, signed in or
// with a token of their own, or "token:ID" of a service token, with "/MEMBER" after
// it where it comes from a member.
func personOf(actor account.Actor) string {
	if actor.Person != "" {
		return actor.Person
	}
	own := string(actor.Kind) + ":" + actor.ID
	if actor.Maker != "" {
		own += "/" + actor.Maker
	}
	return own
}

// sameActor says whether two persons are one member or one token.
func sameActor(a, b string) bool {
	a, _, _ = strings.Cut(a, "/")
	b, _, _ = strings.Cut(b, "/")
	return a == b
}

// samePerson says whether one human may be behind two persons: who makes a service
// token can act with it.
func samePerson(a, b string) bool {
	return sameActor(a, b) || behind(a) == behind(b)
}

// behind is the member behind a person, else the person.
func behind(person string) string {
	if _, member, ok := strings.Cut(person, "/"); ok {
		return member
	}
	return person
}

// Propose makes a change request, open or a draft. One that is there already in
// that state with the same content is returned instead, and made is false.
func (s *Service) Propose(ctx context.Context, actor account.Actor, project string, p Proposal) (c ChangeRequest, made bool, err error) {
	if p.Title = strings.TrimSpace(p.Title); p.Title == "" || len(p.Title) > maxTitle {
		return c, false, fault.New(fault.Invalid, "title_invalid", "The change request needs a title").
			WithField("title", "takes 1 to %d bytes of text", maxTitle)
	}
	state := RequestOpen
	if p.Draft {
		state = RequestDraft
	}
	var number int64
	err = s.onRequest(ctx, actor, project, p.options(), func(e *edit) error {
		made, number = false, 0
		same, err := e.reader.ChangeRequests(ChangeRequestQuery{ProjectID: e.row.ID, State: state, Digest: p.digest(), Limit: 1})
		if err != nil {
			return err
		}
		if len(same) > 0 {
			number = same[0].Number
			return e.mayPropose(actor)
		}
		r := &request{edit: e, row: ChangeRequestRow{
			ProjectID: e.row.ID, Title: p.Title, State: state,
			Author: Author{Kind: actor.Kind, ID: actor.ID, Name: actor.Name}, CreatedAt: e.now,
		}}
		if err := s.submit(r, actor, p); err != nil {
			return err
		}
		made, number = true, r.row.Number
		return nil
	})
	if err != nil {
		return c, false, err
	}
	c, err = s.ChangeRequest(ctx, actor, project, number)
	return c, made, err
}

// Resubmit gives a draft or an open change request another content, made on what
// is live now. Approvals of the content before no longer count.
func (s *Service) Resubmit(ctx context.Context, actor account.Actor, project string, number int64, p Proposal) (ChangeRequest, error) {
	return s.onPending(ctx, actor, project, number, p.options(), func(r *request) error {
		if p.IfVersion != nil && *p.IfVersion != r.row.Version {
			return contentChanged(r.row, *p.IfVersion, "give it another content")
		}
		r.row.Title = cmp.Or(strings.TrimSpace(p.Title), r.row.Title)
		if len(r.row.Title) > maxTitle {
			return fault.New(fault.Invalid, "title_invalid", "The title is too long").WithField("title", "takes 1 to %d bytes of text", maxTitle)
		}
		return s.submit(r, actor, p)
	})
}

// Open asks for approval of a draft. Who does so has submitted it too.
func (s *Service) Open(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions) (ChangeRequest, error) {
	return s.onPending(ctx, actor, project, number, opts, func(r *request) error {
		if err := r.mayPropose(actor); err != nil {
			return err
		}
		if r.row.State != RequestDraft {
			return fault.New(fault.Conflict, "change_request_open", "The change request %d is open already", number)
		}
		r.row.State = RequestOpen
		return r.note(actor, EventOpened, opts.Comment, nil)
	})
}

// contentChanged refuses what somebody does who has seen another version.
func contentChanged(row ChangeRequestRow, seen int64, do string) error {
	return fault.New(fault.Precondition, "content_changed", "The change request %d is at version %d, not %d: read it again before you %s", row.Number, row.Version, seen, do)
}

func (p Proposal) options() WriteOptions {
	return WriteOptions{Comment: p.Comment, RequestID: p.RequestID}
}

// digest tells one content from another.
func (p Proposal) digest() []byte {
	sum := sha256.New()
	if p.File != nil {
		_ = json.NewEncoder(sum).Encode(p.File)
	}
	_ = json.NewEncoder(sum).Encode(p.Remove)
	if p.FromFile || p.Prune {
		_ = json.NewEncoder(sum).Encode([]bool{p.FromFile, p.Prune})
	}
	if p.Rollout != nil {
		_ = json.NewEncoder(sum).Encode(p.Rollout)
	}
	if p.Rollback != nil {
		_ = json.NewEncoder(sum).Encode(p.Rollback)
	}
	if p.Promotion != nil {
		_ = json.NewEncoder(sum).Encode(p.Promotion)
	}
	return sum.Sum(nil)
}

// mayPropose asks for the right to propose anything at all in the project.
func (e *edit) mayPropose(actor account.Actor) error {
	err := account.Can(actor, account.EditFlags, account.Scope{Project: e.row.Key})
	for _, environment := range e.row.Environments {
		if err != nil && account.Can(actor, account.EditFlags, account.Scope{Project: e.row.Key, Environment: environment.Key}) == nil {
			return nil
		}
	}
	return err
}

// submit makes the content of a request: the changes of a proposal from what is
// live now.
func (s *Service) submit(r *request, actor account.Actor, p Proposal) error {
	if err := r.mayPropose(actor); err != nil {
		return err
	}
	e := r.fresh()
	if err := s.wanted(e, p); err != nil {
		return err
	}
	if len(e.changes) == 0 {
		return fault.New(fault.Invalid, "nothing_proposed", "Everything is so already; there is nothing to propose")
	}
	if _, err := e.check(actor, command{project: r.view.row.Key, proposes: true}); err != nil {
		return err
	}
	touched, err := e.touched(func(EnvironmentRow) bool { return true })
	if err != nil {
		return err
	}
	row := &r.row
	row.Version++
	row.Digest, row.Base, row.Objects, row.PublishAt, row.Problem = p.digest(), e.revisions(), len(e.changes), 0, ""
	row.Environments = []string{}
	for _, environment := range touched {
		row.Environments = append(row.Environments, environment.Key)
	}
	changes := make([]proposedChange, 0, len(e.changes))
	for _, c := range e.changes {
		changes = append(changes, proposedChange{c.Kind, c.Object, c.Environment, e.actionOf(c), c.Before, c.After, e.fromFile})
	}
	row.Changes, row.Rollout = jsonOf(changes), nil
	if p.Rollout != nil {
		row.Rollout = jsonOf(p.Rollout)
	}
	kind := EventSubmitted
	if row.State == RequestDraft {
		kind = EventDrafted
	}
	return r.note(actor, kind, p.Comment, nil)
}

// fresh is an edit of the same transaction in which nothing is wanted yet.
func (r *request) fresh() *edit {
	return &edit{view: r.view, tx: r.tx, reader: r.reader, now: r.now, seeds: r.seeds, actions: map[string]ActionKind{}, made: map[string]flagMeta{}}
}

// kinds counts what is proposed beside each other.
func (p Proposal) kinds() (n int) {
	for _, given := range []bool{p.File != nil || len(p.Remove) > 0, p.Rollout != nil, p.Rollback != nil, p.Promotion != nil} {
		if given {
			n++
		}
	}
	return n
}

// wanted makes the command of a proposal.
func (s *Service) wanted(e *edit, p Proposal) error {
	if p.kinds() > 1 {
		return fault.New(fault.Invalid, "proposal_malformed", "A change request is a file, a rollout, a rollback or a promotion").
			WithField("rollout", "stands alone, and so do rollback and promotion")
	}
	switch {
	case p.Rollout != nil:
		_, err := e.begin(*p.Rollout)
		return err
	case p.Rollback != nil:
		_, _, err := s.wantBack(e, *p.Rollback)
		return err
	case p.Promotion != nil:
		file, err := e.promote(*p.Promotion)
		if err != nil {
			return err
		}
		return e.unmoved(ApplyRequest{File: file, Expect: p.Expect})
	case p.File != nil:
		if err := e.apply(ApplyRequest{File: p.File, FromFile: p.FromFile, Prune: p.Prune, Expect: p.Expect, Force: p.Force}); err != nil {
			return err
		}
	}
	var flags []string
	for _, ref := range p.Remove {
		if ref.Kind == document.FlagKind {
			flags = append(flags, ref.Key)
		}
	}
	if err := e.notAsked(flags, p.Force); err != nil {
		return err
	}
	return e.removed(p.Remove)
}

// CommentOn says something of a change request, be it open or not.
func (s *Service) CommentOn(ctx context.Context, actor account.Actor, project string, number int64, text string, opts WriteOptions) (ChangeRequest, error) {
	if strings.TrimSpace(text) == "" || len(text) > maxComment {
		return ChangeRequest{}, fault.New(fault.Invalid, "comment_invalid", "The comment is empty or too long").
			WithField("comment", "takes 1 to %d bytes of text", maxComment)
	}
	err := s.onRequest(ctx, actor, project, opts, func(e *edit) error {
		if err := e.mayPropose(actor); err != nil && len(approvable(actor, project, e.project.Environments)) == 0 {
			return err
		}
		row, err := e.reader.ChangeRequest(e.row.ID, number)
		if err != nil {
			return err
		}
		return (&request{edit: e, row: row}).note(actor, EventCommented, text, nil)
	})
	if err != nil {
		return ChangeRequest{}, err
	}
	return s.ChangeRequest(ctx, actor, project, number)
}

// Approve says that one version of a change request is right. It counts in the
// environments where the actor may approve, and only while the content stays.
// Nobody approves what they have submitted, with a service token that they made
// either, and nobody counts twice.
func (s *Service) Approve(ctx context.Context, actor account.Actor, project string, number, version int64, opts WriteOptions) (ChangeRequest, error) {
	return s.onOpen(ctx, actor, project, number, opts, func(r *request) error {
		if err := r.mayDecide(actor); err != nil {
			return err
		}
		if version != r.row.Version {
			return contentChanged(r.row, version, "approve it")
		}
		me := personOf(actor)
		for _, e := range r.events {
			switch {
			case e.Kind.submits() && sameActor(e.Person, me):
				return fault.New(fault.Forbidden, "own_change_request", "%s has submitted the change request %d; somebody else has to approve it", actor.Name, number)
			case e.Kind.submits() && samePerson(e.Person, me):
				return fault.New(fault.Forbidden, "own_change_request",
					"%s has submitted the change request %d, and %s comes from the same member; somebody else has to approve it", e.Author.Name, number, actor.Name)
			case e.Kind == EventApproved && samePerson(e.Person, me) && e.Version == version:
				return nil
			}
		}
		return r.note(actor, EventApproved, opts.Comment, approvable(actor, project, r.row.Environments))
	})
}

// mayDecide asks for the right to approve or reject.
func (r *request) mayDecide(actor account.Actor) error {
	if len(r.row.Environments) == 0 { // programs get nothing else by it
		return account.CanSomewhere(actor, account.Approve)
	}
	if len(approvable(actor, r.view.row.Key, r.row.Environments)) > 0 {
		return nil
	}
	return account.Can(actor, account.Approve, account.Scope{Project: r.view.row.Key, Environment: r.row.Environments[0]})
}

// Reject closes a change request that shall not be published; the reason is the
// comment.
func (s *Service) Reject(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions) (ChangeRequest, error) {
	return s.onOpen(ctx, actor, project, number, opts, func(r *request) error {
		if err := r.mayDecide(actor); err != nil {
			return err
		}
		r.row.State, r.row.PublishAt = RequestRejected, 0
		return r.note(actor, EventRejected, opts.Comment, nil)
	})
}

// Withdraw closes a change request that one has submitted oneself, or discards a
// draft of one's own.
func (s *Service) Withdraw(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions) (ChangeRequest, error) {
	return s.onPending(ctx, actor, project, number, opts, func(r *request) error {
		me := personOf(actor)
		if !slices.ContainsFunc(r.events, func(e ChangeRequestEventRow) bool { return e.Kind.submits() && sameActor(e.Person, me) }) {
			return fault.New(fault.Forbidden, "not_own_change_request", "%s has not submitted the change request %d; who may approve it may reject it", actor.Name, number)
		}
		r.row.State, r.row.PublishAt = RequestWithdrawn, 0
		return r.note(actor, EventWithdrawn, opts.Comment, nil)
	})
}

// onRequest is the way of writes to change requests that publish nothing.
func (s *Service) onRequest(ctx context.Context, actor account.Actor, project string, opts WriteOptions, write func(*edit) error) error {
	_, err := s.commit(ctx, actor, command{project: project, opts: opts}, write)
	return err
}

// onOpen writes to an open change request, and returns what it is then.
func (s *Service) onOpen(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions, write func(*request) error) (ChangeRequest, error) {
	return s.onFound(ctx, actor, project, number, opts, (*edit).openRequest, write)
}

// onPending is onOpen for drafts too.
func (s *Service) onPending(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions, write func(*request) error) (ChangeRequest, error) {
	return s.onFound(ctx, actor, project, number, opts, (*edit).pendingRequest, write)
}

func (s *Service) onFound(
	ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions,
	find func(*edit, int64) (*request, error), write func(*request) error,
) (ChangeRequest, error) {
	err := s.onRequest(ctx, actor, project, opts, func(e *edit) error {
		r, err := find(e, number)
		if err != nil {
			return err
		}
		return write(r)
	})
	if err != nil {
		return ChangeRequest{}, err
	}
	return s.ChangeRequest(ctx, actor, project, number)
}

// mostLooked bounds how many change requests are looked at for one page. Some of
// the filters are no question to an index.
const mostLooked = 1000

// ChangeRequests lists change requests, newest first, without their objects. next
// is the Before of the page after; 0 at the end. Where few fit, a page may have
// fewer than its limit, and next all the same.
func (s *Service) ChangeRequests(ctx context.Context, actor account.Actor, project string, filter ChangeRequestFilter) (page []ChangeRequest, next int64, err error) {
	if err := account.Can(actor, account.Read, account.Scope{Project: project}); err != nil {
		return nil, 0, err
	}
	err = s.store.Read(ctx, func(r Reader) error {
		project, err := r.Project(project)
		if err != nil {
			return err
		}
		var rows []ChangeRequestRow
		if rows, next, err = filter.rows(r, project.ID); err != nil || len(rows) == 0 {
			return err
		}
		events, err := r.ChangeRequestEvents(project.ID, rows[len(rows)-1].Number, rows[0].Number)
		if err != nil {
			return err
		}
		for _, row := range rows {
			of := slices.DeleteFunc(slices.Clone(events), func(e ChangeRequestEventRow) bool { return e.Number != row.Number })
			page = append(page, newChangeRequest(project, row, of))
		}
		return nil
	})
	return page, next, err
}

// rows are those of a page, and where to read on.
func (filter ChangeRequestFilter) rows(r Reader, projectID int64) (fit []ChangeRequestRow, next int64, err error) {
	limit := min(cmp.Or(max(filter.Limit, 0), pageSize), maxPage)
	query := ChangeRequestQuery{ProjectID: projectID, State: filter.State, Scheduled: filter.Scheduled, Before: filter.Before, Limit: limit + 1}
	for looked := 0; ; {
		rows, err := r.ChangeRequests(query)
		if err != nil {
			return nil, 0, err
		}
		for _, row := range rows[:min(len(rows), limit)] {
			if fits, err := filter.fits(r, row); err != nil {
				return nil, 0, err
			} else if fits {
				fit = append(fit, row)
			}
			query.Before = row.Number
			looked++
			if len(fit) == limit {
				break
			}
		}
		if len(rows) == 0 || rows[len(rows)-1].Number == query.Before { // the last one was looked at
			return fit, 0, nil
		}
		if len(fit) == limit || looked >= mostLooked {
			return fit, query.Before, nil
		}
	}
}

// fits looks at what the store was not asked for.
func (filter ChangeRequestFilter) fits(r Reader, row ChangeRequestRow) (bool, error) {
	if filter.Author != "" && row.Author.String() != filter.Author ||
		filter.Environment != "" && !slices.Contains(row.Environments, filter.Environment) ||
		!strings.Contains(strings.ToLower(row.Title), strings.ToLower(strings.TrimSpace(filter.Text))) {
		return false, nil
	}
	return about(r, row, filter.Object)
}

// about says whether a change request changes an object with a key; "" is any.
func about(r Reader, row ChangeRequestRow, key string) (bool, error) {
	if key == "" {
		return true, nil
	}
	whole, err := r.ChangeRequest(row.ProjectID, row.Number) // lists leave the changes out
	if err != nil {
		return false, err
	}
	changes, err := whole.proposed()
	return slices.ContainsFunc(changes, func(p proposedChange) bool { return p.Object == key }), err
}

// proposed reads the changes of a row.
func (row ChangeRequestRow) proposed() (changes []proposedChange, err error) {
	if err := json.Unmarshal(row.Changes, &changes); err != nil {
		return nil, fmt.Errorf("catalog: read the change request %d: %w", row.Number, err)
	}
	return changes, nil
}

// ChangeRequest returns one, beside what is live now.
func (s *Service) ChangeRequest(ctx context.Context, actor account.Actor, project string, number int64) (ChangeRequest, error) {
	var out ChangeRequest
	_, err := s.read(ctx, actor, project, func(r Reader, v view) error {
		row, err := r.ChangeRequest(v.row.ID, number)
		if err != nil {
			return err
		}
		events, err := r.ChangeRequestEvents(v.row.ID, number, number)
		if err != nil {
			return err
		}
		out = newChangeRequest(v.row, row, events)
		e := &edit{view: v, reader: r, seeds: document.RandomSeeds(s.random), actions: map[string]ActionKind{}}
		if out.Items, err = e.items(row); err != nil {
			return err
		}
		if row.State.pending() && out.Conflicts() == 0 {
			out.Misfit = e.misfit(row)
		}
		return nil
	})
	return out, err
}

// misfit says why an open request cannot be published although nobody changed
// its objects.
func (e *edit) misfit(row ChangeRequestRow) string {
	err := e.proposed(row)
	if err == nil && len(e.changes) > 0 {
		_, err = e.check(account.Actor{Kind: account.Host, Role: account.Owner}, command{project: e.row.Key, proposes: true})
	}
	if err == nil {
		return ""
	}
	f := fault.As(err)
	if len(f.Fields) == 0 {
		return f.Message
	}
	var words []string
	for _, field := range f.Fields {
		words = append(words, field.Field+": "+field.Message)
	}
	return strings.Join(words, "; ")
}

func newChangeRequest(project ProjectRow, row ChangeRequestRow, events []ChangeRequestEventRow) ChangeRequest {
	c := ChangeRequest{
		Project: project.Key, Number: row.Number, Title: row.Title, State: row.State, Version: row.Version, Author: row.Author,
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, Base: row.Base, Environments: row.Environments, Objects: row.Objects,
		PublishAt: row.PublishAt, Problem: row.Problem, RetryAt: row.RetryAt, Revisions: row.Revisions, Events: []ChangeRequestEvent{},
	}
	c.Rollout, _ = rolloutOf(row) // one that cannot be read is said when it is published
	for _, environment := range project.Environments {
		if !slices.Contains(row.Environments, environment.Key) {
			continue
		}
		a := Approval{Environment: environment.Key, Needed: environment.Approvals, By: []string{}}
		for _, e := range counting(row, events) {
			if slices.Contains(e.Environments, environment.Key) {
				a.By = append(a.By, e.Author.Name)
			}
		}
		if a.Needed > 0 || len(a.By) > 0 {
			c.Approvals = append(c.Approvals, a)
		}
	}
	for _, e := range events {
		c.Events = append(c.Events, ChangeRequestEvent{e.Kind, e.Version, e.At, e.Author, e.Text})
	}
	return c
}

// counting are the approvals that count: those of the content as it is.
func counting(row ChangeRequestRow, events []ChangeRequestEventRow) []ChangeRequestEventRow {
	return slices.DeleteFunc(slices.Clone(events), func(e ChangeRequestEventRow) bool {
		return e.Kind != EventApproved || e.Version != row.Version ||
			slices.ContainsFunc(events, func(other ChangeRequestEventRow) bool {
				return other.Kind.submits() && samePerson(other.Person, e.Person)
			})
	})
}

// approvals counts them by environment.
func (r *request) approvals() map[string]int {
	out := map[string]int{}
	for _, e := range counting(r.row, r.events) {
		for _, environment := range e.Environments {
			out[environment]++
		}
	}
	return out
}

// items are the objects of a request beside what is live.
func (e *edit) items(row ChangeRequestRow) ([]RequestItem, error) {
	changes, err := row.proposed()
	if err != nil {
		return nil, err
	}
	out := make([]RequestItem, 0, len(changes))
	present := e.besides(changes)
	for _, p := range changes {
		live := present.Stored(p.Kind, p.Environment, p.Object)
		item := RequestItem{Yours: itemOf(p.change(p.Before, p.After), e.project), restores: p.Action == ActionRestore, fromFile: p.FromFile}
		switch {
		case !row.State.pending(): // what is live has gone on since
			item.PlanItem = item.Yours
		case bytes.Equal(live, p.After):
			item.PlanItem, item.Done = PlanItem{Change: item.Yours.Change}, true
		default:
			item.PlanItem = itemOf(p.change(live, p.After), e.project)
		}
		if row.State.pending() && !item.Done && !bytes.Equal(live, p.Before) {
			theirs, err := e.theirs(p, live)
			if err != nil {
				return nil, err
			}
			item.Theirs = theirs
		}
		if err := item.tell(p, live); err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, thenSteps(row, out)
}

// besides is the present state that changes are looked at beside: a flag that they
// restore has the configurations that wait for it.
func (e *edit) besides(changes []proposedChange) *document.Project {
	restored := &edit{view: e.view, actions: map[string]ActionKind{}}
	for _, p := range changes {
		if p.Action == ActionRestore && e.project.Archived[p.Object] {
			restored.actions[p.Object] = ActionRestore
		}
	}
	return restored.aside()
}

// thenSteps says with the object that a rollout raises which steps follow.
func thenSteps(row ChangeRequestRow, items []RequestItem) error {
	plan, err := rolloutOf(row)
	if err != nil || plan == nil {
		return err
	}
	words := fmt.Sprintf("%s: then step by step, %s", plan.place(), plan.words())
	for i := range items {
		if c := items[i].Yours.Change; c.Kind == plan.kind() && c.Object == plan.object() {
			items[i].Sentences = append(slices.Clip(items[i].Sentences), words)
			items[i].Yours.Sentences = append(slices.Clip(items[i].Yours.Sentences), words)
		}
	}
	return nil
}

// rolloutOf is what begins when a request is published; nil is nothing.
func rolloutOf(row ChangeRequestRow) (*RolloutPlan, error) {
	if row.Rollout == nil {
		return nil, nil
	}
	plan := new(RolloutPlan)
	if err := json.Unmarshal(row.Rollout, plan); err != nil {
		return nil, fmt.Errorf("catalog: read the rollout of the change request %d: %w", row.Number, err)
	}
	return plan, nil
}

// tell keeps the three states of an object as a file says them.
func (i *RequestItem) tell(p proposedChange, live json.RawMessage) error {
	for _, state := range []struct {
		from json.RawMessage
		to   *json.RawMessage
	}{{p.Before, &i.Base}, {live, &i.Live}, {p.After, &i.Proposed}} {
		told, err := document.Exported(p.Kind, state.from)
		if err != nil {
			return fmt.Errorf("catalog: read %s of a change request: %w", p.Object, err)
		}
		*state.to = told
	}
	return nil
}

func itemOf(c document.Change, next *document.Project) PlanItem {
	return PlanItem{Change: c, Sentences: document.Sentences(c, next), Diff: document.Diff(c.Before, c.After), Moves: document.Moves(c, next)}
}

// theirs is what others made of an object, with who was the last.
func (e *edit) theirs(p proposedChange, live json.RawMessage) (*Theirs, error) {
	by, err := e.lastChange(ObjectRef{p.Kind, p.Object, p.Environment})
	if err != nil {
		return nil, err
	}
	return &Theirs{PlanItem: itemOf(p.change(p.Before, live), e.project), By: by}, nil
}

// lastChange is who was the last to change an object, which may be gone.
func (e *edit) lastChange(object ObjectRef) (by LastChange, err error) {
	rows, err := e.reader.Latest(e.row.ID, object.Kind, object.Key)
	keys := e.environmentKeys()
	for _, latest := range rows {
		if keys[latest.EnvironmentID] == object.Environment {
			by = LastChange{ID: latest.ChangeID, At: latest.At, Author: latest.Author}
			for _, revision := range latest.Revisions {
				by.Revision = max(by.Revision, revision)
			}
		}
	}
	return by, err
}

// proposed makes the command of a change request. It refuses where an object was
// changed meanwhile, otherwise than proposed: nobody's edit is lost.
func (e *edit) proposed(row ChangeRequestRow) error {
	items, err := e.items(row)
	if err != nil {
		return err
	}
	if err := conflictOf(row, items); err != nil {
		return err
	}
	next := e.project.Edit()
	var archived []string
	for _, item := range items {
		c := item.Yours.Change
		e.fromFile = e.fromFile || item.fromFile
		switch {
		case item.Done:
		case c.Kind != document.FlagKind:
			err = putBack(next, ChangeRow{Kind: c.Kind, Object: c.Object, Environment: c.Environment, Before: c.After})
		case c.Action == document.Delete:
			archived = append(archived, c.Object)
		case e.project.Archived[c.Object] && item.restores:
			e.restore(next, c.Object)
			err = putDecoded(ChangeRow{Object: c.Object, Before: c.After}, next.PutFlag, next.DeleteFlag)
		case e.project.Archived[c.Object]:
			err = archivedFault(c.Object)
		default:
			err = putDecoded(ChangeRow{Object: c.Object, Before: c.After}, next.PutFlag, next.DeleteFlag)
		}
		if err != nil {
			return err
		}
	}
	for _, key := range archived { // last: what used them is gone by now
		if err := e.archive(next, key); err != nil {
			return err
		}
	}
	return e.propose(next)
}

// conflictOf is the fault of a request that was overtaken, with each object and
// both changes.
func conflictOf(row ChangeRequestRow, items []RequestItem) error {
	var names []string
	f := fault.New(fault.Conflict, "change_request_conflict", "")
	for _, item := range items {
		if item.Theirs == nil {
			continue
		}
		names = append(names, item.Object)
		f.WithField(placeOf(item.Change), "%s has made it: %s. Proposed is: %s", item.Theirs.By.Author,
			strings.Join(item.Theirs.Sentences, "; "), strings.Join(item.Yours.Sentences, "; "))
	}
	if names == nil {
		return nil
	}
	f.Message = fmt.Sprintf("Nothing was published: %s changed since the change request %d was made on it. Look at both changes and submit it again",
		strings.Join(names, ", "), row.Number)
	return f
}

func placeOf(c document.Change) string {
	if c.Environment != "" {
		return fmt.Sprintf("%s.%s.%s", c.Kind, c.Object, c.Environment)
	}
	return fmt.Sprintf("%s.%s", c.Kind, c.Object)
}

// PublishRequest publishes a change request, all of it or nothing: one revision of
// each environment. It takes the rights that its changes take, and the approvals
// that its environments need unless there is a reason to bypass them.
func (s *Service) PublishRequest(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions) (ChangeRequest, error) {
	err := s.publish(ctx, actor, project, number, opts, func(*edit) (bool, error) { return true, nil })
	if err != nil {
		return ChangeRequest{}, err
	}
	return s.ChangeRequest(ctx, actor, project, number)
}

// publish publishes a request if go, asked in the transaction, says so.
func (s *Service) publish(ctx context.Context, actor account.Actor, project string, number int64, opts WriteOptions, goes func(*edit) (bool, error)) error {
	cmd := command{project: project, warns: false, opts: opts, approved: map[string]int{}}
	_, err := s.commit(ctx, actor, cmd, func(e *edit) error {
		if ok, err := goes(e); err != nil || !ok {
			return err
		}
		r, err := e.openRequest(number)
		if err != nil {
			return err
		}
		clear(cmd.approved)
		maps.Copy(cmd.approved, r.approvals())
		if err := e.proposed(r.row); err != nil {
			return err
		}
		if len(e.changes) == 0 {
			if err := e.mayPropose(actor); err != nil {
				return err
			}
		}
		said := opts.Comment
		if opts.Bypass != "" {
			said = pastApprovals(opts.Bypass, said)
		}
		e.comment = strings.TrimSpace(fmt.Sprintf("change request %d: %s\n%s", number, r.row.Title, opts.Comment))
		begins, err := e.follows(r.row)
		if err != nil {
			return err
		}
		e.finish = func(raised map[string]int64) error {
			if begins != nil {
				if err := begins.begun(actor, raised); err != nil {
					return err
				}
			}
			r.row.State, r.row.PublishAt, r.row.Problem, r.row.Revisions = RequestPublished, 0, "", raised
			r.row.Attempts, r.row.RetryAt = 0, 0
			return r.note(actor, EventPublished, said, nil)
		}
		return nil
	})
	return err
}

// follows is the rollout whose first step a request is; nil is none. The steps after
// it are under the approvals of the request.
func (e *edit) follows(row ChangeRequestRow) (*ramp, error) {
	plan, err := rolloutOf(row)
	if err != nil || plan == nil {
		return nil, err
	}
	r, err := e.prepared(*plan)
	if err != nil {
		return nil, err
	}
	r.row.Request = row.Number
	return r, nil
}
