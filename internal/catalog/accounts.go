package catalog

import (
	"encoding/json"
	"fmt"
	"strings"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
)

// RecordAccount appends an entry of accounts, which belong to the server, to
// the record of every project, in the transaction of the change itself. While
// there is no project the entry waits for the first.
func (s *Service) RecordAccount(tx Tx, e account.Entry) error {
	row := ChangeRow{
		Kind: document.Kind(e.Kind), Object: e.Object, Action: ActionKind(e.Action),
		At: e.At, Author: Author{Kind: e.Actor.Kind, ID: e.Actor.ID, Name: e.Actor.Name}, RequestID: e.RequestID,
	}
	if e.Before != nil {
		row.Before = jsonOf(e.Before)
	}
	if e.After != nil {
		row.After = jsonOf(e.After)
	}
	projects, err := tx.Projects()
	if err != nil {
		return err
	}
	if len(projects) == 0 {
		return tx.PutWaiting(row)
	}
	for _, p := range projects {
		if _, err := s.chain(tx, p).append(row); err != nil {
			return err
		}
	}
	return nil
}

// RecordRestore appends to the record of every project that what follows comes
// after a backup was restored; from says which.
func (s *Service) RecordRestore(tx Tx, from string) error {
	projects, err := tx.Projects()
	if err != nil {
		return err
	}
	for _, p := range projects {
		row := ChangeRow{
			Kind: StoreKind, Object: from, Action: ActionRestore,
			At: clock.Millis(s.clock), Author: Author{Kind: account.Host, Name: "burgee"},
		}
		if _, err := s.chain(tx, p).append(row); err != nil {
			return err
		}
	}
	return nil
}

// firstChain begins the record of the first project with the entries that
// waited for it.
func (s *Service) firstChain(tx Tx, row ProjectRow) (*chain, error) {
	waiting, err := tx.TakeWaiting()
	if err != nil {
		return nil, err
	}
	chain := s.chain(tx, row)
	for _, entry := range waiting {
		if _, err := chain.append(entry); err != nil {
			return nil, err
		}
	}
	return chain, nil
}

// memberSentences says what happened to a person's account.
func memberSentences(c Change) []string {
	switch {
	case c.Action == ActionUpdate:
		return []string{fmt.Sprintf("%s set another password for %s", c.Author, c.Object)}
	case c.Author.Kind == account.Member && c.Author.Name == c.Object:
		return []string{c.Author.String() + " created the owner account"}
	}
	return []string{fmt.Sprintf("%s created the owner account %s", c.Author, c.Object)}
}

// tokenSentences says what happened to an API token.
func tokenSentences(c Change) []string {
	verb, state := "made", c.After
	if c.Action == ActionDelete {
		verb, state = "deleted", c.Before
	}
	var token account.TokenState
	// An entry whose values were erased still says what happened.
	if err := json.Unmarshal(state, &token); err != nil || token.Role != account.Relay {
		return []string{fmt.Sprintf("%s %s the API token %s", c.Author, verb, c.Object)}
	}
	where := "every environment"
	if len(token.Environments) > 0 {
		where = strings.Join(token.Environments, ", ")
	}
	return []string{fmt.Sprintf("%s %s the relay's token %s for %s", c.Author, verb, c.Object, where)}
}
