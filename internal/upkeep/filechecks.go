package upkeep

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"burgee.dev/burgee/internal/store"
)

// signingKey is the file of the key that configurations are signed with.
const signingKey = "signing.key"

func (e *examination) checkSigning(context.Context) (string, error) {
	name := filepath.Join(e.o.Data, signingKey)
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if e.facts.SecretKey != "" {
			return "sealed in the database: see secrets", nil
		}
		return "no " + signingKey, nil
	}
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() && info.Mode()&fs.ModeSymlink == 0 {
		e.find(Problem, name+" is no file", "configurations cannot be signed", "Put the key file back from its copy, or move what is there away and start the server")
		return "", nil
	}
	f, err := os.Open(name)
	if err != nil {
		e.find(Problem, fmt.Sprintf("%s cannot be read: %v", name, err), "a server of this user cannot sign configurations, and SDKs that verify them refuse new ones",
			"Give the file to the server's user, mode 0600")
		return "", nil
	}
	defer f.Close() //nolint:errcheck // only opened
	if info, err = f.Stat(); err != nil {
		return "", err
	}
	if _, err := ed25519Key(f); err != nil {
		e.find(Problem, fmt.Sprintf("%s holds no Ed25519 key: %v", name, err), "the server does not start with it", "Put the key file back from its copy; without one, move it away, and a new key is made that programs which pin keys must be told of")
	}
	e.checkMode(name, info, Problem, "who reads it can sign configurations in this server's name",
		"chmod 600 "+name+", and make a new key if a stranger may have read it")
	return signingKey + " is there and readable", nil
}

// ed25519Key reads the private key that the server writes, as PKCS #8.
func ed25519Key(f io.Reader) (der []byte, err error) {
	text, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is no PEM file")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	if _, ok := key.(ed25519.PrivateKey); !ok {
		return nil, errors.New("its key is of another kind")
	}
	return block.Bytes, nil
}

// checkMode finds what others may read or write.
func (e *examination) checkMode(name string, info fs.FileInfo, level Level, why, do string) {
	if info.Mode().Perm()&0o077 != 0 {
		e.find(level, fmt.Sprintf("%s has mode %04o: others can get at it", name, info.Mode().Perm()), why, do)
	}
}

const (
	// lowWater is where not even changes have room.
	lowWater = 1 << 20
	// largeLog is a write-ahead log that is never folded: its usual size ends at
	// 64 MiB.
	largeLog = 256 << 20
)

func (e *examination) checkDisk(context.Context) (string, error) {
	detail := "room not known on this system"
	if space, err := store.FolderSpace(e.o.Data); err == nil {
		detail = fmt.Sprintf("%d of %d MiB free", space.Free>>20, space.Total>>20)
		switch {
		case space.Free < lowWater:
			e.find(Problem, "the disk of the data folder is full", "changes are refused; programs keep being served", "Make room on the disk; the server goes on by itself")
		case space.Low():
			e.find(Warning, fmt.Sprintf("the disk of the data folder has only %d MiB left", space.Free>>20), "counts of evaluations are dropped, so that changes still have room", "Make room on the disk; the server goes on by itself")
		}
	} else if !errors.Is(err, errors.ErrUnsupported) {
		return "", err
	}
	if info, err := os.Stat(store.DatabaseFile(e.o.Data) + "-wal"); err == nil && info.Size() > largeLog {
		e.find(Warning, fmt.Sprintf("the database's log has grown to %d MiB", info.Size()>>20), "something keeps it from being folded into the database: reads become slow, and the disk fills",
			"Look for a program that has had the database open for long, such as a backup tool; a restart of the server folds the log")
	}
	if err := probe(e.o.Data); err != nil {
		e.find(Problem, fmt.Sprintf("a file cannot be written in the data folder: %v", err), "changes are refused", "Mend the folder's owner or mode, or the disk; burgee doctor must run as the server's user to tell")
	}
	return detail, nil
}

// probe writes a small file to the disk and takes it away again.
func probe(dir string) error {
	f, err := os.CreateTemp(dir, ".burgee-*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 4096))
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
}

func (e *examination) checkFiles(context.Context) (string, error) {
	info, err := os.Stat(e.o.Data)
	if err != nil {
		return "", err
	}
	const why = "the database holds your rules, e-mail addresses and the hashes of keys"
	e.checkMode(e.o.Data, info, Warning, why, "chmod 700 "+e.o.Data)
	files, err := filepath.Glob(filepath.Join(e.o.Data, "burgee*"))
	if err != nil {
		return "", err
	}
	for _, name := range files {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a log that was folded meanwhile
		}
		if err != nil {
			return "", err
		}
		if info.Mode().IsRegular() {
			e.checkMode(name, info, Warning, why, "chmod 600 "+name)
		}
	}
	return counted(len(files), "file", "files") + " of the store", nil
}

// backupAge is how old data may be without a backup, and a backup without
// another.
const (
	firstBackup = 24 * time.Hour
	backupAge   = 7 * 24 * time.Hour
)

func (e *examination) checkBackups(context.Context) (string, error) {
	const do = "Make one now with burgee backup, and let the server make them: burgee serve --backup-every 24h --backup-dir FOLDER"
	list, err := store.ListBackups(e.o.Backups)
	if err != nil {
		return "", err
	}
	now := e.o.Clock.Now()
	if len(list) == 0 {
		if e.opening == nil && now.Sub(time.UnixMilli(e.facts.CreatedAt)) > firstBackup {
			e.find(Warning, "there is no backup in "+e.o.Backups, "what the disk loses is lost", do+". Are they elsewhere? Say where with --backup-dir")
		}
		return "none in " + e.o.Backups, nil
	}
	age := now.Sub(list[0].At)
	if age > backupAge {
		e.find(Warning, fmt.Sprintf("the newest backup is %d days old", int(age.Hours()/24)), "what was changed since is lost with the disk", do)
	}
	for _, b := range list {
		if info, err := os.Stat(b.File); err == nil {
			e.checkMode(b.File, info, Warning, "a backup holds all that the database holds", "chmod 600 "+b.File)
		}
	}
	return fmt.Sprintf("%s, the newest %s", counted(len(list), "backup", "backups"), list[0].File), nil
}
