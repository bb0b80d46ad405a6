package catalog

// KeyKind is what an SDK key may be used for.
type KeyKind string

// The kinds of SDK keys.
const (
	ServerKey KeyKind = "server" // reads rules, registers flags
	ClientKey KeyKind = "client" // gets evaluated values only; public
)

// Key is an SDK key of one environment. The secret of a server key is not in
// it: it is shown once, by the call that makes it.
type Key struct {
	ID     int64
	Kind   KeyKind
	Name   string
	Masked string
	Public string // the whole key, of a client key only
	// SignedContexts says that a client key takes signed contexts only.
	SignedContexts bool
	CreatedAt      int64
	LastUsedAt     int64 // 0 is never
	Uses           int64
	LastSDK        string
	ExpiresAt      int64 // 0 is never
	RevokedAt      int64 // 0 is not
}

// KeySpec says what key to make.
type KeySpec struct {
	Kind           KeyKind
	Name           string
	SignedContexts bool // of a client key only
}

// NewKey is a key just made, with its secret.
type NewKey struct {
	Key
	Secret string
}

// FirstRun says what to make on an empty store. Empty keys are generated (the
// server key) or left out (the client key).
type FirstRun struct {
	ServerKey string
	ClientKey string
}

// FirstRunResult says what was made.
type FirstRunResult struct {
	Created   bool   // false: the store was not empty and nothing happened
	ServerKey string // of default/production, shown this once
}
