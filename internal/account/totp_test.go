package account_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
)

// app makes the codes of a secret as RFC 6238 has it, written apart from what is
// tested; the known answers of the RFC hold for the package's own (see
// TestTheCodesAreThoseOfTheRFC).
func (h *home) app(t *testing.T, setup account.TOTPSetup, steps int64) string {
	t.Helper()
	secret, err := base32.StdEncoding.DecodeString(setup.Secret)
	check(t, err)
	counter := make([]byte, 8)
	binary.BigEndian.PutUint64(counter, uint64(time.UnixMilli(1_800_000_000_000).Add(h.ahead).Unix()/30+steps))
	mac := hmac.New(sha1.New, secret)
	mac.Write(counter)
	sum := mac.Sum(nil)
	offset := sum[19] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[offset:])&0x7fffffff)%1000000)
}

var here = account.Client{Address: "::1"}

// guarded is a company whose owner has a second step; the code of the step before
// now is used up.
func guarded(t *testing.T) (h *home, ann account.Actor, app account.TOTPSetup, recovery []string) {
	t.Helper()
	h, ann = company(t)
	app, err := h.StartTOTP(t.Context(), ann)
	check(t, err)
	recovery, err = h.ConfirmTOTP(t.Context(), ann, h.app(t, app, -1), "r")
	check(t, err)
	return h, ann, app, recovery
}

func (h *home) password(t *testing.T) account.SignIn {
	t.Helper()
	in, err := h.SignIn(t.Context(), "ann@example.test", password, here)
	check(t, err)
	if in.Secret != "" || in.Pending == "" {
		t.Fatalf("the password alone: %+v", in)
	}
	return in
}

func TestASecondStepTakesACodeThatCountsOnce(t *testing.T) {
	h, ann, app, _ := guarded(t)
	ctx := t.Context()
	want(t, h.wrote(), account.Entry{
		Kind: account.MemberEntry, Object: "ann@example.test", Action: account.EntryUpdate, At: 1_800_000_000_000, RequestID: "r",
		Before: account.MemberState{ID: ann.ID, Email: "ann@example.test", Roles: []string{"owner"}},
		After:  account.MemberState{ID: ann.ID, Email: "ann@example.test", Roles: []string{"owner"}, TOTP: true},
		Actor:  account.Actor{Kind: account.Member, ID: ann.ID, Name: "ann@example.test"},
	})
	first := h.password(t)
	if _, _, err := h.BySession(ctx, first.Pending); fault.As(err).Code != "session_expired" {
		t.Errorf("a sign-in that waits is no session: %v", err)
	}
	for _, steps := range []int64{-3, -2, 2} {
		_, err := h.GiveCode(ctx, first.Pending, h.app(t, app, steps), here)
		wantCode(t, err, account.CodeWrong)
	}
	_, err := h.GiveCode(ctx, first.Pending, h.app(t, app, -1), here) // it turned the step on
	wantCode(t, err, account.CodeWrong)
	code := h.app(t, app, 0)
	in, err := h.GiveCode(ctx, first.Pending, code[:3]+" "+code[3:], here)
	check(t, err)
	if _, person, err := h.BySession(ctx, in.Secret); err != nil || !person.TOTP {
		t.Errorf("the session: %+v, %v", person, err)
	}
	_, err = h.GiveCode(ctx, first.Pending, h.app(t, app, 1), here)
	wantCode(t, err, "sign_in_over")
	_, err = h.GiveCode(ctx, h.password(t).Pending, code, here)
	wantCode(t, err, account.CodeWrong)
	_, err = h.GiveCode(ctx, h.password(t).Pending, h.app(t, app, 1), here)
	check(t, err)
}

func TestASignInDoesNotWaitForItsCodeForever(t *testing.T) {
	h, _, app, _ := guarded(t)
	in := h.password(t)
	h.ahead = 5 * time.Minute
	_, err := h.GiveCode(t.Context(), in.Pending, h.app(t, app, 0), here)
	wantCode(t, err, "sign_in_over")
}

