package account

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// sessionLife is how long a sign-in lasts after its last use.
const sessionLife = 30 * 24 * time.Hour

// setupLife is how long a set-up link works while nobody has an account.
const setupLife = 7 * 24 * time.Hour

// touchEvery is how stale a stored last use may be, so that reads write seldom.
const touchEvery = 10 * time.Minute

// hashesAtOnce bounds the memory that sign-ins take: 19 MiB each.
const hashesAtOnce = 2

// Service is the one writer of accounts. It is safe for concurrent use.
type Service struct {
	store    Store
	clock    clock.Clock
	hasher   *hasher
	decoy    string // a hash of nobody's password, so that unknown e-mails take as long
	attempts Attempts
	seals    Sealer // nil without a secret key
}

// Options are what a Service works with beside its store.
type Options struct {
	Clock    clock.Clock
	Attempts Attempts // nil for a server that is alone
	Seals    Sealer   // nil for a server without a secret key: nothing that it would seal can be set up
}

// New returns a Service. It starts nothing and reads nothing.
func New(store Store, o Options) *Service {
	if o.Attempts == nil {
		o.Attempts = newThrottle(o.Clock)
	}
	return &Service{store: store, clock: o.Clock, hasher: newHasher(hashesAtOnce), decoy: decoyHash, attempts: o.Attempts, seals: o.Seals}
}

// decoyHash has the cost of the real ones and matches nothing: its sum is not
// the hash of any known text.
const decoyHash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Person is someone with an account. Grants are sorted, the widest first.
type Person struct {
	ID       string
	Email    string
	Grants   []Grant
	Password bool // may sign in with one
	TOTP     bool // signs in with a second step
	Linked   bool // is known to a provider of single sign-on

	// Version is of the roles that whoever is shown it oversees, as SetRoles takes it;
	// 0 where nobody in particular is.
	Version int64
}

// Client is where a sign-in comes from.
type Client struct{ Address, UserAgent, RequestID string }

// SignIn is a session just begun, or one that begins when GiveCode has seen a
// code: exactly one of Secret and Pending is set. They go to the browser and are
// nowhere else.
type SignIn struct {
	Secret    string
	Pending   string
	Member    Person
	ExpiresAt time.Time
}

// OwnerExists says whether anyone has an account yet.
func (s *Service) OwnerExists(ctx context.Context) (bool, error) {
	n, err := s.store.CountMembers(ctx)
	return n > 0, err
}

// NewSetupLink makes a new set-up secret. Earlier ones, such as those that other
// nodes printed, work on: each until there is an owner, for seven days.
func (s *Service) NewSetupLink(ctx context.Context) (string, error) {
	secret := newSecret()
	link := SetupLinkRecord{Hash: hashOf(secret), CreatedAt: clock.Millis(s.clock)}
	return secret, s.store.AddSetupLink(ctx, link, s.setupSince())
}

func (s *Service) setupSince() int64 { return clock.Millis(s.clock) - setupLife.Milliseconds() }

// Setup makes the owner with a set-up secret, and signs in.
func (s *Service) Setup(ctx context.Context, secret, email, password string, client Client) (SignIn, error) {
	hash := hashOf(secret)
	if err := s.checkLink(ctx, hash, client); err != nil {
		return SignIn{}, err
	}
	member, err := s.createOwner(ctx, email, password, func(rec MemberRecord, entry Entry) error {
		entry.Actor = Actor{Kind: Member, ID: rec.ID, Name: rec.Email}
		entry.RequestID = client.RequestID
		err := s.store.CreateOwner(ctx, rec, &hash, entry)
		if fault.IsKind(err, fault.NotFound) {
			return linkUsed()
		}
		return err
	})
	if err != nil {
		return SignIn{}, err
	}
	return s.enter(ctx, member, client)
}

func (s *Service) checkLink(ctx context.Context, hash [32]byte, client Client) error {
	address := addressSubject(client.Address)
	if err := s.slow(ctx, address); err != nil {
		return err
	}
	exists, err := s.store.SetupLinkExists(ctx, hash, s.setupSince())
	if err != nil {
		return err
	}
	if !exists {
		return linkUsed()
	}
	return s.attempts.ForgiveAttempts(ctx, address, forgivenLink)
}

func linkUsed() *fault.Error {
	return fault.New(fault.NotFound, CodeLinkUsed,
		"This link has been used or has expired, or there is an owner already. Sign in; while there is no owner, restart the server to print another link")
}

// CodeLinkUsed is the code of the fault for a set-up link that works no more.
const CodeLinkUsed = "link_used"

// CreateOwner makes the owner from the server's own host.
func (s *Service) CreateOwner(ctx context.Context, email, password string) (Person, error) {
	return s.createOwner(ctx, email, password, func(rec MemberRecord, entry Entry) error {
		entry.Actor = onHost()
		return s.store.CreateOwner(ctx, rec, nil, entry)
	})
}

