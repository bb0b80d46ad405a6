package server

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/internal/outbound"
	"burgee.dev/burgee/internal/telemetry"
	"burgee.dev/burgee/internal/webhook"
)

const webhookLease = "webhooks"

// What a receiver of webhooks may take. Of its answer only the beginning is read.
const (
	webhookTimeout = 10 * time.Second
	webhookBody    = 64 << 10
)

// wireWebhooks builds who keeps webhooks and who sends to them.
func (a *application) wireWebhooks() {
	s := a.server
	reach := outbound.Options{Allow: s.cfg.OutboundAllow, Timeout: webhookTimeout, MaxBody: webhookBody, NoRedirects: true}
	shared := webhook.Options{
		Clock: s.clock, Base: s.cfg.PublicURL,
		CheckURL: func(ctx context.Context, url string) error { return outbound.CheckTarget(ctx, reach, url) },
	}
	if a.vault != nil {
		shared.Seals = a.vault.Box()
	}
	a.webhooks = webhook.New(a.store.RecordedWebhooks(a.catalog.RecordWebhook), a.catalog, shared)
	a.sender = webhook.NewSender(a.store, a.catalog, outbound.New(reach), webhook.SenderOptions{
		Options: shared, Version: s.build.Version, Refused: outbound.Refused, Count: s.metrics.Webhook, Logger: s.logger,
		Panicked: func() { s.metrics.Panic("webhooks") },
	})
	a.sending = lease.New(a.store, webhookLease, lease.Options{Logger: s.logger})
}

// sendWebhooks tells receivers what changed, on one node at a time.
func (a *application) sendWebhooks(ctx context.Context) error { return a.sender.Run(ctx, a.sending) }

// scrapeTime is how long the metrics wait for the store.
const scrapeTime = 2 * time.Second

// observeWebhooks says how the webhooks of the store do. A store that does not answer
// leaves the series out.
func (a *application) observeWebhooks() {
	m := a.server.metrics
	read := func(tell func([]webhook.Row)) {
		ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
		defer cancel()
		if rows, err := a.store.AllWebhooks(ctx); err == nil {
			tell(rows)
		}
	}
	m.Gauges("burgee_webhooks", "Webhooks by how they do, on each node those of the whole store: disabled, idle (nothing sent yet), ok, retrying, or failing, which is six failed attempts in a row.", []string{"state"}, func(set telemetry.Set) {
		read(func(rows []webhook.Row) {
			states := map[webhook.State]int{webhook.Disabled: 0, webhook.Idle: 0, webhook.Working: 0, webhook.Retrying: 0, webhook.Failing: 0}
			for _, row := range rows {
				states[row.State()]++
			}
			for state, n := range states {
				set(float64(n), string(state))
			}
		})
	})
	m.Gauges("burgee_webhook_messages_waiting", "Messages to enabled webhooks that wait, and entries of the audit log that were not looked at for them yet, on each node those of the whole store.", nil, func(set telemetry.Set) {
		read(func(rows []webhook.Row) {
			var waits int64
			for _, row := range rows {
				if row.Enabled {
					waits += int64(row.Progress.Pending) + row.Progress.Behind
				}
			}
			set(float64(waits))
		})
	})
}
