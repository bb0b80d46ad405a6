package account

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 as every app has it; an HMAC does not need a hash without collisions
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// The codes of RFC 6238 as authenticator apps make them: HMAC-SHA-1, six digits,
// a step of 30 seconds. Apps know no others reliably.
const (
	totpStep   = 30 // seconds
	totpDigits = 6
	totpSecret = 20 // bytes
	// totpWindow is how many steps the clocks of the app and the server may differ.
	totpWindow = 1
)

const (
	recoveryCodes  = 10
	recoveryLength = 10 // random bytes of each
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// Sealer seals what the server must be able to read again, each secret under its
// name.
type Sealer interface {
	// Seal seals a secret.
	Seal(name string, plain []byte) []byte
	// Open opens what Seal has sealed under the same name.
	Open(name string, sealed []byte) ([]byte, error)
}

// totpCode is the code of a step.
func totpCode(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, uint64(step)) // a hash never fails
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	number := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, number%1_000_000)
}

// totpStepOf finds which step a code is of, among those that count at a time.
func totpStepOf(secret []byte, code string, now time.Time) (step int64, ok bool) {
	current := now.Unix() / totpStep
	for s := current - totpWindow; s <= current+totpWindow; s++ {
		if hmac.Equal([]byte(totpCode(secret, s)), []byte(code)) {
			step, ok = s, true
		}
	}
	return step, ok
}

func totpName(memberID string) string { return "totp " + memberID }

// TOTPSetup is what an app needs to make a member's codes. It is shown once.
type TOTPSetup struct {
	Secret string // base32
	URL    string // otpauth://…, for a QR code
}

// Account is what a member sees of their own account.
type Account struct {
	Person
	// RecoveryCodes says how many are left.
	RecoveryCodes int
	Identities    []IdentityRecord
}

// OwnAccount reads the actor's own account.
func (s *Service) OwnAccount(ctx context.Context, actor Actor) (Account, error) {
	member, err := s.sessionsMember(ctx, actor, "")
	if err != nil {
		return Account{}, err
	}
	own := Account{Person: personOf(member)}
	rec, err := s.store.TOTPOf(ctx, member.ID)
	if err != nil && !fault.IsKind(err, fault.NotFound) {
		return Account{}, err
	}
	own.RecoveryCodes = rec.RecoveryCodes
	own.Identities, err = s.store.IdentitiesOf(ctx, member.ID)
	return own, err
}

// self is the member who acts from a browser. What guards an account is not
// changed with a token: it would outlive the theft of the token.
func (s *Service) self(ctx context.Context, actor Actor) (MemberRecord, error) {
	if actor.Kind != Member {
		return MemberRecord{}, fault.New(fault.Forbidden, "session_required",
			"A token may not change how somebody signs in; sign in with a browser, and open Settings, Your account")
	}
	return s.store.MemberByID(ctx, actor.ID)
}

// StartTOTP makes the secret of a member's codes. It counts when ConfirmTOTP has
// seen a code; until then it may be made anew.
func (s *Service) StartTOTP(ctx context.Context, actor Actor) (TOTPSetup, error) {
	member, err := s.self(ctx, actor)
	if err != nil {
		return TOTPSetup{}, err
	}
	if s.seals == nil {
		return TOTPSetup{}, noSecretKey("The secret of a two-step sign-in")
	}
	secret := make([]byte, totpSecret)
	_, _ = rand.Read(secret) // never fails, by its contract
	err = s.store.PutTOTP(ctx, member.ID, s.seals.Seal(totpName(member.ID), secret))
	if err != nil {
		return TOTPSetup{}, err
	}
	text := base32Text.EncodeToString(secret)
	return TOTPSetup{Secret: text, URL: totpURL(member.Email, text)}, nil
}

func noSecretKey(what string) *fault.Error {
	return fault.New(fault.Conflict, "secret_key_missing",
		"%s is kept sealed, and this server has no key to seal it with. Start it with BURGEE_SECRET_KEY; `burgee secret-key new` makes one", what)
}

func totpURL(email, secret string) string {
	return "otpauth://totp/Burgee:" + url.PathEscape(email) + "?" + url.Values{"secret": {secret}, "issuer": {"Burgee"}}.Encode()
}

// ConfirmTOTP turns the second step on for the actor, who shows a code of the
// secret that StartTOTP made. It returns the recovery codes, this once.
func (s *Service) ConfirmTOTP(ctx context.Context, actor Actor, code, requestID string) ([]string, error) {
	member, err := s.self(ctx, actor)
	if err != nil {
		return nil, err
	}
	rec, err := s.store.TOTPOf(ctx, member.ID)
	if fault.IsKind(err, fault.NotFound) || err == nil && rec.ConfirmedAt != 0 {
		return nil, fault.New(fault.Conflict, "totp_not_started", "There is nothing to confirm: begin anew")
	}
	if err != nil {
		return nil, err
	}
	secret, err := s.openTOTP(rec)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	step, ok := totpStepOf(secret, tidyCode(code), now)
	if !ok {
		return nil, codeWrong(fault.Invalid)
	}
	codes := newRecoveryCodes()
	rec.ConfirmedAt, rec.LastStep = now.UnixMilli(), step
	member.TOTP = true
	return codes, s.store.ConfirmTOTP(ctx, rec, recoveryHashes(member.ID, codes), s.guardEntry(member, false, actor, requestID))
}

