package apiclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Webhook is a place that is told of changes.
type Webhook struct {
	ID           string          `json:"id"`
	Name         string          `json:"name"`
	URL          string          `json:"url"`
	Format       string          `json:"format"`
	Events       []string        `json:"events"`
	Environments []string        `json:"environments"`
	Flags        []string        `json:"flags"`
	Tags         []string        `json:"tags"`
	Enabled      bool            `json:"enabled"`
	Version      int64           `json:"version"`
	State        string          `json:"state"`
	Secret       string          `json:"secret,omitempty"` // in the answer that made it only
	OldUntil     int64           `json:"oldSecretUntil,omitempty"`
	Progress     WebhookProgress `json:"progress"`
	CreatedAt    int64           `json:"createdAt"`
	UpdatedAt    int64           `json:"updatedAt"`
}

// WebhookProgress is how far a webhook has come.
type WebhookProgress struct {
	Pending      int    `json:"pending"`
	Behind       int64  `json:"behind"`
	Failures     int    `json:"failures"`
	FailingSince int64  `json:"failingSince,omitempty"`
	RetryAt      int64  `json:"retryAt,omitempty"`
	AttemptedAt  int64  `json:"attemptedAt,omitempty"`
	SucceededAt  int64  `json:"succeededAt,omitempty"`
	Problem      string `json:"problem,omitempty"`
}

// WebhookSettings are what a webhook is made of, or what of it is changed: nil
// stays as it is.
type WebhookSettings struct {
	Name         *string   `json:"name,omitempty"`
	URL          *string   `json:"url,omitempty"`
	Format       *string   `json:"format,omitempty"`
	Events       *[]string `json:"events,omitempty"`
	Environments *[]string `json:"environments,omitempty"`
	Flags        *[]string `json:"flags,omitempty"`
	Tags         *[]string `json:"tags,omitempty"`
	Enabled      *bool     `json:"enabled,omitempty"`
	Comment      string    `json:"comment,omitempty"`
}

// WebhookDelivery is a message to a webhook.
type WebhookDelivery struct {
	ID         int64            `json:"id"`
	MessageID  string           `json:"messageId"`
	Type       string           `json:"type"`
	Object     string           `json:"object"`
	Events     int64            `json:"events"`
	State      string           `json:"state"`
	CreatedAt  int64            `json:"createdAt"`
	NextAt     int64            `json:"nextAt,omitempty"`
	FinishedAt int64            `json:"finishedAt,omitempty"`
	Attempts   int              `json:"attempts"`
	Newest     *WebhookAttempt  `json:"newest,omitempty"`
	Request    string           `json:"request,omitempty"`
	Tries      []WebhookAttempt `json:"tries,omitempty"`
}

// WebhookAttempt is one try to deliver a message.
type WebhookAttempt struct {
	Number     int    `json:"number"`
	At         int64  `json:"at"`
	DurationMS int64  `json:"durationMs"`
	Status     int    `json:"status,omitempty"`
	Problem    string `json:"problem,omitempty"`
	Answer     string `json:"answer,omitempty"`
}

// Webhooks lists the webhooks of a project; raw is the answer as the server gave it.
func (c *Client) Webhooks(ctx context.Context, project string) (list []Webhook, raw json.RawMessage, err error) {
	return listOf[Webhook](ctx, c, path("projects", project, "webhooks"))
}

// CreateWebhook makes a webhook; its secret is in the answer.
func (c *Client) CreateWebhook(ctx context.Context, project string, settings WebhookSettings) (Webhook, error) {
	var out Webhook
	err := c.call(ctx, http.MethodPost, path("projects", project, "webhooks"), settings, &out)
	return out, err
}

// UpdateWebhook changes what settings name of a webhook, at the version that it was
// read at.
func (c *Client) UpdateWebhook(ctx context.Context, project string, w Webhook, settings WebhookSettings) (Webhook, error) {
	var out Webhook
	err := c.onWebhook(ctx, http.MethodPatch, path("projects", project, "webhooks", w.ID), w.Version, settings, &out)
	return out, err
}

// RotateWebhook gives a webhook another secret, which is in the answer.
func (c *Client) RotateWebhook(ctx context.Context, project string, w Webhook, overlapHours int) (Webhook, error) {
	var out Webhook
	err := c.onWebhook(ctx, http.MethodPost, path("projects", project, "webhooks", w.ID, "rotate"), w.Version, map[string]int{"overlapHours": overlapHours}, &out)
	return out, err
}

// DeleteWebhook deletes a webhook with what waits for it.
func (c *Client) DeleteWebhook(ctx context.Context, project string, w Webhook) error {
	return c.onWebhook(ctx, http.MethodDelete, path("projects", project, "webhooks", w.ID), w.Version, nil, nil)
}

// onWebhook sends a change of a webhook that was read at a version.
func (c *Client) onWebhook(ctx context.Context, method, path string, version int64, body, out any) error {
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	request.Header.Set("If-Match", strconv.Quote(strconv.FormatInt(version, 10)))
	raw, err := c.send(ctx, request)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return c.strange(fmt.Errorf("decode a webhook: %w", err))
	}
	return nil
}

// TestWebhook sends a test.
func (c *Client) TestWebhook(ctx context.Context, project, id string) (WebhookDelivery, error) {
	var out WebhookDelivery
	err := c.call(ctx, http.MethodPost, path("projects", project, "webhooks", id, "test"), nil, &out)
	return out, err
}

// Deliveries lists what a webhook was sent, newest first, of a state where it is not
// empty and with an id below before where that is not 0; raw is the answer as the
// server gave it.
func (c *Client) Deliveries(ctx context.Context, project, id, state string, before int64, limit int) (list []WebhookDelivery, raw json.RawMessage, err error) {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	if before != 0 {
		query.Set("before", strconv.FormatInt(before, 10))
	}
	if state != "" {
		query.Set("state", state)
	}
	if raw, err = c.raw(ctx, http.MethodGet, path("projects", project, "webhooks", id, "deliveries")+"?"+query.Encode(), nil); err != nil {
		return nil, nil, err
	}
	list, err = items[WebhookDelivery](c, raw)
	return list, raw, err
}

// Delivery reads one delivery with its body and attempts.
func (c *Client) Delivery(ctx context.Context, project, id string, delivery int64) (WebhookDelivery, error) {
	var out WebhookDelivery
	err := c.call(ctx, http.MethodGet, path("projects", project, "webhooks", id, "deliveries", strconv.FormatInt(delivery, 10)), nil, &out)
	return out, err
}

// Redeliver sends a message again, under its id.
func (c *Client) Redeliver(ctx context.Context, project, id string, delivery int64) (WebhookDelivery, error) {
	var out WebhookDelivery
	err := c.call(ctx, http.MethodPost, path("projects", project, "webhooks", id, "deliveries", strconv.FormatInt(delivery, 10), "redeliver"), nil, &out)
	return out, err
}
