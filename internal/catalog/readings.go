package catalog

import (
	"sync"

	"burgee.dev/burgee/sdk/ruleset"
)

// mostRead bounds how many lines a Service keeps as it read them: a kilobyte or
// two each.
const mostRead = 20_000

// readings keeps the lines of environments as they were read last, so that a
// change reads what it changes, and not five thousand flags. It saves work and
// does nothing else: what ruleset's Next returns does not depend on it.
type readings struct {
	mu    sync.Mutex
	last  map[int64]*ruleset.Document // by environment id; guarded by mu
	lines int                         // of all of last; guarded by mu
}

// of is what was read of an environment last, nil where that is not known.
func (r *readings) of(environment int64) *ruleset.Document {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last[environment]
}

// keep remembers what was read; when that is too much, only the newest.
func (r *readings) keep(environment int64, read *ruleset.Document) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if before := r.last[environment]; before != nil {
		r.lines -= before.Len()
	}
	if r.last == nil || r.lines+read.Len() > mostRead {
		r.last, r.lines = map[int64]*ruleset.Document{}, 0
	}
	r.last[environment] = read
	r.lines += read.Len()
}
