package webhook

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/lease"
)

// LookEvery is how often a Sender looks for what is due.
const LookEvery = time.Second

// How the Sender works.
const (
	atOnce   = 32               // webhooks that are sent to at the same time
	turn     = 20               // attempts after which a webhook lets others in
	turnTime = 10 * time.Second // after which it does so too, once it is known what a failure was about
	lookAt   = 200              // entries of the record that are looked at in one step
	mostWait = 200              // messages of a webhook that wait; what comes after them waits in the record
	mostOdd  = 2000             // beside them, messages that were tried InOrder times

	firstWait = 5 * time.Second  // after the first failure; each further one triples it
	oddWait   = 10 * time.Minute // and this is the most while a receiver answers that it minds a message
	longWait  = time.Hour        // and this else

	// How many messages are tried in one turn and fail: of a receiver that is away one
	// after the first, of one that answers more, since it may mind just those.
	triedAway  = 2
	triedMinds = 5
)

// InOrder is how many attempts of a message the others wait for. One that was tried
// so often is odd: the others are tried too.
const InOrder = 3

// LongestWait is more than anything waits for its next attempt. What says that it
// waits for longer was written before the clock was set back.
const LongestWait = 2 * longWait

// GiveUpAfter is how long a message is tried.
const GiveUpAfter = 7 * 24 * time.Hour

// maxAnswer is how much of an answer is kept, in bytes.
const maxAnswer = 500

// Doer sends requests. *http.Client is one: of package outbound, with a bound on
// time and answer, and following no redirects.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Sender sends what is due. Its work is Run.
type Sender struct {
	queue    Queue
	record   Record
	client   Doer
	clock    clock.Clock
	vault    vault
	writer   writer
	every    time.Duration
	agent    string
	refused  func(error) bool
	count    func(outcome string)
	panicked func()
	logger   *slog.Logger
}

// SenderOptions are a Sender's optional inputs.
type SenderOptions struct {
	Options
	Version  string               // of this program, for receivers
	Every    time.Duration        // 0 is LookEvery
	Refused  func(error) bool     // says of a failed request that its address is out of reach
	Count    func(outcome string) // is told of each attempt: delivered or failed
	Panicked func()               // is told of each panic that was survived
	Logger   *slog.Logger         // nil is none
}

