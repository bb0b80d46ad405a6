package store

import (
	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/nodes"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/webhook"
)

// What the store is asked for.
var (
	_ catalog.Store    = (*Store)(nil)
	_ catalog.Tx       = catalogTx{}
	_ account.Store    = (*Accounts)(nil)
	_ account.Attempts = (*Store)(nil)
	_ delivery.Reader  = (*Store)(nil)
	_ ingest.Sink      = (*Store)(nil)
	_ nodes.Store      = (*Store)(nil)
	_ receipts.Sink    = (*Store)(nil)
	_ webhook.Store    = (*Webhooks)(nil)
	_ webhook.Queue    = (*Store)(nil)
)
