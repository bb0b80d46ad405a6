// Package audit is the hash chain of a project's record: what an entry's hash
// covers, whether entries follow each other, and the lines in which a record
// leaves the server so that anybody can check it without one.
//
//	catalog → Entry.Sealed → store          each change
//	catalog → Entry → Writer → file         an export
//	file → Verify                           the check, on any machine
//
// It is pure: bytes in, bytes out.
package audit
