package store

import (
	"slices"
	"strings"
)

// bulk is a table into which many rows go at a time.
type bulk struct {
	name     string
	columns  []column
	conflict string // what becomes of a row that is there: ON CONFLICT …
}

// insert inserts rows in their order. visit, where it is given, sees what
// conflict returns.
func (s *Store) insert(q query, t bulk, rows [][]any, visit func(scanner) error) error {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = quoted(c.name)
	}
	into := "INSERT INTO " + t.name + " (" + strings.Join(names, ", ") + ") SELECT * FROM "
	for some := range slices.Chunk(rows, s.engine.atOnce(len(t.columns))) {
		from, args := s.engine.list(t.columns, some)
		text := into + from + " WHERE true " + t.conflict
		var err error
		if visit == nil {
			err = q.exec(text, args...)
		} else {
			err = q.each(visit, text, args...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
