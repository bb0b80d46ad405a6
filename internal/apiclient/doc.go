// Package apiclient speaks the management API for the command line. Each method
// is one request; a problem+json answer becomes the same fault that the server
// made of it, so that a command ends alike whether the check was near or far.
package apiclient
