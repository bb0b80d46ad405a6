package wholefile

import (
	"errors"
	"os"
	"path/filepath"
)

// temporary names what is not whole yet. It begins with a dot and has none of
// the endings that folders are searched for.
const temporary = ".whole-*"

// Write replaces a file, or makes it, with mode 0600. When it returns nil the
// file is on the disk; when it fails, what was there before still is. Of two
// writers at a time one counts, whole. The folder must be there.
func Write(file string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(file), temporary) // of mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // gone when it was renamed
	_, err = temp.Write(data)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), file); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(file))
}

// Remove takes a file away such that it does not come back after a power cut.
// It is an error when there is none.
func Remove(file string) error {
	if err := os.Remove(file); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(file))
}

// SyncFolder puts on the disk which names a folder holds: a file that was made,
// renamed or removed stays so.
func SyncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
