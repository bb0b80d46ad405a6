package webhook

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// Format is the form of the bodies that a webhook is sent.
type Format string

// The formats.
const (
	Standard Format = "standard" // an Event as JSON
	Slack    Format = "slack"    // a text, as Slack and what is compatible with it take it
)

// The bounds of a webhook's settings.
const (
	maxName    = 100  // bytes
	maxURL     = 2048 // bytes
	maxFilter  = 50   // entries of one list
	maxPattern = 200  // bytes
)

// MaxWebhooks is how many webhooks a project may have.
const MaxWebhooks = 200

// Filter says which entries of the record are sent; an empty list does not choose.
type Filter struct {
	// Events are kinds, or kinds with an action: "flag", "configuration.update".
	Events []string `json:"events,omitempty"`
	// Environments are keys: of entries of the environment, and of those that are
	// part of a revision of it.
	Environments []string `json:"environments,omitempty"`
	// Flags are patterns of keys, "checkout.*", and Tags what flags are tagged with: of
	// entries about such flags only, as catalog.FlagsOf names them.
	Flags []string `json:"flags,omitempty"`
	Tags  []string `json:"tags,omitempty"`
}

// Matches says whether an entry is sent. tags are those of the flags that it is
// about, by key; a flag's own entry has those before and after it too.
func (f Filter) Matches(c catalog.Change, tags map[string][]string) bool {
	return f.hasEvent(c) && f.hasEnvironment(c) && f.hasFlag(c) && f.hasTag(c, tags)
}

func (f Filter) hasEvent(c catalog.Change) bool {
	return len(f.Events) == 0 || slices.Contains(f.Events, string(c.Kind)) || slices.Contains(f.Events, EventType(c))
}

func (f Filter) hasEnvironment(c catalog.Change) bool {
	if len(f.Environments) == 0 {
		return true
	}
	return slices.ContainsFunc(f.Environments, func(key string) bool {
		_, revised := c.Revisions[key]
		return c.Environment == key || revised
	})
}

func (f Filter) hasFlag(c catalog.Change) bool {
	return len(f.Flags) == 0 || slices.ContainsFunc(catalog.FlagsOf(c), func(flag string) bool {
		return slices.ContainsFunc(f.Flags, func(pattern string) bool {
			match, err := path.Match(pattern, flag)
			return err == nil && match
		})
	})
}

func (f Filter) hasTag(c catalog.Change, tags map[string][]string) bool {
	wanted := func(tag string) bool { return slices.Contains(f.Tags, tag) }
	return len(f.Tags) == 0 || slices.ContainsFunc(catalog.TagsOf(c), wanted) ||
		slices.ContainsFunc(catalog.FlagsOf(c), func(flag string) bool { return slices.ContainsFunc(tags[flag], wanted) })
}

// EventType names what an entry is about, "configuration.update".
func EventType(c catalog.Change) string { return string(c.Kind) + "." + string(c.Action) }

// check refuses a filter that would never choose anything, or was misspelt.
func (f Filter) check(environments []string) error {
	for field, list := range map[string][]string{"events": f.Events, "environments": f.Environments, "flags": f.Flags, "tags": f.Tags} {
		if len(list) > maxFilter {
			return invalid(field, "takes at most %d", maxFilter)
		}
	}
	for _, event := range f.Events {
		kind, action, with := strings.Cut(event, ".")
		if !slices.Contains(catalog.Kinds(), document.Kind(kind)) || with && !slices.Contains(catalog.Actions(), catalog.ActionKind(action)) {
			return invalid("events", "has no %q; write a kind of the audit log, or one with an action, such as flag or configuration.update", event)
		}
	}
	for _, key := range f.Environments {
		if !slices.Contains(environments, key) {
			return invalid("environments", "there is no environment %q", key)
		}
	}
	for _, pattern := range f.Flags {
		if _, err := path.Match(pattern, ""); err != nil || pattern == "" || len(pattern) > maxPattern {
			return invalid("flags", "%q is no key or pattern such as checkout.*", pattern)
		}
	}
	for _, tag := range f.Tags {
		if tag == "" || len(tag) > maxPattern {
			return invalid("tags", "%q is no tag", tag)
		}
	}
	return nil
}

