package ruleset

import "fmt"

// WireVersion is the value of the header's "burgee" field.
const WireVersion = 1

// HashP32 names the only bucketing algorithm, see package eval.
const HashP32 = "p32"

// Header is the first line of a snapshot.
type Header struct {
	Burgee      int    `json:"burgee"`
	Project     string `json:"project,omitempty"`
	Environment string `json:"environment"`
	Epoch       int64  `json:"epoch"`
	Revision    int64  `json:"revision"`
	Hash        string `json:"hash"`
	Root        string `json:"root"`
	// Keys are the public keys, in base64, whose signatures count from this
	// revision on; empty where nothing is signed.
	Keys []string `json:"keys,omitempty"`
}

// ID names a revision of an environment: <epoch>-<revision>-<first 6 of root>.
// It is the id of events and, in quotes, the ETag of snapshots.
func (h Header) ID() string {
	return fmt.Sprintf("%d-%d-%.6s", h.Epoch, h.Revision, h.Root)
}

// Newer says whether h comes after other: a later revision, or a store made
// anew, whose epoch is greater and whose revisions start again.
func (h Header) Newer(other Header) bool {
	if h.Epoch != other.Epoch {
		return h.Epoch > other.Epoch
	}
	return h.Revision > other.Revision
}

// Set is all that one environment serves at one revision.
type Set struct {
	Header Header
	Flags  []Flag
	Groups []Group
}

// Type is the type of a flag's values.
type Type string

// The five types of flags.
const (
	Boolean Type = "boolean"
	String  Type = "string"
	Integer Type = "integer"
	Double  Type = "double"
	JSON    Type = "json"
)

// Valid says whether t is one of the five types.
func (t Type) Valid() bool {
	switch t {
	case Boolean, String, Integer, Double, JSON:
		return true
	}
	return false
}

// supported holds the names of "needs" that this engine knows. Version 1 knows
// none: whoever adds a field that changes results adds its name here.
var supported = map[string]bool{}

// Supports says whether this engine knows a name listed in "needs".
func Supports(need string) bool { return supported[need] }
