package server

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/wholefile"
)

// openVault opens the sealed secrets; nil when there is no secret key, and
// nothing that would need one. The nodes of a PostgreSQL database always need
// it: they share nothing else that could hold their secrets.
func (a *application) openVault(ctx context.Context) (*secret.Vault, error) {
	cfg := a.server.cfg
	if cfg.SecretKey.IsZero() {
		if err := secret.RefuseSealed(ctx, a.store); err != nil || cfg.Store == "" {
			return nil, err
		}
	}
	return secret.Open(ctx, a.store, cfg.SecretKey)
}

// sealedSigningKey reads the signing key from the sealed secrets. The first time
// it moves there from a file of the data folder ("" is none), or is made: of
// several nodes that start at once all get the same. The file goes when what it
// holds is in the database; one that holds something else is nobody's to remove.
func (a *application) sealedSigningKey(ctx context.Context, vault *secret.Vault, file string) (ed25519.PrivateKey, error) {
	inFile, fileErr := readPrivateKey(file, "--signing-key")
	there := !errors.Is(fileErr, fs.ErrNotExist)
	kept, found, err := vault.Get(ctx, secret.SigningKey)
	if err == nil && !found {
		if there && fileErr != nil {
			return nil, fileErr
		}
		kept, err = addSigningKey(ctx, vault, inFile)
	}
	if err != nil {
		return nil, err
	}
	key, err := parseSealed(kept)
	if err != nil || !there {
		return key, err
	}
	if !key.Equal(inFile) {
		return nil, fault.New(fault.Invalid, "signing_key",
			"%s is not the signing key that the database holds sealed. Move the file away to sign with the database's, or name it with --signing-key to sign with it", file)
	}
	a.removeSealed(file)
	return key, nil
}

// removeSealed removes the file of a key that is in the database. Where that is
// not possible, the next start tries again.
func (a *application) removeSealed(file string) {
	if err := wholefile.Remove(file); err != nil {
		a.server.logger.Warn("the signing key is sealed in the database now, but its file cannot be removed: remove it", "file", file, "error", err)
		return
	}
	a.server.logger.Info("the signing key is sealed in the database now; its file was removed", "file", file)
}

// addSigningKey seals a key, a new one when it is nil, and returns the one that
// counts: that of another node, if it was quicker.
func addSigningKey(ctx context.Context, vault *secret.Vault, key ed25519.PrivateKey) (kept []byte, err error) {
	if key == nil {
		if _, key, err = ed25519.GenerateKey(rand.Reader); err != nil {
			return nil, fmt.Errorf("make the signing key: %w", err)
		}
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("seal the signing key: %w", err)
	}
	return vault.Add(ctx, secret.SigningKey, der)
}

func parseSealed(der []byte) (ed25519.PrivateKey, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("the sealed signing key: %w", err)
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("the sealed signing key is of another kind")
	}
	return private, nil
}
