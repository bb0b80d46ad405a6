package webhook

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// Record reads the record of projects. catalog.Service is one.
type Record interface {
	Project(ctx context.Context, actor account.Actor, key string) (catalog.Project, error)
	EntriesAfter(ctx context.Context, project string, seq int64, limit int) ([]catalog.Entry, error)
	FlagTags(ctx context.Context, project string, flags []string) (map[string][]string, error)
}

// Options are what a Service and a Sender have in common.
type Options struct {
	Clock clock.Clock // nil is the machine's
	Seals Sealer      // nil refuses what needs a secret
	// CheckURL refuses an address that is not to be sent to; its text is for
	// people. nil lets all through.
	CheckURL func(ctx context.Context, url string) error
	// Base is the address of the dashboard; "" leaves links out.
	Base string
}

// MaxOverlap is how long a secret that was rotated may go on signing.
const MaxOverlap = 30 * 24 * time.Hour

// Service is the webhooks of projects, for people and their programs. It is safe
// for concurrent use.
type Service struct {
	store  Store
	record Record
	clock  clock.Clock
	vault  vault
	writer writer
	check  func(ctx context.Context, url string) error
}

// New returns the webhooks of a store.
func New(store Store, record Record, o Options) *Service {
	s := &Service{store: store, record: record, clock: o.Clock, vault: vault{o.Seals}, writer: writer{o.Base}, check: o.CheckURL}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.check == nil {
		s.check = func(context.Context, string) error { return nil }
	}
	return s
}

// WriteOptions are about a change as a whole.
type WriteOptions struct {
	IfVersion *int64 // the version that the change was made on; nil is any
	Comment   string
	RequestID string
}

// maxComment bounds a comment, in bytes.
const maxComment = 8 << 10

// may says whether somebody may see and change the webhooks of a project: their
// addresses may be all that it takes to write where they lead.
func may(actor account.Actor, project string) error {
	return account.Can(actor, account.ManageProject, account.Scope{Project: project})
}

// List returns the webhooks of a project, by name.
func (s *Service) List(ctx context.Context, actor account.Actor, project string) ([]Webhook, error) {
	if err := may(actor, project); err != nil {
		return nil, err
	}
	rows, err := s.store.Webhooks(ctx, project)
	out := make([]Webhook, 0, len(rows))
	for _, row := range rows {
		out = append(out, s.shown(row))
	}
	return out, err
}

// Get returns one webhook.
func (s *Service) Get(ctx context.Context, actor account.Actor, project, id string) (Webhook, error) {
	row, err := s.row(ctx, actor, project, id)
	return s.shown(row), err
}

func (s *Service) row(ctx context.Context, actor account.Actor, project, id string) (Row, error) {
	if err := may(actor, project); err != nil {
		return Row{}, err
	}
	return s.store.Webhook(ctx, project, id)
}

// shown is a webhook as people see it. One whose secret key is lost is shown
// without its address, so that it can be given another or deleted.
func (s *Service) shown(row Row) Webhook {
	out := Webhook{
		ID: row.ID, Project: row.Project, Name: row.Name, Format: row.Format, Filter: row.Filter, Enabled: row.Enabled, Version: row.Version,
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, State: row.State(), Progress: row.Progress,
	}
	out.Progress.RetryAt = max(row.Progress.RetryAt, 0)
	if part, err := s.vault.open(row.ID, row.Sealed); err == nil {
		out.URL, out.OldUntil = part.URL, part.oldUntil(clock.Millis(s.clock))
	}
	return out
}

