package adminapi

import (
	"cmp"
	"context"
	"time"

	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/webhook"
)

// WebhookPath names a webhook.
type WebhookPath struct {
	ProjectPath
	Webhook string `path:"webhook" doc:"the webhook's id" example:"k3q7"`
}

// DeliveryPath names a delivery of a webhook.
type DeliveryPath struct {
	WebhookPath
	Delivery int64 `path:"delivery" doc:"the delivery's id" example:"1"`
}

// Webhook is a place that is told of changes.
type Webhook struct {
	ID           string          `json:"id"`
	Name         string          `json:"name"`
	URL          string          `json:"url" doc:"empty where the secret key is lost that it was sealed with"`
	Format       string          `json:"format" enum:"standard,slack"`
	Events       []string        `json:"events" doc:"kinds of the audit log, or kinds with an action; none is all"`
	Environments []string        `json:"environments" doc:"none is all, and what belongs to the project"`
	Flags        []string        `json:"flags" doc:"keys or patterns of flags; none is all, and what is about no flag"`
	Tags         []string        `json:"tags" doc:"of flags that have one of them now, or had it before the change; none is all, and what is about no flag"`
	Enabled      bool            `json:"enabled"`
	Version      int64           `json:"version" doc:"write it as If-Match to change nothing that somebody changed after you read it"`
	State        string          `json:"state" enum:"disabled,idle,ok,retrying,failing"`
	Secret       string          `json:"secret,omitempty" doc:"shown this once: what messages are signed with"`
	OldUntil     int64           `json:"oldSecretUntil,omitempty" doc:"until when messages are signed with the secret before this one too"`
	CreatedAt    int64           `json:"createdAt"`
	UpdatedAt    int64           `json:"updatedAt"`
	Progress     WebhookProgress `json:"progress"`
}

// WebhookProgress is how far a webhook has come.
type WebhookProgress struct {
	Pending      int    `json:"pending" doc:"messages that wait"`
	Behind       int64  `json:"behind" doc:"entries of the audit log that were not looked at yet"`
	Failures     int    `json:"failures" doc:"attempts that failed since the last that did not"`
	FailingSince int64  `json:"failingSince,omitempty"`
	RetryAt      int64  `json:"retryAt,omitempty" doc:"nothing is sent before"`
	AttemptedAt  int64  `json:"attemptedAt,omitempty"`
	SucceededAt  int64  `json:"succeededAt,omitempty"`
	Problem      string `json:"problem,omitempty" doc:"why the last attempt failed"`
}

// WebhookDelivery is a message to a webhook.
type WebhookDelivery struct {
	ID         int64            `json:"id"`
	MessageID  string           `json:"messageId" doc:"the webhook-id of each attempt"`
	Type       string           `json:"type" doc:"kind and action of the entry, or test"`
	Object     string           `json:"object"`
	Events     int64            `json:"events" doc:"how many entries of the audit log it tells of"`
	State      string           `json:"state" enum:"pending,delivered,failed"`
	CreatedAt  int64            `json:"createdAt"`
	NextAt     int64            `json:"nextAt,omitempty" doc:"it is not tried before"`
	FinishedAt int64            `json:"finishedAt,omitempty"`
	Attempts   int              `json:"attempts"`
	Newest     *WebhookAttempt  `json:"newest,omitempty" doc:"the last attempt"`
	Request    string           `json:"request,omitempty" doc:"the body, as it is made from the audit log now; of one delivery only"`
	Tries      []WebhookAttempt `json:"tries,omitempty" doc:"all attempts, the oldest first; of one delivery only"`
}

// WebhookAttempt is one try to deliver a message.
type WebhookAttempt struct {
	Number     int    `json:"number"`
	At         int64  `json:"at"`
	DurationMS int64  `json:"durationMs"`
	Status     int    `json:"status,omitempty" doc:"of the answer; absent is none"`
	Problem    string `json:"problem,omitempty"`
	Answer     string `json:"answer,omitempty" doc:"how the answer begins"`
}

// DeliveryPage is a page of deliveries, newest first.
type DeliveryPage struct {
	Items []WebhookDelivery `json:"items"`
	Next  int64             `json:"next,omitempty" doc:"give it as before to read on"`
}

type createWebhookInput struct {
	ProjectPath
	Body struct {
		Name         string   `json:"name" maxLength:"100"`
		URL          string   `json:"url" maxLength:"2048" doc:"https, and of no private network unless the server's --outbound-allow names it"`
		Format       string   `json:"format,omitempty" enum:"standard,slack" doc:"standard, which is the default: an event as JSON. slack: a text, as Slack takes it"`
		Events       []string `json:"events,omitempty" maxItems:"50"`
		Environments []string `json:"environments,omitempty" maxItems:"50"`
		Flags        []string `json:"flags,omitempty" maxItems:"50"`
		Tags         []string `json:"tags,omitempty" maxItems:"50"`
		Enabled      *bool    `json:"enabled,omitempty" doc:"true is the default"`
		Comment      string   `json:"comment,omitempty" maxLength:"2000"`
	}
}

