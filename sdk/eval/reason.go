package eval

// Reason says why a value is served.
type Reason uint8

// The reasons, in the order of the algorithm.
const (
	Override Reason = iota
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

// String is the reason as details, events and documents write it.
func (r Reason) String() string {
	switch r {
	case Override:
		return "OVERRIDE"
	case NotReady:
		return "NOT_READY"
	case FlagNotFound:
		return "FLAG_NOT_FOUND"
	case Error:
		return "ERROR"
	case Off:
		return "OFF"
	case PrerequisiteFailed:
		return "PREREQUISITE_FAILED"
	case Target:
		return "TARGET"
	case Experiment:
		return "EXPERIMENT"
	case CodeDefault:
		return "CODE_DEFAULT"
	case Rule:
		return "RULE"
	case Default:
		return "DEFAULT"
	case TypeMismatch:
		return "TYPE_MISMATCH"
	}
	return "UNKNOWN"
}

// MarshalText writes the reason as String does.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