// Create makes a webhook, which hears of what happens from now on. The secret is in
// the answer and nowhere else.
func (s *Service) Create(ctx context.Context, actor account.Actor, project string, settings Settings, o WriteOptions) (Webhook, string, error) {
	if err := may(actor, project); err != nil {
		return Webhook{}, "", err
	}
	settings.Format = cmp.Or(settings.Format, Standard)
	if err := s.checkSettings(ctx, actor, project, &settings, true); err != nil {
		return Webhook{}, "", err
	}
	now := clock.Millis(s.clock)
	row := Row{ID: strings.ToLower(rand.Text()), Project: project, Version: 1, CreatedAt: now}
	part := sealedPart{Secret: newSecret()}
	if err := s.fill(&row, &part, settings, now); err != nil {
		return Webhook{}, "", err
	}
	entry, err := s.entry(actor, catalog.ActionCreate, row.Name, nil, told(settings), o)
	if err == nil {
		err = s.store.AddWebhook(ctx, row, entry)
	}
	if err != nil {
		return Webhook{}, "", err
	}
	made, err := s.store.Webhook(ctx, project, row.ID)
	return s.shown(made), part.Secret, err
}

// fill writes settings into a row and its sealed part.
func (s *Service) fill(row *Row, part *sealedPart, settings Settings, now int64) (err error) {
	row.Name, row.Format, row.Filter, row.Enabled, row.UpdatedAt = settings.Name, settings.Format, settings.Filter, settings.Enabled, now
	part.URL = settings.URL
	row.Sealed, err = s.vault.seal(row.ID, *part)
	return err
}

// checkSettings tidies and checks settings; of the address what may be reached too
// where it is new.
func (s *Service) checkSettings(ctx context.Context, actor account.Actor, project string, settings *Settings, newURL bool) error {
	settings.Name, settings.URL = strings.TrimSpace(settings.Name), strings.TrimSpace(settings.URL)
	at, err := s.record.Project(ctx, actor, project)
	if err != nil {
		return err
	}
	environments := make([]string, 0, len(at.Environments)+len(at.Archived))
	for _, e := range slices.Concat(at.Environments, at.Archived) { // an archived one may come back
		environments = append(environments, e.Key)
	}
	if err := settings.check(environments); err != nil {
		return err
	}
	if !newURL {
		return nil
	}
	if err := s.check(ctx, settings.URL); err != nil {
		return invalid("url", "%v", err)
	}
	return nil
}

// Update changes what a patch names. A webhook that is enabled again hears of what
// happens from then on.
func (s *Service) Update(ctx context.Context, actor account.Actor, project, id string, patch Patch, o WriteOptions) (Webhook, error) {
	row, part, err := s.begin(ctx, actor, project, id, o)
	if err != nil {
		return Webhook{}, err
	}
	before := settingsOf(row, part)
	after := patch.over(before)
	if err := s.checkSettings(ctx, actor, project, &after, after.URL != before.URL); err != nil {
		return Webhook{}, err
	}
	was, fromNow := row.Version, after.Enabled && !before.Enabled
	row.Version++
	if err := s.fill(&row, &part, after, clock.Millis(s.clock)); err != nil {
		return Webhook{}, err
	}
	entry, err := s.entry(actor, catalog.ActionUpdate, row.Name, told(before), told(after), o)
	if err == nil {
		err = s.store.PutWebhook(ctx, row, was, fromNow, entry)
	}
	if err != nil {
		return Webhook{}, err
	}
	return s.Get(ctx, actor, project, id)
}

// begin reads what is to be changed. An address that cannot be opened any more is
// empty, and has to be named.
func (s *Service) begin(ctx context.Context, actor account.Actor, project, id string, o WriteOptions) (row Row, part sealedPart, err error) {
	if row, err = s.row(ctx, actor, project, id); err != nil {
		return row, part, err
	}
	if want := o.IfVersion; want != nil && *want != row.Version {
		return row, part, fault.New(fault.Precondition, "version_moved",
			"The webhook %s is at version %d, not %d: someone changed it meanwhile. Load it again and repeat the change", row.Name, row.Version, *want)
	}
	if part, err = s.vault.open(row.ID, row.Sealed); err != nil && s.vault.seals != nil {
		return row, sealedPart{Secret: newSecret()}, nil
	}
	return row, part, err
}

