package adminapi

import (
	"context"
	"fmt"
	"net/url"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

// ChangeRequestPath names a change request in a path.
type ChangeRequestPath struct {
	ProjectPath
	Number int64 `path:"number" minimum:"1" doc:"the change request's number"`
}

// ObjectRef names one object.
type ObjectRef struct {
	Kind        string `json:"kind" enum:"configuration,flag,target_group,experiment,attribute"`
	Key         string `json:"key" minLength:"1"`
	Environment string `json:"environment,omitempty" doc:"of a configuration"`
}

// Proposal is the content of a change request.
type Proposal struct {
	Title    string           `json:"title,omitempty" maxLength:"200" doc:"needed for a new one"`
	Comment  string           `json:"comment,omitempty" maxLength:"2000" doc:"why"`
	Text     string           `json:"text,omitempty" doc:"a file's text, YAML or JSON, as apply takes it"`
	File     string           `json:"file,omitempty" doc:"the file's name, as apply takes it"`
	Document *Document        `json:"document,omitempty" doc:"the document, instead of text"`
	Prune    bool             `json:"prune,omitempty" doc:"take out what the document leaves out, as apply does"`
	Remove   []ObjectRef      `json:"remove,omitempty" maxItems:"1000" doc:"objects to take out, which no document says; a flag is archived"`
	Draft    bool             `json:"draft,omitempty" doc:"of a new one: save it as a draft, which nobody is asked to approve until it is opened"`
	Expect   map[string]int64 `json:"expect,omitempty" doc:"the revision of each environment the change was made on"`
	Force    bool             `json:"force,omitempty" doc:"propose also over changes made after the file was exported"`
	Rollout  *RolloutPlan     `json:"rollout,omitempty" doc:"a rollout instead of a document: published is its first step, and the others follow under the same approvals"`
	Rollback *RollbackPlan    `json:"rollback,omitempty" doc:"a rollback instead of a document"`

	Promotion *PromotionPlan `json:"promotion,omitempty" doc:"flags carried over from another environment instead of a document"`
}

// RollbackPlan says what becomes what it was.
type RollbackPlan struct {
	Environment string `json:"environment" minLength:"1"`
	Revision    int64  `json:"revision,omitempty" minimum:"1" doc:"the revision to go back to"`
	At          int64  `json:"at,omitempty" minimum:"1" doc:"or the time, in milliseconds since 1970"`
	Kind        string `json:"kind,omitempty" enum:"configuration,flag,target_group,experiment,attribute" doc:"of the one object to take back; without it the environment: its configurations and experiments"`
	Object      string `json:"object,omitempty" doc:"the key of the one object"`
	Shared      bool   `json:"shared,omitempty" doc:"with the environment also the flags' own fields, target groups and attributes, which other environments see too"`
}

type proposeInput struct {
	ProjectPath
	Body Proposal
}

type resubmitInput struct {
	ChangeRequestPath
	SeenVersion
	Body Proposal
}

type changeRequestsInput struct {
	ProjectPath
	State       string `query:"state" enum:"draft,open,published,rejected,withdrawn" doc:"only these"`
	Scheduled   bool   `query:"scheduled" doc:"only those that are to be published at a time"`
	Text        string `query:"text" maxLength:"200" doc:"only those with this text in their title, whatever the case"`
	Author      string `query:"author" maxLength:"254" doc:"only those of this author, by the name that the answers have"`
	Environment string `query:"environment" doc:"only those that concern this environment"`
	Object      string `query:"object" doc:"only those that change an object with this key"`
	Before      int64  `query:"before" minimum:"0" doc:"only those with a smaller number"`
	Limit       int    `query:"limit" default:"50" minimum:"1" maximum:"200" doc:"at most so many; where few fit, a page may have fewer and next all the same"`
}

type remarkInput struct {
	ChangeRequestPath
	Body *struct {
		Comment string `json:"comment,omitempty" maxLength:"2000"`
	}
}

func (in *remarkInput) text() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Comment
}

type approveInput struct {
	ChangeRequestPath
	Body struct {
		Version int64  `json:"version" minimum:"1" doc:"of the content that was read; another one answers 412"`
		Comment string `json:"comment,omitempty" maxLength:"2000"`
	}
}

