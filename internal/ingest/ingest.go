package ingest

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// Sink is where the sums go. The store implements it.
type Sink interface {
	// AddCounts keeps the ids of the load's batches and adds its rows, but for
	// those of batches whose ids it has already, in one transaction.
	AddCounts(ctx context.Context, load *Load) error
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
	Logger *slog.Logger
	Clock  clock.Clock
	Every  time.Duration // between flushes; 0 is 5 s
	// MaxRows is how many sums may wait for the next flush, beside as many that
	// are being flushed; 0 is 25,000.
	MaxRows int
	// MaxSeries is how many different sums an environment may begin in an hour,
	// minutes aside; 0 is 20,000.
	MaxSeries int
	// Room says whether the disk has room for counts; nil is always. While it
	// says no, sums are dropped and counted as dropped.
	Room func() bool
}

// Ids are remembered to answer at once what comes again. What is forgotten here,
// or came to another server, the Sink still knows.
const (
	remember      = 24 * time.Hour
	maxRemembered = 100_000
)

// What may wait beside the sums: which batch added what to them, 16 bytes for
// each count, and the batches' ids.
const (
	maxAdds    = 500_000
	maxBatches = 50_000
)

// Ingest adds up counts. Its goroutine is Run; all other methods are for any
// goroutine and never wait for the store.
type Ingest struct {
	sink Sink
	opts Options
	full chan struct{} // capacity 1: flush early; a full channel means that a flush is due anyway

	stats    Stats
	flushing sync.Mutex // held by the one Flush at a time

	mu      sync.Mutex
	load    *Load            // guarded by mu: what comes in
	places  map[Row]int32    // guarded by mu: where a row is in load; the key's Count is 0
	away    *Load            // guarded by mu: what the Sink is given, and again until it has taken it; nil is nothing
	series  *series          // guarded by mu
	limited int64            // guarded by mu: the hour of the last warning about series
	tallies []*Tally         // guarded by mu: those whose counts are still to come in
	tallied int              // guarded by mu: how many numbers they count
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
	opts.MaxRows = cmp.Or(opts.MaxRows, 25_000)
	opts.MaxSeries = cmp.Or(opts.MaxSeries, 20_000)
	return &Ingest{
		sink: sink, opts: opts, full: make(chan struct{}, 1),
		load: &Load{}, places: map[Row]int32{}, series: newSeries(opts.MaxSeries),
		uses: map[int64]KeyUse{}, seen: map[string]int64{},
		changed: make(chan struct{}),
		stats:   newStats(),
	}
}

// Run flushes until ctx ends, then once more with a few seconds of its own, so
// that a graceful stop loses no counts.
func (in *Ingest) Run(ctx context.Context) error {
	ticker := time.NewTicker(in.opts.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			err := in.Flush(last)
			if err != nil {
				in.opts.Logger.ErrorContext(last, "counts lost: the store did not take them before the end", "sums", in.Held(), "error", err)
			}
			return err
		case <-ticker.C:
		case <-in.full:
		}
		if err := in.Flush(ctx); err != nil && ctx.Err() == nil {
			in.stats.FlushFailures.Inc()
			in.opts.Logger.WarnContext(ctx, "counts kept in memory: the store did not take them", "error", err)
		}
	}
}

// Offer takes a batch in and returns how many of its counts were taken. A batch
// that was taken before is taken to be so again, and adds nothing.
func (in *Ingest) Offer(b Batch) (accepted int, err error) {
	if err := b.check(); err != nil {
		in.stats.Batches.Of("invalid").Inc()
		return 0, err
	}
	if len(b.Counts) == 0 {
		in.stats.Batches.Of("accepted").Inc()
		return 0, nil // nothing of it can count twice
	}
	now := clock.Millis(in.opts.Clock)
	id := b.key()
	app := b.Application.clipped()

	in.mu.Lock()
	defer in.mu.Unlock()
	if _, again := in.seen[id]; again {
		in.stats.Batches.Of("duplicate").Inc()
		return len(b.Counts), nil
	}
	if !in.hasRoomFor(len(b.Counts)) {
		in.flushSoon()
		in.stats.Batches.Of("busy").Inc()
		return 0, fault.New(fault.Unavailable, "events_busy",
			"The server holds as many counts as it can; send the batch again later").WithRetryAfter(in.opts.Every)
	}
	adds := make([]add, 0, len(b.Counts))
	for i := range b.Counts {
		if place, ok := in.placeOf(b.EnvironmentID, app, &b.Counts[i], now); ok {
			adds = append(adds, add{place, b.Counts[i].Count})
		}
	}
	in.rememberID(id, now)
	in.load.put(id, adds)
	if 2*len(in.load.rows) > in.opts.MaxRows || 2*in.load.adds > maxAdds || 2*len(in.load.batches) > maxBatches {
		in.flushSoon()
	}
	in.stats.Batches.Of("accepted").Inc()
	return len(adds), nil
}

// hasRoomFor says whether a batch of so many counts fits. Into an empty load any
// batch does.
func (in *Ingest) hasRoomFor(counts int) bool {
	if len(in.load.rows) == 0 {
		return len(in.load.batches) < maxBatches
	}
	return len(in.load.rows)+counts <= in.opts.MaxRows && in.load.adds+counts <= maxAdds && len(in.load.batches) < maxBatches
}

