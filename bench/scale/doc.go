// Command scale fills a store with many flags, environments and entries of the
// record, and measures the real server on it, on several stores side by side.
//
//	scale fill    -burgee bin/burgee -store DIR|postgres://… -flags 5000 -environments 200 -rows 1000000
//	scale measure -burgee bin/burgee -measured NAME=DIR|postgres://… -measured …
//
// It is a package of the server's own module, unlike the other benchmarks: only
// the store's own code writes history that the doctor finds sound.
package main
