package catalog

import (
	"cmp"
	"context"
	"fmt"

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
// the transaction of the change itself.
func (s *Service) RecordWebhook(tx Tx, project string, c ChangeRow) error {
	row, err := tx.Project(project)
	if err != nil {
		return err
	}
	if err := row.open(""); err != nil {
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

// webhookSentences says what happened to a webhook.
func webhookSentences(c Change) []string {
	verb := map[ActionKind]string{ActionCreate: "made", ActionDelete: "deleted", ActionRotate: "gave another secret to"}[c.Action]
	return []string{fmt.Sprintf("%s %s the webhook %s", c.Author, cmp.Or(verb, "changed"), c.Object)}
}