// NewSender returns a Sender, which has sent nothing yet.
func NewSender(queue Queue, record Record, client Doer, o SenderOptions) *Sender {
	s := &Sender{
		queue: queue, record: record, client: client, clock: o.Clock, every: cmp.Or(o.Every, LookEvery), vault: vault{o.Seals}, writer: writer{o.Base},
		agent: strings.TrimSuffix("Burgee/"+o.Version, "/"), refused: o.Refused, count: o.Count, panicked: o.Panicked, logger: o.Logger,
	}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.refused == nil {
		s.refused = func(error) bool { return false }
	}
	if s.count == nil {
		s.count = func(string) {}
	}
	if s.panicked == nil {
		s.panicked = func() {}
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	return s
}

// Run sends while there are webhooks, whenever this process holds the lease, until
// ctx ends. While there are none nothing is written.
func (s *Sender) Run(ctx context.Context, holder *lease.Holder) error {
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	for {
		if any, err := s.queue.AnyWebhook(ctx); err == nil && any {
			while, end := context.WithCancel(ctx)
			err = holder.Run(while, func(ctx context.Context, fence lease.Fence) error { return s.serve(ctx, fence, end) })
			end()
			if err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// serve sends what is due, each webhook by a goroutine of its own, so that a slow
// receiver holds up no other. It returns when ctx ends or the store fails, and calls
// end when there are no webhooks any more.
func (s *Sender) serve(ctx context.Context, fence lease.Fence, end func()) error {
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel()
	busy, rests := map[string]bool{}, map[string]time.Time{}
	done := make(chan finished, atOnce) // capacity: as many as there are goroutines; none ever waits
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	for {
		due, err := s.due(ctx, end)
		if err := s.passOver(ctx, err); err != nil {
			return err
		}
		for _, id := range due {
			if busy[id] || len(busy) == atOnce || time.Now().Before(rests[id]) {
				continue
			}
			busy[id] = true
			working.Go(func() {
				more, err := s.survive(ctx, fence, id)
				done <- finished{id, more, err}
			})
		}
		for again := false; !again; {
			select {
			case <-ctx.Done():
				return nil
			case f := <-done:
				delete(busy, f.id)
				delete(rests, f.id)
				if err := s.passOver(ctx, f.err); errors.Is(err, lease.ErrLost) {
					return err
				} else if err != nil { // of this webhook: the others go on
					s.logger.WarnContext(ctx, "what waits for a webhook could not be worked off; it is tried again", "webhook", f.id, "error", err)
					rests[f.id] = time.Now().Add(restTime)
				}
				again = f.more
			case <-ticker.C:
				again = true
			}
		}
	}
}

// restTime is how long a webhook is left alone whose turn ended for a reason that is
// neither the receiver's nor the store's.
const restTime = time.Minute

var errPanicked = errors.New("webhook: panicked")

// survive is work. A panic is an error of this webhook; one that was deleted
// meanwhile is none.
func (s *Sender) survive(ctx context.Context, fence lease.Fence, id string) (more bool, err error) {
	defer func() {
		if value := recover(); value != nil {
			s.panicked()
			more, err = false, fmt.Errorf("%w: %v\n%s", errPanicked, value, debug.Stack())
		}
	}()
	if more, err = s.work(ctx, fence, id); fault.IsKind(err, fault.NotFound) {
		return false, nil
	}
	return more, err
}

// finished is what became of a webhook's turn.
type finished struct {
	id   string
	more bool // it is not all done
	err  error
}

// passOver returns nothing of an error with which the work goes on: the sender is
// being stopped, or the store is away, and is asked again at the next look.
func (s *Sender) passOver(ctx context.Context, err error) error {
	if ctx.Err() != nil || err == nil {
		return nil
	}
	if fault.IsKind(err, fault.Unavailable) || fault.IsKind(err, fault.NoRoom) {
		s.logger.DebugContext(ctx, "webhooks wait for the store", "error", err)
		return nil
	}
	return err
}

func (s *Sender) due(ctx context.Context, end func()) ([]string, error) {
	due, err := s.queue.DueWebhooks(ctx, clock.Millis(s.clock))
	if err != nil || len(due) > 0 {
		return due, err
	}
	if any, err := s.queue.AnyWebhook(ctx); err == nil && !any {
		end()
	}
	return nil, nil
}

// work is one webhook's turn: it queues what the record has, and sends what may be
// sent now. more is true when the turn ended before that was done.
func (s *Sender) work(ctx context.Context, fence lease.Fence, id string) (more bool, err error) {
	var round round
	began := s.clock.Now()
	for n := 0; n < turn && (round.undecided || s.clock.Now().Sub(began) < turnTime); n++ {
		row, err := s.queue.WebhookByID(ctx, id)
		if err != nil || !row.Enabled || row.Progress.waits(clock.Millis(s.clock)) {
			return false, err
		}
		moved, err := s.gather(ctx, fence, row)
		if err != nil {
			return false, err
		}
		next, found, err := s.queue.NextDelivery(ctx, id, clock.Millis(s.clock), round.odd())
		if err != nil {
			return false, err
		}
		if !found { // what was looked at was not for this webhook, or nothing is there
			return moved && row.Progress.Behind > lookAt, nil
		}
		if err := s.deliver(ctx, fence, row, next, &round); err != nil || ctx.Err() != nil {
			return false, err
		}
	}
	return true, nil
}

// gather moves a webhook's cursor over the entries that the record has, and queues
// those that are for it.
func (s *Sender) gather(ctx context.Context, fence lease.Fence, row Row) (moved bool, err error) {
	if p := row.Progress; p.Behind == 0 || p.Pending-p.Odd >= mostWait || p.Odd >= mostOdd {
		return false, nil
	}
	entries, err := s.record.EntriesAfter(ctx, row.Project, row.Progress.Seq, lookAt)
	if err != nil || len(entries) == 0 {
		return false, err
	}
	tags, err := s.tags(ctx, row, entries)
	if err != nil {
		return false, err
	}
	now := clock.Millis(s.clock)
	var rows []DeliveryRow
	var last catalog.Entry // of the newest of rows
	for _, e := range entries {
		if !row.Filter.Matches(e.Change, tags) {
			continue
		}
		if n := len(rows); n > 0 && together(row.Format, last, e) {
			rows[n-1].Last = e.Seq
		} else {
			rows = append(rows, message(row.ID, e, now))
		}
		last = e
	}
	return true, s.queue.Enqueue(ctx, fence, row.ID, row.Progress.Seq, entries[len(entries)-1].Seq, rows)
}

// tags are those of the flags that entries are about, where the filter asks for any.
func (s *Sender) tags(ctx context.Context, row Row, entries []catalog.Entry) (map[string][]string, error) {
	if len(row.Filter.Tags) == 0 {
		return nil, nil
	}
	var flags []string
	for _, e := range entries {
		flags = append(flags, catalog.FlagsOf(e.Change)...)
	}
	slices.Sort(flags)
	return s.record.FlagTags(ctx, row.Project, slices.Compact(flags))
}

// message is a message of an entry that waits from now on.
func message(webhook string, e catalog.Entry, now int64) DeliveryRow {
	return DeliveryRow{
		Webhook: webhook, Message: messageID(webhook, e), First: e.Seq, Last: e.Seq, State: Pending, CreatedAt: now, QueuedAt: now, NextAt: now,
	}
}

// round is what a turn has seen so far.
type round struct {
	failed    []int64
	undecided bool // whether the last attempt failed for its message or for the receiver
}

// odd is with how many attempts a message comes after the others. The first of a turn
// is the oldest, so that they come in order once a receiver is back; where it failed,
// those that are odd already keep nobody from being reached.
func (r *round) odd() int {
	if len(r.failed) == 0 {
		return math.MaxInt32
	}
	return InOrder
}

// split has a message tell of its first entry only, and the others be messages of
// their own: it was made for Slack, and the webhook has another format now.
func (s *Sender) split(ctx context.Context, fence lease.Fence, row Row, d *DeliveryRow) error {
	entries, err := s.record.EntriesAfter(ctx, row.Project, d.First, int(d.Last-d.First))
	if err != nil {
		return err
	}
	rows := make([]DeliveryRow, 0, len(entries))
	for _, e := range entries {
		rows = append(rows, message(row.ID, e, clock.Millis(s.clock)))
	}
	d.Last = d.First
	return s.queue.Split(ctx, fence, *d, rows)
}

// deliver makes one attempt and writes what came of it.
func (s *Sender) deliver(ctx context.Context, fence lease.Fence, row Row, d DeliveryRow, r *round) error {
	if row.Format != Slack && d.Last > d.First {
		if err := s.split(ctx, fence, row, &d); err != nil {
			return err
		}
	}
	made, retryAfter, err := s.attempt(ctx, row, d)
	if err != nil {
		return err
	}
	if made.Problem != "" && ctx.Err() != nil {
		return nil // it was cut off: nobody knows what became of it, and it is sent again
	}
	d.Attempts++
	made.Number = d.Attempts
	report := Report{Delivery: d, Attempt: made, Progress: row.Progress, RetryWas: row.Progress.RetryAt}
	report.Progress.AttemptedAt, report.Progress.Problem, report.Progress.RetryAt = made.At, made.Problem, 0
	r.undecided = false
	if made.Problem == "" {
		s.succeeded(&report)
	} else {
		s.failed(&report, retryAfter, r)
	}
	s.count(string(outcomeOf(made)))
	if report.Delivery.State == Failed {
		s.logger.WarnContext(ctx, "messages to a webhook were given up after a week", "project", row.Project, "webhook", row.Name, "problem", made.Problem)
	}
	// What was sent is written also when the sender is just being stopped.
	fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), reportTime)
	defer cancel()
	return s.queue.Report(fresh, fence, report)
}

// reportTime is how long the outcome of an attempt may take to be written.
const reportTime = 5 * time.Second

func outcomeOf(a Attempt) DeliveryState {
	if a.Problem == "" {
		return Delivered
	}
	return Failed
}

func (s *Sender) succeeded(r *Report) {
	now := clock.Millis(s.clock)
	r.Delivery.State, r.Delivery.FinishedAt = Delivered, now
	p := &r.Progress
	p.Failures, p.FailingSince, p.SucceededAt = 0, 0, now
}

// failed says when a message is tried again, and what of others. While it is not
// known whether the receiver is away or minds this message only, those after it
// wait, so that they come in order. After some attempts the next ones are tried too:
// where one of them goes well, the message is tried again beside the others.
func (s *Sender) failed(r *Report, retryAfter time.Duration, seen *round) {
	now := s.clock.Now()
	d, p := &r.Delivery, &r.Progress
	p.Failures++
	p.FailingSince = cmp.Or(p.FailingSince, now.UnixMilli())
	seen.failed = append(seen.failed, d.ID)
	d.NextAt = now.Add(max(backoff(d.Attempts, longWait), min(retryAfter, longWait))).UnixMilli()
	giveUp := now.Add(-GiveUpAfter).UnixMilli()
	if d.QueuedAt <= giveUp {
		d.State, d.FinishedAt = Failed, now.UnixMilli()
	}
	tried, most := triedAway, longWait
	if minds(r.Attempt.Status) {
		tried, most = triedMinds, oddWait
	}
	if odd := d.Attempts >= InOrder || len(seen.failed) > 1; odd && retryAfter == 0 && len(seen.failed) < tried {
		seen.undecided = true
		return
	}
	d.NextAt = now.Add(max(backoff(p.Failures, most), min(retryAfter, longWait))).UnixMilli()
	p.RetryAt, r.Hold = d.NextAt, seen.failed
	if p.FailingSince <= giveUp {
		r.GiveUp = giveUp
	}
}

// minds says of an answer that the receiver is there and does not want the message,
// or fails at it. Others say that it is away, or has too much to do.
func minds(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status >= 400 && status <= http.StatusNotImplemented
}

// backoff is how long a message waits after an attempt that failed: three times as
// long each time up to the most, a fifth more or less.
func backoff(attempts int, most time.Duration) time.Duration {
	wait := firstWait
	for range attempts - 1 {
		if wait *= 3; wait >= most {
			wait = most
			break
		}
	}
	return wait - wait/5 + rand.N(wait*2/5)
}

// attempt sends a message once. An error is of this server and not of the receiver.
func (s *Sender) attempt(ctx context.Context, row Row, d DeliveryRow) (made Attempt, retryAfter time.Duration, err error) {
	at := s.clock.Now()
	made.At = at.UnixMilli()
	events, err := s.writer.events(ctx, s.record, row, d)
	if errors.Is(err, errMissing) {
		made.Problem = "the audit log has no such entry"
		return made, 0, nil
	}
	if err != nil {
		return made, 0, err
	}
	body, err := s.writer.body(row.Format, events)
	if err != nil {
		return made, 0, err
	}
	request, err := s.request(ctx, row, d, at, body)
	if err != nil { // a lost secret key, say: it is shown, and tried again
		made.Problem = fault.As(err).Message
		return made, 0, nil
	}
	response, err := s.client.Do(request)
	if err != nil {
		made.Problem = s.reason(err)
	} else {
		made.Status = response.StatusCode
		made.Problem = problemOf(response)
		made.Answer = beginning(response.Body)
		retryAfter = retryAfterOf(response, at)
		_ = response.Body.Close()
	}
	made.DurationMS = s.clock.Now().Sub(at).Milliseconds()
	return made, retryAfter, nil
}

func (s *Sender) request(ctx context.Context, row Row, d DeliveryRow, at time.Time, body []byte) (*http.Request, error) {
	part, err := s.vault.open(row.ID, row.Sealed)
	if err != nil {
		return nil, err
	}
	signature, err := Sign(part.secrets(at.UnixMilli()), d.Message, at, body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, part.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fault.New(fault.Invalid, "webhook_invalid", "its address is none")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", s.agent)
	request.Header.Set("Webhook-Id", d.Message)
	request.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	request.Header.Set("Webhook-Signature", signature)
	return request, nil
}

// reason says why a request failed, without what a receiver's network looks like
// from here.
func (s *Sender) reason(err error) string {
	_, unnamed := errors.AsType[*net.DNSError](err)
	waited, timed := errors.AsType[net.Error](err)
	switch {
	case s.refused(err):
		return "its address is in a private network or not https; name its network with --outbound-allow"
	case unnamed:
		return "its name is not found"
	case timed && waited.Timeout():
		return "it did not answer in time"
	case strings.Contains(err.Error(), "certificate"):
		return "its certificate is not trusted here"
	}
	return "it cannot be reached, or hung up"
}

// problemOf says what is wrong with an answer; "" is nothing.
func problemOf(r *http.Response) string {
	switch {
	case r.StatusCode >= 200 && r.StatusCode < 300:
		return ""
	case r.StatusCode >= 300 && r.StatusCode < 400:
		return fmt.Sprintf("it answered %d: redirects are not followed", r.StatusCode)
	}
	return fmt.Sprintf("it answered %d", r.StatusCode)
}

// beginning is how an answer begins, as text.
func beginning(body io.Reader) string {
	raw, _ := io.ReadAll(io.LimitReader(body, maxAnswer))
	for len(raw) > 0 && !utf8.Valid(raw) && len(raw) > maxAnswer-utf8.UTFMax { // a rune that was cut
		raw = raw[:len(raw)-1]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(raw), "\uFFFD"), "\x00", "\uFFFD")
}

// retryAfterOf is how long a receiver asks to be left alone.
func retryAfterOf(r *http.Response, now time.Time) time.Duration {
	text := r.Header.Get("Retry-After")
	if r.StatusCode < 300 || text == "" {
		return 0
	}
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
