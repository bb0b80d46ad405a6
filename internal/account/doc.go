// Package account holds who may act: people with their roles and sessions, API
// tokens, links that invite and reset, the link that makes the first owner, and
// Can, the one question that every write asks.
//
// A role is held in a place: everywhere, in a project or in one environment. Every
// way to sign in ends in Service.enter; a member need not have a password.
//
// Secrets (session cookies, API tokens, set-up links) are 256 random bits of
// which only the SHA-256 is stored. Passwords are Argon2id. Service is the
// only writer; it asks its Store, which internal/store implements. A change of
// a member or a token goes there with its Entry of the audit log, and both are
// written or neither. Attempts to sign in are slowed per account and per
// address, in memory.
package account
