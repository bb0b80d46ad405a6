// Package secret keeps what the server must be able to read again, such as the
// key that signs configurations, unreadable to whoever has the database only.
//
// There are two keys. The secret key is the operator's (BURGEE_SECRET_KEY): it
// is never stored, and wraps the data key. The data key is random, made once
// for a store, kept there wrapped, and seals every secret, each bound to its
// name. So another secret key means to wrap 32 bytes anew and not to touch any
// secret, and nodes that run, which hold the data key, go on.
//
// Both steps are AES-256-GCM with random nonces. What was altered, cut or
// belongs to another name does not open. A wrapped data key says by a
// fingerprint which secret key it takes, so that a wrong key is told from damage.
//
// Key and Box print as [redacted], whatever prints them. This package knows no
// database, file or variable: Vault asks a Store, which is package store.
package secret
