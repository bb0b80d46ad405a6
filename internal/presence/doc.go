// Package presence remembers, in memory only, who is connected: one instance per
// running program, for the Live screen and the set-up wizard, and the last
// attempts that were refused, with the cause in words.
//
// The protocol handlers report to a Registry; the composition root shows it to
// the management API. A stream that closes leaves at once, anything not heard of
// for 70 seconds leaves by itself. Memory is bounded: there is a most number of
// instances and a ring of refusals.
//
// Where several servers are one, a Registry tells the others its News and hears
// theirs: it then shows who is connected to any of them.
package presence
