// Package check finds mistakes in the rules of one environment before anybody
// is served by them: rules that can never match, rules that nobody reaches,
// prerequisites that cannot hold, clauses that say nothing.
//
//	*ruleset.Set → New → *Environment → Flag(key) → []Finding
//	                                  → Reach(key) → a Verdict per rule
//
// What the rules of a flag can tell apart splits the values of each attribute
// into cells: the points and the gaps of an order, the strings that are named,
// the rest. The engine of package eval says what each clause makes of each cell,
// so that this package has no logic of its own to drift. A clause is then a set
// of cells, a conjunction a box with one side per attribute, a rule a few boxes.
// A rule is unreachable when taking the boxes of the rules above it from its own
// leaves nothing.
//
// Some cells stand for values that clauses may still tell apart: text, by
// prefixes and patterns, and lists. On those a side also keeps which clauses hold
// and which do not, and cheap implications find combinations that no value has.
// They err towards "possible": "unreachable" is a proof, "reachable" comes with a
// context that the engine agrees on, and what is neither is unknown and not
// spoken of.
package check
