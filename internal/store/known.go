package store

// known is what a transaction need not ask the database for. An import makes
// thousands of entries and hundreds of revisions; a way there and back for each
// would take most of its time.
type known struct {
	// revisions are those of environments, by id, as this transaction has read or
	// raised them: nobody else moves them before it ends, or it fails.
	revisions map[int64]int64
	ids       []int64 // of entries: given out and not used yet
	given     int     // of entries' ids, altogether
}

// Ids are asked for one by one at first, so that changes by hand leave none
// unused, and then as many as there were, so that an import leaves fewer
// unused than it has used.
const (
	singleIDs = 8
	mostIDs   = 1000
)

// entryID is the id of the next entry of the record.
func (t catalogTx) entryID() (id int64, err error) {
	k := t.known
	if len(k.ids) == 0 {
		n := 1
		if k.given >= singleIDs {
			n = min(k.given, mostIDs)
		}
		if k.ids, err = t.engine.give(t.q, "change", "id", n); err != nil {
			return 0, err
		}
		k.given += n
	}
	id, k.ids = k.ids[0], k.ids[1:]
	return id, nil
}
