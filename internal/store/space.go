package store

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"burgee.dev/burgee/internal/fault"
)

const reserveName = "burgee.reserve"

// Below a twentieth of the disk, and never more than lowestFree bytes, what can
// be done without stops.
const (
	lowestPart = 20
	lowestFree = 1 << 30
)

// Space is the room on the disk of a folder, in bytes.
type Space struct{ Free, Total uint64 }

// Low says whether counts shall stop, so that configuration can go on: below
// 5 % free, on a disk of more than 20 GiB below 1 GiB.
func (s Space) Low() bool { return s.Free < s.lowest() }

// Fits says whether bytes more leave the disk as it should be.
func (s Space) Fits(bytes int64) bool { return s.Free >= s.lowest()+uint64(max(bytes, 0)) }

func (s Space) lowest() uint64 { return min(s.Total/lowestPart, lowestFree) }

// Space measures the disk of the data folder; what another database has for room
// is not known.
func (s *Store) Space() (Space, error) {
	if s.file == "" {
		return Space{}, errors.ErrUnsupported
	}
	return FolderSpace(s.dir)
}

// Size is that of the database without its log, in bytes.
func (s *Store) Size() (int64, error) {
	info, err := os.Stat(s.file)
	if err != nil {
		return 0, translate(err)
	}
	return info.Size(), nil
}

// Trouble is why the last write failed for want of room, or nil when it did
// not fail so.
func (s *Store) Trouble() error {
	if f := s.trouble.Load(); f != nil {
		return f
	}
	return nil
}

// noteWrite keeps whether the disk takes writes.
func (s *Store) noteWrite(err error) {
	switch {
	case fault.IsKind(err, fault.NoRoom):
		s.trouble.Store(fault.As(err))
	case err == nil:
		s.trouble.Store(nil)
	}
}

// Tend tries a write when the last one found no room or a standby, and makes the reserve
// again when there is room for it; it notes how far the database is. It is to be
// called every few seconds.
func (s *Store) Tend(ctx context.Context) {
	if s.Trouble() != nil || isCode(s.Outage(), codeReadOnly) {
		_ = s.add(ctx, func(q query) error { return q.exec(`UPDATE meta SET created_at = created_at`) }) // noted there
	}
	s.keepReserve()
	s.mark(ctx)
}

type sparing struct{}

// Sparing marks the writes of a context as such that leave the reserve to
// others.
func Sparing(ctx context.Context) context.Context { return context.WithValue(ctx, sparing{}, true) }

func mayUseReserve(ctx context.Context) bool { return ctx.Value(sparing{}) == nil }

func (s *Store) reserveFile() string { return filepath.Join(s.dir, reserveName) }

// HasReserve says whether the reserve is there to be given up.
func (s *Store) HasReserve() bool {
	info, err := os.Stat(s.reserveFile())
	return err == nil && s.reserve > 0 && info.Size() >= s.reserve
}

// releaseReserve gives the reserve up; it says whether there was one.
func (s *Store) releaseReserve() bool {
	return s.reserve > 0 && os.Remove(s.reserveFile()) == nil
}

// keepReserve makes the reserve when it is missing and the disk would not be
// low with it. Where it cannot be made there is none: nothing depends on it.
func (s *Store) keepReserve() {
	if s.reserve == 0 || s.HasReserve() {
		return
	}
	space, err := s.Space()
	if err != nil || !space.Fits(s.reserve) {
		return
	}
	if err := fillFile(s.reserveFile(), s.reserve); err != nil {
		_ = os.Remove(s.reserveFile())
	}
}

// fillFile writes bytes that no file system can store in less room.
func fillFile(name string, size int64) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	noise := rand.NewChaCha8([32]byte{})
	block := make([]byte, 1<<20)
	for left := size; left > 0 && err == nil; left -= int64(len(block)) {
		block = block[:min(left, int64(len(block)))]
		_, _ = noise.Read(block) // never fails
		_, err = f.Write(block)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// FolderSpace measures the disk of a folder.
func FolderSpace(dir string) (Space, error) {
	space, err := diskSpace(dir)
	if err != nil {
		return Space{}, &fs.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return space, nil
}