type publishInput struct {
	ChangeRequestPath
	Body *struct {
		Comment string `json:"comment,omitempty" maxLength:"2000"`
		Bypass  string `json:"bypass,omitempty" maxLength:"2000" doc:"the reason to publish without the approvals, which takes the right to do so"`
	}
}

type scheduleInput struct {
	ChangeRequestPath
	Body struct {
		At      int64  `json:"at" minimum:"0" doc:"when, in milliseconds since 1970; 0 takes it off the schedule"`
		Comment string `json:"comment,omitempty" maxLength:"2000"`
	}
}

type protectInput struct {
	EnvironmentPath
	SeenVersion
	Body struct {
		Approvals int `json:"approvals" minimum:"0" maximum:"20" doc:"how many people have to approve a change; 0 is none"`
	}
}

// ChangeRequestPage is a page of the change requests, newest first.
type ChangeRequestPage struct {
	Items []ChangeRequest `json:"items"`
	Next  int64           `json:"next,omitempty" doc:"give it as before to read on"`
}

// ChangeRequest is a change that somebody proposes.
type ChangeRequest struct {
	Number       int64            `json:"number"`
	Title        string           `json:"title"`
	State        string           `json:"state" enum:"draft,open,published,rejected,withdrawn"`
	Version      int64            `json:"version" doc:"of the content; approvals are of one version"`
	Author       ActorView        `json:"author"`
	CreatedAt    int64            `json:"createdAt"`
	UpdatedAt    int64            `json:"updatedAt"`
	URL          string           `json:"url" doc:"of its page"`
	Base         map[string]int64 `json:"base" doc:"the revisions that the content was made on"`
	Environments []string         `json:"environments" doc:"whose programs it concerns"`
	Objects      int              `json:"objects" doc:"how many it changes"`
	Approved     bool             `json:"approved" doc:"nobody else has to approve it"`
	Approvals    []Approvals      `json:"approvals"`
	PublishAt    int64            `json:"publishAt,omitempty" doc:"when it is to be published, in milliseconds since 1970"`
	Problem      string           `json:"problem,omitempty" doc:"why it was not published at its time, or is tried again"`
	RetryAt      int64            `json:"retryAt,omitempty" doc:"when publishing it is tried again, in milliseconds since 1970"`
	Rollout      *RolloutPlan     `json:"rollout,omitempty" doc:"what begins when it is published"`
	Revisions    map[string]int64 `json:"revisions" doc:"that it was published as"`
}

// Approvals says how far an environment's approvals have come.
type Approvals struct {
	Environment string   `json:"environment"`
	Needed      int      `json:"needed"`
	By          []string `json:"by"`
}

// ChangeRequestDetail is a change request beside what is live now.
type ChangeRequestDetail struct {
	ChangeRequest
	Items     []ChangeRequestItem  `json:"items"`
	Conflicts int                  `json:"conflicts" doc:"how many objects were changed on both sides"`
	Misfit    string               `json:"misfit,omitempty" doc:"why it no longer fits what is live although no object was changed on both sides"`
	Events    []ChangeRequestEvent `json:"events" doc:"the oldest first"`
}

// ChangeRequestItem is one object of a change request: from what is live to what
// is proposed.
type ChangeRequestItem struct {
	PlanItem
	Done   bool      `json:"done" doc:"it is so already"`
	Theirs *Theirs   `json:"theirs,omitempty" doc:"how it was changed meanwhile, otherwise than proposed: a conflict"`
	Yours  *PlanItem `json:"yours,omitempty" doc:"of a conflict: from what it was made on to what is proposed"`

	// The three states of the object, as a file says it; absent is not there.
	Base     *Value `json:"base,omitempty" doc:"the object as the content was made on it, as a file says it; absent where it was not there"`
	Live     *Value `json:"live,omitempty" doc:"the object as it is now; absent where it is not there"`
	Proposed *Value `json:"proposed,omitempty" doc:"the object as it is proposed; absent where it is taken out"`
}