// createOwner checks what was typed and hands write the owner, with an entry
// that only lacks who did it.
func (s *Service) createOwner(ctx context.Context, email, password string, write func(MemberRecord, Entry) error) (Person, error) {
	email, err := cleanEmail(email)
	if err != nil {
		return Person{}, err
	}
	rec, err := s.newMember(ctx, email, password, []Grant{{Role: Owner}})
	if err != nil {
		return Person{}, err
	}
	entry := Entry{Kind: MemberEntry, Object: rec.Email, Action: EntryCreate, After: memberState(rec), At: rec.CreatedAt}
	if err := write(rec, entry); err != nil {
		return Person{}, err
	}
	return personOf(rec), nil
}

// newMember is a member who is not stored yet.
func (s *Service) newMember(ctx context.Context, email, password string, grants []Grant) (MemberRecord, error) {
	phc, err := s.hashNew(ctx, password)
	if err != nil {
		return MemberRecord{}, err
	}
	member, err := s.bareMember(email, grants)
	member.PasswordHash = phc
	return member, err
}

// bareMember is a member without a password who is not stored yet.
func (s *Service) bareMember(email string, grants []Grant) (MemberRecord, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return MemberRecord{}, err
	}
	return MemberRecord{ID: id.String(), Email: email, EmailKey: emailKey(email), CreatedAt: clock.Millis(s.clock), Grants: grants}, nil
}

// hashNew checks a password that somebody chose, and hashes it.
func (s *Service) hashNew(ctx context.Context, password string) (string, error) {
	if f := checkPassword(password); f != nil {
		return "", f
	}
	return s.hasher.hash(ctx, password)
}

// SetPassword gives a person another password and ends all their sessions. It
// is for the server's own host: whoever may read the data folder may do it.
func (s *Service) SetPassword(ctx context.Context, email, password string) error {
	member, err := s.store.MemberByEmail(ctx, emailKey(email))
	if err != nil {
		return err
	}
	phc, err := s.hashNew(ctx, password)
	if err != nil {
		return err
	}
	return s.store.SetPassword(ctx, member.ID, phc, nil, s.passwordEntry(member, onHost(), ""))
}

// passwordEntry tells that a password was set, and by whom; never which.
func (s *Service) passwordEntry(member MemberRecord, by Actor, requestID string) Entry {
	state := memberState(member)
	return Entry{
		Kind: MemberEntry, Object: member.Email, Action: EntryUpdate, Before: state, After: state,
		Actor: by.onlyNamed(), At: clock.Millis(s.clock), RequestID: requestID,
	}
}

func personOf(rec MemberRecord) Person {
	return Person{
		ID: rec.ID, Email: rec.Email, Grants: tidy(rec.Grants),
		Password: rec.PasswordHash != "", TOTP: rec.TOTP, Linked: rec.Linked,
	}
}

func emailKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func cleanEmail(email string) (string, error) {
	email = strings.TrimSpace(email)
	addr, err := mail.ParseAddress(email)
	if err != nil || addr.Address != email || len(email) > 254 {
		return "", fault.New(fault.Invalid, "email_malformed", "The e-mail address is not valid").
			WithField("email", "write an address like ann@example.com")
	}
	return email, nil
}

// SignIn checks an e-mail and password. The answer does not tell which was wrong.
func (s *Service) SignIn(ctx context.Context, email, password string, client Client) (SignIn, error) {
	subjects := []Subject{accountSubject(emailKey(email)), addressSubject(client.Address)}
	if err := s.slow(ctx, subjects...); err != nil {
		return SignIn{}, err
	}
	member, ok, err := s.verify(ctx, emailKey(email), password)
	if err != nil {
		return SignIn{}, err
	}
	if !ok {
		return SignIn{}, fault.New(fault.Unauthenticated, "sign_in_failed", "The e-mail address or the password is wrong")
	}
	if err := s.localAllowed(ctx, member); err != nil {
		return SignIn{}, err
	}
	in, err := s.enter(ctx, personOf(member), client)
	if err != nil || in.Pending != "" { // who still owes a code has not shown that the attempts were theirs
		return in, err
	}
	return in, s.forgive(ctx, subjects[1], forgivenSignIn, subjects[0])
}

// forgive forgets the failures of who has shown that they are themselves, and
// takes some back from their address.
func (s *Service) forgive(ctx context.Context, address Subject, attempts int64, themselves ...Subject) error {
	if err := s.attempts.ForgetAttempts(ctx, themselves...); err != nil {
		return err
	}
	return s.attempts.ForgiveAttempts(ctx, address, attempts)
}

// verify takes as long for an unknown e-mail, and for who has no password, as for
// a wrong password.
func (s *Service) verify(ctx context.Context, emailKey, password string) (MemberRecord, bool, error) {
	member, err := s.store.MemberByEmail(ctx, emailKey)
	if err != nil && !fault.IsKind(err, fault.NotFound) {
		return MemberRecord{}, false, err
	}
	known := err == nil && member.PasswordHash != ""
	phc := member.PasswordHash
	if !known {
		phc = s.decoy
	}
	if len(password) > maxPassword {
		password = ""
	}
	ok, err := s.hasher.verify(ctx, phc, password)
	if err != nil {
		return MemberRecord{}, false, err
	}
	return member, ok && known, nil
}
