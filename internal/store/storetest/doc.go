// Package storetest is the suite that every engine of the store must pass. An
// engine's test calls Run with a function that opens an empty store of it.
package storetest