// Theirs is what became of an object since a change request was made on it.
type Theirs struct {
	PlanItem
	By LastChange `json:"by" doc:"the newest of its changes"`
}

// ChangeRequestEvent is something that happened to a change request or was said
// of it.
type ChangeRequestEvent struct {
	Kind    string    `json:"kind" enum:"drafted,opened,submitted,commented,approved,rejected,withdrawn,scheduled,unscheduled,published,failed"`
	Version int64     `json:"version" doc:"of the content that it is about"`
	At      int64     `json:"at"`
	Actor   ActorView `json:"actor"`
	Text    string    `json:"text,omitempty"`
}

func (a *API) changeRequestRoutes() {
	const requests = "/projects/{project}/change-requests"
	const request = requests + "/{number}"
	route(a, op("setApprovals", put, "/projects/{project}/environments/{environment}/approvals", tagRequests, "Set how many approvals a change of an environment needs", 404, 409, 412), a.setApprovals)
	route(a, op("listChangeRequests", get, requests, tagRequests, "List the change requests, newest first", 404), a.listChangeRequests)
	route(a, holdsFile(asDocument(answers(op("propose", post, requests, tagRequests, "Propose a change, or save it as a draft; one that is there with the same content is answered instead", 404, 409), 201))), a.propose)
	route(a, op("getChangeRequest", get, request, tagRequests, "Read a change request beside what is live now", 404), a.getChangeRequest)
	route(a, holdsFile(asDocument(op("resubmit", put, request, tagRequests, "Give a change request another content, made on what is live now; approvals no longer count", 404, 409, 412))), a.resubmit)
	route(a, op("openChangeRequest", post, request+"/open", tagRequests, "Open a draft for review", 404, 409), a.openChangeRequest)
	route(a, op("commentChangeRequest", post, request+"/comments", tagRequests, "Say something of a change request", 404, 409), a.commentChangeRequest)
	route(a, op("approveChangeRequest", post, request+"/approve", tagRequests, "Approve one version of a change request; nobody approves what they have submitted", 404, 409, 412), a.approveChangeRequest)
	route(a, op("rejectChangeRequest", post, request+"/reject", tagRequests, "Close a change request that shall not be published", 404, 409), a.rejectChangeRequest)
	route(a, op("withdrawChangeRequest", post, request+"/withdraw", tagRequests, "Close a change request, or discard a draft, of one's own", 404, 409), a.withdrawChangeRequest)
	route(a, op("publishChangeRequest", post, request+"/publish", tagRequests, "Publish a change request, as one revision of each environment", 404, 409), a.publishChangeRequest)
	route(a, op("scheduleChangeRequest", post, request+"/schedule", tagRequests, "Have a change request published at a time; one that is overtaken until then is not, and says why", 404, 409), a.scheduleChangeRequest)
}

