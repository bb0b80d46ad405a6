package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
)

// EventVersion is the version of Event. Fields are added to a version; what is
// there keeps its meaning.
const EventVersion = 1

// testType is the type of the event with which somebody tries a webhook.
const testType = "test"

// Event is the body that a webhook of the format Standard is sent.
type Event struct {
	Version   int    `json:"version"`
	Type      string `json:"type"`      // kind and action, "configuration.update", or "test"
	Timestamp string `json:"timestamp"` // when it happened, RFC 3339 in UTC
	Data      Data   `json:"data"`
}

// Data is what an Event tells: an entry of the audit log, without the values before
// and after.
type Data struct {
	Project     string           `json:"project"`
	Environment string           `json:"environment,omitempty"` // "" where the object belongs to the project
	Kind        string           `json:"kind"`
	Object      string           `json:"object"` // its key, number or name
	Action      string           `json:"action"`
	Actor       Actor            `json:"actor"`
	Sentences   []string         `json:"sentences"` // what happened, for people
	Comment     string           `json:"comment,omitempty"`
	Revisions   map[string]int64 `json:"revisions"` // by environment: the revision that it is part of
	Change      string           `json:"change,omitempty"`
	Sequence    int64            `json:"sequence"` // counts the entries of the project's audit log from 1
	URL         string           `json:"url,omitempty"`
}

// Actor is who did something.
type Actor struct {
	Kind string `json:"kind"` // member, token, application or host
	Name string `json:"name"`
}

// messageID is the same for the same entry and webhook, whoever makes it and
// whenever: also after a backup was restored.
func messageID(webhook string, e catalog.Entry) string {
	sum := sha256.Sum256(append([]byte(webhook+" "), e.Hash...))
	return "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20]))
}

// writer makes the bodies of messages.
type writer struct {
	base string // address of the dashboard; "" is not known
}

func (w writer) event(project string, e catalog.Entry) Event {
	return Event{
		Version: EventVersion, Type: EventType(e.Change), Timestamp: instant(e.At),
		Data: Data{
			Project: project, Environment: e.Environment, Kind: string(e.Kind), Object: e.Object, Action: string(e.Action),
			Actor: Actor{string(e.Author.Kind), e.Author.Name}, Sentences: e.Sentences, Comment: e.Comment, Revisions: e.Revisions,
			Change: fmt.Sprint(e.ID), Sequence: e.Seq, URL: w.link(project, e.Environment, e.Revisions),
		},
	}
}

// test is the event that tells of nothing.
func (w writer) test(row Row, at int64) Event {
	return Event{
		Version: EventVersion, Type: testType, Timestamp: instant(at),
		Data: Data{
			Project: row.Project, Kind: string(catalog.WebhookKind), Object: row.Name, Action: testType,
			Actor: Actor{string(account.Host), "burgee"}, Sentences: []string{"This is a test of the webhook " + row.Name + ". Nothing was changed."},
			Revisions: map[string]int64{}, URL: w.link(row.Project, "", nil),
		},
	}
}

func instant(at int64) string { return time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.000Z") }

// link leads to the audit log of an environment that an entry has to do with, else
// to the project.
func (w writer) link(project, environment string, revisions map[string]int64) string {
	if w.base == "" {
		return ""
	}
	if environment == "" && len(revisions) > 0 {
		environment = slices.Sorted(maps.Keys(revisions))[0]
	}
	page := w.base + "/p/" + url.PathEscape(project)
	if environment != "" {
		page += "/e/" + url.PathEscape(environment) + "/audit"
	}
	return page
}

// body is what is sent of events that belong together: one, but for Slack.
func (w writer) body(format Format, events []Event) ([]byte, error) {
	if format == Slack {
		return json.Marshal(map[string]string{"text": slackText(events)})
	}
	return json.Marshal(events[0])
}

// maxSentences is how many sentences a text for people holds.
const maxSentences = 10

// maxText bounds a sentence and a comment in a text for people, in runes.
const maxText = 500

func slackText(events []Event) string {
	first := events[0].Data
	where := first.Project
	if first.Environment != "" {
		where += " / " + first.Environment
	}
	var b strings.Builder
	fmt.Fprintf(&b, "*%s* in %s", slackWords(first.Actor.Name), slackWords(where))
	n, left := 0, 0
	for _, e := range events {
		for _, sentence := range e.Data.Sentences {
			if n++; n > maxSentences {
				left++
				continue
			}
			b.WriteString("\n• " + slackWords(sentence))
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n• and %d more", left)
	}
	if first.Comment != "" {
		b.WriteString("\n> " + slackWords(first.Comment))
	}
	if first.URL != "" {
		fmt.Fprintf(&b, "\n<%s|Audit log>", first.URL)
	}
	return b.String()
}

// markup is what chats read as markup, each with what they show it by.
var markup = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "](", "]"+nothing+"(")

// nothing has no width: it parts what would be read together.
const nothing = "\u200b"

// slackWords keeps a text in its line and from being read as markup, by Slack and by
// the chats that take the same but read more of it: nobody is called, and no link
// shows another address than its own.
func slackWords(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxText {
		text = string(runes[:maxText]) + "…"
	}
	head, tail, found := strings.Cut(text, "@")
	var b strings.Builder
	b.WriteString(head)
	for found {
		b.WriteString("@")
		if before, _ := utf8.DecodeLastRuneInString(head); !unicode.IsLetter(before) && !unicode.IsDigit(before) || callsAll(tail) {
			b.WriteString(nothing)
		}
		head, tail, found = strings.Cut(tail, "@")
		b.WriteString(head)
	}
	return markup.Replace(b.String())
}

// callsAll says whether what follows an @ has chats call everybody, even where the
// whole looks like an address of mail.
func callsAll(text string) bool {
	text = strings.ToLower(text[:min(len(text), 8)])
	return slices.ContainsFunc([]string{"everyone", "channel", "here", "all"}, func(word string) bool { return strings.HasPrefix(text, word) })
}

// together says whether an entry is told in the same message as the one before it:
// in Slack, what one request changed.
func together(format Format, before, next catalog.Entry) bool {
	return format == Slack && next.Seq == before.Seq+1 && next.RequestID != "" && next.RequestID == before.RequestID &&
		next.Author == before.Author
}

// events are what a message tells of, as the record has it now.
func (w writer) events(ctx context.Context, record Record, row Row, d DeliveryRow) ([]Event, error) {
	if d.First == 0 {
		return []Event{w.test(row, d.CreatedAt)}, nil
	}
	entries, err := record.EntriesAfter(ctx, row.Project, d.First-1, int(d.Last-d.First)+1)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("%w: %d of %s", errMissing, d.First, row.Project)
	}
	out := make([]Event, 0, len(entries))
	for _, e := range entries {
		out = append(out, w.event(row.Project, e))
	}
	return out, nil
}

var errMissing = errors.New("webhook: an entry is missing")
