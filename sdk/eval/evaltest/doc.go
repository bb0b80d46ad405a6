// Package evaltest runs the vectors of the specification, the JSON files in
// spec/vectors, against an engine given as functions: this repository's own, a
// server behind HTTP, or one in another language behind a pipe. The format of
// the files is described in spec/README.md.
package evaltest
