// Package importer turns what another product exports into a burgee/v1 file, and
// says line by line what it could not carry over.
//
// Each product has a reader (launchdarkly, unleash, flagd) that knows its formats and
// their meaning, and writes what it finds into a draft. The draft gives keys and
// variations their form here, collects what is lost, and is checked at the end as
// burgee apply would check it: what a project would refuse is taken out and named, so
// that the file applies as it is.
//
// Two rules decide what is done where a product means something else: nobody gets more
// than before (a rule that cannot be said is left out, a flag whose prerequisite is not
// at hand is off), and shares stay while who is in which part is dealt anew, since each
// product has a hash of its own.
//
// The package is pure: it knows no file, no server and no clock.
package importer
