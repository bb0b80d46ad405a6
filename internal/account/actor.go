package account

import "cmp"

// ActorKind says what kind of credential an actor acts with.
type ActorKind string

// The kinds of actor.
const (
	Member      ActorKind = "member" // a signed-in person
	Token       ActorKind = "token"  // an API token
	Application ActorKind = "app"    // a program that registers its flags
	Host        ActorKind = "host"   // the server itself or a command on its host
)

// Actor is who acts: the subject of every authorisation and of every audit
// entry. It is a value and safe to copy.
type Actor struct {
	Kind   ActorKind
	ID     string  // the member's or token's id; empty for Host
	Name   string  // e-mail, token name or application name, as the audit log shows it
	Role   Role    // held everywhere: by the host, and by a program that registers
	Rights *Rights // held in places: by a member or a token; nil is none
	Person string  // the id of the member who acts, also with a personal token; else empty
	// Maker is the id of the member from whom a service token comes, also by way of
	// other tokens: it tells people apart, and gives no rights. Empty for any other
	// actor, and for a token that comes from no member.
	Maker string
	// ExpiresAt is when the token ends with which the actor acts, in milliseconds; 0
	// is never. What the actor makes for programs ends then at the latest.
	ExpiresAt int64
}

// origin is the id of the member from whom what the actor makes comes; empty is
// nobody.
func (a Actor) origin() string { return cmp.Or(a.Person, a.Maker) }

// onlyNamed is the actor as entries of the record name it.
func (a Actor) onlyNamed() Actor { return Actor{Kind: a.Kind, ID: a.ID, Name: a.Name} }
