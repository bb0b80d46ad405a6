package account

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"

	"burgee.dev/burgee/internal/fault"
)

// versionOf is a number of a state that no other state of the same thing has: who
// changes it says which one they saw.
func versionOf(state any) int64 {
	text, _ := json.Marshal(state) // of texts and lists of them
	sum := sha256.Sum256(text)
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 11) // 53 bits: JSON carries them exactly
}

// atVersion refuses to change what is at another version than the one that the
// caller saw; nil does not ask.
func atVersion(what string, is int64, want *int64) error {
	if want == nil || *want == is {
		return nil
	}
	return fault.New(fault.Precondition, "version_moved", "%s changed since you read it: it is at version %d, not %d. Load it again and repeat the change", what, is, *want)
}
