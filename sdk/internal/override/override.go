// Package override holds the values that tests and emergencies put in front of
// every evaluation of this process. It is a leaf that the SDK reads and
// sdktest writes.
package override

import (
	"maps"
	"sync"
	"sync/atomic"
)

var (
	current atomic.Pointer[map[string]any]
	mu      sync.Mutex // serialises Push
)

// Lookup returns the value that a flag is overridden with.
func Lookup(key string) (any, bool) {
	values := current.Load()
	if values == nil {
		return nil, false
	}
	v, ok := (*values)[key]
	return v, ok
}

// Push lays values over those in force and returns a function that takes them
// away again. Pushes end in the reverse order of their beginning.
func Push(values map[string]any) (pop func()) {
	mu.Lock()
	defer mu.Unlock()
	before := current.Load()
	merged := map[string]any{}
	if before != nil {
		maps.Copy(merged, *before)
	}
	maps.Copy(merged, values)
	current.Store(&merged)
	return func() {
		mu.Lock()
		defer mu.Unlock()
		current.Store(before)
	}
}
