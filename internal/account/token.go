package account

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// CreateToken makes an API token. Its secret is returned once. A life of 0 is
// without end.
func (s *Service) CreateToken(ctx context.Context, actor Actor, name string, life time.Duration, requestID string) (APIToken, string, error) {
	if err := Can(actor, ManageAccounts, Scope{}); err != nil {
		return APIToken{}, "", err
	}
	name = strings.TrimSpace(name)
	if name == "" {
		return APIToken{}, "", fault.New(fault.Invalid, "name_missing", "The token has no name").
			WithField("name", "say what it is for, for example: deploy script")
	}
	secret := TokenPrefix + newSecret()
	rec, err := s.insertToken(ctx, secret, name, life, actor, requestID)
	return tokenOf(rec), secret, err
}

// InstallToken stores a token whose secret was chosen outside, with full rights.
func (s *Service) InstallToken(ctx context.Context, secret, name string) error {
	if err := CheckToken(secret); err != nil {
		return err
	}
	_, err := s.insertToken(ctx, secret, name, 0, onHost(), "")
	return err
}

func (s *Service) insertToken(ctx context.Context, secret, name string, life time.Duration, actor Actor, requestID string) (TokenRecord, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return TokenRecord{}, err
	}
	rec := TokenRecord{
		ID: id.String(), Hash: hashOf(secret), MemberID: actor.ID, Name: name,
		Masked: mask(secret), Role: Owner, CreatedAt: clock.Millis(s.clock),
	}
	if life > 0 {
		rec.ExpiresAt = rec.CreatedAt + life.Milliseconds()
	}
	return rec, s.store.CreateToken(ctx, rec, Entry{
		Kind: TokenEntry, Object: rec.Name, Action: EntryCreate, After: tokenState(rec),
		Actor: actor, At: rec.CreatedAt, RequestID: requestID,
	})
}

// Tokens lists the API tokens, the oldest first.
func (s *Service) Tokens(ctx context.Context, actor Actor) ([]APIToken, error) {
	if err := Can(actor, ManageAccounts, Scope{}); err != nil {
		return nil, err
	}
	recs, err := s.store.ListTokens(ctx)
	if err != nil {
		return nil, err
	}
	tokens := make([]APIToken, 0, len(recs))
	for _, rec := range recs {
		tokens = append(tokens, tokenOf(rec))
	}
	return tokens, nil
}

// DeleteToken revokes an API token at once.
func (s *Service) DeleteToken(ctx context.Context, actor Actor, id, requestID string) error {
	if err := Can(actor, ManageAccounts, Scope{}); err != nil {
		return err
	}
	rec, err := s.store.TokenByID(ctx, id)
	if err != nil {
		return err
	}
	return s.store.DeleteToken(ctx, id, Entry{ // what it tells of a token never changes
		Kind: TokenEntry, Object: rec.Name, Action: EntryDelete, Before: tokenState(rec),
		Actor: actor, At: clock.Millis(s.clock), RequestID: requestID,
	})
}

func tokenOf(rec TokenRecord) APIToken {
	return APIToken{
		ID: rec.ID, Name: rec.Name, Masked: rec.Masked,
		CreatedAt: rec.CreatedAt, LastUsedAt: rec.LastUsedAt, ExpiresAt: rec.ExpiresAt,
	}
}
