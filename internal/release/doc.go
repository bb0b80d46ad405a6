// Package release makes the files of a release from binaries that are built
// already: an archive for each platform, the software bill of materials, the
// texts of licences, and the checksums. The same binaries and the same time
// give the same bytes, on every machine. It is no part of the server;
// `make dist` runs it by the command pack.
package release
