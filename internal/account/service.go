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
}

// New returns a Service. It starts nothing and reads nothing. attempts is nil for
// a server that is alone.
func New(store Store, c clock.Clock, attempts Attempts) *Service {
	if attempts == nil {
		attempts = newThrottle(c)
	}
	return &Service{store: store, clock: c, hasher: newHasher(hashesAtOnce), decoy: decoyHash, attempts: attempts}
}

// decoyHash has the cost of the real ones and matches nothing: its sum is not
// the hash of any known text.
const decoyHash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Person is someone with an account.
type Person struct {
	ID    string
	Email string
	Role  Role
}

// Client is where a sign-in comes from.
type Client struct{ Address, UserAgent, RequestID string }

// SignIn is a session just begun. Secret goes to the browser and is nowhere else.
type SignIn struct {
	Secret    string
	Member    Person
	ExpiresAt time.Time
}

// OwnerExists says whether anyone has an account yet.
func (s *Service) OwnerExists(ctx context.Context) (bool, error) {
	n, err := s.store.CountMembers(ctx)
	return n > 0, err
}

// NewSetupLink makes a new set-up secret; earlier ones stop working.
func (s *Service) NewSetupLink(ctx context.Context) (string, error) {
	secret := newSecret()
	link := SetupLinkRecord{Hash: hashOf(secret), CreatedAt: clock.Millis(s.clock)}
	return secret, s.store.ReplaceSetupLink(ctx, link)
}

// Setup makes the owner with a set-up secret, and signs in.
func (s *Service) Setup(ctx context.Context, secret, email, password string, client Client) (SignIn, error) {
	hash := hashOf(secret)
	if err := s.checkLink(ctx, hash, client); err != nil {
		return SignIn{}, err
	}
	member, err := s.createOwner(ctx, email, password, func(rec MemberRecord, entry Entry) error {
		entry.Actor = Actor{Kind: Member, ID: rec.ID, Name: rec.Email, Role: rec.Role}
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
	return s.begin(ctx, member, client)
}

func (s *Service) checkLink(ctx context.Context, hash [32]byte, client Client) error {
	address := addressSubject(client.Address)
	if err := s.slow(ctx, address); err != nil {
		return err
	}
	exists, err := s.store.SetupLinkExists(ctx, hash)
	if err != nil {
		return err
	}
	if !exists {
		return linkUsed()
	}
	return s.attempts.ForgetAttempts(ctx, address)
}

func linkUsed() *fault.Error {
	return fault.New(fault.NotFound, CodeLinkUsed,
		"This link has been used or replaced. Sign in, or open the newest link that `burgee serve` printed; restart the server to print another")
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
	if f := checkPassword(password); f != nil {
		return Person{}, f
	}
	phc, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Person{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Person{}, err
	}
	rec := MemberRecord{
		ID: id.String(), Email: email, EmailKey: strings.ToLower(email),
		PasswordHash: phc, Role: Owner, CreatedAt: clock.Millis(s.clock),
	}
	entry := Entry{Kind: MemberEntry, Object: rec.Email, Action: EntryCreate, After: memberState(rec), At: rec.CreatedAt}
	if err := write(rec, entry); err != nil {
		return Person{}, err
	}
	return memberOf(rec), nil
}

// SetPassword gives a person another password and ends all their sessions. It
// is for the server's own host: whoever may read the data folder may do it.
func (s *Service) SetPassword(ctx context.Context, email, password string) error {
	member, err := s.store.MemberByEmail(ctx, strings.ToLower(strings.TrimSpace(email)))
	if err != nil {
		return err
	}
	if f := checkPassword(password); f != nil {
		return f
	}
	phc, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	state := memberState(member) // without the password: the entry tells that it was set, and by whom
	return s.store.SetPassword(ctx, member.ID, phc, Entry{
		Kind: MemberEntry, Object: member.Email, Action: EntryUpdate, Before: state, After: state,
		Actor: onHost(), At: clock.Millis(s.clock),
	})
}

func memberOf(rec MemberRecord) Person { return Person{ID: rec.ID, Email: rec.Email, Role: rec.Role} }

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
	emailKey := strings.ToLower(strings.TrimSpace(email))
	subjects := []Subject{accountSubject(emailKey), addressSubject(client.Address)}
	if err := s.slow(ctx, subjects...); err != nil {
		return SignIn{}, err
	}
	member, ok, err := s.verify(ctx, emailKey, password)
	if err != nil {
		return SignIn{}, err
	}
	if !ok {
		return SignIn{}, fault.New(fault.Unauthenticated, "sign_in_failed", "The e-mail address or the password is wrong")
	}
	if err := s.attempts.ForgetAttempts(ctx, subjects...); err != nil {
		return SignIn{}, err
	}
	return s.begin(ctx, memberOf(member), client)
}

// verify takes as long for an unknown e-mail as for a wrong password.
func (s *Service) verify(ctx context.Context, emailKey, password string) (MemberRecord, bool, error) {
	member, err := s.store.MemberByEmail(ctx, emailKey)
	phc := member.PasswordHash
	if fault.IsKind(err, fault.NotFound) {
		phc = s.decoy
	} else if err != nil {
		return MemberRecord{}, false, err
	}
	if len(password) > maxPassword {
		password = ""
	}
	ok, verifyErr := s.hasher.verify(ctx, phc, password)
	if verifyErr != nil {
		return MemberRecord{}, false, verifyErr
	}
	return member, ok && err == nil, nil
}