// State says how a webhook does.
type State string

// The states of a webhook.
const (
	Disabled State = "disabled" // nothing is sent; what happens meanwhile is not sent later
	Idle     State = "idle"     // nothing was sent yet
	Working  State = "ok"       // the last attempt went well
	Retrying State = "retrying" // attempts fail; it is tried again
	Failing  State = "failing"  // attempts have failed for long, and are still made
)

// failingAfter is how many attempts in a row fail before a webhook is shown as
// failing: about ten minutes.
const failingAfter = 6

// Webhook is a place that is told of changes.
type Webhook struct {
	ID      string
	Project string
	Name    string
	URL     string // "" where it cannot be opened
	Format  Format
	Filter  Filter
	Enabled bool
	Version int64
	// OldUntil is until when messages are signed with the secret before the
	// present one too, in milliseconds; 0 is not.
	OldUntil  int64
	CreatedAt int64
	UpdatedAt int64
	State     State
	Progress  Progress
}

// Progress is how far a webhook has come. Times are milliseconds since 1970, 0 is
// never.
type Progress struct {
	Seq          int64  // of the last entry of the record that was looked at
	Failures     int    // attempts that failed since the last that did not
	FailingSince int64  // the first of them
	RetryAt      int64  // nothing is sent before; below 0 somebody has asked for that since
	AttemptedAt  int64  // the last attempt
	SucceededAt  int64  // the last attempt that went well
	Problem      string // why the last attempt failed; "" where it did not
	Pending      int    // messages that wait; read only
	Odd          int    // those of them with InOrder attempts; read only
	Behind       int64  // entries of the record that were not looked at yet; read only
}

// waits says whether nothing is sent now.
func (p Progress) waits(now int64) bool {
	return p.RetryAt > now && p.RetryAt <= now+LongestWait.Milliseconds()
}

// State says how a webhook does.
func (r Row) State() State {
	switch {
	case !r.Enabled:
		return Disabled
	case r.Progress.Failures >= failingAfter:
		return Failing
	case r.Progress.Failures > 0:
		return Retrying
	case r.Progress.SucceededAt == 0:
		return Idle
	}
	return Working
}

// Settings are what people say of a webhook.
type Settings struct {
	Name    string
	URL     string
	Format  Format
	Filter  Filter
	Enabled bool
}

// Patch changes what is not nil of Settings.
type Patch struct {
	Name         *string
	URL          *string
	Format       *Format
	Events       *[]string
	Environments *[]string
	Flags        *[]string
	Tags         *[]string
	Enabled      *bool
}

func (p Patch) over(s Settings) Settings {
	set(&s.Name, p.Name)
	set(&s.URL, p.URL)
	set(&s.Format, p.Format)
	set(&s.Filter.Events, p.Events)
	set(&s.Filter.Environments, p.Environments)
	set(&s.Filter.Flags, p.Flags)
	set(&s.Filter.Tags, p.Tags)
	set(&s.Enabled, p.Enabled)
	return s
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// check refuses settings that make no sense. Whether the address may be reached is
// another question.
func (s Settings) check(environments []string) error {
	switch {
	case s.Name == "" || len(s.Name) > maxName || strings.ContainsAny(s.Name, "/\n\r\t"):
		return invalid("name", "takes 1 to %d bytes of text, without /", maxName)
	case s.URL == "" || len(s.URL) > maxURL:
		return invalid("url", "takes an address of at most %d bytes", maxURL)
	case s.Format != Standard && s.Format != Slack:
		return invalid("format", "takes standard or slack")
	}
	return s.Filter.check(environments)
}

func invalid(field, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "webhook_invalid", "The webhook is not complete").WithField(field, "%s", fmt.Sprintf(format, args...))
}
