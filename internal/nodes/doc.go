// Package nodes tells the other servers of one store which programs are
// connected to this one and what they report, and hears the same of theirs. So
// each server's presence and receipts know of all programs, whichever server
// they stream from and whichever one their reports reach.
//
// An Exchange looks once a second who else is there, and hands over what is new.
// A server that is alone writes a sign of life every few seconds and nothing
// else. What is told stays in the store for a minute; whoever missed some of it
// asks for everything. Ages are by the store's clock: those of servers are never
// compared.
//
// Nobody waits for it. A server that cannot reach the store, or is not heard of,
// is counted, so that those who show the picture can say what is missing in it.
package nodes
