// Package ofrep is the OpenFeature Remote Evaluation Protocol 0.3: a program
// sends its context and gets the value of one flag, or of all of them.
//
// A request passes gate (a server or a client key), its context is bound once,
// the State's snapshot evaluates, and the answer is written in the form that all
// stock providers read right: values with the stored spelling, reasons of the
// protocol's own list, error bodies whose fields no provider misses. No database
// is read. The server adds nothing to the context.
//
// Client keys see the flags that are marked for clients; the others do not exist
// for them. They are public, so what is asked with them is limited by address.
//
// A bulk answer names a stream, on which pages are told to ask again. The State's
// next is what wakes it; what has changed is never said there. Its address holds
// a ticket of gate, which stays the same for a while: the ETag is the hash of the
// answer, and the ticket is part of it.
//
// spec/ofrep.json says what may be answered; the tests hold every answer to it.
package ofrep
