package adminapi

import (
	"context"
	"strings"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/httpkit"
)

// StartedLogin is what a command line needs to be signed in.
type StartedLogin struct {
	Secret           string `json:"secret" doc:"collects the token; nobody else may see it"`
	Code             string `json:"code" doc:"to show to the person, who compares it with the browser's page"`
	URL              string `json:"url" doc:"the page on which the person approves it"`
	ExpiresInSeconds int64  `json:"expiresInSeconds"`
	IntervalSeconds  int64  `json:"intervalSeconds" doc:"how long to wait between two attempts to collect the token"`
}

// LoginView is a command line that asks to be signed in.
type LoginView struct {
	Machine   string `json:"machine" doc:"the name that the machine gives itself"`
	Address   string `json:"address" doc:"where it asked from"`
	CreatedAt int64  `json:"createdAt"`
	ExpiresAt int64  `json:"expiresAt"`
}

type startLoginInput struct {
	Body struct {
		Machine string `json:"machine" minLength:"1" maxLength:"100" doc:"a name of the machine that people know it by"`
	}
}

type collectLoginInput struct {
	Body struct {
		Secret string `json:"secret" minLength:"1" maxLength:"100"`
	}
}

type loginCodeInput struct {
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"20" doc:"as the command line shows it"`
	}
}

func (a *API) startLogin(ctx context.Context, in *startLoginInput) (*body[StartedLogin], error) {
	r := callerOf(ctx).request
	if err := a.encryptedEnough(r); err != nil {
		return nil, err
	}
	_, secret, code, err := a.deps.Accounts.StartLogin(ctx, in.Body.Machine, clientOf(r))
	if err != nil {
		return nil, err
	}
	return &body[StartedLogin]{StartedLogin{
		Secret: secret, Code: code, URL: strings.TrimRight(a.deps.PublicURL(r), "/") + "/cli-login#code=" + code,
		ExpiresInSeconds: int64(account.LoginLife.Seconds()), IntervalSeconds: 2,
	}}, nil
}

func (a *API) collectLogin(ctx context.Context, in *collectLoginInput) (*body[NewToken], error) {
	if err := a.encryptedEnough(callerOf(ctx).request); err != nil {
		return nil, err
	}
	token, secret, err := a.deps.Accounts.CollectLogin(ctx, in.Body.Secret, httpkit.RequestID(ctx))
	if err != nil {
		return nil, err
	}
	return &body[NewToken]{NewToken{Token: tokenView(token), Secret: secret}}, nil
}

func (a *API) readLogin(ctx context.Context, in *loginCodeInput) (*body[LoginView], error) {
	login, err := a.deps.Accounts.Login(ctx, actorOf(ctx), in.Body.Code)
	if err != nil {
		return nil, err
	}
	return &body[LoginView]{LoginView(login)}, nil
}

func (a *API) approveLogin(ctx context.Context, in *loginCodeInput) (*none, error) {
	return nil, a.deps.Accounts.ApproveLogin(ctx, actorOf(ctx), in.Body.Code)
}

func (a *API) refuseLogin(ctx context.Context, in *loginCodeInput) (*none, error) {
	return nil, a.deps.Accounts.RefuseLogin(ctx, actorOf(ctx), in.Body.Code)
}
