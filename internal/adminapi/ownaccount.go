package adminapi

import (
	"context"
	"fmt"
	"strings"

	"rsc.io/qr"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/httpkit"
)

// OwnAccount is what a member sees of their own account.
type OwnAccount struct {
	ID            string     `json:"id"`
	Email         string     `json:"email"`
	Password      bool       `json:"password" doc:"signs in with a password"`
	TOTP          bool       `json:"totp" doc:"signs in with a second step: a code that an app makes"`
	RecoveryCodes int        `json:"recoveryCodes" doc:"how many are left"`
	Identities    []Identity `json:"identities" doc:"who the member is to providers of single sign-on"`
}

// Identity is who a member is to a provider of single sign-on.
type Identity struct {
	Issuer    string `json:"issuer"`
	Subject   string `json:"subject"`
	CreatedAt int64  `json:"createdAt"`
}

// TOTPSetup is what an authenticator app needs, once.
type TOTPSetup struct {
	Secret string `json:"secret" doc:"base32, to type into an app; shown this once"`
	URL    string `json:"url" doc:"otpauth://…, which the QR code holds"`
	QR     QRCode `json:"qr"`
}

// QRCode is a picture to scan: an SVG path in a square of size × size.
type QRCode struct {
	Size int    `json:"size"`
	Path string `json:"path"`
}

// RecoveryCodes are codes for who has lost the app. Each works once.
type RecoveryCodes struct {
	Codes []string `json:"codes" doc:"shown this once"`
}

type confirmTOTPInput struct {
	Body struct {
		Code string `json:"code" maxLength:"40" doc:"six digits that the app shows now"`
	}
}

type stopTOTPInput struct {
	Body struct {
		Password string `json:"password,omitempty" maxLength:"1024"`
		Code     string `json:"code,omitempty" maxLength:"40" doc:"of the app, or a recovery code; in place of the password"`
	}
}

type unlinkInput struct {
	Issuer string `query:"issuer" required:"true" maxLength:"500" doc:"of the identity, as the account has it"`
}

type giveCodeInput struct {
	Body struct {
		Pending string `json:"pending" maxLength:"200" doc:"from the answer to the sign-in"`
		Code    string `json:"code" maxLength:"40" doc:"six digits of the app, or a recovery code"`
	}
}

func (a *API) ownAccount(ctx context.Context, _ *none) (*body[OwnAccount], error) {
	own, err := a.deps.Accounts.OwnAccount(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	identities := list(own.Identities, func(i account.IdentityRecord) Identity {
		return Identity{Issuer: i.Issuer, Subject: i.Subject, CreatedAt: i.CreatedAt}
	})
	return &body[OwnAccount]{OwnAccount{
		ID: own.ID, Email: own.Email, Password: own.Password, TOTP: own.TOTP, RecoveryCodes: own.RecoveryCodes, Identities: identities.Body.Items,
	}}, nil
}

func (a *API) startTOTP(ctx context.Context, _ *none) (*body[TOTPSetup], error) {
	setup, err := a.deps.Accounts.StartTOTP(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	code, err := qrCode(setup.URL)
	return &body[TOTPSetup]{TOTPSetup{Secret: setup.Secret, URL: setup.URL, QR: code}}, err
}

// qrCode draws a text with the quiet zone that scanners need.
func qrCode(text string) (QRCode, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return QRCode{}, err
	}
	const quiet = 4
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return QRCode{Size: code.Size + 2*quiet, Path: path.String()}, nil
}

func (a *API) confirmTOTP(ctx context.Context, in *confirmTOTPInput) (*body[RecoveryCodes], error) {
	codes, err := a.deps.Accounts.ConfirmTOTP(ctx, actorOf(ctx), in.Body.Code, httpkit.RequestID(ctx))
	if err != nil {
		return nil, err
	}
	return &body[RecoveryCodes]{RecoveryCodes{codes}}, nil
}

func (a *API) stopTOTP(ctx context.Context, in *stopTOTPInput) (*none, error) {
	return nil, a.deps.Accounts.StopTOTP(ctx, actorOf(ctx), in.Body.Password, in.Body.Code, httpkit.RequestID(ctx))
}

func (a *API) resetTOTP(ctx context.Context, in *MemberPath) (*none, error) {
	return nil, a.deps.Accounts.ResetTOTP(ctx, actorOf(ctx), in.ID, httpkit.RequestID(ctx))
}

func (a *API) renewRecoveryCodes(ctx context.Context, in *stopTOTPInput) (*body[RecoveryCodes], error) {
	codes, err := a.deps.Accounts.RenewRecoveryCodes(ctx, actorOf(ctx), in.Body.Password, in.Body.Code, httpkit.RequestID(ctx))
	if err != nil {
		return nil, err
	}
	return &body[RecoveryCodes]{RecoveryCodes{codes}}, nil
}

func (a *API) unlinkIdentity(ctx context.Context, in *unlinkInput) (*none, error) {
	return nil, a.deps.Accounts.UnlinkIdentity(ctx, actorOf(ctx), in.Issuer, httpkit.RequestID(ctx))
}

func (a *API) unlinkMember(ctx context.Context, in *MemberPath) (*none, error) {
	return nil, a.deps.Accounts.Unlink(ctx, actorOf(ctx), in.ID, httpkit.RequestID(ctx))
}

func (a *API) giveCode(ctx context.Context, in *giveCodeInput) (*sessionOutput, error) {
	r := callerOf(ctx).request
	if err := a.encryptedEnough(r); err != nil {
		return nil, err
	}
	signIn, err := a.deps.Accounts.GiveCode(ctx, in.Body.Pending, in.Body.Code, clientOf(r))
	if err != nil {
		return nil, err
	}
	return a.signedIn(ctx, signIn)
}
