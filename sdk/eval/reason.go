package eval

// Reason says why an evaluation came out as it did.
type Reason uint8

// The reasons, in the order of the algorithm.
const (
	Override Reason = iota + 1
	NotReady
	FlagNotFound
	Error
	Off
	PrerequisiteFailed
	Target
	Experiment
	CodeDefault
	Rule
	Default
	TypeMismatch
)

var reasonNames = [...]string{
	Override: "OVERRIDE", NotReady: "NOT_READY", FlagNotFound: "FLAG_NOT_FOUND", Error: "ERROR", Off: "OFF",
	PrerequisiteFailed: "PREREQUISITE_FAILED", Target: "TARGET", Experiment: "EXPERIMENT", CodeDefault: "CODE_DEFAULT",
	Rule: "RULE", Default: "DEFAULT", TypeMismatch: "TYPE_MISMATCH",
}

// String is the reason as details, events and the API write it.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return ""
}

// Problem says why a flag cannot be used.
type Problem struct {
	Flag    string `json:"flag"`
	Code    string `json:"code"` // BAD_REFERENCE, CYCLE, UNSUPPORTED, MALFORMED or TOO_DEEP
	Message string `json:"message"`
}

// The codes of a Problem.
const (
	BadReference = "BAD_REFERENCE"
	Cycle        = "CYCLE"
	Unsupported  = "UNSUPPORTED"
	Malformed    = "MALFORMED"
	TooDeep      = "TOO_DEEP"
)
