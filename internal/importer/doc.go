// Package importer turns what another product exports into a burgee/v1 file, and
// says line by line what it could not carry over.
//
// Each product has a reader (launchdarkly, unleash, flagd) that knows its formats and
// their meaning, and writes what it finds into a draft. The draft gives keys and
// variations their form here, collects what is lost, and is checked at the end as
// burgee apply would check it: what a project would refuse is taken out and named, so
// that the file applies as it is.
//
// Two rules decide what is done where a product means something else. What cannot be
// said is left out and named, never guessed: whoever a rule that is left out decided falls
// to the rules after it, which may give them more than they had or less, so that people
// have to read what is named; a flag whose prerequisite is not at hand is off. And shares
// stay while who is in which part is dealt anew, since each product has a hash of its own.
//
// The package is pure: it knows no file, no server and no clock.
package importer
