package adminapi

import (
	"context"
	"net/http"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/httpkit"
)

func (a *API) getSession(ctx context.Context, _ *none) (*body[Session], error) {
	c := callerOf(ctx)
	session, err := a.session(ctx, c.person)
	if c.actor.Kind == account.Token {
		session.Token = c.actor.Name
	}
	return &body[Session]{session}, err
}

// session describes the connection, and the person signed in on it, if any.
func (a *API) session(ctx context.Context, person *account.Person) (Session, error) {
	r := callerOf(ctx).request
	ownerExists, err := a.deps.Accounts.OwnerExists(ctx)
	if err != nil {
		return Session{}, err
	}
	s := Session{
		OwnerExists: ownerExists, Encrypted: httpkit.Secure(r), Loopback: loopback(r),
		Version: a.deps.Version, PublicURL: a.deps.PublicURL(r), Downloads: a.deps.Downloads,
	}
	if settings, on, err := a.deps.Accounts.SSOInUse(ctx); err != nil {
		return Session{}, err
	} else if on {
		s.SingleSignOn = &SSOChoice{Name: settings.Name, Passwords: settings.Passwords}
	}
	if person != nil {
		s.SignedIn = true
		s.Member = memberOf(*person)
	}
	return s, nil
}

func (a *API) setup(ctx context.Context, in *setupInput) (*sessionOutput, error) {
	r := callerOf(ctx).request
	if err := a.encryptedEnough(r); err != nil {
		return nil, err
	}
	signIn, err := a.deps.Accounts.Setup(ctx, in.Body.Token, in.Body.Email, in.Body.Password, clientOf(r))
	if err != nil {
		return nil, err
	}
	return a.signedIn(ctx, signIn)
}

func (a *API) signIn(ctx context.Context, in *signInInput) (*sessionOutput, error) {
	r := callerOf(ctx).request
	if err := a.encryptedEnough(r); err != nil {
		return nil, err
	}
	signIn, err := a.deps.Accounts.SignIn(ctx, in.Body.Email, in.Body.Password, clientOf(r))
	if err != nil {
		return nil, err
	}
	return a.signedIn(ctx, signIn)
}

func clientOf(r *http.Request) account.Client {
	return account.Client{Address: httpkit.Address(r), UserAgent: r.UserAgent(), RequestID: httpkit.RequestID(r.Context())}
}

func (a *API) signedIn(ctx context.Context, signIn account.SignIn) (*sessionOutput, error) {
	r := callerOf(ctx).request
	if signIn.Pending != "" {
		session, err := a.session(ctx, nil)
		session.Pending = signIn.Pending
		return &sessionOutput{Body: session}, err
	}
	// The browser's earlier session ends: nobody could end it from there any more.
	if err := a.endPresented(ctx, r); err != nil {
		return nil, err
	}
	session, err := a.session(ctx, &signIn.Member)
	if err != nil {
		return nil, err
	}
	life := signIn.ExpiresAt.Sub(a.deps.Clock.Now())
	return &sessionOutput{SetCookie: []http.Cookie{cookie(r, signIn.Secret, int(life.Seconds()))}, Body: session}, nil
}

func cookie(r *http.Request, value string, maxAge int) http.Cookie {
	return http.Cookie{
		Name: cookieName(r), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: httpkit.Secure(r), SameSite: http.SameSiteLaxMode,
	}
}

func (a *API) signOut(ctx context.Context, _ *none) (*signOutOutput, error) {
	r := callerOf(ctx).request
	if err := a.endPresented(ctx, r); err != nil {
		return nil, err
	}
	return &signOutOutput{SetCookie: []http.Cookie{cookie(r, "", -1)}}, nil
}

// endPresented ends the session whose cookie a request bears, if any.
func (a *API) endPresented(ctx context.Context, r *http.Request) error {
	c, err := r.Cookie(cookieName(r))
	if err != nil {
		return nil
	}
	return a.deps.Accounts.SignOut(ctx, c.Value)
}

func (a *API) listTokens(ctx context.Context, _ *none) (*body[Items[Token]], error) {
	tokens, err := a.deps.Accounts.Tokens(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	return list(tokens, tokenView), nil
}

func tokenView(t account.APIToken) Token {
	return Token{
		ID: t.ID, Name: t.Name, Prefix: t.Masked, Kind: string(t.Kind), Member: t.Owner, Scope: scopeOf(t.Role), Environments: placesOf(t.Scopes),
		CreatedAt: t.CreatedAt, LastUsedAt: t.LastUsedAt, ExpiresAt: t.ExpiresAt,
	}
}

// scopeFull is the scope of a token that is limited by nothing of its own.
const scopeFull = "full"

func scopeOf(role account.Role) string {
	if role == account.Owner {
		return scopeFull
	}
	return string(role)
}

func roleOf(scope string) account.Role {
	if scope == "" || scope == scopeFull {
		return account.Owner
	}
	return account.Role(scope)
}

func placesOf(scopes []account.Scope) []string {
	names := make([]string, 0, len(scopes))
	for _, scope := range scopes {
		names = append(names, scope.String())
	}
	return names
}

func (a *API) createToken(ctx context.Context, in *createTokenInput) (*body[NewToken], error) {
	request := account.TokenRequest{
		Name: in.Body.Name, Kind: account.TokenKind(in.Body.Kind), Role: roleOf(in.Body.Scope), RequestID: httpkit.RequestID(ctx),
		Life: time.Duration(in.Body.ExpiresInDays) * 24 * time.Hour,
	}
	for _, text := range in.Body.Environments {
		scope, err := account.ParseScope(text)
		if err != nil {
			return nil, err
		}
		request.Scopes = append(request.Scopes, scope)
	}
	token, secret, err := a.deps.Accounts.CreateToken(ctx, actorOf(ctx), request)
	if err != nil {
		return nil, err
	}
	return &body[NewToken]{NewToken{Token: tokenView(token), Secret: secret}}, nil
}

func (a *API) deleteToken(ctx context.Context, in *tokenPath) (*none, error) {
	return nil, a.deps.Accounts.DeleteToken(ctx, actorOf(ctx), in.ID, httpkit.RequestID(ctx))
}

// list shows each item of a list; the answer's items are never null.
func list[T, V any](items []T, view func(T) V) *body[Items[V]] {
	views := make([]V, 0, len(items))
	for _, item := range items {
		views = append(views, view(item))
	}
	return &body[Items[V]]{Items[V]{views}}
}