func TestGuessesOfACodeAreSlowedAndAPasswordDoesNotForgiveThem(t *testing.T) {
	h, _, app, _ := guarded(t)
	ctx := t.Context()
	in := h.password(t)
	for n := range 6 {
		_, err := h.GiveCode(ctx, in.Pending, h.app(t, app, 9), account.Client{Address: fmt.Sprintf("192.0.2.%d", n)})
		wantCode(t, err, account.CodeWrong)
	}
	for _, waits := range []account.SignIn{in, h.password(t)} {
		_, err := h.GiveCode(ctx, waits.Pending, h.app(t, app, 0), here)
		wantCode(t, err, "sign_in_throttled")
	}
	h.ahead = time.Second
	_, err := h.GiveCode(ctx, in.Pending, h.app(t, app, 0), here)
	check(t, err)
}

func TestARecoveryCodeWorksOnce(t *testing.T) {
	h, ann, _, recovery := guarded(t)
	ctx := t.Context()
	if len(recovery) != 10 || len(recovery[0]) != 19 {
		t.Fatalf("recovery codes %v", recovery)
	}
	_, err := h.GiveCode(ctx, h.password(t).Pending, recovery[3], here)
	check(t, err)
	_, err = h.GiveCode(ctx, h.password(t).Pending, recovery[3], here)
	wantCode(t, err, account.CodeWrong)
	own, err := h.OwnAccount(ctx, ann)
	check(t, err)
	if own.RecoveryCodes != 9 || !own.TOTP || !own.Password {
		t.Errorf("her account: %+v", own)
	}
}

func TestNewRecoveryCodesTakeThePlaceOfTheOldOnes(t *testing.T) {
	h, ann, _, old := guarded(t)
	ctx := t.Context()
	_, err := h.RenewRecoveryCodes(ctx, ann, "wrong horse battery", "", "")
	wantCode(t, err, "password_wrong")
	token := ann
	token.Kind = account.Token
	_, err = h.RenewRecoveryCodes(ctx, token, password, "", "")
	wantCode(t, err, "session_required")
	h.wrote()
	fresh, err := h.RenewRecoveryCodes(ctx, ann, "", old[0], "r")
	check(t, err)
	state := account.MemberState{ID: ann.ID, Email: "ann@example.test", Roles: []string{"owner"}, TOTP: true}
	after := state
	after.RecoveryCodes = 10
	want(t, h.wrote(), account.Entry{
		Kind: account.MemberEntry, Object: "ann@example.test", Action: account.EntryUpdate, Before: state, After: after,
		Actor: account.Actor{Kind: account.Member, ID: ann.ID, Name: "ann@example.test"}, At: 1_800_000_000_000, RequestID: "r",
	})
	_, err = h.GiveCode(ctx, h.password(t).Pending, old[1], here)
	wantCode(t, err, account.CodeWrong)
	_, err = h.GiveCode(ctx, h.password(t).Pending, fresh[0], here)
	check(t, err)
	own, err := h.OwnAccount(ctx, ann)
	check(t, err)
	if own.RecoveryCodes != 9 {
		t.Errorf("%d recovery codes are left", own.RecoveryCodes)
	}
	check(t, h.StopTOTP(ctx, ann, password, "", ""))
	_, err = h.RenewRecoveryCodes(ctx, ann, password, "", "")
	wantCode(t, err, "totp_off")
}

func TestALinkAndAPasswordThatIsNewDoNotPassTheSecondStep(t *testing.T) {
	h, ann, app, _ := guarded(t)
	ctx := t.Context()
	_, link, err := h.ResetLink(ctx, ann, ann.ID, "")
	check(t, err)
	in, err := h.UseLink(ctx, link, "another horse battery", here)
	check(t, err)
	if in.Secret != "" {
		t.Fatal("a link lets in past the second step")
	}
	_, err = h.GiveCode(ctx, in.Pending, h.app(t, app, 0), here)
	check(t, err)
}

