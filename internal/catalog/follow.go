package catalog

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"burgee.dev/burgee/internal/document"
)

// mostFollowed is how many entries of the record are followed; after more of
// them the project is loaded.
const mostFollowed = 200

// follow brings a known state up to row by reading what the record says was
// changed since: nodes that change a project in turns need not load it each time.
// It returns nil where it has to be loaded.
func follow(r Reader, row ProjectRow, known *state) (*state, error) {
	if known == nil || !slices.Equal(known.project.Environments, keysOf(row.Environments)) {
		return nil, nil
	}
	behind := row.ChainSeq - known.seq
	if behind <= 0 || behind > mostFollowed {
		return nil, nil
	}
	entries, err := r.Changes(ChangeQuery{ProjectID: row.ID, Limit: int(behind)})
	if err != nil || !leads(entries, known, row) {
		return nil, err
	}
	f := newFollower(r, row, known)
	for _, c := range entries {
		if !f.note(c) {
			return nil, nil
		}
	}
	if read, err := f.objects(); err != nil || !read {
		return nil, err
	}
	if err := f.lines(); err != nil {
		return nil, err
	}
	f.next.project = f.edit.Project()
	return f.next, nil
}

func keysOf(environments []EnvironmentRow) []string {
	keys := make([]string, len(environments))
	for i, e := range environments {
		keys[i] = e.Key
	}
	return keys
}

// leads says whether entries, the newest first, are all that lies between the
// known state and row. After a database was put back to an earlier day they are
// not, though their number may fit.
func leads(entries []ChangeRow, known *state, row ProjectRow) bool {
	at := row.ChainHash
	for i, c := range entries {
		if c.Seq != row.ChainSeq-int64(i) || !bytes.Equal(c.Hash, at) {
			return false
		}
		at = c.PrevHash
	}
	return int64(len(entries)) == row.ChainSeq-known.seq && bytes.Equal(at, known.entry)
}

// follower makes the next state.
type follower struct {
	r       Reader
	row     ProjectRow
	known   *state
	next    *state
	edit    *document.Editor
	keys    map[int64]string                  // of environments, by id
	touched map[document.Kind]map[string]bool // keys of objects
	since   map[string]int64                  // environment → the first revision that is new
}

func newFollower(r Reader, row ProjectRow, known *state) *follower {
	next := *known
	next.generation, next.entry, next.seq = row.Generation, row.ChainHash, row.ChainSeq
	next.lines = known.lines.clone()
	return &follower{
		r: r, row: row, known: known, next: &next, edit: known.project.Edit(), keys: view{row: row}.environmentKeys(),
		touched: map[document.Kind]map[string]bool{}, since: map[string]int64{},
	}
}

// note notes what an entry is about. It returns false for what is not followed.
func (f *follower) note(c ChangeRow) bool {
	for environment, revision := range c.Revisions {
		if first, known := f.since[environment]; !known || revision < first {
			f.since[environment] = revision
		}
	}
	switch c.Kind {
	case document.FlagKind, document.ConfigurationKind, document.TargetGroupKind, document.ExperimentKind, document.AttributeKind:
		if f.touched[c.Kind] == nil {
			f.touched[c.Kind] = map[string]bool{}
		}
		f.touched[c.Kind][c.Object] = true
		return true
	case SDKKeyKind, MemberKind, TokenKind, LinkKind, RoleKind, SessionKind, SignInKind, ChangeRequestKind, RolloutKind, WebhookKind:
		return true // no part of a state
	}
	return false
}

// objects takes the present rows of what was touched. It returns false where one
// is not as it is expected.
func (f *follower) objects() (bool, error) {
	if len(f.touched[document.FlagKind]) > 0 {
		f.next.meta, f.next.hidden = maps.Clone(f.known.meta), f.known.hidden.clone()
	} else if len(f.touched[document.ConfigurationKind]) > 0 {
		f.next.hidden = f.known.hidden.clone()
	}
	if len(f.touched[document.ExperimentKind]) > 0 {
		f.next.started = maps.Clone(f.known.started)
	}
	// Flags come first: where a configuration belongs depends on them.
	for _, kind := range []document.Kind{
		document.FlagKind, document.ConfigurationKind, document.TargetGroupKind, document.AttributeKind, document.ExperimentKind,
	} {
		keys := sortedKeys(f.touched[kind])
		if len(keys) == 0 {
			continue
		}
		rows, err := f.r.ObjectsOf(f.row.ID, kind, keys...)
		if err != nil {
			return false, err
		}
		if kind == document.FlagKind && len(rows) != len(keys) {
			return false, nil // flags are archived, not deleted
		}
		f.remove(kind, keys, rows)
		for _, o := range rows {
			if err := f.put(o); err != nil {
				return false, (&loader{row: f.row}).failed(o, err)
			}
		}
	}
	return true, nil
}