// Served counts one evaluation that the server made itself. It drops the count
// rather than wait or grow.
func (in *Ingest) Served(environmentID int64, app Application, c Count) {
	now := clock.Millis(in.opts.Clock)
	c.Minute, c.Count = now-now%minuteMs, 1
	app = app.clipped()
	in.mu.Lock()
	defer in.mu.Unlock()
	if place, ok := in.placeOf(environmentID, app, &c, now); ok {
		in.load.plain(place, 1)
	}
}

// KeyUsed notes that a key opened the door.
func (in *Ingest) KeyUsed(keyID int64, sdk string) {
	now := clock.Millis(in.opts.Clock)
	in.mu.Lock()
	defer in.mu.Unlock()
	use := in.uses[keyID]
	use.KeyID, use.LastUsedAt, use.SDK = keyID, now, cmp.Or(clip(strings.ReplaceAll(sdk, "\x00", "")), use.SDK)
	use.Uses++
	in.uses[keyID] = use
}

// Changed returns a channel that is closed when new counts are in the Sink.
func (in *Ingest) Changed() <-chan struct{} {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.changed
}

// placeOf finds or makes the row that a count belongs to. A clock that runs ahead
// counts as now.
func (in *Ingest) placeOf(environmentID int64, app Application, c *Count, now int64) (place int32, ok bool) {
	minute := min(c.Minute, now-now%minuteMs)
	if minute < now-keptMs {
		in.stats.Dropped.Of("old").Add(c.Count)
		return 0, false
	}
	row := Row{
		EnvironmentID: environmentID, Minute: minute, Flag: c.Flag, Variation: c.Variation,
		Reason: c.Reason, Experiment: c.Experiment, Arm: c.Arm,
		Application: app.Name, Version: app.Version, SDK: app.SDK,
	}
	if place, ok = in.places[row]; !ok {
		if place, ok = in.newPlace(row, c.Count, now); !ok {
			return 0, false
		}
	}
	in.stats.Evaluations.Add(c.Count)
	return place, true
}

func (in *Ingest) newPlace(row Row, count, now int64) (place int32, ok bool) {
	if len(in.load.rows) >= in.opts.MaxRows {
		in.stats.Dropped.Of("full").Add(count)
		in.flushSoon()
		return 0, false
	}
	if !in.series.admit(row, now) {
		in.stats.Dropped.Of("series").Add(count)
		in.warnOfSeries(row)
		return 0, false
	}
	place = int32(len(in.load.rows)) //nolint:gosec // at most MaxRows
	in.load.rows = append(in.load.rows, row)
	in.places[row] = place
	return place, true
}

// warnOfSeries tells of one row in an hour that was not counted.
func (in *Ingest) warnOfSeries(row Row) {
	if in.limited == in.series.hour {
		return
	}
	in.limited = in.series.hour
	in.opts.Logger.Warn("counts dropped: an environment counts under too many names in this hour",
		"environment_id", row.EnvironmentID, "limit", in.opts.MaxSeries, "flag", row.Flag, "application", row.Application, "version", row.Version)
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

// Flush hands the sums to the Sink. What the Sink does not take is kept, and is
// what it gets first the next time.
func (in *Ingest) Flush(ctx context.Context) error {
	in.flushing.Lock()
	defer in.flushing.Unlock()
	for {
		load, last := in.next()
		if err := in.flushCounts(ctx, load); err != nil {
			return fmt.Errorf("add counts: %w", err)
		}
		if last {
			return in.FlushUses(ctx)
		}
	}
}

// next is the load that the Sink shall have now, and whether it holds all that
// had come in.
func (in *Ingest) next() (load *Load, last bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.away != nil {
		return in.away, false
	}
	all := in.drain(clock.Millis(in.opts.Clock))
	in.away, in.load, in.places = in.load, &Load{}, make(map[Row]int32, len(in.places))
	return in.away, all
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

// flushCounts gives a load to the Sink. Without room on the disk its sums are
// dropped; the ids stay in memory: a batch that comes again is not counted for
// its second coming.
func (in *Ingest) flushCounts(ctx context.Context, load *Load) error {
	switch {
	case len(load.rows) == 0 && len(load.batches) == 0:
		in.taken(false)
		return nil
	case in.opts.Room != nil && !in.opts.Room():
		for _, row := range load.Rows(nil) {
			in.stats.Dropped.Of("no_room").Add(row.Count)
		}
		in.taken(false)
		return nil
	}
	if err := in.sink.AddCounts(ctx, load); err != nil {
		return err
	}
	in.taken(true)
	return nil
}

// taken forgets the load that was away.
func (in *Ingest) taken(changed bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.away = nil
	if changed {
		close(in.changed)
		in.changed = make(chan struct{})
	}
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

// clipped cuts what a program calls itself. U+0000 goes: PostgreSQL keeps no text
// with it, and one such name would keep all other counts from being stored.
func (a Application) clipped() Application {
	name := func(s string) string { return clip(strings.ReplaceAll(s, "\x00", "")) }
	return Application{Name: name(a.Name), Version: name(a.Version), SDK: name(a.SDK)}
}
