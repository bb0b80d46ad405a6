package server

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/wholefile"
)

// signingKeyName is the file in the data folder when no other is named.
const signingKeyName = "signing.key"

// The types of PEM blocks that keys are read from.
const (
	privateBlock = "PRIVATE KEY" // PKCS #8
	publicBlock  = "PUBLIC KEY"  // PKIX
)

// signer reads the key that signs configurations, makes it at the first start,
// and has the store note which keys programs are told to trust.
func (a *application) signer(ctx context.Context) (*delivery.Signer, error) {
	cfg := a.server.cfg
	private, err := a.signingKey(ctx)
	if err != nil {
		return nil, err
	}
	var others []ed25519.PublicKey
	if cfg.NextSigningKey != "" {
		next, err := readPublicKey(cfg.NextSigningKey, "--next-signing-key")
		if err != nil {
			return nil, err
		}
		if !next.Equal(private.Public()) {
			others = append(others, next)
		}
	}
	signer := delivery.NewSigner(private, others...)
	before, err := a.store.UseSigningKeys(ctx, signer.Keys())
	if err != nil {
		return nil, fmt.Errorf("note the signing keys: %w", err)
	}
	if len(before) > 0 && !slices.Contains(before, signer.Keys()[0]) {
		a.server.logger.Warn("configurations are signed with a key that was not announced before: programs that pin keys refuse them until they pin this one",
			"key", signer.Keys()[0], "before", before)
	}
	return signer, nil
}

// signingKey reads the private key: from the file that was named, else from the
// sealed secrets, else from the data folder.
func (a *application) signingKey(ctx context.Context) (ed25519.PrivateKey, error) {
	vault, cfg := a.vault, a.server.cfg
	if cfg.SigningKey != "" {
		return readPrivateKey(cfg.SigningKey, "--signing-key")
	}
	if cfg.Store != "" {
		return a.sealedSigningKey(ctx, vault, "") // what is in this node's folder is none of the others'
	}
	file := filepath.Join(cfg.Data, signingKeyName)
	if vault != nil {
		return a.sealedSigningKey(ctx, vault, file)
	}
	key, err := readPrivateKey(file, "--signing-key")
	if errors.Is(err, fs.ErrNotExist) {
		return makeSigningKey(file)
	}
	return key, err
}

func readPrivateKey(file, flag string) (ed25519.PrivateKey, error) {
	key, err := readKey(file, flag)
	if err != nil {
		return nil, err
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, badKey(flag, file, "it holds a public key only, and signing takes the private one")
	}
	return private, nil
}

func readPublicKey(file, flag string) (ed25519.PublicKey, error) {
	key, err := readKey(file, flag)
	if err != nil {
		return nil, err
	}
	if private, ok := key.(ed25519.PrivateKey); ok {
		return private.Public().(ed25519.PublicKey), nil
	}
	return key.(ed25519.PublicKey), nil
}

// readKey reads an Ed25519 key, private or public, from a PEM file.
func readKey(file, flag string) (any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "signing_key", "The signing key cannot be read (%s %s): %v", flag, file, reason(err))
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, badKey(flag, file, "it is no PEM file")
	}
	var key any
	switch block.Type {
	case privateBlock:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case publicBlock:
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	default:
		err = fmt.Errorf("it holds a %q", block.Type)
	}
	if err != nil {
		return nil, badKey(flag, file, err.Error())
	}
	switch key.(type) {
	case ed25519.PrivateKey, ed25519.PublicKey:
		return key, nil
	}
	return nil, badKey(flag, file, "its key is of another kind")
}

func badKey(flag, file, why string) error {
	return fault.New(fault.Invalid, "signing_key",
		"%s is no Ed25519 key in PEM (%s): %s. Make one with: openssl genpkey -algorithm ed25519 -out FILE", file, flag, why)
}

func reason(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

// makeSigningKey writes a new key, whole or not at all: a start that is
// interrupted must not leave half of one.
func makeSigningKey(file string) (ed25519.PrivateKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the signing key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("make the signing key: %w", err)
	}
	if err := wholefile.Write(file, pem.EncodeToMemory(&pem.Block{Type: privateBlock, Bytes: der})); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "signing_key", "The signing key %s cannot be written: %v", file, reason(err))
	}
	return private, nil
}
