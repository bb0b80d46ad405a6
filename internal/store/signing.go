package store

import (
	"context"
	"slices"
	"strings"
)

// UseSigningKeys notes the public keys that headers name from now on, and
// returns those that programs were told to trust before. When they differ the
// epoch is raised, so that every program takes a whole snapshot that names the
// new ones; a store that never named any only notes them. Call it before the
// store is read for delivery.
func (s *Store) UseSigningKeys(ctx context.Context, keys []string) (before []string, err error) {
	now := s.clock.Now().Unix()
	var raised int64 // 0 is not
	err = s.change(ctx, func(q query) error {
		var epoch int64
		var noted string
		if err := q.row(`SELECT epoch, signing_keys FROM meta`).scan(&epoch, &noted); err != nil {
			return err
		}
		before, raised = strings.Fields(noted), 0
		if sameKeys(before, keys) {
			return nil
		}
		if len(before) > 0 {
			epoch = max(epoch+1, now)
		}
		if err := q.exec(`UPDATE meta SET epoch = $1, signing_keys = $2`, epoch, strings.Join(keys, " ")); err != nil {
			return err
		}
		raised = epoch
		return nil
	})
	if err == nil && raised != 0 {
		s.epoch.Store(raised)
	}
	return before, err
}

func sameKeys(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
