//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package stored

import (
	"errors"
	"os"
	"syscall"
	"time"
)

const (
	lockPatience = 300 * time.Millisecond // a write takes a few
	lockRetry    = 10 * time.Millisecond
)

// lock lets the writers of a host take turns, so that nobody replaces a file
// that became newer after it was looked at.
func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(lockPatience); ; time.Sleep(lockRetry) {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil // which unlocks it
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return func() { _ = file.Close() }, nil // a file system without locks
		}
		if time.Now().After(end) {
			return nil, errors.Join(ErrBusy, file.Close())
		}
	}
}

// syncFolder makes the new name last. Where the file system cannot, an older
// file may be there after a loss of power, which does no harm.
func syncFolder(dir string) {
	if folder, err := os.Open(dir); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}