func settingsOf(row Row, part sealedPart) Settings {
	return Settings{Name: row.Name, URL: part.URL, Format: row.Format, Filter: row.Filter, Enabled: row.Enabled}
}

// Rotate makes another secret. The one before it signs too for the overlap.
func (s *Service) Rotate(ctx context.Context, actor account.Actor, project, id string, overlap time.Duration, o WriteOptions) (Webhook, string, error) {
	if overlap < 0 || overlap > MaxOverlap {
		return Webhook{}, "", fault.New(fault.Invalid, "overlap_invalid", "The overlap is out of range").
			WithField("overlapHours", "takes 0 to %d", int(MaxOverlap.Hours()))
	}
	row, part, err := s.begin(ctx, actor, project, id, o)
	if err != nil {
		return Webhook{}, "", err
	}
	now := clock.Millis(s.clock)
	settings := settingsOf(row, part)
	part = part.rotate(now, now+overlap.Milliseconds())
	was := row.Version
	row.Version++
	if err := s.fill(&row, &part, settings, now); err != nil {
		return Webhook{}, "", err
	}
	entry, err := s.entry(actor, catalog.ActionRotate, row.Name, told(settings), told(settings), o)
	if err == nil {
		err = s.store.PutWebhook(ctx, row, was, false, entry)
	}
	if err != nil {
		return Webhook{}, "", err
	}
	made, err := s.Get(ctx, actor, project, id)
	return made, part.Secret, err
}

// Delete removes a webhook with what waits for it and its deliveries.
func (s *Service) Delete(ctx context.Context, actor account.Actor, project, id string, o WriteOptions) error {
	row, err := s.row(ctx, actor, project, id)
	if err != nil {
		return err
	}
	if want := o.IfVersion; want != nil && *want != row.Version {
		return fault.New(fault.Precondition, "version_moved", "The webhook %s is at version %d, not %d: someone changed it meanwhile", row.Name, row.Version, *want)
	}
	part, _ := s.vault.open(row.ID, row.Sealed) // one that cannot be opened can be deleted
	entry, err := s.entry(actor, catalog.ActionDelete, row.Name, told(settingsOf(row, part)), nil, o)
	if err != nil {
		return err
	}
	return s.store.DeleteWebhook(ctx, row, entry)
}

// recorded is what the record keeps of a webhook: no secret, and of the address
// only where it leads.
type recorded struct {
	Name         string   `json:"name"`
	Host         string   `json:"host"`
	Format       Format   `json:"format"`
	Events       []string `json:"events,omitempty"`
	Environments []string `json:"environments,omitempty"`
	Flags        []string `json:"flags,omitempty"`
	Tags         []string `json:"tags,omitempty"`
	Enabled      bool     `json:"enabled"`
}

func told(s Settings) *recorded {
	return &recorded{s.Name, hostOf(s.URL), s.Format, s.Filter.Events, s.Filter.Environments, s.Filter.Flags, s.Filter.Tags, s.Enabled}
}

// hostOf is the scheme and host of an address.
func hostOf(url string) string {
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		return ""
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return scheme + "://" + rest
}

func (s *Service) entry(actor account.Actor, action catalog.ActionKind, name string, before, after *recorded, o WriteOptions) (c catalog.ChangeRow, err error) {
	if len(o.Comment) > maxComment {
		return c, fault.New(fault.Invalid, "comment_too_long", "The comment is too long").WithField("comment", "has %d bytes; at most %d fit", len(o.Comment), maxComment)
	}
	c = catalog.ChangeRow{
		Object: name, Action: action, At: clock.Millis(s.clock), Comment: o.Comment, RequestID: o.RequestID,
		Author: catalog.Author{Kind: actor.Kind, ID: actor.ID, Name: actor.Name},
	}
	if before != nil {
		if c.Before, err = json.Marshal(before); err != nil {
			return c, err
		}
	}
	if after != nil {
		c.After, err = json.Marshal(after)
	}
	return c, err
}