// remove takes out what has no row any more.
func (f *follower) remove(kind document.Kind, keys []string, rows []ObjectRow) {
	there := map[string]bool{}
	at := map[[2]string]bool{} // environment and flag
	for _, o := range rows {
		there[o.Key], at[[2]string{f.keys[o.EnvironmentID], o.Key}] = true, true
	}
	for _, key := range keys {
		switch {
		case kind == document.ConfigurationKind:
			for _, environment := range f.known.project.Environments {
				if !at[[2]string{environment, key}] {
					f.edit.PutConfiguration(environment, key, nil)
					delete(f.next.hidden.configurations[environment], key)
				}
			}
		case there[key]:
		case kind == document.TargetGroupKind:
			f.edit.DeleteGroup(key)
		case kind == document.AttributeKind:
			f.edit.DeleteAttribute(key)
		case kind == document.ExperimentKind:
			f.edit.DeleteExperiment(key)
			delete(f.next.started, key)
		}
	}
}

// put takes an object as its row has it.
func (f *follower) put(o ObjectRow) error {
	switch o.Kind {
	case document.FlagKind:
		return f.putFlag(o)
	case document.ConfigurationKind:
		c := new(document.Configuration)
		if err := c.UnmarshalJSON(o.Body); err != nil {
			return err
		}
		f.putConfiguration(f.keys[o.EnvironmentID], o.Key, c)
		return nil
	case document.TargetGroupKind:
		return decodeInto(o.Body, func(g document.TargetGroup) { f.edit.PutGroup(o.Key, g) })
	case document.AttributeKind:
		return decodeInto(o.Body, func(a document.Attribute) { f.edit.PutAttribute(o.Key, a) })
	default:
		f.next.started[o.Key] = o.StartedAt
		return decodeInto(o.Body, func(x document.Experiment) { f.edit.PutExperiment(o.Key, x) })
	}
}

func decodeInto[T any](body []byte, put func(T)) error {
	var value T
	if err := json.Unmarshal(body, &value); err != nil {
		return err
	}
	put(value)
	return nil
}

// putFlag takes a flag, and moves its configurations to where those of archived
// flags wait, or back.
func (f *follower) putFlag(o ObjectRow) error {
	f.next.meta[o.Key] = metaOf(o)
	archived, was := o.ArchivedAt != 0, f.known.project.Archived[o.Key]
	if archived != was {
		f.edit.SetArchived(o.Key, archived)
		for _, environment := range f.known.project.Environments {
			c := f.known.project.Configuration(environment, o.Key)
			if was {
				c = f.known.hidden.configurations[environment][o.Key]
			}
			f.edit.PutConfiguration(environment, o.Key, nil)
			delete(f.next.hidden.configurations[environment], o.Key)
			if c != nil {
				f.putConfiguration(environment, o.Key, c)
			}
		}
	}
	return decodeInto(o.Body, func(flag document.Flag) {
		if archived {
			f.next.hidden.flags[o.Key] = flag
			if _, live := f.edit.Project().Flags[o.Key]; live {
				f.edit.DeleteFlag(o.Key)
			}
			return
		}
		delete(f.next.hidden.flags, o.Key)
		f.edit.PutFlag(o.Key, flag)
	})
}

// putConfiguration puts a configuration where it belongs.
func (f *follower) putConfiguration(environment, flag string, c *document.Configuration) {
	if f.edit.Project().Archived[flag] {
		f.next.hidden.configurations[environment][flag] = c
		return
	}
	f.edit.PutConfiguration(environment, flag, c)
}

// lines takes the lines of the revisions since, where the log has them all; else
// they are read when they are asked for.
func (f *follower) lines() error {
	for _, environment := range f.row.Environments {
		first, moved := f.since[environment.Key]
		if !moved {
			continue
		}
		known, asked := f.known.lines.get(environment.ID)
		if !asked {
			continue
		}
		deltas, err := f.r.DeltasSince(environment.ID, first-1)
		if err != nil {
			return err
		}
		if after, ok := known.after(deltas, first, environment.Revision); ok {
			f.next.lines.put(environment.ID, after)
		} else {
			f.next.lines.forget(environment.ID)
		}
	}
	return nil
}
