package adminapi

import (
	"context"
	"strconv"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
)

func (a *API) listKeys(ctx context.Context, in *EnvironmentPath) (*body[Items[Key]], error) {
	keys, err := a.deps.Catalog.Keys(ctx, actorOf(ctx), in.Project, in.Environment)
	if err != nil {
		return nil, err
	}
	return list(keys, keyView), nil
}

func keyView(k catalog.Key) Key {
	return Key{
		ID: strconv.FormatInt(k.ID, 10), Kind: string(k.Kind), Name: k.Name, Masked: k.Masked, Key: k.Public,
		CreatedAt: k.CreatedAt, LastUsedAt: k.LastUsedAt, Uses: k.Uses, LastSDK: k.LastSDK,
		ExpiresAt: k.ExpiresAt, RevokedAt: k.RevokedAt, SignedContexts: k.SignedContexts,
	}
}

// newKeyView shows the secret, this once.
func newKeyView(k catalog.NewKey) *body[Key] {
	v := keyView(k.Key)
	v.Key = k.Secret
	return &body[Key]{v}
}

func (a *API) createKey(ctx context.Context, in *createKeyInput) (*body[Key], error) {
	key, err := a.deps.Catalog.CreateKey(ctx, actorOf(ctx), in.Project, in.Environment,
		catalog.KeySpec{Kind: catalog.KeyKind(in.Body.Kind), Name: in.Body.Name, SignedContexts: in.Body.SignedContexts}, options(ctx, ""))
	if err != nil {
		return nil, err
	}
	return newKeyView(key), nil
}

func (a *API) revokeKey(ctx context.Context, in *revokeKeyInput) (*none, error) {
	id, err := keyID(in.KeyPath)
	if err != nil {
		return nil, err
	}
	if in.IfUnused { // uses are written some seconds late; a key in use must not go
		if err := a.deps.KeyUses.FlushUses(ctx); err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "key_uses_unknown", "Whether a program uses the key is not known right now; try again")
		}
	}
	return nil, a.deps.Catalog.RevokeKey(ctx, actorOf(ctx), in.Project, in.Environment, id, in.IfUnused, options(ctx, ""))
}

func (a *API) rotateKey(ctx context.Context, in *rotateKeyInput) (*body[Key], error) {
	id, err := keyID(in.KeyPath)
	if err != nil {
		return nil, err
	}
	overlap := time.Duration(in.Body.OverlapHours) * time.Hour
	key, err := a.deps.Catalog.RotateKey(ctx, actorOf(ctx), in.Project, in.Environment, id, overlap, options(ctx, ""))
	if err != nil {
		return nil, err
	}
	return newKeyView(key), nil
}

func keyID(in KeyPath) (int64, error) {
	id, err := strconv.ParseInt(in.ID, 10, 64)
	if err != nil {
		return 0, fault.New(fault.NotFound, "key_not_found", "Environment %s has no SDK key with the id %q", in.Environment, in.ID)
	}
	return id, nil
}
