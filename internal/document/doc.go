// Package document is the burgee/v1 format: what people and programs write to
// say which flags there are and who gets what.
//
// The flow is one way, and each step is a pure function:
//
//	text  → Parse → File            (strict, every error with its line)
//	File  → Merge → Project, []Change (units of replacement, rule ids, seeds, tables)
//	Project → Validate, Lower → wire lines of one environment (sdk/ruleset)
//	Project → Export → File → Render → text
//
// A Project never changes. An Editor makes the next one, which shares what was
// not touched, and checks, compares and lowers what was: a change of one flag
// costs as much in a project of five thousand as in one of five.
//
// The same types are the bodies of the management API and the before and after
// of a change, in a canonical JSON form; Sentences, Diff and Summary put them
// into words. The package knows no clock, no random source, no file and no
// server: a caller passes in what it needs of these.
package document
