// Package cli is the command line of Burgee: `burgee serve`, and the commands
// that talk to a server or to a file alone.
//
// Run is the only entry. Each command is a constructor that binds flags to an
// options struct, and a function that does the work and returns an error; Run
// prints the error and turns its kind into an exit code. What a command says
// goes to standard output, what it remarks to standard error. Nothing here
// decides anything about flags: that is document, eval and the server.
package cli
