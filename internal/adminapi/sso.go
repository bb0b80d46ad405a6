package adminapi

import (
	"context"
	"net/http"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/sso"
)

// SSOChoice is what the sign-in page needs to know of single sign-on.
type SSOChoice struct {
	Name      string `json:"name" doc:"for the button: sign in with …"`
	Passwords string `json:"passwords" enum:"owners,everybody" doc:"who may still sign in with a password"`
}

// SingleSignOn are the settings of single sign-on.
type SingleSignOn struct {
	Name      string        `json:"name,omitempty" maxLength:"200" doc:"on the button of the sign-in page"`
	Issuer    string        `json:"issuer" maxLength:"500" doc:"address of the provider, exactly as it calls itself"`
	ClientID  string        `json:"clientId" maxLength:"200"`
	Scopes    []string      `json:"scopes,omitempty" maxItems:"20" doc:"openid, email and profile when absent"`
	Claim     string        `json:"claim,omitempty" maxLength:"200" doc:"name of the claim that mapping goes by, such as groups; with dots for one inside another"`
	Mapping   []RoleMapping `json:"mapping,omitempty" maxItems:"100" doc:"roles by value of the claim; those that it names are given and taken at each sign-in"`
	Create    bool          `json:"create,omitempty" doc:"make an account for who is not known, and has a role and a verified address"`
	Domains   []string      `json:"domains,omitempty" maxItems:"50" doc:"of addresses for which accounts are made; none are all"`
	Passwords string        `json:"passwords,omitempty" enum:"owners,everybody" doc:"who may still sign in with a password; owners when absent"`
}

// RoleMapping gives roles to who has a value in the claim.
type RoleMapping struct {
	Value string   `json:"value" doc:"* is everybody"`
	Roles []string `json:"roles" doc:"each as viewer (everywhere), viewer@project or viewer@project/environment"`
}

// SSOView is whether single sign-on is on, and how.
type SSOView struct {
	On          bool          `json:"on"`
	RedirectURL string        `json:"redirectUrl" doc:"to register at the provider"`
	Settings    *SingleSignOn `json:"settings,omitempty"`
	Version     int64         `json:"version" doc:"of the settings, for If-Match; 0 while it is off"`
}

// SSOStart is where the browser goes next.
type SSOStart struct {
	URL string `json:"url" doc:"of the provider"`
}

type putSSOInput struct {
	SeenVersion
	Body struct {
		SingleSignOn
		ClientSecret *string `json:"clientSecret,omitempty" maxLength:"1000" doc:"absent keeps the one that is there; empty for a client without one"`
	}
}

// SSOProvider is what a provider says of itself.
type SSOProvider struct {
	Issuer   string   `json:"issuer"`
	SignInAt string   `json:"signInAt" doc:"where browsers are sent to sign in"`
	Scopes   []string `json:"scopes" doc:"that it knows; empty where it does not say"`
	Claims   []string `json:"claims" doc:"that it may tell of people; empty where it does not say"`
}

type checkSSOInput struct {
	Body struct {
		Issuer string `json:"issuer" maxLength:"500" doc:"address of the provider, exactly as it calls itself"`
	}
}

type startSSOInput struct {
	Body struct {
		Link bool `json:"link,omitempty" doc:"link the provider to the account that is signed in, in place of a sign-in"`
	}
}

type startSSOOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      SSOStart
}

type finishSSOInput struct {
	Body struct {
		State string `json:"state" maxLength:"200" doc:"as the provider gave it back"`
		Code  string `json:"code,omitempty" maxLength:"4000"`
		Error string `json:"error,omitempty" maxLength:"200" doc:"what the provider says in place of a code"`
	}
}

// flowLife is how long a person may take at the provider, in seconds.
const flowLife = 600

func (a *API) redirectURL(r *http.Request) string { return a.deps.PublicURL(r) + "/signin/callback" }

func (a *API) ssoView(ctx context.Context, settings account.SingleSignOn, version int64) *body[SSOView] {
	on := version != 0
	view := SSOView{On: on, Version: version, RedirectURL: a.redirectURL(callerOf(ctx).request)}
	if on {
		view.Settings = &SingleSignOn{
			Name: settings.Name, Issuer: settings.Issuer, ClientID: settings.ClientID, Scopes: settings.Scopes, Claim: settings.Claim,
			Create: settings.Create, Domains: settings.Domains, Passwords: settings.Passwords,
		}
		for _, m := range settings.Mapping {
			view.Settings.Mapping = append(view.Settings.Mapping, RoleMapping(m))
		}
	}
	return &body[SSOView]{view}
}

