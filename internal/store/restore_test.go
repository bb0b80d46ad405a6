package store_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
)

// restorable makes a folder whose store has gone on since its backup: a flag
// "then" is in both, "since" only in the folder.
func restorable(t *testing.T) (dir, backup string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	s, service := used(t, dir)
	if err := putFlag(t.Context(), service, "then"); err != nil {
		t.Fatal(err)
	}
	b, err := s.Backup(t.Context(), store.BackupOptions{File: filepath.Join(dir, "backups", "b.db")})
	if err := errors.Join(err, putFlag(t.Context(), service, "since"), s.Close()); err != nil {
		t.Fatal(err)
	}
	return dir, b.File
}

// holds says which of the two flags a folder's store has, and that it is sound.
func holds(t *testing.T, dir string) string {
	t.Helper()
	s := open(t, dir)
	defer s.Close() //nolint:errcheck // only read
	if damage, err := s.Damage(t.Context()); err != nil || len(damage) > 0 {
		t.Fatalf("damage %v, %v", damage, err)
	}
	if err := verified(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	page, err := catalog.New(s, catalog.Options{}).Flags(t.Context(), owner, "default", catalog.FlagFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, f := range page.Items {
		keys = append(keys, f.Key)
	}
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

func TestARestoreSaysWhatItDoesAndRaisesTheEpoch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, service := used(t, dir)
	accounts := s.Accounts(service.RecordAccount)
	session := account.SessionRecord{Hash: [32]byte{9}, MemberID: "m", CreatedAt: 1, ExpiresAt: 1 << 60}
	token := account.TokenRecord{ID: "t", Hash: [32]byte{1}, Name: "ci", Role: account.Owner}
	entry := account.Entry{Kind: "token", Object: "ci", Action: "create"}
	key, err := service.CreateKey(t.Context(), owner, "default", "production", catalog.KeySpec{Kind: catalog.ServerKey, Name: "shop"}, catalog.WriteOptions{})
	err = errors.Join(err,
		accounts.CreateOwner(t.Context(), account.MemberRecord{ID: "m", EmailKey: "a"}, nil, entry),
		accounts.CreateSession(t.Context(), session),
		accounts.CreateToken(t.Context(), token, entry))
	b, backupErr := s.Backup(t.Context(), store.BackupOptions{File: filepath.Join(dir, "b.db")})
	err = errors.Join(err, backupErr,
		accounts.DeleteToken(t.Context(), "t", entry),
		service.RevokeKey(t.Context(), owner, "default", "production", key.ID, false, catalog.WriteOptions{}),
		putFlag(t.Context(), service, "since"))
	if err != nil {
		t.Fatal(err)
	}
	before := s.Epoch()

	o := store.RestoreOptions{Dir: dir, File: b.File, Clock: clock.Func(func() time.Time { return time.Unix(before-1000, 0) })}
	_, err = store.Restore(t.Context(), o)
	wantWords(t, err, "data_in_use", "Another burgee is using "+dir, "Stop it first")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	refuse := errors.New("no")
	asked := o
	asked.Confirm = func(p store.RestorePlan) error {
		if len(p.Gone) != 1 || p.Gone[0] != (store.Gone{Project: "default", Changes: 3}) || len(p.Revived) != 2 {
			t.Errorf("plan %+v", p)
		}
		return refuse
	}
	names := entries(t, dir)
	if _, err := store.Restore(t.Context(), asked); !errors.Is(err, refuse) {
		t.Errorf("got %v", err)
	}
	if after := entries(t, dir); !slices.Equal(names, after) {
		t.Errorf("before %v, after a no %v", names, after)
	}
	// The clock is behind: the epoch rises all the same.
	r, err := store.Restore(t.Context(), o)
	if err != nil || r.Epoch != before+1 {
		t.Fatalf("epoch %d after %d, %v", r.Epoch, before, err)
	}
	s = open(t, dir)
	if s.Epoch() != r.Epoch {
		t.Errorf("the store has the epoch %d", s.Epoch())
	}
	if _, err := s.TokenByID(t.Context(), "t"); err != nil {
		t.Errorf("the token of the backup: %v", err)
	}
	if _, _, err := s.SessionByHash(t.Context(), session.Hash); !fault.IsKind(err, fault.NotFound) {
		t.Errorf("a session came back: %v", err)
	}
	if facts, err := s.Facts(t.Context()); err != nil || facts.BackupAt != 0 {
		t.Errorf("the store takes itself for a backup: %+v, %v", facts, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// What was replaced can be brought back in the same way.
	back, err := store.Restore(t.Context(), store.RestoreOptions{Dir: dir, File: r.Aside})
	if err != nil || back.Epoch < r.Epoch+1 || back.Epoch < time.Now().Unix()-60 || back.Aside == r.Aside {
		t.Fatalf("back: %+v, %v", back, err)
	}
	if got := holds(t, dir); got != "since" {
		t.Errorf("after going back: %q", got)
	}
}

func TestWhatIsNoSoundBackupIsNotRestored(t *testing.T) {
	dir, backup := restorable(t)
	whole, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(t.TempDir(), "torn.db")
	broken := slices.Clone(whole)
	for at := len(broken) / 2; at < len(broken)/2+8192 && at < len(broken); at++ {
		broken[at] ^= 0xff
	}
	for name, content := range map[string][]byte{
		"cut short": whole[:len(whole)/2], "empty": {}, "bytes turned": broken, "no database": bytes.Repeat([]byte("x"), 9000),
	} {
		if err := os.WriteFile(torn, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Restore(t.Context(), store.RestoreOptions{Dir: dir, File: torn}); err == nil || !strings.Contains(fault.As(err).Message, torn) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	unfit := errors.New("unfit")
	if _, err := store.Restore(t.Context(), store.RestoreOptions{Dir: dir, File: backup, Check: func(context.Context, *store.Store) error { return unfit }}); !errors.Is(err, unfit) {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(backup+"-wal", []byte("frames"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = store.Restore(t.Context(), store.RestoreOptions{Dir: dir, File: backup})
	wantWords(t, err, "not_a_backup", "burgee backup")
	if got := holds(t, dir); got != "since then" {
		t.Errorf("the folder now holds %q", got)
	}
}

func TestDamagedDataIsReplacedAndKeptAside(t *testing.T) {
	dir, backup := restorable(t)
	file := store.DatabaseFile(dir)
	for name, text := range map[string]string{file: "damaged", file + "-wal": "a log"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := store.Restore(t.Context(), store.RestoreOptions{Dir: dir, File: backup})
	if err != nil || r.Unread == nil || r.Aside == "" {
		t.Fatalf("got %+v, %v", r, err)
	}
	if text, err := os.ReadFile(r.Aside); err != nil || string(text) != "damaged" {
		t.Errorf("aside is %q, %v", text, err)
	}
	if got := holds(t, dir); got != "then" {
		t.Errorf("the folder holds %q", got)
	}
}

var restoreSteps = []string{"copied", "checked", "prepared", "decided", "log aside", "index aside", "replaced aside", "in place", "finished"}

func TestARestoreThatEndsAnywhereHappenedWholeOrNotAtAll(t *testing.T) {
	decided := false
	for _, at := range restoreSteps {
		decided = decided || at == "decided"
		want := map[bool]string{false: "since then", true: "then"}[decided]
		for how, end := range map[string]func(dir, backup string) error{
			"an error": func(dir, backup string) error {
				failed := errors.New("failed")
				var seen []string
				_, err := store.RestoreSteps(t.Context(), store.RestoreOptions{Dir: dir, File: backup}, func(name string) error {
					seen = append(seen, name)
					if name == at {
						return failed
					}
					return nil
				})
				if !errors.Is(err, failed) {
					t.Errorf("got %v after the steps %v", err, seen)
				}
				return nil
			},
			"a kill": func(dir, backup string) error {
				command := exec.Command(os.Args[0], "-test.run=^TestKilledRestore$")
				command.Env = append(os.Environ(), "RESTORE_STEP="+at, "RESTORE_DIR="+dir, "RESTORE_FILE="+backup)
				out, err := command.CombinedOutput()
				exit, ok := errors.AsType[*exec.ExitError](err)
				if !ok || !exit.Sys().(syscall.WaitStatus).Signaled() {
					t.Errorf("the process was not killed: %v\n%s", err, out)
				}
				return nil
			},
		} {
			t.Run(at+", "+how, func(t *testing.T) {
				dir, backup := restorable(t)
				if err := end(dir, backup); err != nil {
					t.Fatal(err)
				}
				if got := holds(t, dir); got != want {
					t.Errorf("the folder holds %q, want %q", got, want)
				}
				if names := entries(t, dir); slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "burgee-restored") }) {
					t.Errorf("left: %v", names)
				}
				// And a restore afterwards goes through.
				if _, err := store.Restore(t.Context(), store.RestoreOptions{Dir: dir, File: backup}); err != nil {
					t.Fatal(err)
				}
				if got := holds(t, dir); got != "then" {
					t.Errorf("restored once more, the folder holds %q", got)
				}
			})
		}
	}
}

// TestKilledRestore is the process that the test above kills; by itself it
// restores nothing.
func TestKilledRestore(t *testing.T) {
	at := os.Getenv("RESTORE_STEP")
	if at == "" {
		return
	}
	_, err := store.RestoreSteps(t.Context(), store.RestoreOptions{Dir: os.Getenv("RESTORE_DIR"), File: os.Getenv("RESTORE_FILE")}, func(name string) error {
		if name == at {
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return nil
	})
	t.Fatalf("not killed at %q: %v", at, err)
}
