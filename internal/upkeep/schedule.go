package upkeep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
)

// retryAfter is how long a backup that failed waits for its next try, when the
// schedule itself is not sooner.
const retryAfter = 10 * time.Minute

// ScheduleOptions say how often backups are made, where, and how many stay.
type ScheduleOptions struct {
	Folder  string
	Every   time.Duration
	Keep    int // of the newest of its own
	Version string
	Clock   clock.Clock
	Logger  *slog.Logger
}

// Schedule makes backups of a running server. Its goroutine is Run; the other
// methods are for any goroutine.
type Schedule struct {
	store    *store.Store
	o        ScheduleOptions
	last     atomic.Int64 // Unix seconds of the newest backup; 0 is none
	failures atomic.Int64
}

// NewSchedule returns a schedule that has begun nothing.
func NewSchedule(st *store.Store, o ScheduleOptions) *Schedule { return &Schedule{store: st, o: o} }

// Last is the Unix second of the newest scheduled backup; 0 is none.
func (s *Schedule) Last() int64 { return s.last.Load() }

// Failures is the number of backups that failed.
func (s *Schedule) Failures() int64 { return s.failures.Load() }

// Run makes a backup whenever one is due, the first at once when there is none,
// until ctx ends. A failure is logged, counted and tried again.
func (s *Schedule) Run(ctx context.Context) error {
	wait := time.Duration(0)
	if own, err := s.own(); err == nil && len(own) > 0 {
		s.last.Store(own[0].At.Unix())
		wait = own[0].At.Add(s.o.Every).Sub(s.o.Clock.Now())
	}
	for {
		// A clock that was set back must not hold the next backup up for long.
		timer := time.NewTimer(min(max(wait, 0), s.o.Every))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		wait = s.o.Every
		if err := s.once(ctx); err != nil && ctx.Err() == nil {
			s.failures.Add(1)
			s.o.Logger.ErrorContext(ctx, "backup failed", "folder", s.o.Folder, "error", err)
			wait = min(wait, retryAfter)
		}
	}
}

// once makes one backup and removes those that are too many.
func (s *Schedule) once(ctx context.Context) error {
	if err := s.room(); err != nil {
		return err
	}
	now := s.o.Clock.Now()
	b, err := backup(ctx, s.store, BackupOptions{
		File: filepath.Join(s.o.Folder, store.BackupName(now, store.Scheduled)), Version: s.o.Version,
	})
	if err != nil {
		return err
	}
	s.last.Store(now.Unix())
	s.o.Logger.InfoContext(ctx, "backup made", "file", b.File, "bytes", b.Size)
	for _, broken := range b.Broken {
		s.o.Logger.ErrorContext(ctx, "the record was altered; burgee doctor tells more", "problem", broken)
	}
	return s.prune()
}

// room refuses a backup after which counts would stop for want of room: what is
// live goes before copies of it.
func (s *Schedule) room() error {
	if err := os.MkdirAll(s.o.Folder, 0o700); err != nil {
		return fmt.Errorf("folder of the backups: %w", err)
	}
	space, err := store.FolderSpace(s.o.Folder)
	if err != nil {
		return nil // not known; the backup itself will tell
	}
	size, err := s.store.Size()
	if err == nil && !space.Fits(size) {
		return fault.New(fault.NoRoom, "disk_full", "a backup of about %d MiB would leave too little room: %d MiB are free in %s", size>>20+1, space.Free>>20, s.o.Folder)
	}
	return err
}

// prune removes the oldest of the schedule's own backups.
func (s *Schedule) prune() error {
	own, err := s.own()
	if err != nil {
		return err
	}
	var errs []error
	for i := s.o.Keep; i < len(own); i++ {
		errs = append(errs, os.Remove(own[i].File))
	}
	return errors.Join(errs...)
}

// own lists the schedule's backups, the newest first.
func (s *Schedule) own() (own []store.BackupFile, err error) {
	all, err := store.ListBackups(s.o.Folder)
	for _, b := range all {
		if b.By == store.Scheduled {
			own = append(own, b)
		}
	}
	return own, err
}
