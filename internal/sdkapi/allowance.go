package sdkapi

import (
	"sync"
	"time"

	"burgee.dev/burgee/internal/fault"
)

// newFlagsPerHour is how many flags that the environment does not know one key
// may declare in an hour. The control plane holds the same limit over a
// restart; this one tells the program while it is still listening.
const newFlagsPerHour = 200

// allowance counts the unknown flags that each key declares. It may be used by
// many goroutines.
type allowance struct {
	mu   sync.Mutex // guards keys
	keys map[int64]*hour
}

// hour is what one key declared since it began.
type hour struct {
	began time.Time
	flags map[string]struct{}
}

// take keeps the declarations that are allowed now, and says when to come again
// with the others. A flag that was counted in this hour is not counted again.
func (a *allowance) take(keyID int64, now time.Time, declared []Declaration, known func(key string) bool) ([]Declaration, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.keys[keyID]
	if h == nil || now.Sub(h.began) >= time.Hour || now.Before(h.began) {
		h = &hour{began: now, flags: map[string]struct{}{}}
		if a.keys == nil {
			a.keys = map[int64]*hour{}
		}
		a.keys[keyID] = h
	}
	allowed := make([]Declaration, 0, len(declared))
	for _, d := range declared {
		if _, counted := h.flags[d.Key]; !counted && !known(d.Key) {
			if len(h.flags) >= newFlagsPerHour {
				continue
			}
			h.flags[d.Key] = struct{}{}
		}
		allowed = append(allowed, d)
	}
	if len(allowed) == len(declared) {
		return allowed, nil
	}
	return allowed, fault.New(fault.Limited, "too_many_new_flags",
		"%d of %d flags were taken: a key may declare %d new flags an hour. Send the rest again later; flags made by hand or by a file do not count",
		len(allowed), len(declared), newFlagsPerHour).WithRetryAfter(h.began.Add(time.Hour).Sub(now))
}