// guardEntry tells that the second step of a member was turned on or off; member
// is as it is afterwards.
func (s *Service) guardEntry(member MemberRecord, was bool, by Actor, requestID string) Entry {
	before := member
	before.TOTP = was
	return Entry{
		Kind: MemberEntry, Object: member.Email, Action: EntryUpdate, Before: memberState(before), After: memberState(member),
		Actor: by.onlyNamed(), At: clock.Millis(s.clock), RequestID: requestID,
	}
}

// StopTOTP turns the actor's own second step off. It takes the password, or a code
// if there is one.
func (s *Service) StopTOTP(ctx context.Context, actor Actor, password, code, requestID string) error {
	return s.guarded(ctx, actor, password, code, func(member MemberRecord, proof *Proof) error {
		member.TOTP = false
		return s.store.DeleteTOTP(ctx, member.ID, proof, s.guardEntry(member, true, actor, requestID))
	})
}

// RenewRecoveryCodes makes new recovery codes for the actor, in the place of those
// that there are, and returns them, this once. It takes the password or a code, as
// StopTOTP does.
func (s *Service) RenewRecoveryCodes(ctx context.Context, actor Actor, password, code, requestID string) ([]string, error) {
	codes := newRecoveryCodes()
	err := s.guarded(ctx, actor, password, code, func(member MemberRecord, proof *Proof) error {
		after := memberState(member)
		after.RecoveryCodes = len(codes)
		return s.store.ReplaceRecoveryCodes(ctx, member.ID, recoveryHashes(member.ID, codes), proof, Entry{
			Kind: MemberEntry, Object: member.Email, Action: EntryUpdate, Before: memberState(member), After: after,
			Actor: actor.onlyNamed(), At: clock.Millis(s.clock), RequestID: requestID,
		})
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// guarded does what changes the second step of the actor, who shows the password
// or a code. Guesses are slowed as those of a sign-in are.
func (s *Service) guarded(ctx context.Context, actor Actor, password, code string, do func(MemberRecord, *Proof) error) error {
	member, err := s.self(ctx, actor)
	if err != nil {
		return err
	}
	if !member.TOTP {
		return fault.New(fault.Conflict, "totp_off", "The second step is off")
	}
	subject := codeSubject(member.ID)
	if err := s.slow(ctx, subject); err != nil {
		return err
	}
	proof, err := s.shown(ctx, member, password, code)
	if err == nil {
		err = do(member, proof)
	}
	if fault.As(err).Code == CodeWrong {
		return codeWrong(fault.Invalid) // who asks is signed in all the same
	}
	if err != nil {
		return err
	}
	return s.attempts.ForgetAttempts(ctx, subject)
}

// shown checks that who asks is the member; a code that was given is still to be
// used up.
func (s *Service) shown(ctx context.Context, member MemberRecord, password, code string) (*Proof, error) {
	if code != "" {
		return s.proofOf(ctx, member.ID, code)
	}
	_, ok, err := s.verify(ctx, member.EmailKey, password)
	if err == nil && !ok {
		err = fault.New(fault.Invalid, "password_wrong", "The password is wrong").WithField("password", "is not yours")
	}
	return nil, err
}

// ResetTOTP turns off the second step of another member, who has lost it. It takes
// the right to give and take everything that the member may do. That it is off
// already is no error.
func (s *Service) ResetTOTP(ctx context.Context, actor Actor, memberID, requestID string) error {
	member, err := s.governed(ctx, actor, memberID)
	if err != nil {
		return err
	}
	return s.resetTOTP(ctx, member, actor, requestID)
}

// HostResetTOTP is ResetTOTP on the server's own host: whoever may read the data
// folder may do it.
func (s *Service) HostResetTOTP(ctx context.Context, email string) error {
	member, err := s.store.MemberByEmail(ctx, emailKey(email))
	if err != nil {
		return err
	}
	return s.resetTOTP(ctx, member, onHost(), "")
}

func (s *Service) resetTOTP(ctx context.Context, member MemberRecord, by Actor, requestID string) error {
	if !member.TOTP {
		return nil
	}
	member.TOTP = false
	err := s.store.DeleteTOTP(ctx, member.ID, nil, s.guardEntry(member, true, by, requestID))
	if err == nil {
		err = s.attempts.ForgetAttempts(ctx, codeSubject(member.ID))
	}
	return err
}

// pendingLife is how long a sign-in waits for its code.
const pendingLife = 5 * time.Minute

// pend keeps a sign-in that waits for a code.
func (s *Service) pend(ctx context.Context, member Person) (SignIn, error) {
	secret := newSecret()
	now := s.clock.Now()
	rec := PendingRecord{Hash: hashOf(secret), MemberID: member.ID, CreatedAt: now.UnixMilli(), ExpiresAt: now.Add(pendingLife).UnixMilli()}
	return SignIn{Pending: secret, Member: member, ExpiresAt: now.Add(pendingLife)}, s.store.CreatePending(ctx, rec)
}

// GiveCode ends a sign-in that waits for a code: one of the member's app, which
// counts once, or a recovery code. Guesses are slowed as passwords are.
func (s *Service) GiveCode(ctx context.Context, pending, code string, client Client) (SignIn, error) {
	address := addressSubject(client.Address)
	rec, member, err := s.store.PendingByHash(ctx, hashOf(pending))
	if err == nil && clock.Millis(s.clock) >= rec.ExpiresAt {
		err = pendingOver()
	}
	if fault.IsKind(err, fault.NotFound) {
		return SignIn{}, cmp.Or[error](s.slow(ctx, address), pendingOver())
	}
	if err != nil {
		return SignIn{}, err
	}
	subjects := []Subject{codeSubject(member.ID), address}
	if err := s.slow(ctx, subjects...); err != nil {
		return SignIn{}, err
	}
	proof, err := s.proofOf(ctx, member.ID, code)
	if err != nil {
		return SignIn{}, err
	}
	session, in := s.newSession(personOf(member), client)
	if err := s.store.FinishSignIn(ctx, rec.Hash, *proof, session); err != nil {
		return SignIn{}, err
	}
	// The password before was an attempt of the address too.
	return in, s.forgive(ctx, address, forgivenSignIn+1, codeSubject(member.ID), accountSubject(member.EmailKey))
}

// CodeSignInOver is the code of the fault for a sign-in that does not wait for a
// code any more.
const CodeSignInOver = "sign_in_over"

func pendingOver() *fault.Error {
	return fault.New(fault.NotFound, CodeSignInOver, "This sign-in took longer than 5 minutes or is done. Begin it anew")
}

// Proof is what a code proves: exactly one of its fields is set. It counts once.
type Proof struct {
	Step     int64     // of the app's code
	Recovery *[32]byte // hash of a recovery code
}

// proofOf checks a code as far as that is possible without using it up.
func (s *Service) proofOf(ctx context.Context, memberID, code string) (*Proof, error) {
	code = tidyCode(code)
	if len(code) != totpDigits {
		hash := recoveryHash(memberID, code)
		return &Proof{Recovery: &hash}, nil
	}
	rec, err := s.store.TOTPOf(ctx, memberID)
	if err != nil {
		return nil, err
	}
	secret, err := s.openTOTP(rec)
	if err != nil {
		return nil, err
	}
	step, ok := totpStepOf(secret, code, s.clock.Now())
	if !ok {
		return nil, codeWrong(fault.Unauthenticated)
	}
	return &Proof{Step: step}, nil
}

func (s *Service) openTOTP(rec TOTPRecord) ([]byte, error) {
	if s.seals == nil {
		return nil, noSecretKey("The secret of a two-step sign-in")
	}
	secret, err := s.seals.Open(totpName(rec.MemberID), rec.Sealed)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "totp_unreadable",
			"The secret of this two-step sign-in cannot be read any more. Use a recovery code, or have it reset: `burgee user reset-totp` on the server's own machine")
	}
	return secret, nil
}

// CodeWrong is the code of the fault for a code of the second step that does not
// count: a wrong one, an old one or one that was used.
const CodeWrong = "code_wrong"

func codeWrong(kind fault.Kind) *fault.Error {
	return fault.New(kind, CodeWrong, "The code is wrong, or was used already. Wait for the next one, and check the clock of the device").
		WithField("code", "is wrong, or was used already")
}

func codeSubject(memberID string) Subject {
	return Subject{sha256.Sum256([]byte("code " + memberID)), freeAccount}
}

// tidyCode leaves out what people put between the parts of a code.
func tidyCode(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
}

// newRecoveryCodes are codes of 80 random bits, in groups of four.
func newRecoveryCodes() []string {
	codes := make([]string, recoveryCodes)
	for i := range codes {
		raw := make([]byte, recoveryLength)
		_, _ = rand.Read(raw) // never fails, by its contract
		text := strings.ToLower(base32Text.EncodeToString(raw))
		codes[i] = text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
	}
	return codes
}

// recoveryHash needs no salt beyond the member: nobody guesses 80 random bits.
func recoveryHash(memberID, tidied string) [32]byte {
	return sha256.Sum256([]byte("recovery " + memberID + " " + tidied))
}

func recoveryHashes(memberID string, codes []string) [][32]byte {
	hashes := make([][32]byte, len(codes))
	for i, code := range codes {
		hashes[i] = recoveryHash(memberID, tidyCode(code))
	}
	return hashes
}
