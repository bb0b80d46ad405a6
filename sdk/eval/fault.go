package eval

import "fmt"

// The codes of an ERROR.
const (
	BadReference = "BAD_REFERENCE"
	Cycle        = "CYCLE"
	Unsupported  = "UNSUPPORTED"
	Malformed    = "MALFORMED"
	TooDeep      = "TOO_DEEP"
)

// Fault says why an entity cannot be used.
type Fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func malformed(format string, args ...any) *Fault {
	return &Fault{Malformed, fmt.Sprintf(format, args...)}
}

func unsupported(format string, args ...any) *Fault {
	return &Fault{Unsupported, fmt.Sprintf(format, args...)}
}

func tooDeep(format string, args ...any) *Fault {
	return &Fault{TooDeep, fmt.Sprintf(format, args...)}
}

func badReference(format string, args ...any) *Fault {
	return &Fault{BadReference, fmt.Sprintf(format, args...)}
}

// Problem is an entity that cannot be used, and why.
type Problem struct {
	Kind    string // "flag" or "target_group"
	Flag    string // the entity's key
	Code    string
	Message string
}

// String is the problem as a log or an error shows it.
func (p Problem) String() string {
	return fmt.Sprintf("%s %s: %s: %s", p.Kind, p.Flag, p.Code, p.Message)
}
