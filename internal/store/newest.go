package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"burgee.dev/burgee/internal/wholefile"
)

// newestName is a file beside the database of a folder that says how far the
// database was: whoever puts an older database in its place, by other means than
// Restore, leaves the file, and so the next start knows.
const newestName = "burgee.newest"

// standing is how far a database is. Epochs only grow, and so do the numbers of
// entries within one.
type standing struct {
	epoch int64
	entry int64 // the newest of any project's record; none is ever deleted
}

func (s standing) before(other standing) bool {
	return s.epoch < other.epoch || s.epoch == other.epoch && s.entry < other.entry
}

// newest is what the file says.
type newest struct {
	mu   sync.Mutex // guards what follows
	file string     // "" until the file was compared with the database
	last standing
}

// PutBack says whether the database of the folder is an older one than was there
// before: a copy, perhaps. From then on the file is kept. It is to be called once,
// by the server of the folder; of a database elsewhere it is false.
func (s *Store) PutBack(ctx context.Context) (bool, error) {
	if s.lock == nil || s.file == "" {
		return false, nil
	}
	now, err := s.standing(ctx)
	if err != nil {
		return false, err
	}
	s.newest.mu.Lock()
	defer s.newest.mu.Unlock()
	s.newest.file = filepath.Join(s.dir, newestName)
	s.newest.last = readNewest(s.newest.file)
	return now.before(s.newest.last), nil
}

// readNewest reads the file; one that is not there, or damaged, says nothing.
func readNewest(file string) (last standing) {
	text, err := os.ReadFile(file)
	if err != nil {
		return standing{}
	}
	if _, err := fmt.Sscanf(string(text), "%d %d\n", &last.epoch, &last.entry); err != nil {
		return standing{}
	}
	return last
}

func (s *Store) standing(ctx context.Context) (now standing, err error) {
	err = s.glance(ctx, func(q query) error {
		return q.row(`SELECT epoch, (SELECT COALESCE(MAX(id), 0) FROM change) FROM meta WHERE id = 1`).scan(&now.epoch, &now.entry)
	})
	return now, err
}

// mark has the file say how far the database is. It never goes back, and what
// cannot be written now is next time.
func (s *Store) mark(ctx context.Context) {
	s.newest.mu.Lock()
	defer s.newest.mu.Unlock()
	if s.newest.file == "" {
		return
	}
	now, err := s.standing(ctx)
	if err != nil || !s.newest.last.before(now) {
		return
	}
	if wholefile.Write(s.newest.file, fmt.Appendf(nil, "%d %d\n", now.epoch, now.entry)) == nil {
		s.newest.last = now
	}
}

// pastEpoch is the greatest epoch known beside the database's own.
func (s *Store) pastEpoch() int64 {
	s.newest.mu.Lock()
	defer s.newest.mu.Unlock()
	return s.newest.last.epoch
}
