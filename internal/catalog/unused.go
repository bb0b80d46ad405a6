package catalog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/lease"
)

// unusedAtOnce is how many flags of a project archive themselves in one transaction.
const unusedAtOnce = 100

// itself is who does what nobody has asked for.
var itself = account.Actor{Kind: account.Host, Name: "burgee", Role: account.Owner}

// ArchiveUnused archives flags that nobody would miss: those that came from code, that
// no program has asked for in 30 days, and that nobody has configured, planned to, or
// wants to keep. Programs get by it what they got before, their own default. Of each
// project it archives a hundred at most; the caller asks again while there are any.
// It commits only for who holds the lease; the error may be that it is lost. A project
// in which it fails keeps no other from it.
func (s *Service) ArchiveUnused(ctx context.Context, fence lease.Fence) (archived int, err error) {
	var projects []ProjectRow
	err = s.store.Read(ctx, func(r Reader) (err error) {
		projects, err = r.Projects()
		return err
	})
	failed := []error{err}
	for _, project := range projects {
		if project.ArchivedAt != 0 {
			continue
		}
		n, err := s.archiveUnused(ctx, fence, project.Key)
		archived += n
		if errors.Is(err, lease.ErrLost) || ctx.Err() != nil {
			return archived, err
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("catalog: archive what nobody uses in %s: %w", project.Key, err))
		}
	}
	return archived, errors.Join(failed...)
}

func (s *Service) archiveUnused(ctx context.Context, fence lease.Fence, project string) (archived int, err error) {
	var keys []string
	_, err = s.read(ctx, itself, project, func(r Reader, v view) error {
		reasons, err := unused(r, v, clock.Millis(s.clock), sortedKeys(v.project.Flags))
		keys = sortedKeys(reasons)
		return err
	})
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	keys = keys[:min(len(keys), unusedAtOnce)]
	_, err = s.commit(ctx, itself, command{project: project, action: account.EditFlags}, func(e *edit) error {
		err := e.tx.Hold(fence)
		if err != nil {
			return err
		}
		// Somebody may have asked for one, or configured it, since.
		if e.reasons, err = unused(e.reader, e.view, e.now, keys); err != nil {
			return err
		}
		archived = len(e.reasons)
		next := e.project.Edit()
		for _, key := range sortedKeys(e.reasons) {
			if err := e.archive(next, key); err != nil {
				return err
			}
		}
		return e.propose(next)
	})
	if err != nil {
		return 0, err
	}
	return archived, nil
}

// unused finds those of some flags that would archive themselves, each with why.
func unused(r Reader, v view, now int64, flags []string) (map[string]string, error) {
	var keys []string
	for _, key := range flags {
		if v.unattended(key) {
			keys = append(keys, key)
		}
	}
	l, err := listingOf(r, v, keys, now)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, key := range keys {
		if c := l.latest.of(document.FlagKind, key, 0, 0); c != nil && c.At > now-staleAfter.Milliseconds() {
			continue // somebody has looked at it lately
		}
		for _, s := range l.summary(key, v.project.Flags[key]).Stale {
			if s.Reason == StaleNotAsked {
				found[key] = s.Words + ", and nobody has configured it"
			}
		}
	}
	return found, dropPlanned(r, v.row.ID, found)
}

// unattended says whether a flag is there because a program declared it, and for no
// other reason.
func (v view) unattended(key string) bool {
	flag, live := v.project.Flags[key]
	return live && v.meta[key].source == FromCode && document.Text(flag.ManagedBy) == "" &&
		!v.configured(key) && len(v.project.UsesOfFlag(key)) == 0
}

// configured says whether some environment says what a flag does.
func (v view) configured(key string) bool {
	for _, configurations := range v.project.Configurations {
		if configurations[key] != nil {
			return true
		}
	}
	return false
}

// maxPending bounds how many drafts and open change requests are looked through.
const maxPending = 10_000

// dropPlanned leaves out the flags that somebody has plans for: in a draft, a change
// request that is open, or a rollout.
func dropPlanned(r Reader, projectID int64, found map[string]string) error {
	if len(found) == 0 {
		return nil
	}
	rollouts, err := r.Rollouts(RolloutQuery{ProjectID: projectID, Kind: document.ConfigurationKind, States: liveRollouts, Limit: maxRollouts})
	if err != nil {
		return err
	}
	for _, row := range rollouts {
		delete(found, row.Object)
	}
	for _, state := range []ChangeRequestState{RequestDraft, RequestOpen} {
		rows, err := r.ChangeRequests(ChangeRequestQuery{ProjectID: projectID, State: state, Limit: maxPending})
		if err != nil {
			return err
		}
		for _, row := range rows {
			whole, err := r.ChangeRequest(projectID, row.Number) // lists leave the changes out
			if err != nil {
				return err
			}
			maps.DeleteFunc(found, func(key, _ string) bool { return whole.names(key) })
		}
	}
	return nil
}

// names says whether a flag's key stands anywhere in what a change request proposes:
// as what it changes, or in a rule, a group or an experiment.
func (row ChangeRequestRow) names(flag string) bool {
	quoted := []byte(strconv.Quote(flag))
	return bytes.Contains(row.Changes, quoted) || bytes.Contains(row.Rollout, quoted)
}

// comeBack restores the flags of a batch that had archived themselves: a program
// declares them again. Those that a person archived stay where they are.
func (s *Service) comeBack(ctx context.Context, actor account.Actor, group []Registration) error {
	project := group[0].Project
	var away map[string]string
	_, err := s.read(ctx, itself, project, func(_ Reader, v view) error {
		away = v.away(group)
		return nil
	})
	if err != nil || len(away) == 0 {
		return err
	}
	_, err = s.commit(ctx, actor, command{project: project, action: account.Declare}, func(e *edit) error {
		e.reasons = e.away(group)
		next := e.project.Edit()
		for _, key := range sortedKeys(e.reasons) {
			e.restore(next, key)
		}
		return e.propose(next)
	})
	if err != nil && refused(err) {
		return nil // as when the project is full: they stay where they are, and programs get what they got
	}
	return err
}

// mergeFile makes the command of a file. Flags that it names and that had archived
// themselves come back: somebody wants them, and a file that was good yesterday is
// good today.
func (e *edit) mergeFile(file *document.File) error {
	restored := e.project.Edit()
	for _, key := range sortedKeys(file.Flags) {
		if e.archivedItself(key) {
			e.restore(restored, key)
		}
	}
	if len(e.actions) == 0 {
		return e.merge(file)
	}
	next, _, err := document.Merge(restored.Project(), file, e.seeds)
	if err != nil {
		return err
	}
	e.next, e.changes = next, document.Changes(e.aside(), next)
	return nil
}

// restores says whether a change brings an archived flag back.
func (e *edit) restores(c document.Change) bool {
	return c.Kind == document.FlagKind && e.actions[c.Object] == ActionRestore
}

// away are those flags of a batch that had archived themselves, each with who
// declares it again.
func (v view) away(group []Registration) map[string]string {
	out := map[string]string{}
	for _, r := range group {
		for _, d := range r.Flags {
			if v.archivedItself(d.Key) {
				out[d.Key] = Asker{Application: r.Application.Name, Version: r.Application.Version, Environment: r.Environment}.String() + " declares it again"
			}
		}
	}
	return out
}

// archivedItself says whether a flag is archived and no person did that.
func (v view) archivedItself(key string) bool {
	return v.project.Archived[key] && v.meta[key].archivedReason != ""
}
