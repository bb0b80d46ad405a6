package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
)

// RecordAccount appends an entry of accounts, which belong to the server, to
// the record of every project that it has to do with, in the transaction of the
// change itself; one that has to do with none goes to all. While there is no
// project the entry waits for the first.
func (s *Service) RecordAccount(tx Tx, e account.Entry) error {
	projects, err := tx.Projects()
	if err != nil {
		return err
	}
	if len(projects) == 0 {
		return tx.PutWaiting(accountRow(e, whole(e.Before), whole(e.After)))
	}
	told, moves := false, string(whole(e.Before)) != string(whole(e.After))
	for _, p := range projects {
		before, was := in(e.Before, p.Key)
		after, is := in(e.After, p.Key)
		if !was && !is || moves && string(before) == string(after) {
			continue
		}
		told = true
		if _, err := s.chain(tx, p).append(accountRow(e, before, after)); err != nil {
			return err
		}
	}
	if told {
		return nil
	}
	for _, p := range projects {
		before, _ := in(e.Before, p.Key)
		after, _ := in(e.After, p.Key)
		if _, err := s.chain(tx, p).append(accountRow(e, before, after)); err != nil {
			return err
		}
	}
	return nil
}

func accountRow(e account.Entry, before, after json.RawMessage) ChangeRow {
	return ChangeRow{
		Kind: document.Kind(e.Kind), Object: e.Object, Action: ActionKind(e.Action), Before: before, After: after,
		At: e.At, Author: Author{Kind: e.Actor.Kind, ID: e.Actor.ID, Name: e.Actor.Name}, RequestID: e.RequestID,
	}
}

// in is a state as the record of a project keeps it, and whether it has to do
// with the project.
func in(state account.Told, project string) (json.RawMessage, bool) {
	if state == nil {
		return nil, false
	}
	told, concerns := state.In(project)
	return jsonOf(told), concerns
}

// whole is a state for the record of the first project.
func whole(state account.Told) json.RawMessage {
	if state == nil {
		return nil
	}
	return jsonOf(state)
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
	var before, after account.MemberState
	decode(c.Before, &before)
	decode(c.After, &after)
	itself := c.Author.Kind == account.Member && c.Author.Name == c.Object
	switch {
	case c.Action == ActionDelete:
		return []string{fmt.Sprintf("%s removed the account %s", c.Author, c.Object)}
	case c.Action == ActionUpdate && before.TOTP != after.TOTP:
		return []string{guardSentence(c, "the second step of the sign-in", after.TOTP, itself)}
	case c.Action == ActionUpdate && before.Issuer != after.Issuer:
		return []string{linkSentence(c, before.Issuer, after.Issuer, itself)}
	case c.Action == ActionUpdate && before.Linked != after.Linked: // written before an issuer was kept
		return []string{guardSentence(c, "single sign-on", after.Linked, itself)}
	case c.Action == ActionUpdate && after.RecoveryCodes > 0:
		return []string{c.Author.String() + " made new recovery codes for the second step of the sign-in"}
	case c.Action == ActionUpdate && slices.Equal(before.Roles, after.Roles):
		if itself {
			return []string{c.Author.String() + " set another password with a link"}
		}
		return []string{fmt.Sprintf("%s set another password for %s", c.Author, c.Object)}
	case c.Action == ActionUpdate:
		return roleMoves(c, before.Roles, after.Roles)
	case !itself:
		return []string{fmt.Sprintf("%s created the owner account %s", c.Author, c.Object)}
	case after.Roles == nil || slices.Contains(after.Roles, string(account.Owner)):
		return []string{c.Author.String() + " created the owner account"}
	}
	return []string{fmt.Sprintf("%s joined%s", c.Author, roleWords(" as ", after.Roles))}
}

// guardSentence says that a way to sign in was turned on or off.
func guardSentence(c Change, what string, on, itself bool) string {
	verb := "off"
	if on {
		verb = "on"
	}
	if itself {
		return fmt.Sprintf("%s turned %s %s", c.Author, what, verb)
	}
	return fmt.Sprintf("%s turned %s of %s %s", c.Author, what, c.Object, verb)
}

// linkSentence says that an account was linked to a provider, or unlinked.
func linkSentence(c Change, was, is string, itself bool) string {
	whose := "their account"
	if !itself {
		whose = "the account " + c.Object
	}
	if is == "" {
		return fmt.Sprintf("%s unlinked %s from %s", c.Author, whose, was)
	}
	return fmt.Sprintf("%s linked %s to %s", c.Author, whose, is)
}

// roleMoves says which roles somebody has got and lost.
func roleMoves(c Change, before, after []string) []string {
	minus := func(from, what []string) []string {
		return slices.DeleteFunc(slices.Clone(from), func(role string) bool { return slices.Contains(what, role) })
	}
	var out []string
	if got := minus(after, before); len(got) > 0 {
		out = append(out, fmt.Sprintf("%s gave %s%s", c.Author, c.Object, roleWords(" ", got)))
	}
	if lost := minus(before, after); len(lost) > 0 {
		out = append(out, fmt.Sprintf("%s took%s from %s", c.Author, roleWords(" ", lost), c.Object))
	}
	return out
}

// roleWords writes roles for people, "publisher in shop/production".
func roleWords(lead string, roles []string) string {
	if len(roles) == 0 {
		return ""
	}
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = strings.Replace(role, "@", " in ", 1)
	}
	return lead + strings.Join(words, ", ")
}

// linkSentences says what happened to an invitation or a link that resets a
// password.
func linkSentences(c Change) []string {
	var link account.LinkState
	decode(c.Before, &link)
	decode(c.After, &link)
	switch {
	case link.Kind == account.Reset && c.Action == ActionDelete:
		return []string{fmt.Sprintf("%s ended the link that resets the password of %s", c.Author, c.Object)}
	case link.Kind == account.Reset:
		return []string{fmt.Sprintf("%s made a link that resets the password of %s", c.Author, c.Object)}
	case c.Action == ActionDelete:
		return []string{fmt.Sprintf("%s ended the invitation of %s", c.Author, c.Object)}
	}
	return []string{fmt.Sprintf("%s invited %s%s", c.Author, c.Object, roleWords(" as ", link.Roles))}
}

// roleSentences says what happened to a role that people made.
func roleSentences(c Change) []string {
	var role account.RoleState
	decode(c.After, &role)
	actions := make([]string, len(role.Actions))
	for i, action := range role.Actions {
		actions[i] = string(action)
	}
	switch c.Action {
	case ActionDelete:
		return []string{fmt.Sprintf("%s deleted the role %s", c.Author, c.Object)}
	case ActionCreate:
		return []string{fmt.Sprintf("%s made the role %s: %s", c.Author, c.Object, strings.Join(actions, ", "))}
	}
	return []string{fmt.Sprintf("%s changed the role %s: %s", c.Author, c.Object, strings.Join(actions, ", "))}
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
