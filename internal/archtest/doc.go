// Package archtest holds the house's import rules as a test, read from `go
// list` and therefore true of the code and not of a drawing. The picture the
// rules describe is docs/architecture.md.
package archtest