func (a *API) setApprovals(ctx context.Context, in *protectInput) (*body[Environment], error) {
	write, err := in.options(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := a.deps.Catalog.SetApprovals(ctx, actorOf(ctx), in.Project, in.Environment, in.Body.Approvals, write); err != nil {
		return nil, err
	}
	return a.readEnvironment(ctx, in.EnvironmentPath)
}

func (a *API) listChangeRequests(ctx context.Context, in *changeRequestsInput) (*body[ChangeRequestPage], error) {
	page, next, err := a.deps.Catalog.ChangeRequests(ctx, actorOf(ctx), in.Project, catalog.ChangeRequestFilter{
		State: catalog.ChangeRequestState(in.State), Scheduled: in.Scheduled, Text: in.Text, Author: in.Author, Environment: in.Environment,
		Object: in.Object, Before: in.Before, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	v := ChangeRequestPage{Items: make([]ChangeRequest, 0, len(page)), Next: next}
	for _, c := range page {
		v.Items = append(v.Items, a.changeRequestView(ctx, c))
	}
	return &body[ChangeRequestPage]{v}, nil
}

func (a *API) getChangeRequest(ctx context.Context, in *ChangeRequestPath) (*body[ChangeRequestDetail], error) {
	c, err := a.deps.Catalog.ChangeRequest(ctx, actorOf(ctx), in.Project, in.Number)
	return a.changeRequestDetail(ctx, c, err)
}

func (a *API) propose(ctx context.Context, in *proposeInput) (*body[ChangeRequestDetail], error) {
	proposal, err := in.Body.parse(ctx)
	if err != nil {
		return nil, err
	}
	c, _, err := a.deps.Catalog.Propose(ctx, actorOf(ctx), in.Project, proposal)
	return a.changeRequestDetail(ctx, c, err)
}

func (a *API) resubmit(ctx context.Context, in *resubmitInput) (*body[ChangeRequestDetail], error) {
	proposal, err := in.Body.parse(ctx)
	if err != nil {
		return nil, err
	}
	if proposal.IfVersion, err = ifMatch(in.IfMatch, "version"); err != nil {
		return nil, err
	}
	c, err := a.deps.Catalog.Resubmit(ctx, actorOf(ctx), in.Project, in.Number, proposal)
	return a.changeRequestDetail(ctx, c, err)
}

// parse reads the content. What only takes objects out needs no document.
func (in *Proposal) parse(ctx context.Context) (catalog.Proposal, error) {
	p := catalog.Proposal{Title: in.Title, Comment: in.Comment, Draft: in.Draft, Expect: in.Expect, Force: in.Force, FromFile: in.File != "", Prune: in.Prune, RequestID: httpkit.RequestID(ctx)}
	for _, ref := range in.Remove {
		if (ref.Kind == string(document.ConfigurationKind)) != (ref.Environment != "") {
			return p, fault.New(fault.Invalid, "remove_malformed", "Only a configuration is taken out of an environment").
				WithField("remove", "takes kind and key, and of a configuration the environment too")
		}
		p.Remove = append(p.Remove, catalog.ObjectRef{Kind: document.Kind(ref.Kind), Key: ref.Key, Environment: ref.Environment})
	}
	if err := in.plans(&p); err != nil {
		return p, err
	}
	if in.Text == "" && in.Document == nil && (len(in.Remove) > 0 || p.Rollout != nil || p.Rollback != nil || p.Promotion != nil) {
		return p, nil
	}
	file, err := (&Apply{Text: in.Text, File: in.File, Document: in.Document}).parse()
	p.File = file
	return p, err
}

// plans reads what is proposed instead of a document.
func (in *Proposal) plans(p *catalog.Proposal) (err error) {
	if in.Rollout != nil {
		if p.Rollout, err = in.Rollout.parse(); err != nil {
			return err
		}
	}
	if in.Promotion != nil {
		p.Promotion = &catalog.Promotion{From: in.Promotion.From, To: in.Promotion.To, Flags: in.Promotion.Flags}
	}
	if in.Rollback == nil {
		return nil
	}
	to, err := backTo(in.Rollback.Revision, in.Rollback.At)
	if err != nil {
		return err
	}
	p.Rollback = &catalog.RollbackRequest{
		Environment: in.Rollback.Environment, To: to, Kind: document.Kind(in.Rollback.Kind), Object: in.Rollback.Object, Shared: in.Rollback.Shared,
	}
	return nil
}

func (a *API) commentChangeRequest(ctx context.Context, in *remarkInput) (*body[ChangeRequestDetail], error) {
	c, err := a.deps.Catalog.CommentOn(ctx, actorOf(ctx), in.Project, in.Number, in.text(), options(ctx, ""))
	return a.changeRequestDetail(ctx, c, err)
}

func (a *API) openChangeRequest(ctx context.Context, in *remarkInput) (*body[ChangeRequestDetail], error) {
	c, err := a.deps.Catalog.Open(ctx, actorOf(ctx), in.Project, in.Number, options(ctx, in.text()))
	return a.changeRequestDetail(ctx, c, err)
}

func (a *API) approveChangeRequest(ctx context.Context, in *approveInput) (*body[ChangeRequestDetail], error) {
	c, err := a.deps.Catalog.Approve(ctx, actorOf(ctx), in.Project, in.Number, in.Body.Version, options(ctx, in.Body.Comment))
	return a.changeRequestDetail(ctx, c, err)
}

func (a *API) rejectChangeRequest(ctx context.Context, in *remarkInput) (*body[ChangeRequestDetail], error) {
	c, err := a.deps.Catalog.Reject(ctx, actorOf(ctx), in.Project, in.Number, options(ctx, in.text()))
	return a.changeRequestDetail(ctx, c, err)
}

func (a *API) withdrawChangeRequest(ctx context.Context, in *remarkInput) (*body[ChangeRequestDetail], error) {
	c, err := a.deps.Catalog.Withdraw(ctx, actorOf(ctx), in.Project, in.Number, options(ctx, in.text()))
	return a.changeRequestDetail(ctx, c, err)
}

func (a *API) publishChangeRequest(ctx context.Context, in *publishInput) (*body[ChangeRequestDetail], error) {
	write := options(ctx, "")
	if in.Body != nil {
		write.Comment, write.Bypass = in.Body.Comment, in.Body.Bypass
	}
	c, err := a.deps.Catalog.PublishRequest(ctx, actorOf(ctx), in.Project, in.Number, write)
	return a.changeRequestDetail(ctx, c, err)
}

func (a *API) scheduleChangeRequest(ctx context.Context, in *scheduleInput) (*body[ChangeRequestDetail], error) {
	c, err := a.deps.Catalog.Schedule(ctx, actorOf(ctx), in.Project, in.Number, in.Body.At, options(ctx, in.Body.Comment))
	return a.changeRequestDetail(ctx, c, err)
}

func (a *API) changeRequestView(ctx context.Context, c catalog.ChangeRequest) ChangeRequest {
	v := ChangeRequest{
		Number: c.Number, Title: c.Title, State: string(c.State), Version: c.Version, Author: authorView(c.Author),
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Base: c.Base, Environments: c.Environments, Objects: c.Objects,
		Approved: c.Approved(), Approvals: make([]Approvals, 0, len(c.Approvals)), PublishAt: c.PublishAt, Problem: c.Problem, RetryAt: c.RetryAt, Revisions: c.Revisions,
	}
	if c.Rollout != nil {
		plan := planOfRollout(*c.Rollout)
		v.Rollout = &plan
	}
	v.URL = fmt.Sprintf("%s/p/%s/change-requests/%d", a.deps.PublicURL(callerOf(ctx).request), url.PathEscape(c.Project), c.Number)
	for _, approval := range c.Approvals {
		v.Approvals = append(v.Approvals, Approvals(approval))
	}
	return v
}

func (a *API) changeRequestDetail(ctx context.Context, c catalog.ChangeRequest, err error) (*body[ChangeRequestDetail], error) {
	if err != nil {
		return nil, err
	}
	v := ChangeRequestDetail{
		ChangeRequest: a.changeRequestView(ctx, c), Conflicts: c.Conflicts(), Misfit: c.Misfit,
		Items: make([]ChangeRequestItem, 0, len(c.Items)), Events: make([]ChangeRequestEvent, 0, len(c.Events)),
	}
	for _, item := range c.Items {
		one := ChangeRequestItem{PlanItem: planView([]catalog.PlanItem{item.PlanItem})[0], Done: item.Done}
		one.Base, one.Live, one.Proposed = valueOf(item.Base), valueOf(item.Live), valueOf(item.Proposed)
		if item.Theirs != nil {
			yours := planView([]catalog.PlanItem{item.Yours})[0]
			one.Theirs = &Theirs{PlanItem: planView([]catalog.PlanItem{item.Theirs.PlanItem})[0], By: *lastChangeView(&item.Theirs.By)}
			one.Yours = &yours
		}
		v.Items = append(v.Items, one)
	}
	for _, e := range c.Events {
		v.Events = append(v.Events, ChangeRequestEvent{Kind: string(e.Kind), Version: e.Version, At: e.At, Actor: authorView(e.Author), Text: e.Text})
	}
	return &body[ChangeRequestDetail]{v}, nil
}

// valueOf is a JSON value, or nil where there is none.
func valueOf(text []byte) *Value {
	if text == nil {
		return nil
	}
	return &Value{raw{text}}
}
