package account

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// A login gives a command line a token of whoever approves it in a browser. The
// command line holds a secret, the person sees a short code on both sides: the secret
// collects, the code only finds what is to be approved.

// LoginLife is how long a login waits for its approval, and then to be collected.
const LoginLife = 10 * time.Minute

// loginTokenLife is how long the token of a login lasts.
const loginTokenLife = 90 * 24 * time.Hour

// maxMachine bounds the name of a machine, in bytes.
const maxMachine = 100

// Codes of faults of logins.
const (
	CodeLoginOver = "login_over" // there is none, it is over, or it was collected
	CodeLoginWait = "login_waits"
)

// Login is a command line that waits to be approved, without its secret.
type Login struct {
	Machine, Address     string
	CreatedAt, ExpiresAt int64
}

// codeLetters are those of a code: none that is read as another, and no vowel.
const codeLetters = "BCDFGHJKLMNPQRSTVWXZ"

// newCode is a code such as BDFG-HJKL: 34 bits, for as long as a login waits.
func newCode() string {
	raw := make([]byte, 0, 8)
	for len(raw) < 8 {
		var b [1]byte
		_, _ = rand.Read(b[:]) // never fails, by its contract
		if int(b[0]) < 256-256%len(codeLetters) {
			raw = append(raw, codeLetters[int(b[0])%len(codeLetters)])
		}
	}
	return string(raw[:4]) + "-" + string(raw[4:])
}

// tidyLoginCode is a code as it was made, however a person writes it.
func tidyLoginCode(code string) string {
	letters := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, code)
	if len(letters) != 8 {
		return letters
	}
	return letters[:4] + "-" + letters[4:]
}

// StartLogin begins a login for a machine, by the name that it gives itself. The
// secret collects the token, once; the code is for people.
func (s *Service) StartLogin(ctx context.Context, machine string, client Client) (login Login, secret, code string, err error) {
	machine = strings.TrimSpace(machine)
	if machine == "" || len(machine) > maxMachine || !utf8.ValidString(machine) || strings.ContainsFunc(machine, odd) {
		return login, "", "", fault.New(fault.Invalid, "machine_invalid", "The name of the machine is missing or odd").
			WithField("machine", "takes 1 to %d bytes of letters, digits and signs", maxMachine)
	}
	now := clock.Millis(s.clock)
	login = Login{Machine: machine, Address: client.Address, CreatedAt: now, ExpiresAt: now + LoginLife.Milliseconds()}
	secret, code = newSecret(), newCode()
	return login, secret, code, s.store.CreateLogin(ctx, LoginRecord{Hash: hashOf(secret), Code: hashOf(code), Login: login})
}

// odd are characters that no name needs and that may deceive who reads one.
func odd(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// Login finds what a code is of, for the person who may approve it.
func (s *Service) Login(ctx context.Context, actor Actor, code string) (Login, error) {
	if err := inPerson(actor); err != nil {
		return Login{}, err
	}
	rec, err := s.store.LoginByCode(ctx, hashOf(tidyLoginCode(code)), clock.Millis(s.clock))
	return rec.Login, err
}

// ApproveLogin has a login get a token of the actor, who is signed in in a browser.
func (s *Service) ApproveLogin(ctx context.Context, actor Actor, code string) error {
	if err := inPerson(actor); err != nil {
		return err
	}
	return s.store.ApproveLogin(ctx, hashOf(tidyLoginCode(code)), actor.ID, clock.Millis(s.clock))
}

// RefuseLogin ends a login.
func (s *Service) RefuseLogin(ctx context.Context, actor Actor, code string) error {
	if err := inPerson(actor); err != nil {
		return err
	}
	return s.store.RefuseLogin(ctx, hashOf(tidyLoginCode(code)))
}

// inPerson refuses whoever has not signed in in a browser.
func inPerson(actor Actor) error {
	if actor.Kind == Member {
		return nil
	}
	return fault.New(fault.Forbidden, "session_required", "A token may not sign a command line in; a person approves it in a browser")
}

// CollectLogin hands out the token of a login that was approved, once. It lets do
// what its member may, for 90 days, and is listed and ends like any of theirs. While
// nobody has approved it, the fault is Conflict with CodeLoginWait.
func (s *Service) CollectLogin(ctx context.Context, secret, requestID string) (APIToken, string, error) {
	rec, err := s.store.TakeLogin(ctx, hashOf(secret), clock.Millis(s.clock))
	if err != nil {
		return APIToken{}, "", err
	}
	if rec.MemberID == "" {
		return APIToken{}, "", fault.New(fault.Conflict, CodeLoginWait, "Nobody has approved this login yet")
	}
	actor, err := s.Actor(ctx, Member, rec.MemberID, "")
	if err != nil {
		return APIToken{}, "", err
	}
	return s.CreateToken(ctx, actor, TokenRequest{
		Name: "burgee login on " + rec.Machine, Kind: PersonalToken, Role: Owner, Life: loginTokenLife, RequestID: requestID,
	})
}