// Delivery is a message to a webhook, with what it tells of.
type Delivery struct {
	DeliveryRow
	Type     string // of the event; "test" is a test
	Object   string // what the entry is about
	Request  []byte // the body, as it is made from the record now; of one delivery only
	Attempts []Attempt
}

const (
	pageSize = 50
	maxPage  = 200
)

// Deliveries lists the messages to a webhook, newest first.
func (s *Service) Deliveries(ctx context.Context, actor account.Actor, project, id string, query DeliveryQuery) ([]Delivery, error) {
	row, err := s.row(ctx, actor, project, id)
	if err != nil {
		return nil, err
	}
	if query.Limit = min(query.Limit, maxPage); query.Limit <= 0 {
		query.Limit = pageSize
	}
	rows, err := s.store.Deliveries(ctx, row.ID, query)
	out := make([]Delivery, 0, len(rows))
	for _, d := range rows {
		if err != nil {
			return nil, err
		}
		shown := Delivery{DeliveryRow: d}
		var events []Event
		events, err = s.events(ctx, row, d)
		shown.about(events)
		out = append(out, shown)
	}
	return out, err
}

// events are what a message tells of; none where the record has no such entry.
func (s *Service) events(ctx context.Context, row Row, d DeliveryRow) ([]Event, error) {
	events, err := s.writer.events(ctx, s.record, row, d)
	if errors.Is(err, errMissing) {
		err = nil
	}
	return events, err
}

// about names what a message tells of.
func (d *Delivery) about(events []Event) {
	if len(events) > 0 {
		d.Type, d.Object = events[0].Type, events[0].Data.Object
	}
}

// Delivery returns one message with its body and all attempts.
func (s *Service) Delivery(ctx context.Context, actor account.Actor, project, id string, delivery int64) (Delivery, error) {
	row, err := s.row(ctx, actor, project, id)
	if err != nil {
		return Delivery{}, err
	}
	d, attempts, err := s.store.Delivery(ctx, row.ID, delivery)
	if err != nil {
		return Delivery{}, err
	}
	out := Delivery{DeliveryRow: d, Attempts: slices.Clip(attempts)}
	events, err := s.events(ctx, row, d)
	if err != nil || len(events) == 0 {
		return out, err
	}
	out.about(events)
	out.Request, err = s.writer.body(row.Format, events)
	return out, err
}

// Test sends an event that tells of nothing, before anything that waits.
func (s *Service) Test(ctx context.Context, actor account.Actor, project, id string) (Delivery, error) {
	row, err := s.sendable(ctx, actor, project, id)
	if err != nil {
		return Delivery{}, err
	}
	now := clock.Millis(s.clock)
	made, err := s.store.AddDelivery(ctx, DeliveryRow{
		Webhook: row.ID, Message: "msg_" + strings.ToLower(rand.Text()), State: Pending, CreatedAt: now, QueuedAt: now, NextAt: now,
	})
	if err != nil {
		return Delivery{}, err
	}
	return s.Delivery(ctx, actor, project, id, made)
}

// Redeliver sends a message again, under the id that it had.
func (s *Service) Redeliver(ctx context.Context, actor account.Actor, project, id string, delivery int64) (Delivery, error) {
	row, err := s.sendable(ctx, actor, project, id)
	if err != nil {
		return Delivery{}, err
	}
	if err := s.store.QueueDelivery(ctx, row.ID, delivery, clock.Millis(s.clock)); err != nil {
		return Delivery{}, err
	}
	return s.Delivery(ctx, actor, project, id, delivery)
}

// sendable is a webhook that is enabled.
func (s *Service) sendable(ctx context.Context, actor account.Actor, project, id string) (Row, error) {
	row, err := s.row(ctx, actor, project, id)
	if err == nil && !row.Enabled {
		err = fault.New(fault.Conflict, "webhook_disabled", "The webhook %s is disabled; enable it first", row.Name)
	}
	return row, err
}
