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
// for them.
package ofrep
