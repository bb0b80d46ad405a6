// Package upkeep is what is done to a data folder as a whole: backups, by hand
// and on a schedule, restoring one, another secret key, and the doctor, who
// looks for what is or will go wrong. Each works from the server's own host; all
// but restoring, and forgetting what is sealed, also beside a running server.
//
// It asks the store about files and the catalog about what they hold; both
// decide, this package puts questions and answers together.
package upkeep
