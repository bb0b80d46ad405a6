package webhook

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/lease"
)

// Row is a webhook as stored.
type Row struct {
	ID        string
	Project   string // its key
	Name      string
	Format    Format
	Filter    Filter
	Enabled   bool
	Sealed    []byte // a sealedPart
	Version   int64
	CreatedAt int64
	UpdatedAt int64
	Progress  Progress
}

// Opens says whether what is sealed of a webhook can be opened.
func (r Row) Opens(seals Sealer) error {
	_, err := vault{seals}.open(r.ID, r.Sealed)
	return err
}

// Kept is how long a delivery is kept that does not wait any more.
const Kept = 14 * 24 * time.Hour

// DeliveryState says what became of a message.
type DeliveryState string

// The states of a delivery.
const (
	Pending   DeliveryState = "pending"   // it waits, or is tried again
	Delivered DeliveryState = "delivered" // the receiver answered with 2xx
	Failed    DeliveryState = "failed"    // it was given up
)

// DeliveryRow is a message to one webhook as stored. Times are milliseconds since
// 1970.
type DeliveryRow struct {
	ID          int64
	Webhook     string
	Message     string // the webhook-id of each attempt
	First, Last int64  // the entries of the record that it tells of; 0 is a test
	State       DeliveryState
	CreatedAt   int64
	QueuedAt    int64 // when it began to wait, again after somebody asked for it
	NextAt      int64 // it is not tried before
	FinishedAt  int64 // 0 while it waits
	Attempts    int
	// Newest is the last attempt, if there was one.
	Newest *Attempt
}

// Attempt is one try to deliver a message.
type Attempt struct {
	Number     int // from 1
	At         int64
	DurationMS int64
	Status     int    // of the answer; 0 is none
	Problem    string // "" where it went well
	Answer     string // how the answer begins
}

// DeliveryQuery selects deliveries, newest first.
type DeliveryQuery struct {
	State  DeliveryState // "" is all
	Before int64         // only those with a smaller ID; 0 is all
	Limit  int
}

// Store keeps webhooks. Each write is one transaction with its entry of the record.
type Store interface {
	// Webhooks lists the webhooks of a project, by name; NotFound where there is no
	// such project.
	Webhooks(ctx context.Context, project string) ([]Row, error)
	// Webhook finds one; NotFound with the code webhook_not_found.
	Webhook(ctx context.Context, project, id string) (Row, error)
	// AddWebhook adds one that follows the record from now on: Conflict when the
	// name is taken, or there are MaxWebhooks.
	AddWebhook(ctx context.Context, row Row, entry catalog.ChangeRow) error
	// PutWebhook writes one that is at a version still: else Conflict with the code
	// webhook_changed. With fromNow it follows the record from now on.
	PutWebhook(ctx context.Context, row Row, was int64, fromNow bool, entry catalog.ChangeRow) error
	// DeleteWebhook removes one that is at a version still, with its deliveries.
	DeleteWebhook(ctx context.Context, row Row, entry catalog.ChangeRow) error

	// Deliveries lists deliveries of a webhook with their newest attempts.
	Deliveries(ctx context.Context, webhook string, query DeliveryQuery) ([]DeliveryRow, error)
	// Delivery finds one with all its attempts, the oldest first; NotFound with the
	// code delivery_not_found.
	Delivery(ctx context.Context, webhook string, id int64) (DeliveryRow, []Attempt, error)
	// AddDelivery adds a message that nobody waits before, and returns its ID.
	AddDelivery(ctx context.Context, row DeliveryRow) (id int64, err error)
	// QueueDelivery has a message wait again from a time on, under its old id. What
	// waits for the webhook is tried at once.
	QueueDelivery(ctx context.Context, webhook string, id, at int64) error
}

// Queue is what the Sender works off. Writes count only while nobody else holds the
// lease: lease.ErrLost.
type Queue interface {
	// AnyWebhook says whether there is one at all.
	AnyWebhook(ctx context.Context) (bool, error)
	// DueWebhooks lists the enabled webhooks that have something to look at or to
	// send, the one that was served longest ago first. What would wait for longer than
	// LongestWait is due.
	DueWebhooks(ctx context.Context, now int64) ([]string, error)
	// WebhookByID finds one; NotFound with the code webhook_not_found.
	WebhookByID(ctx context.Context, id string) (Row, error)
	// NextDelivery finds the message that is next: a test, else the oldest that may
	// be tried now; those with so many attempts as odd come after the others.
	NextDelivery(ctx context.Context, webhook string, now int64, odd int) (row DeliveryRow, found bool, err error)
	// Enqueue adds messages and moves the cursor from one entry to another; where
	// it is not there any more, nothing happens.
	Enqueue(ctx context.Context, fence lease.Fence, webhook string, from, to int64, rows []DeliveryRow) error
	// Split writes which entries a message tells of, and adds messages of the others
	// that are not there yet.
	Split(ctx context.Context, fence lease.Fence, row DeliveryRow, others []DeliveryRow) error
	// Report writes what came of an attempt. Where somebody has asked meanwhile for
	// what waits to be tried now, nothing is held back.
	Report(ctx context.Context, fence lease.Fence, r Report) error
}

// Report is what came of an attempt.
type Report struct {
	Delivery DeliveryRow
	Attempt  Attempt
	Progress Progress // of the webhook after it; its Seq is not written
	RetryWas int64    // RetryAt before it
	// Hold are other messages that wait until Progress.RetryAt.
	Hold []int64
	// GiveUp has the messages end that have waited since before this time; 0 is
	// none.
	GiveUp int64
}
