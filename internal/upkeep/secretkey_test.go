package upkeep_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/upkeep"
)

func newKey(t *testing.T) secret.Key {
	t.Helper()
	k, _, err := secret.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// sealed makes a used data folder with two sealed secrets, and a backup of it.
func sealed(t *testing.T) (dir, backup string, key secret.Key) {
	t.Helper()
	dir, _ = used(t)
	key = newKey(t)
	seal(t, dir, key, "signing-key", "webhook")
	b, err := upkeep.MakeBackup(t.Context(), upkeep.BackupOptions{Data: dir, File: filepath.Join(dir, "sealed.db")})
	if err != nil {
		t.Fatal(err)
	}
	return dir, b.File, key
}

// seal puts secrets into a folder's store, each with its name as its text.
func seal(t *testing.T, dir string, key secret.Key, names ...string) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	v, err := secret.Open(t.Context(), s, key)
	for _, name := range names {
		if err == nil {
			err = v.Put(t.Context(), name, []byte(name))
		}
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

// opens says whether a secret is in a folder's store and opens with a key.
func opens(t *testing.T, dir string, key secret.Key, name string) error {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // the test is over
	v, err := secret.Open(t.Context(), s, key)
	if err != nil {
		return err
	}
	plain, found, err := v.Get(t.Context(), name)
	if err == nil && (!found || string(plain) != name) {
		return errors.New("it is not there")
	}
	return err
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	if err == nil || fault.As(err).Code != code {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

func TestTheDoctorOpensWhatIsSealed(t *testing.T) {
	for name, tc := range map[string]struct {
		sql   []string
		other bool // the doctor has another key
		none  bool // the doctor has no key
		level upkeep.Level
		what  string
	}{
		"with the key":               {level: upkeep.Fine, what: "2 sealed with the key of fingerprint "},
		"without a key":              {none: true, level: upkeep.Fine, what: "BURGEE_SECRET_KEY is not set here"},
		"with another key":           {other: true, level: upkeep.Problem, what: "is not the key that the secrets of this store are sealed with"},
		"a damaged data key":         {sql: []string{`UPDATE data_key SET wrapped = zeroblob(60)`}, level: upkeep.Problem, what: "is damaged or was altered"},
		"a data key that is gone":    {sql: []string{`DELETE FROM data_key`}, level: upkeep.Problem, what: "the data key that opens them is gone"},
		"a damaged secret":           {sql: []string{`UPDATE secret SET sealed = zeroblob(60) WHERE name = 'webhook'`}, level: upkeep.Problem, what: "the sealed secret webhook does not open"},
		"secrets that are exchanged": {sql: []string{`UPDATE secret SET sealed = (SELECT sealed FROM secret WHERE name = 'webhook')`}, level: upkeep.Problem, what: "the sealed secret signing-key does not open"},
		"nothing sealed yet":         {sql: []string{`DELETE FROM secret`, `DELETE FROM data_key`}, level: upkeep.Fine, what: "none sealed yet"},
		"nothing sealed, and no key": {sql: []string{`DELETE FROM secret`, `DELETE FROM data_key`}, none: true, level: upkeep.Fine, what: "none sealed"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _, key := sealed(t)
			alter(t, store.DatabaseFile(dir), tc.sql...)
			if tc.other {
				key = newKey(t)
			}
			if tc.none {
				key = secret.Key{}
			}
			r := examine(t, upkeep.DoctorOptions{Data: dir, Secret: key})
			c := r.Checks[slices.IndexFunc(r.Checks, func(c upkeep.Check) bool { return c.Name == "secrets" })]
			said := c.Detail
			for _, f := range r.Findings {
				said += f.What
			}
			if c.Level != tc.level || !strings.Contains(said, tc.what) {
				t.Errorf("got %+v, findings %+v; want %s, %q", c, r.Findings, tc.level, tc.what)
			}
		})
	}
}

func TestASecretKeyIsRotatedBesideAServer(t *testing.T) {
	dir, _, old := sealed(t)
	next := newKey(t)
	server, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	running, err := secret.Open(t.Context(), server, old)
	if err != nil {
		t.Fatal(err)
	}
	o := upkeep.RotateOptions{Data: dir, Old: old, New: next, Show: func([]upkeep.Running) error { return nil }}
	if made, err := upkeep.RotateSecretKey(t.Context(), o); !made.Changed || len(made.Running) > 0 || err != nil {
		t.Fatalf("%+v, %v", made, err)
	}
	if plain, _, err := running.Get(t.Context(), "webhook"); string(plain) != "webhook" || err != nil {
		t.Errorf("the running server reads %q, %v", plain, err)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "the old key", opens(t, dir, old, "webhook"), "secret_key_other")
	if err := opens(t, dir, next, "webhook"); err != nil {
		t.Errorf("the new key: %v", err)
	}
	o.Data = filepath.Join(dir, "nowhere")
	_, err = upkeep.RotateSecretKey(t.Context(), o)
	wantCode(t, "a folder without a store", err, "data_missing")
}

func TestSecretsWhoseKeyIsLostAreForgotten(t *testing.T) {
	dir, _, old := sealed(t)
	no := errors.New("no")
	o := upkeep.ForgetOptions{Data: dir, Confirm: func(string, []string) error { return no }}
	if _, err := upkeep.ForgetSecrets(t.Context(), o); !errors.Is(err, no) {
		t.Errorf("got %v, want the callback's own error", err)
	}
	if err := opens(t, dir, old, "webhook"); err != nil {
		t.Errorf("declined: %v", err)
	}
	o.Confirm = func(fingerprint string, names []string) error {
		if fingerprint != old.Fingerprint() || !slices.Equal(names, []string{"signing-key", "webhook"}) {
			t.Errorf("it asks about %s, %v", fingerprint, names)
		}
		return nil
	}
	server, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	_, err = upkeep.ForgetSecrets(t.Context(), o)
	wantCode(t, "beside a server", err, "data_in_use")
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := upkeep.ForgetSecrets(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	next := newKey(t)
	seal(t, dir, next, "webhook")
	if err := opens(t, dir, next, "webhook"); err != nil {
		t.Errorf("another key afterwards: %v", err)
	}
	alter(t, store.DatabaseFile(dir), `DELETE FROM secret`, `DELETE FROM data_key`)
	_, err = upkeep.ForgetSecrets(t.Context(), o)
	wantCode(t, "nothing sealed", err, "nothing_sealed")
}

// A backup brings its own secrets. One from before anything was sealed gets
// those of the data it replaces: with them the key that signs would be lost,
// which is in no file any more.
func TestARestoreLosesNoSecrets(t *testing.T) {
	for name, tc := range map[string]struct {
		early   bool // the backup is from before
		rotated bool // the folder's key is another since
		empty   bool // restored into a folder of its own
		carried bool
		old     bool // the old key opens what was restored
	}{
		"a backup with secrets":               {old: true},
		"a backup from before a rotation":     {rotated: true, old: true},
		"a backup with secrets elsewhere":     {empty: true, old: true},
		"a backup from before":                {early: true, carried: true, old: true},
		"a backup from before and a rotation": {early: true, rotated: true, carried: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir, backup, old := sealed(t)
			next := newKey(t)
			if tc.early {
				list, err := store.ListBackups(store.BackupsFolder(dir))
				if err != nil || len(list) == 0 {
					t.Fatalf("%v, %v", list, err)
				}
				backup = list[0].File
			}
			if tc.rotated {
				_, err := upkeep.RotateSecretKey(t.Context(), upkeep.RotateOptions{Data: dir, Old: old, New: next, Show: func([]upkeep.Running) error { return nil }})
				if err != nil {
					t.Fatal(err)
				}
			}
			if tc.empty {
				dir = filepath.Join(t.TempDir(), "data")
			}
			key := next
			if tc.old {
				key = old
			}
			r, err := upkeep.Restore(t.Context(), upkeep.RestoreOptions{Data: dir, File: backup})
			if err != nil {
				t.Fatal(err)
			}
			if r.Carried != tc.carried || r.SecretKey() != key.Fingerprint() {
				t.Errorf("carried %v, key %s; want %v, %s", r.Carried, r.SecretKey(), tc.carried, key.Fingerprint())
			}
			for _, name := range []string{"signing-key", "webhook"} {
				if err := opens(t, dir, key, name); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}
