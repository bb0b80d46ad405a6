package server

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/internal/outbound"
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
	})
	a.sending = lease.New(a.store, webhookLease, lease.Options{Logger: s.logger})
}

// sendWebhooks tells receivers what changed, on one node at a time.
func (a *application) sendWebhooks(ctx context.Context) error { return a.sender.Run(ctx, a.sending) }
