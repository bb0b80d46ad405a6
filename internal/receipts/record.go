package receipts

import (
	"context"

	"burgee.dev/burgee/internal/presence"
)

// Sink keeps receipts and overrides over restarts. The store implements it.
type Sink interface {
	// SaveReceipts puts all of it, in one transaction.
	SaveReceipts(ctx context.Context, changes Changes) error
	// Receipt returns what is kept of one revision; false if nothing is.
	Receipt(ctx context.Context, environmentID, revision int64) (Record, bool, error)
	// RecentReceipts returns the newest receipts of every environment, at most
	// the given number of each, in the order of their revisions.
	RecentReceipts(ctx context.Context, each int) ([]Record, error)
	// Overrides returns what every instance overrides.
	Overrides(ctx context.Context) ([]Override, error)
}

// Changes is what a Sink puts at a time.
type Changes struct {
	Receipts  []Record
	Overrides []Override // one without flags is deleted
}

func (c Changes) empty() bool { return len(c.Receipts)+len(c.Overrides) == 0 }

// Record is the receipt of one revision as it is kept. Times are milliseconds
// since 1970.
type Record struct {
	EnvironmentID int64
	Revision      int64
	CommittedAt   int64
	Expected      int
	Applied       int
	Latencies     []Bucket
	SlowestMs     int64
	Slowest       presence.Caller
	Pending       []Pending // the longest behind first; not all, when they are very many
}

// Pending is an instance that was expected to apply a revision and has not.
type Pending struct {
	Caller      presence.Caller
	Revision    int64 // the newest that it is known to have applied; 0 when none is known
	BehindSince int64
	LastSeenAt  int64
	Direct      bool // it connects here, not through a relay
}

// Override is which flags one instance overrides.
type Override struct {
	EnvironmentID int64
	Caller        presence.Caller
	Flags         []string
	Direct        bool // it connects here, not through a relay
}
