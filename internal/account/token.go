package account

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// TokenRequest says which API token to make.
type TokenRequest struct {
	Name         string
	Role         Role          // Owner or Relay
	Environments []Scope       // where a relay's token counts; none is everywhere
	Life         time.Duration // 0 is without end
	RequestID    string
}

// maxTokenEnvironments bounds the environments that one token may list.
const maxTokenEnvironments = 100

func (r *TokenRequest) check() error {
	r.Name = strings.TrimSpace(r.Name)
	switch {
	case r.Name == "":
		return fault.New(fault.Invalid, "name_missing", "The token has no name").
			WithField("name", "say what it is for, for example: deploy script")
	case r.Role != Owner && r.Role != Relay:
		return fault.New(fault.Invalid, "scope_unknown", "There is no such scope of a token").
			WithField("scope", "must be full or relay, not %q", string(r.Role))
	case r.Role == Owner && len(r.Environments) > 0:
		return fault.New(fault.Invalid, "scope_full", "A token with full rights cannot be limited to environments").
			WithField("environments", "goes with the scope relay only")
	case len(r.Environments) > maxTokenEnvironments:
		return fault.New(fault.Invalid, "environments_many", "The token lists too many environments").
			WithField("environments", "at most %d; none at all is all of them", maxTokenEnvironments)
	}
	return nil
}

// ParseScope reads an environment written as project/environment.
func ParseScope(text string) (Scope, error) {
	project, environment, found := strings.Cut(text, "/")
	if !found || project == "" || environment == "" || strings.Contains(environment, "/") {
		return Scope{}, fault.New(fault.Invalid, "environment_malformed", "%q is no environment; write project/environment, such as default/production", text).
			WithField("environments", "write project/environment, such as default/production")
	}
	return Scope{project, environment}, nil
}

// CreateToken makes an API token. Its secret is returned once.
func (s *Service) CreateToken(ctx context.Context, actor Actor, request TokenRequest) (APIToken, string, error) {
	if err := Can(actor, ManageAccounts, Scope{}); err != nil {
		return APIToken{}, "", err
	}
	if err := request.check(); err != nil {
		return APIToken{}, "", err
	}
	secret := TokenPrefix + newSecret()
	rec, err := s.insertToken(ctx, secret, request, actor)
	return tokenOf(rec), secret, err
}

// InstallToken stores a token whose secret was chosen outside, with full rights.
func (s *Service) InstallToken(ctx context.Context, secret, name string) error {
	if err := CheckToken(secret); err != nil {
		return err
	}
	_, err := s.insertToken(ctx, secret, TokenRequest{Name: name, Role: Owner}, onHost())
	return err
}

func (s *Service) insertToken(ctx context.Context, secret string, request TokenRequest, actor Actor) (TokenRecord, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return TokenRecord{}, err
	}
	rec := TokenRecord{
		ID: id.String(), Hash: hashOf(secret), MemberID: actor.ID, Name: request.Name,
		Masked: mask(secret), Role: request.Role, Environments: request.Environments, CreatedAt: clock.Millis(s.clock),
	}
	if request.Life > 0 {
		rec.ExpiresAt = rec.CreatedAt + request.Life.Milliseconds()
	}
	return rec, s.store.CreateToken(ctx, rec, Entry{
		Kind: TokenEntry, Object: rec.Name, Action: EntryCreate, After: tokenState(rec),
		Actor: actor, At: rec.CreatedAt, RequestID: request.RequestID,
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
		ID: rec.ID, Name: rec.Name, Masked: rec.Masked, Role: rec.Role, Environments: rec.Environments,
		CreatedAt: rec.CreatedAt, LastUsedAt: rec.LastUsedAt, ExpiresAt: rec.ExpiresAt,
	}
}
