package upkeep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
)

// host is the actor of what is done on the server's own host.
var host = account.Actor{Kind: account.Host, Name: "burgee", Role: account.Owner}

// BackupOptions say which folder is backed up, and where to.
type BackupOptions struct {
	Data     string      // the data folder
	File     string      // "" is one named by the time, in the folder's backups
	Version  string      // of this Burgee
	Clock    clock.Clock // nil is the machine's
	Progress func(done, total int64)
}

// Backup is a finished backup.
type Backup struct {
	store.Backup
	// Broken says of each project whose record does not fit together why. The
	// backup is what the store is: it was not made less by it.
	Broken []string
}

// MakeBackup writes a backup of a data folder, beside a running server or
// without one.
func MakeBackup(ctx context.Context, o BackupOptions) (b Backup, err error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	st, err := store.Look(ctx, o.Data)
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if o.File == "" {
		o.File = freeName(store.BackupsFolder(o.Data), o.Clock.Now())
	}
	return backup(ctx, st, o)
}

// freeName names a backup by the second, the next one that has none.
func freeName(folder string, at time.Time) string {
	for ; ; at = at.Add(time.Second) {
		file := filepath.Join(folder, store.BackupName(at, ""))
		if _, err := os.Lstat(file); err != nil {
			return file
		}
	}
}

func backup(ctx context.Context, st *store.Store, o BackupOptions) (b Backup, err error) {
	b.Backup, err = st.Backup(ctx, store.BackupOptions{
		File: o.File, Version: o.Version, Progress: o.Progress,
		Check: func(ctx context.Context, copied *store.Store) error {
			b.Broken, err = brokenRecords(ctx, copied)
			return err
		},
	})
	return b, err
}

// brokenRecords verifies the chain of every project. A store of another schema
// is left to the Burgee of that schema.
func brokenRecords(ctx context.Context, st *store.Store) (broken []string, err error) {
	facts, err := st.Facts(ctx)
	if err != nil {
		return nil, err
	}
	if known, err := store.Schema(); err != nil || known != facts.Schema {
		return nil, err
	}
	service := catalog.New(st, catalog.Options{})
	for _, p := range facts.Projects {
		state, err := service.VerifyChain(ctx, host, p.Key)
		if err != nil {
			return broken, err
		}
		if !state.OK {
			broken = append(broken, fmt.Sprintf("the record of project %s: %s", p.Key, state.Reason))
		}
	}
	return broken, nil
}

// RestoreOptions say which backup is brought back, and where.
type RestoreOptions struct {
	Data    string
	File    string
	Version string      // of this Burgee
	Clock   clock.Clock // nil is the machine's
	// AcceptBroken takes a backup whose record was altered.
	AcceptBroken bool
	Confirm      func(store.RestorePlan) error
	Progress     func(done, total int64)
}

// Restore puts a backup in the place of a folder's data while no server uses
// it.
func Restore(ctx context.Context, o RestoreOptions) (store.Restored, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	return store.Restore(ctx, store.RestoreOptions{
		Dir: o.Data, File: o.File, Version: o.Version, Clock: o.Clock, Confirm: o.Confirm, Progress: o.Progress,
		Record: func(tx catalog.Tx, b store.Facts) error {
			from := filepath.Base(o.File)
			if b.BackupAt > 0 {
				from += ", made " + time.UnixMilli(b.BackupAt).UTC().Format("2006-01-02 15:04 UTC")
			}
			return catalog.New(nil, catalog.Options{Clock: o.Clock}).RecordRestore(tx, from)
		},
		Check: func(ctx context.Context, copied *store.Store) error {
			broken, err := brokenRecords(ctx, copied)
			if err != nil || len(broken) == 0 || o.AcceptBroken {
				return err
			}
			return fault.New(fault.Invalid, "record_broken",
				"%s. Somebody altered it; restore an earlier backup, or add --accept-broken-record", strings.Join(broken, "; "))
		},
	})
}
