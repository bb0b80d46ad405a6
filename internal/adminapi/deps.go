package adminapi

import (
	"context"
	"net/http"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/once"
	"burgee.dev/burgee/internal/sso"
	"burgee.dev/burgee/internal/webhook"
	"burgee.dev/burgee/sdk/eval"
)

// Deps is what the API works with. Catalog and Accounts are of the control
// plane; the interfaces are wired by the composition root.
type Deps struct {
	Version   string
	Clock     clock.Clock
	Accounts  *account.Service
	SSO       *sso.Client
	Catalog   *catalog.Service
	Webhooks  *webhook.Service
	Once      once.Store
	Snapshots Snapshots
	Presence  Presence
	Receipts  Receipts
	Counts    Counts
	KeyUses   KeyUses
	Hub       *Hub
	Downloads Downloads
	AllowHTTP bool                         // people may sign in unencrypted from elsewhere
	PublicURL func(r *http.Request) string // where programs reach this server
}

// Snapshots gives what the data plane serves now.
type Snapshots interface {
	// Snapshot returns the environment's, or false while none is loaded.
	Snapshot(project, environment string) (*eval.Snapshot, bool)
	// Served returns the bytes of it that programs get, or nil while none is loaded.
	Served(project, environment string) []byte
}

// Presence tells which programs are connected.
type Presence interface {
	// Instances lists the running instances of a project.
	Instances(project string) []Instance
	// Refused lists the latest attempts that were turned away, newest first.
	Refused() []RefusedAttempt
	// Nodes lists the nodes whose programs are in that; none where there can be one
	// only.
	Nodes() []Node
}

// Receipts tells what running instances report of themselves.
type Receipts interface {
	// Receipt returns the receipt of a revision; false when none is kept.
	Receipt(ctx context.Context, project, environment string, revision int64) (Receipt, bool, error)
	// Overridden says in which connected instances a flag is overridden.
	Overridden(project, environment, flag string) Overridden
}

// Instance is one running program.
type Instance struct {
	Application, Version, Platform, SDK, Environment string
	ConnectedInstance
}

// KeyUses writes down which keys programs have used.
type KeyUses interface {
	// FlushUses writes what was not written yet.
	FlushUses(ctx context.Context) error
}

// Counts reads the evaluations counted so far.
type Counts interface {
	// Hourly returns, by environment and flag, the totals of each hour from the
	// given one on: of the flags of a project from one key to another, both
	// included.
	Hourly(ctx context.Context, project, first, last string, from time.Time, hours int) (map[string]map[string]Hourly, error)
	// Minutes returns one flag's rows from a time on.
	Minutes(ctx context.Context, project, environment, flag string, from time.Time) ([]CountRow, error)
}

// Hourly is a flag's evaluations by hour, oldest first.
type Hourly struct {
	Counts []int64
	LastAt int64 // the minute of the last evaluation ever, in milliseconds
}

// CountRow is what was counted in one minute.
type CountRow struct {
	Minute      int64
	Variation   string // "" where the program's own default was served
	Reason      string
	Application string
	Version     string
	SDK         string
	Count       int64
}
