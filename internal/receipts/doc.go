// Package receipts keeps what running instances report of themselves: the
// revision that each has applied, and the flags that it overrides.
//
// Of each revision a Registry knows who was expected to apply it (the instances
// of SDKs that were connected when it was committed), who did, how long after
// the commit, and who is stale: expected, and without that revision when a grace
// has passed. All times are of the server's clock; an instance says how long
// before its report it applied, so clocks are never compared.
//
// Who is connected is known by package presence. An instance behind a relay has
// no connection here; it counts for as long as it is heard of through its
// reports. Remote evaluation (OFREP) applies nothing and is not expected.
//
// Memory is bounded: there is a most number of instances, of revisions for each
// environment, and of open expectations. Changed receipts go to a Sink every few
// seconds in one transaction, so that history answers after a restart; nobody
// who reports waits for it. One for which reports are still to be expected goes
// there when they are in or the grace has passed: a crash loses those of the last
// 15 seconds.
package receipts
