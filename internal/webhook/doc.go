// Package webhook tells other programs what changed in a project.
//
// A webhook follows the record of its project by a cursor: the number of the last
// entry that it was asked about. An entry is committed together with its change, so
// nothing that was acknowledged is lost, whatever stops a server afterwards. The
// Sender, on one node at a time under a lease, moves the cursor and writes what is
// to be sent in one transaction, then sends it, one after the other for each
// webhook and as often as it takes, under an id that stays the same. What a message
// says is made from the record when it is sent.
//
//	adminapi → Service → Store (SQL)          the settings, with their entries of the record
//	record → Sender → outbound → receivers    what happened
//
// The Service is the one place that authorises. Addresses and secrets are sealed in
// the store. It is of the control plane and knows no data plane.
package webhook
