package account

import (
	"context"
	"testing"
	"time"

	"burgee.dev/burgee/internal/clock"
)

// busy is a store that can be read while its writer never comes free.
type busy struct{ Store }

func (busy) TokenByHash(context.Context, [32]byte) (HolderRecord, error) {
	return HolderRecord{Token: TokenRecord{ID: "t", Name: "deploy", Role: Owner}}, nil
}

func (busy) SessionByHash(context.Context, [32]byte) (SessionRecord, MemberRecord, error) {
	return SessionRecord{ExpiresAt: time.Now().Add(time.Hour).UnixMilli()}, MemberRecord{ID: "m", Email: "ann@example.com", Grants: []Grant{{Role: Owner}}}, nil
}

func (busy) TouchToken(ctx context.Context, _ string, _ int64) error { return waited(ctx) }

func (busy) TouchSession(ctx context.Context, _ [32]byte, _, _ int64) error { return waited(ctx) }

func waited(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestWhoMayEnterDoesSoWhileTheStoreCannotWrite(t *testing.T) {
	s := New(busy{}, Options{Clock: clock.System{}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if actor, err := s.ByToken(ctx, "bgp_x"); err != nil || actor.Name != "deploy" {
		t.Errorf("by token: %+v, %v", actor, err)
	}
	if actor, _, err := s.BySession(ctx, "x"); err != nil || actor.ID != "m" {
		t.Errorf("by session: %+v, %v", actor, err)
	}
}
