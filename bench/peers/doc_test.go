// Package peers runs one set of scenarios on Burgee and on the engines of other
// products, side by side in one run. TestAnswers checks every answer before a
// benchmark may time it: an engine cannot be fast by being wrong.
//
//	S1   a boolean flag without rules
//	S2   five rules of two clauses, the last one matches, all ten are looked at
//	S2n  the same, with the context built from its attributes in every call
//	S3   a split of three variations, 256 users in turn
//	S4   a group of a thousand users, the same 256 in turn, every other a member
//	S5   a thousand flags of these four kinds, all for one user
//	S6   S2n through the OpenFeature SDK
//
// The engine "ceiling" is none: it is hand-written Go that knows the scenarios
// and does the least work that gives the right answers. What another engine
// costs is read against it, as a ratio within the same run.
package peers
