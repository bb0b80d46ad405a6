package delivery

import (
	"context"

	"burgee.dev/burgee/sdk/ruleset"
)

// Reader is where a Manager reads environments from: the store, or what a relay
// has received. Each call sees one state. It is safe for concurrent use: the
// Manager reads several environments at a time.
type Reader interface {
	// Environments lists every environment with its newest numbers. It is called
	// each second and must be cheap.
	Environments(ctx context.Context) ([]EnvironmentState, error)
	// Ruleset returns all of one environment at its newest revision.
	Ruleset(ctx context.Context, environmentID int64) (Ruleset, error)
	// Deltas returns what led to the newest revisions, the oldest first: those
	// after the revision from, but no more of the newest than have about room
	// bytes of lines together. What is returned, and whether anything is, is a
	// matter of speed and never of truth: where something is missing, the Manager
	// asks for the Ruleset.
	Deltas(ctx context.Context, environmentID, from int64, room int) ([]Delta, error)
	// Keys returns the SDK keys that are not revoked.
	Keys(ctx context.Context, environmentID int64) ([]KeyRef, error)
}

// EnvironmentState is where an environment stands.
type EnvironmentState struct {
	ID            int64 // the Reader's own; the same for as long as it lives
	Project       string
	Key           string
	Epoch         int64
	Revision      int64
	KeyGeneration int64 // grows with every change of its keys
}

// Revision names one revision of an environment.
//
// Without HeaderLine, which is the store's way, the Manager adds its Signer's
// keys to Header and signs it. With HeaderLine, which is a relay's way, that line
// and Signature are passed on byte for byte, and Header is what the line says.
type Revision struct {
	Header      ruleset.Header // without Keys and, in a Ruleset, without Root when the Manager is to sign
	HeaderLine  []byte
	Signature   ruleset.Signature // of HeaderLine
	CommittedAt int64             // milliseconds since 1970; 0 where it is not known
}

// Ruleset is all of an environment at one revision. Its lines must not change
// afterwards.
type Ruleset struct {
	Revision
	Lines [][]byte
}

// Delta is what one revision changed. Its lines must not change afterwards.
type Delta struct {
	Revision
	From    int64 // the revision that it was made from
	Changed [][]byte
	Removed []ruleset.EntityRef
}
