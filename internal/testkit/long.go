package testkit

import "os"

// Rounds is how often a test repeats something: short in every run, long under
// `make soak`, which sets SOAK=1.
func Rounds(short, long int) int {
	if os.Getenv("SOAK") == "1" {
		return long
	}
	return short
}
