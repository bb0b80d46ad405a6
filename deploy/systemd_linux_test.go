package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// systemd itself reads the unit, with a program of this machine in the place of
// the server's.
func TestSystemdTakesTheUnit(t *testing.T) {
	file := installed(t)
	if out, err := exec.Command("systemd-analyze", "verify", "--man=no", file).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// Of the exposure that systemd counts, 0 is none and 10 is everything.
func TestTheUnitIsHardened(t *testing.T) {
	const most = 2.0
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--no-pager", installed(t)).CombinedOutput()
	if err != nil {
		t.Fatalf("systemd-analyze security: %v\n%s", err, out)
	}
	_, last, found := strings.Cut(string(out), "Overall exposure level for burgee.service: ")
	if !found {
		t.Fatalf("no exposure level in\n%s", out)
	}
	level, err := strconv.ParseFloat(strings.Fields(last)[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	if level > most {
		t.Errorf("the exposure is %v, at most %v is meant\n%s", level, most, out)
	}
}

// installed is the unit in a folder, with its drop-in, whose program is there.
func installed(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	file := filepath.Join(folder, "burgee.service")
	text := strings.Replace(read(t, "systemd/burgee.service"), "ExecStart=/usr/local/bin/burgee ", "ExecStart=/bin/true ", 1)
	text = strings.NewReplacer("User=burgee", "User=daemon", "Group=burgee", "Group=daemon").Replace(text)
	if err := os.Mkdir(file+".d", 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{file: text, file + ".d/postgres.conf": read(t, "systemd/postgres.conf")} {
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}
