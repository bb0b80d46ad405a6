package ingest

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// Sink is where the sums go. The store implements it.
type Sink interface {
	// AddCounts adds the rows and keeps the batch ids, in one transaction.
	AddCounts(ctx context.Context, batchIDs []string, rows []Row) error
	// RecentBatches returns the ids of batches added since a time (ms).
	RecentBatches(ctx context.Context, since int64) ([]string, error)
	// AddKeyUses adds to each key's number of uses and its newest use.
	AddKeyUses(ctx context.Context, uses []KeyUse) error
}

// Row is a sum for one minute.
type Row struct {
	EnvironmentID int64
	Minute        int64 // the minute's start, milliseconds since 1970
	Flag          string
	Variation     string // empty: none was served
	Reason        string
	Experiment    string
	Arm           string
	Application   string
	Version       string
	SDK           string
	Count         int64
}

// KeyUse is how one SDK key was used since the last flush.
type KeyUse struct {
	KeyID      int64
	Uses       int64
	LastUsedAt int64
	SDK        string // of the newest use, as the program named it
}

// Options are the optional inputs.
type Options struct {
	Logger  *slog.Logger
	Clock   clock.Clock
	Every   time.Duration // between flushes; 0 is 5 s
	MaxRows int           // sums held between flushes; 0 is 50,000
	// Room says whether the disk has room for counts; nil is always. While it
	// says no, sums are dropped and counted as dropped.
	Room func() bool
}

// remember is how long a batch's id is known: longer than any SDK retries.
const remember = 24 * time.Hour

// maxRemembered bounds the ids in memory: a day of one batch per 5 s from about
// ten thousand processes would be more than the sums themselves are worth.
const maxRemembered = 200_000

// Ingest adds up counts. Its goroutine is Run; all other methods are for any
// goroutine and never wait for the store.
type Ingest struct {
	sink Sink
	opts Options
	full chan struct{} // capacity 1: flush early; a full channel means that a flush is due anyway

	stats Stats

	mu      sync.Mutex
	rows    map[Row]int64    // guarded by mu; the key's Count is 0
	pending []string         // guarded by mu: ids of batches inside rows
	uses    map[int64]KeyUse // guarded by mu
	seen    map[string]int64 // guarded by mu: batch id → when it came
	order   []string         // guarded by mu: the keys of seen, oldest first
	changed chan struct{}    // guarded by mu; closed when counts reached the Sink
}

// New returns an Ingest that holds nothing.
func New(sink Sink, opts Options) *Ingest {
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	if opts.Clock == nil {
		opts.Clock = clock.System{}
	}
	opts.Every = cmp.Or(opts.Every, 5*time.Second)
	opts.MaxRows = cmp.Or(opts.MaxRows, 50_000)
	return &Ingest{
		sink: sink, opts: opts, full: make(chan struct{}, 1),
		rows: map[Row]int64{}, uses: map[int64]KeyUse{}, seen: map[string]int64{},
		changed: make(chan struct{}),
		stats:   newStats(),
	}
}

// Run flushes until ctx ends, then once more with a few seconds of its own, so
// that a graceful stop loses no counts.
func (in *Ingest) Run(ctx context.Context) error {
	in.recall(ctx)
	ticker := time.NewTicker(in.opts.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return in.Flush(last)
		case <-ticker.C:
		case <-in.full:
		}
		if err := in.Flush(ctx); err != nil && ctx.Err() == nil {
			in.stats.FlushFailures.Inc()
			in.opts.Logger.WarnContext(ctx, "counts kept in memory: the store did not take them", "error", err)
		}
	}
}