func TestASecondStepIsTurnedOffByItsMemberOrByWhoGovernsThem(t *testing.T) {
	h, ann, app, recovery := guarded(t)
	ctx := t.Context()
	wantCode(t, h.StopTOTP(ctx, ann, "wrong horse battery", "", ""), "password_wrong")
	err := h.StopTOTP(ctx, ann, "", h.app(t, app, -1), "")
	wantCode(t, err, account.CodeWrong)
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("who is signed in is told to sign in: %v", err)
	}
	token := ann
	token.Kind = account.Token
	wantCode(t, h.StopTOTP(ctx, token, password, "", ""), "session_required")
	_, err = h.StartTOTP(ctx, ann)
	wantCode(t, err, "totp_on")
	check(t, h.StopTOTP(ctx, ann, "", recovery[0], ""))
	in, err := h.SignIn(ctx, "ann@example.test", password, here)
	check(t, err)
	if in.Secret == "" {
		t.Error("the second step is off, and is asked for")
	}
	wantCode(t, h.StopTOTP(ctx, ann, password, "", ""), "totp_off")

	ben := h.join(t, ann, "ben@example.test", "viewer@default")
	eve := h.join(t, ann, "eve@example.test", "publisher@default")
	bens, err := h.StartTOTP(ctx, ben)
	check(t, err)
	_, err = h.ConfirmTOTP(ctx, ben, "000000", "")
	wantCode(t, err, account.CodeWrong)
	_, err = h.ConfirmTOTP(ctx, ben, h.app(t, bens, 0), "")
	check(t, err)
	wantCode(t, h.ResetTOTP(ctx, eve, ben.ID, ""), "forbidden")
	h.wrote()
	check(t, h.ResetTOTP(ctx, ann, ben.ID, "r"))
	check(t, h.ResetTOTP(ctx, ann, ben.ID, "r"))
	check(t, h.HostResetTOTP(ctx, "Ben@example.test"))
	if entries := h.wrote(); len(entries) != 1 || entries[0].Actor.Name != "ann@example.test" || entries[0].After.(account.MemberState).TOTP {
		t.Errorf("entries %+v", entries)
	}
	h.signIn(t, "ben@example.test")
	check(t, h.StopTOTP(ctx, h.turnedOn(t, ben), password, "", "")) // it can be turned on again
}

// turnedOn turns the second step of somebody on.
func (h *home) turnedOn(t *testing.T, who account.Actor) account.Actor {
	t.Helper()
	app, err := h.StartTOTP(t.Context(), who)
	check(t, err)
	_, err = h.ConfirmTOTP(t.Context(), who, h.app(t, app, 0), "")
	check(t, err)
	return who
}

func TestTheHostTurnsASecondStepOff(t *testing.T) {
	h, _, _, _ := guarded(t)
	h.wrote()
	check(t, h.HostResetTOTP(t.Context(), "ann@example.test"))
	if entries := h.wrote(); len(entries) != 1 || entries[0].Actor.Kind != account.Host {
		t.Errorf("entries %+v", entries)
	}
	h.signIn(t, "ann@example.test")
}

func TestAnAppIsToldWhoseCodesItMakes(t *testing.T) {
	h, ann := company(t)
	app, err := h.StartTOTP(t.Context(), ann)
	check(t, err)
	u, err := url.Parse(app.URL)
	check(t, err)
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Burgee:ann@example.test" || u.Query().Get("secret") != app.Secret || u.Query().Get("issuer") != "Burgee" {
		t.Errorf("the app reads %s", app.URL)
	}
	again, err := h.StartTOTP(t.Context(), ann)
	check(t, err)
	_, err = h.ConfirmTOTP(t.Context(), ann, h.app(t, app, 0), "")
	wantCode(t, err, account.CodeWrong) // the first secret counts no more
	_, err = h.ConfirmTOTP(t.Context(), ann, h.app(t, again, 0), "")
	check(t, err)
}
