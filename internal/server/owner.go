package server

import (
	"context"
	"errors"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/telemetry"
)

// CreateOwner makes the owner account from the server's own host, also while a
// server runs.
func CreateOwner(ctx context.Context, place store.Place, email, password string) error {
	return withAccounts(ctx, place, func(accounts *account.Service) error {
		_, err := accounts.CreateOwner(ctx, email, password)
		return err
	})
}

// SetPassword gives a person another password in the same way, and ends all
// their sessions.
func SetPassword(ctx context.Context, place store.Place, email, password string) error {
	return withAccounts(ctx, place, func(accounts *account.Service) error {
		return accounts.SetPassword(ctx, email, password)
	})
}

// ResetLink makes, in the same way, a link with which a person sets another
// password. base is where people reach the server.
func ResetLink(ctx context.Context, place store.Place, email, base string) (link string, err error) {
	err = withAccounts(ctx, place, func(accounts *account.Service) error {
		made, secret, err := accounts.HostResetLink(ctx, email)
		link = made.URL(base, secret)
		return err
	})
	return link, err
}

// ResetTOTP turns off, in the same way, the second step of a person's sign-in.
func ResetTOTP(ctx context.Context, place store.Place, email string) error {
	return withAccounts(ctx, place, func(accounts *account.Service) error { return accounts.HostResetTOTP(ctx, email) })
}

func withAccounts(ctx context.Context, place store.Place, do func(*account.Service) error) (err error) {
	st, err := store.Open(ctx, store.Options{URL: place.URL, Dir: place.Dir, Shared: true, Clock: clock.System{}, Version: telemetry.Version})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	record := catalog.New(st, catalog.Options{Clock: clock.System{}}).RecordAccount
	return do(account.New(st.Accounts(record), account.Options{Clock: clock.System{}}))
}

// onHost acts for whoever may read the data folder.
var onHost = account.Actor{Kind: account.Host, Name: "host", Role: account.Owner}

// Tokens lists, in the same way, the API tokens of everybody.
func Tokens(ctx context.Context, place store.Place) (tokens []account.APIToken, err error) {
	err = withAccounts(ctx, place, func(accounts *account.Service) error {
		tokens, err = accounts.Tokens(ctx, onHost)
		return err
	})
	return tokens, err
}

// CreateToken makes, in the same way, a service token; the secret is returned once.
func CreateToken(ctx context.Context, place store.Place, request account.TokenRequest) (token account.APIToken, secret string, err error) {
	err = withAccounts(ctx, place, func(accounts *account.Service) error {
		token, secret, err = accounts.CreateToken(ctx, onHost, request)
		return err
	})
	return token, secret, err
}

// RevokeToken ends, in the same way, an API token at once.
func RevokeToken(ctx context.Context, place store.Place, id string) error {
	return withAccounts(ctx, place, func(accounts *account.Service) error { return accounts.DeleteToken(ctx, onHost, id, "") })
}

// Members lists, in the same way, who has an account.
func Members(ctx context.Context, place store.Place) (members []account.Person, err error) {
	err = withAccounts(ctx, place, func(accounts *account.Service) error {
		members, err = accounts.Members(ctx, onHost)
		return err
	})
	return members, err
}