// recall loads the ids that an earlier run of the server took in.
func (in *Ingest) recall(ctx context.Context) {
	now := in.opts.Clock.Now()
	ids, err := in.sink.RecentBatches(ctx, now.Add(-remember).UnixMilli())
	if err != nil {
		in.opts.Logger.WarnContext(ctx, "ids of earlier batches not read; a batch sent again may count twice", "error", err)
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, id := range ids {
		in.rememberID(id, now.UnixMilli())
	}
}

// Offer takes a batch in and returns how many of its counts were taken. A batch
// that was taken before is taken to be so again, and adds nothing.
func (in *Ingest) Offer(b Batch) (accepted int, err error) {
	if err := b.check(); err != nil {
		in.stats.Batches.Of("invalid").Inc()
		return 0, err
	}
	now := clock.Millis(in.opts.Clock)
	id := strconv.FormatInt(b.EnvironmentID, 10) + "/" + b.ID
	app := b.Application.clipped()

	in.mu.Lock()
	defer in.mu.Unlock()
	if _, again := in.seen[id]; again {
		in.stats.Batches.Of("duplicate").Inc()
		return len(b.Counts), nil
	}
	if len(in.rows)+len(b.Counts) > in.opts.MaxRows && len(in.rows) > 0 || len(in.pending) >= in.opts.MaxRows {
		in.flushSoon()
		in.stats.Batches.Of("busy").Inc()
		return 0, fault.New(fault.Unavailable, "events_busy",
			"The server holds as many counts as it can; send the batch again later").WithRetryAfter(in.opts.Every)
	}
	for i := range b.Counts {
		if in.addLocked(b.EnvironmentID, app, &b.Counts[i], now) {
			accepted++
		}
	}
	in.rememberID(id, now)
	in.pending = append(in.pending, id)
	in.stats.Batches.Of("accepted").Inc()
	return accepted, nil
}

// Served counts one evaluation that the server made itself. It drops the count
// rather than wait or grow.
func (in *Ingest) Served(environmentID int64, app Application, c Count) {
	now := clock.Millis(in.opts.Clock)
	c.Minute, c.Count = now-now%minuteMs, 1
	app = app.clipped()
	in.mu.Lock()
	defer in.mu.Unlock()
	in.addLocked(environmentID, app, &c, now)
}

// KeyUsed notes that a key opened the door.
func (in *Ingest) KeyUsed(keyID int64, sdk string) {
	now := clock.Millis(in.opts.Clock)
	in.mu.Lock()
	defer in.mu.Unlock()
	use := in.uses[keyID]
	use.KeyID, use.LastUsedAt, use.SDK = keyID, now, cmp.Or(clip(sdk), use.SDK)
	use.Uses++
	in.uses[keyID] = use
}

// Changed returns a channel that is closed when new counts are in the Sink.
func (in *Ingest) Changed() <-chan struct{} {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.changed
}

// addLocked adds one count. A clock that runs ahead counts as now.
func (in *Ingest) addLocked(environmentID int64, app Application, c *Count, now int64) bool {
	minute := min(c.Minute, now-now%minuteMs)
	if minute < now-keptMs {
		in.stats.Dropped.Of("old").Add(c.Count)
		return false
	}
	row := Row{
		EnvironmentID: environmentID, Minute: minute, Flag: c.Flag, Variation: c.Variation,
		Reason: c.Reason, Experiment: c.Experiment, Arm: c.Arm,
		Application: app.Name, Version: app.Version, SDK: app.SDK,
	}
	held, known := in.rows[row]
	if !known && len(in.rows) >= in.opts.MaxRows {
		in.stats.Dropped.Of("full").Add(c.Count)
		in.flushSoon()
		return false
	}
	in.rows[row] = min(held+c.Count, MaxCount)
	in.stats.Evaluations.Add(c.Count)
	if len(in.rows) >= in.opts.MaxRows/2 {
		in.flushSoon()
	}
	return true
}

func (in *Ingest) flushSoon() {
	select {
	case in.full <- struct{}{}:
	default:
	}
}

// rememberID keeps an id and forgets those that are too old or too many.
func (in *Ingest) rememberID(id string, now int64) {
	if _, again := in.seen[id]; again {
		return
	}
	in.seen[id] = now
	in.order = append(in.order, id)
	for len(in.order) > maxRemembered || in.seen[in.order[0]] < now-remember.Milliseconds() {
		delete(in.seen, in.order[0])
		in.order[0] = ""
		in.order = in.order[1:]
	}
}

// Flush hands the sums to the Sink. When it fails they are kept for the next
// time. Only one Flush runs at a time: Run's.
func (in *Ingest) Flush(ctx context.Context) error {
	in.mu.Lock()
	sums, ids, uses := in.rows, in.pending, in.uses
	in.rows, in.pending, in.uses = map[Row]int64{}, nil, map[int64]KeyUse{}
	in.mu.Unlock()

	if in.opts.Room != nil && !in.opts.Room() {
		in.drop(sums)
		ids, sums = nil, nil
	}
	if err := in.flushCounts(ctx, ids, sums); err != nil {
		in.keepCounts(ids, sums)
		in.keepUses(uses)
		return fmt.Errorf("add counts: %w", err)
	}
	if err := in.flushUses(ctx, uses); err != nil {
		in.keepUses(uses)
		return fmt.Errorf("add key uses: %w", err)
	}
	return nil
}

// FlushUses hands the uses of keys to the Sink now, for a decision that rests
// on whether a key was ever used. It may run beside Flush.
func (in *Ingest) FlushUses(ctx context.Context) error {
	in.mu.Lock()
	uses := in.uses
	in.uses = map[int64]KeyUse{}
	in.mu.Unlock()
	if err := in.flushUses(ctx, uses); err != nil {
		in.keepUses(uses)
		return fmt.Errorf("add key uses: %w", err)
	}
	return nil
}

// drop forgets sums. The ids of their batches stay in memory: a batch that
// comes again is not counted for its second coming.
func (in *Ingest) drop(sums map[Row]int64) {
	for _, n := range sums {
		in.stats.Dropped.Of("no_room").Add(n)
	}
}

func (in *Ingest) flushCounts(ctx context.Context, ids []string, sums map[Row]int64) error {
	if len(sums) == 0 && len(ids) == 0 {
		return nil
	}
	rows := make([]Row, 0, len(sums))
	for row, n := range sums {
		row.Count = n
		rows = append(rows, row)
	}
	if err := in.sink.AddCounts(ctx, ids, rows); err != nil {
		return err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	close(in.changed)
	in.changed = make(chan struct{})
	return nil
}

func (in *Ingest) flushUses(ctx context.Context, uses map[int64]KeyUse) error {
	if len(uses) == 0 {
		return nil
	}
	list := make([]KeyUse, 0, len(uses))
	for _, use := range uses {
		list = append(list, use)
	}
	return in.sink.AddKeyUses(ctx, list)
}

func (in *Ingest) keepCounts(ids []string, sums map[Row]int64) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.pending = append(ids, in.pending...)
	for row, n := range sums {
		in.rows[row] = min(in.rows[row]+n, MaxCount)
	}
}

func (in *Ingest) keepUses(uses map[int64]KeyUse) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for id, before := range uses {
		use, later := in.uses[id]
		if !later {
			in.uses[id] = before
			continue
		}
		use.Uses += before.Uses
		in.uses[id] = use
	}
}

func (a Application) clipped() Application {
	return Application{Name: clip(a.Name), Version: clip(a.Version), SDK: clip(a.SDK)}
}
