// Package once has a request that is sent again done once.
//
// Who sends a request may put a key beside it. The request travels with a Claim
// in its context; the store writes the claim down in the transaction that does
// what is asked for, and refuses a second transaction with the same key. A claim
// that is there therefore says that the request was done, whatever became of the
// process after its commit, and one that is not says that nothing was. What was
// answered is kept beside the claim afterwards, as a convenience: without it a
// repetition is told that the request was done.
//
// Keys belong to who sends them and are remembered for a day. A request that
// failed without a write leaves nothing and may be sent again.
package once
