package catalog

import "encoding/json"

// Registration is what one program declares in one call.
type Registration struct {
	Project     string
	Environment string
	KeyID       int64 // the server key that it came with; limits count by it
	Application Application
	Flags       []Declared
}

// Application names a program.
type Application struct {
	Name     string
	Version  string
	Platform string
	SDK      string
	Instance string
}

// Declared is one flag as a program declares it.
type Declared struct {
	Key         string
	Type        string
	Default     json.RawMessage
	Options     []json.RawMessage
	Description string
}

// Registered says what came of a batch of registrations.
type Registered struct {
	Created []string  // keys of flags that are new
	Refused []Refusal // declarations that were not taken
}

// Refusal is one declaration that was not taken, and why.
type Refusal struct {
	Project     string
	Environment string
	KeyID       int64
	Application string
	Flag        string
	Code        string // flag_limit or declaration_invalid
	Message     string
}
