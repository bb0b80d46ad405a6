package stored

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"burgee.dev/burgee/sdk/ruleset"
)

const (
	maxBytes    = 64 << 20         // twice what a server publishes
	leftoverAge = 10 * time.Minute // a temporary file of that age has lost its process
)

// Path is where a folder holds the snapshot of a key. The name does not give
// the key away.
func Path(dir, key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(dir, hex.EncodeToString(sum[:16])+".ndjson")
}

// ErrUnfit says that a file is there and is no snapshot that may be served.
var ErrUnfit = errors.New("the stored snapshot is not usable")

// ErrBusy says that another process is writing.
var ErrBusy = errors.New("another process writes the stored snapshot")

// Snapshot is a file that was read and checked.
type Snapshot struct {
	Replica ruleset.Replica
	Written time.Time // by the file system's clock
}

// Load reads a file and checks its root and its signature, beginning with a
// trust. The error wraps fs.ErrNotExist when there is no file, ErrUnfit when
// what it holds does not pass, and is that of the file system otherwise.
func Load(path string, trust ruleset.Trust) (Snapshot, error) {
	file, err := os.Open(path)
	if err != nil {
		return Snapshot{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Snapshot{}, err
	}
	raw, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return Snapshot{}, err
	}
	replica, err := check(raw, trust)
	return Snapshot{replica, info.ModTime()}, err
}

func check(raw []byte, trust ruleset.Trust) (ruleset.Replica, error) {
	if len(raw) > maxBytes {
		return ruleset.Replica{}, fmt.Errorf("%w: it has more than %d bytes", ErrUnfit, maxBytes)
	}
	replica, err := ruleset.NewReplica(trust).Full(raw)
	if err != nil {
		return ruleset.Replica{}, fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	return replica, nil
}

// Save writes a document that came from the server, unless what is there is
// the same or newer; it reports whether it wrote. What is there and is unfit,
// of another environment, or has the id obsolete is replaced in any case.
// ErrBusy means that another process writes just now.
func Save(path string, d *ruleset.Document, trust ruleset.Trust, obsolete string) (written bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	unlock, err := lock(path + ".lock")
	if err != nil {
		return false, err
	}
	defer unlock()
	there, err := Load(path, trust)
	if err == nil && keeps(there.Replica.Document().Header(), d.Header(), obsolete) {
		return false, nil
	}
	removeLeftovers(path)
	return true, replace(path, d.Encode())
}

func keeps(there, next ruleset.Header, obsolete string) bool {
	return there.ID() != obsolete && there.Project == next.Project && there.Environment == next.Environment && !next.Newer(there)
}

// replace puts a file in place whole or not at all, also over a loss of power.
func replace(path string, content []byte) error {
	dir := filepath.Dir(path)
	temporary, err := os.CreateTemp(dir, filepath.Base(path)+".*.tmp") // with mode 0600
	if err != nil {
		return err
	}
	_, err = temporary.Write(content)
	if err == nil {
		err = temporary.Sync()
	}
	err = errors.Join(err, temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return errors.Join(err, ignoreNotExist(os.Remove(temporary.Name())))
	}
	syncFolder(dir)
	return nil
}

func ignoreNotExist(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// removeLeftovers removes what processes that were killed while writing left.
func removeLeftovers(path string) {
	names, _ := filepath.Glob(path + ".*.tmp") // the pattern is well formed, or nothing is cleaned
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > leftoverAge {
			_ = os.Remove(name)
		}
	}
}