type updateWebhookInput struct {
	WebhookPath
	IfMatch string `header:"If-Match" doc:"the version of the webhook that the change was made on; another one answers 412"`
	Body    struct {
		Name         *string   `json:"name,omitempty" maxLength:"100"`
		URL          *string   `json:"url,omitempty" maxLength:"2048"`
		Format       *string   `json:"format,omitempty" enum:"standard,slack"`
		Events       *[]string `json:"events,omitempty"`
		Environments *[]string `json:"environments,omitempty"`
		Flags        *[]string `json:"flags,omitempty"`
		Tags         *[]string `json:"tags,omitempty"`
		Enabled      *bool     `json:"enabled,omitempty" doc:"a webhook that is enabled again hears of what happens from then on"`
		Comment      string    `json:"comment,omitempty" maxLength:"2000"`
	}
}

type deleteWebhookInput struct {
	WebhookPath
	VersionOptions
}

type rotateWebhookInput struct {
	WebhookPath
	IfMatch string `header:"If-Match" doc:"the version of the webhook that the change was made on; another one answers 412"`
	Body    struct {
		OverlapHours int    `json:"overlapHours,omitempty" minimum:"0" maximum:"720" doc:"how long messages are signed with the present secret too"`
		Comment      string `json:"comment,omitempty" maxLength:"2000"`
	}
}

type deliveriesInput struct {
	WebhookPath
	State  string `query:"state" enum:"pending,delivered,failed" doc:"only these"`
	Before int64  `query:"before" minimum:"0" doc:"only those with a smaller id"`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
}

func (a *API) webhookRoutes() {
	const webhooks = "/projects/{project}/webhooks"
	const one = webhooks + "/{webhook}"
	const deliveries = one + "/deliveries"
	route(a, op("listWebhooks", get, webhooks, tagWebhooks, "List the webhooks of a project", 404), a.listWebhooks)
	route(a, unkept(answers(op("createWebhook", post, webhooks, tagWebhooks, "Make a webhook; its secret is shown this once", 404, 409), 201), shownOnce("the webhook", "delete it")), a.createWebhook)
	route(a, op("getWebhook", get, one, tagWebhooks, "Read a webhook", 404), a.getWebhook)
	route(a, op("updateWebhook", patch, one, tagWebhooks, "Change a webhook, enable or disable it", 404, 409, 412), a.updateWebhook)
	route(a, answers(op("deleteWebhook", remove, one, tagWebhooks, "Delete a webhook with what waits for it", 404, 409, 412), 204), a.deleteWebhook)
	route(a, unkept(op("rotateWebhook", post, one+"/rotate", tagWebhooks, "Give a webhook another secret, which is shown this once; during the overlap both sign", 404, 409, 412), shownOnce("", "")), a.rotateWebhook)
	route(a, answers(op("testWebhook", post, one+"/test", tagWebhooks, "Send a test, before anything that waits", 404, 409), 202), a.testWebhook)
	route(a, op("listDeliveries", get, deliveries, tagWebhooks, "List what a webhook was sent in the last two weeks, newest first", 404), a.listDeliveries)
	route(a, op("getDelivery", get, deliveries+"/{delivery}", tagWebhooks, "Read a delivery with its body and its attempts", 404), a.getDelivery)
	route(a, answers(op("redeliver", post, deliveries+"/{delivery}/redeliver", tagWebhooks, "Send a message again, under the same id", 404, 409), 202), a.redeliver)
}

func webhookView(w webhook.Webhook) Webhook {
	p := w.Progress
	return Webhook{
		ID: w.ID, Name: w.Name, URL: w.URL, Format: string(w.Format), Enabled: w.Enabled, Version: w.Version, State: string(w.State),
		Events: orNone(w.Filter.Events), Environments: orNone(w.Filter.Environments), Flags: orNone(w.Filter.Flags), Tags: orNone(w.Filter.Tags),
		OldUntil: w.OldUntil, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt,
		Progress: WebhookProgress{
			Pending: p.Pending, Behind: p.Behind, Failures: p.Failures, FailingSince: p.FailingSince, RetryAt: p.RetryAt,
			AttemptedAt: p.AttemptedAt, SucceededAt: p.SucceededAt, Problem: p.Problem,
		},
	}
}

// orNone is a list that is not null in JSON.
func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// webhookBody shows a webhook, with its secret where that is new.
func webhookBody(w webhook.Webhook, secret string, err error) (*body[Webhook], error) {
	if err != nil {
		return nil, err
	}
	v := webhookView(w)
	v.Secret = secret
	return &body[Webhook]{v}, nil
}

func deliveryView(d webhook.Delivery) WebhookDelivery {
	v := WebhookDelivery{
		ID: d.ID, MessageID: d.Message, Type: d.Type, Object: d.Object, State: string(d.State), CreatedAt: d.CreatedAt,
		FinishedAt: d.FinishedAt, Attempts: d.DeliveryRow.Attempts, Request: string(d.Request),
	}
	if d.First > 0 {
		v.Events = d.Last - d.First + 1
	}
	if d.State == webhook.Pending {
		v.NextAt = d.NextAt
	}
	if d.Newest != nil {
		newest := attemptView(*d.Newest)
		v.Newest = &newest
	}
	for _, attempt := range d.Attempts {
		v.Tries = append(v.Tries, attemptView(attempt))
	}
	return v
}

