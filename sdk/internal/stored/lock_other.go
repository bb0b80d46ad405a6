//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package stored

// lock does nothing: without a lock of the system, two writers at the same
// instant may leave the older revision, which the next write mends.
func lock(string) (unlock func(), err error) { return func() {}, nil }

// syncFolder does nothing: these systems do not sync folders.
func syncFolder(string) {}
