package ingest

import "hash/maphash"

// series bounds how many different sums an environment may begin in an hour, so
// that a program which counts under names without end cannot fill the tables.
// It keeps a hash of each, not the names.
type series struct {
	most int
	seed maphash.Seed
	hour int64                         // when known began
	of   map[int64]map[uint64]struct{} // by environment
}

func newSeries(most int) *series {
	return &series{most: most, seed: maphash.MakeSeed(), of: map[int64]map[uint64]struct{}{}}
}

const hourMs = 60 * minuteMs

// admit says whether an environment may count under a row's names.
func (s *series) admit(row Row, now int64) bool {
	if hour := now - now%hourMs; hour != s.hour {
		s.hour = hour
		clear(s.of)
	}
	row.Minute = 0
	name := maphash.Comparable(s.seed, row)
	known := s.of[row.EnvironmentID]
	if _, ok := known[name]; ok {
		return true
	}
	if len(known) >= s.most {
		return false
	}
	if known == nil {
		known = map[uint64]struct{}{}
		s.of[row.EnvironmentID] = known
	}
	known[name] = struct{}{}
	return true
}
