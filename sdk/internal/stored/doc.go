// Package stored keeps a reader's newest snapshot in a file, as "Stored
// snapshots" of spec/stream.md has it: one file for each key, the bytes of a
// snapshot, shared by all processes and SDKs of a host. Nothing in it is
// believed before it was checked.
package stored
