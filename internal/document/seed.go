package document

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// SeedFunc makes the seed of a flag or experiment that has none yet.
type SeedFunc func(key string) string

// RandomSeeds makes seeds of 16 hex digits from a source of randomness. A source
// that fails panics: a seed that is not random would put the same people into
// every first part.
func RandomSeeds(source io.Reader) SeedFunc {
	return func(string) string {
		var raw [8]byte
		if _, err := io.ReadFull(source, raw[:]); err != nil {
			panic(fmt.Sprintf("document: the source of randomness failed: %v", err))
		}
		return hex.EncodeToString(raw[:])
	}
}

// DerivedSeeds makes the seeds of a file that is used without a server: the
// same each time, from the project and the key.
func DerivedSeeds(project string) SeedFunc {
	return func(key string) string {
		sum := sha256.Sum256([]byte(project + "/" + key))
		return hex.EncodeToString(sum[:8])
	}
}