func (a *API) getSSO(ctx context.Context, _ *none) (*body[SSOView], error) {
	settings, version, err := a.deps.Accounts.ReadSSO(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	return a.ssoView(ctx, settings, version), nil
}

func (a *API) putSSO(ctx context.Context, in *putSSOInput) (*body[SSOView], error) {
	b := in.Body
	settings := account.SingleSignOn{
		Name: b.Name, Issuer: b.Issuer, ClientID: b.ClientID, Scopes: b.Scopes, Claim: b.Claim, Create: b.Create, Domains: b.Domains, Passwords: b.Passwords,
	}
	for _, m := range b.Mapping {
		settings.Mapping = append(settings.Mapping, account.RoleMapping(m))
	}
	seen, err := ifMatch(in.IfMatch, "version")
	if err != nil {
		return nil, err
	}
	if settings, err = a.deps.Accounts.CheckSSO(ctx, actorOf(ctx), settings); err != nil {
		return nil, err
	}
	if _, err = a.deps.SSO.Check(ctx, settings.Issuer); err != nil {
		return nil, err
	}
	version, err := a.deps.Accounts.PutSSO(ctx, actorOf(ctx), settings, b.ClientSecret, seen, httpkit.RequestID(ctx))
	if err != nil {
		return nil, err
	}
	return a.ssoView(ctx, settings, version), nil
}

// checkSSO asks an issuer what it says of itself, for who sets single sign-on up.
func (a *API) checkSSO(ctx context.Context, in *checkSSOInput) (*body[SSOProvider], error) {
	if err := account.Can(actorOf(ctx), account.ManageServer, account.Scope{}); err != nil {
		return nil, err
	}
	about, err := a.deps.SSO.Check(ctx, in.Body.Issuer)
	if err != nil {
		return nil, err
	}
	return &body[SSOProvider]{SSOProvider{
		Issuer: about.Issuer, SignInAt: about.SignInAt, Scopes: append([]string{}, about.Scopes...), Claims: append([]string{}, about.Claims...),
	}}, nil
}

func (a *API) deleteSSO(ctx context.Context, _ *none) (*none, error) {
	return nil, a.deps.Accounts.DeleteSSO(ctx, actorOf(ctx), httpkit.RequestID(ctx))
}

// startSSO begins a sign-in with the provider, or the link of an account.
func (a *API) startSSO(ctx context.Context, in *startSSOInput) (*startSSOOutput, error) {
	c := callerOf(ctx)
	if err := a.encryptedEnough(c.request); err != nil {
		return nil, err
	}
	purpose := ""
	if in.Body.Link {
		if c.person == nil {
			return nil, fault.New(fault.Unauthenticated, "sign_in_required", "Sign in first: the provider is linked to the account that is signed in")
		}
		purpose = linkPurpose(c.person.ID)
	}
	settings, _, err := a.deps.Accounts.SingleSignOn(ctx)
	if err != nil {
		return nil, err
	}
	flow := sso.NewFlow()
	url, err := a.deps.SSO.AuthURL(ctx, settings, flow, purpose, a.redirectURL(c.request))
	if err != nil {
		return nil, err
	}
	return &startSSOOutput{SetCookie: []http.Cookie{flowCookie(c.request, flow.Secret(), flowLife)}, Body: SSOStart{url}}, nil
}

func linkPurpose(memberID string) string { return "link " + memberID }

func flowCookie(r *http.Request, value string, maxAge int) http.Cookie {
	c := cookie(r, value, maxAge)
	c.Name += "-sso"
	return c
}

// finishSSO takes what the provider sent the browser back with.
func (a *API) finishSSO(ctx context.Context, in *finishSSOInput) (*sessionOutput, error) {
	c := callerOf(ctx)
	r := c.request
	if err := a.encryptedEnough(r); err != nil {
		return nil, err
	}
	flow := sso.Flow{}
	if kept, err := r.Cookie(cookieName(r) + "-sso"); err == nil {
		flow = sso.FlowOf(kept.Value)
	}
	links := c.person != nil && flow.Began(linkPurpose(c.person.ID), in.Body.State)
	if !links && !flow.Began("", in.Body.State) {
		return nil, fault.New(fault.Invalid, "sso_state", "This sign-in was begun in another browser, or longer than 10 minutes ago. Begin it anew")
	}
	settings, secret, err := a.deps.Accounts.SingleSignOn(ctx)
	if err != nil {
		return nil, err
	}
	if in.Body.Code == "" {
		return nil, fault.New(fault.Unauthenticated, "sso_refused", "%s did not sign you in (%s). Begin anew", settings.Name, providerWord(in.Body.Error))
	}
	if err := a.deps.Accounts.Knock(ctx, clientOf(r)); err != nil {
		return nil, err
	}
	identity, err := a.deps.SSO.Identify(ctx, settings, secret, flow, in.Body.Code, a.redirectURL(r))
	if err != nil {
		return nil, err
	}
	out, err := a.identified(ctx, identity, links)
	if err != nil {
		return nil, err
	}
	out.SetCookie = append(out.SetCookie, flowCookie(r, "", -1))
	return out, nil
}

func (a *API) identified(ctx context.Context, identity account.Identity, links bool) (*sessionOutput, error) {
	c := callerOf(ctx)
	if links {
		if err := a.deps.Accounts.LinkIdentity(ctx, c.actor, identity, httpkit.RequestID(ctx)); err != nil {
			return nil, err
		}
		session, err := a.session(ctx, c.person)
		return &sessionOutput{Body: session}, err
	}
	signIn, err := a.deps.Accounts.EnterWith(ctx, identity, clientOf(c.request))
	if err != nil {
		return nil, err
	}
	return a.signedIn(ctx, signIn)
}

// providerWord lets only the error codes of OAuth 2 through: the text comes from
// the address bar.
func providerWord(text string) string {
	for _, c := range text {
		if c != '_' && (c < 'a' || c > 'z') {
			return "no code"
		}
	}
	if text == "" {
		return "no code"
	}
	return text
}
