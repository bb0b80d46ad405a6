package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"burgee.dev/burgee/internal/document"
)

// Entry is an entry of the record with its place in it, for who follows it.
type Entry struct {
	Change
	Seq  int64  // counts the project's entries from 1, without gaps
	Hash []byte // of the entry with all before it: no other entry has it
}

// EntriesAfter returns the entries of a project's record that follow the one with
// a number, the oldest first. It authorises nobody: it is for what the server does
// by itself. An entry is there as soon as its change is, and none comes before one
// that was read.
func (s *Service) EntriesAfter(ctx context.Context, project string, seq int64, limit int) ([]Entry, error) {
	var out []Entry
	err := s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(project)
		if err != nil {
			return err
		}
		return r.ChainAfter(row.ID, seq, limit, func(c ChangeRow) error {
			out = append(out, Entry{Change: newChange(c), Seq: c.Seq, Hash: c.Hash})
			return nil
		})
	})
	return out, err
}

// RecordWebhook appends an entry about a webhook to the record of its project, in
// the transaction of the change itself. A project that is archived gets no new ones;
// those that it has tell of people and tokens still, and may be changed and deleted.
func (s *Service) RecordWebhook(tx Tx, project string, c ChangeRow) error {
	row, err := tx.Project(project)
	if err != nil {
		return err
	}
	if err := row.open(""); err != nil && c.Action == ActionCreate {
		return err
	}
	c.Kind = WebhookKind
	_, err = s.chain(tx, row).append(c)
	return err
}

// Kinds are the kinds of entries that a record may hold.
func Kinds() []document.Kind {
	return []document.Kind{
		document.FlagKind, document.ConfigurationKind, document.TargetGroupKind, document.ExperimentKind, document.AttributeKind,
		RolloutKind, ChangeRequestKind, ProjectKind, EnvironmentKey, SDKKeyKind, WebhookKind,
		MemberKind, TokenKind, LinkKind, RoleKind, SessionKind, SignInKind, ErasureKind, StoreKind,
	}
}

// Actions are what entries of a record may have done.
func Actions() []ActionKind {
	return []ActionKind{ActionCreate, ActionUpdate, ActionDelete, ActionArchive, ActionRestore, ActionRevoke, ActionRotate, ActionErase}
}

// FlagsOf are the flags that an entry is about: the flag itself, that of a
// configuration or a rollout, and those that an experiment serves, before or after.
func FlagsOf(c Change) []string {
	switch c.Kind {
	case document.FlagKind, document.ConfigurationKind:
		return []string{c.Object}
	case RolloutKind:
		var r rolloutState
		if decode(c.After, &r); r.Flag != "" {
			return []string{r.Flag}
		}
	case document.ExperimentKind:
		flags := map[string]bool{}
		for _, raw := range []json.RawMessage{c.Before, c.After} {
			served(raw, flags)
		}
		return sortedKeys(flags)
	}
	return nil
}

// served adds the flags that an experiment serves.
func served(raw json.RawMessage, flags map[string]bool) {
	type assignment map[string]json.RawMessage
	var x struct {
		Serve assignment
		Arms  []struct{ Flags assignment }
	}
	decode(raw, &x)
	for flag := range x.Serve {
		flags[flag] = true
	}
	for _, arm := range x.Arms {
		for flag := range arm.Flags {
			flags[flag] = true
		}
	}
}

// tagged is what of a flag tells its tags.
type tagged struct {
	Tags []string `json:"tags"`
}

// TagsOf are the tags that an entry's flag had before and has after it.
func TagsOf(c Change) []string {
	if c.Kind != document.FlagKind {
		return nil
	}
	var before, after tagged
	decode(c.Before, &before)
	decode(c.After, &after)
	return slices.Concat(before.Tags, after.Tags)
}

// FlagTags returns the tags that flags of a project have now, archived ones too. Like
// EntriesAfter it authorises nobody.
func (s *Service) FlagTags(ctx context.Context, project string, flags []string) (map[string][]string, error) {
	out := map[string][]string{}
	if len(flags) == 0 {
		return out, nil
	}
	err := s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(project)
		if err != nil {
			return err
		}
		rows, err := r.ObjectsOf(row.ID, document.FlagKind, flags...)
		for _, o := range rows {
			var f tagged
			decode(o.Body, &f)
			out[o.Key] = f.Tags
		}
		return err
	})
	return out, err
}

// webhookSentences says what happened to a webhook.
func webhookSentences(c Change) []string {
	verb := map[ActionKind]string{ActionCreate: "made", ActionDelete: "deleted", ActionRotate: "gave another secret to"}[c.Action]
	return []string{fmt.Sprintf("%s %s the webhook %s", c.Author, cmp.Or(verb, "changed"), c.Object)}
}