func attemptView(a webhook.Attempt) WebhookAttempt {
	return WebhookAttempt{Number: a.Number, At: a.At, DurationMS: a.DurationMS, Status: a.Status, Problem: a.Problem, Answer: a.Answer}
}

func deliveryBody(d webhook.Delivery, err error) (*body[WebhookDelivery], error) {
	if err != nil {
		return nil, err
	}
	return &body[WebhookDelivery]{deliveryView(d)}, nil
}

// webhookWrite is what stands beside a change of a webhook.
func webhookWrite(ctx context.Context, header, comment string) (o webhook.WriteOptions, err error) {
	o = webhook.WriteOptions{Comment: comment, RequestID: httpkit.RequestID(ctx)}
	o.IfVersion, err = ifMatch(header, "version")
	return o, err
}

func (a *API) listWebhooks(ctx context.Context, in *ProjectPath) (*body[Items[Webhook]], error) {
	webhooks, err := a.deps.Webhooks.List(ctx, actorOf(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	return list(webhooks, webhookView), nil
}

func (a *API) createWebhook(ctx context.Context, in *createWebhookInput) (*body[Webhook], error) {
	b := in.Body
	write, err := webhookWrite(ctx, "", b.Comment)
	if err != nil {
		return nil, err
	}
	return webhookBody(a.deps.Webhooks.Create(ctx, actorOf(ctx), in.Project, webhook.Settings{
		Name: b.Name, URL: b.URL, Format: webhook.Format(b.Format), Enabled: b.Enabled == nil || *b.Enabled,
		Filter: webhook.Filter{Events: b.Events, Environments: b.Environments, Flags: b.Flags, Tags: b.Tags},
	}, write))
}

func (a *API) getWebhook(ctx context.Context, in *WebhookPath) (*body[Webhook], error) {
	w, err := a.deps.Webhooks.Get(ctx, actorOf(ctx), in.Project, in.Webhook)
	return webhookBody(w, "", err)
}

func (a *API) updateWebhook(ctx context.Context, in *updateWebhookInput) (*body[Webhook], error) {
	b := in.Body
	write, err := webhookWrite(ctx, in.IfMatch, b.Comment)
	if err != nil {
		return nil, err
	}
	w, err := a.deps.Webhooks.Update(ctx, actorOf(ctx), in.Project, in.Webhook, webhook.Patch{
		Name: b.Name, URL: b.URL, Format: (*webhook.Format)(b.Format), Events: b.Events, Environments: b.Environments, Flags: b.Flags, Tags: b.Tags, Enabled: b.Enabled,
	}, write)
	return webhookBody(w, "", err)
}

func (a *API) deleteWebhook(ctx context.Context, in *deleteWebhookInput) (*none, error) {
	write, err := webhookWrite(ctx, in.IfMatch, in.Comment)
	if err != nil {
		return nil, err
	}
	return nil, a.deps.Webhooks.Delete(ctx, actorOf(ctx), in.Project, in.Webhook, write)
}

func (a *API) rotateWebhook(ctx context.Context, in *rotateWebhookInput) (*body[Webhook], error) {
	write, err := webhookWrite(ctx, in.IfMatch, in.Body.Comment)
	if err != nil {
		return nil, err
	}
	overlap := time.Duration(in.Body.OverlapHours) * time.Hour
	return webhookBody(a.deps.Webhooks.Rotate(ctx, actorOf(ctx), in.Project, in.Webhook, overlap, write))
}

func (a *API) testWebhook(ctx context.Context, in *WebhookPath) (*body[WebhookDelivery], error) {
	return deliveryBody(a.deps.Webhooks.Test(ctx, actorOf(ctx), in.Project, in.Webhook))
}

func (a *API) listDeliveries(ctx context.Context, in *deliveriesInput) (*body[DeliveryPage], error) {
	limit := cmp.Or(in.Limit, 50)
	deliveries, err := a.deps.Webhooks.Deliveries(ctx, actorOf(ctx), in.Project, in.Webhook, webhook.DeliveryQuery{
		State: webhook.DeliveryState(in.State), Before: in.Before, Limit: limit,
	})
	if err != nil {
		return nil, err
	}
	page := DeliveryPage{Items: list(deliveries, deliveryView).Body.Items}
	if len(deliveries) == limit {
		page.Next = deliveries[limit-1].ID
	}
	return &body[DeliveryPage]{page}, nil
}

func (a *API) getDelivery(ctx context.Context, in *DeliveryPath) (*body[WebhookDelivery], error) {
	return deliveryBody(a.deps.Webhooks.Delivery(ctx, actorOf(ctx), in.Project, in.Webhook, in.Delivery))
}

func (a *API) redeliver(ctx context.Context, in *DeliveryPath) (*body[WebhookDelivery], error) {
	return deliveryBody(a.deps.Webhooks.Redeliver(ctx, actorOf(ctx), in.Project, in.Webhook, in.Delivery))
}
