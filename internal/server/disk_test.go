package server_test

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/testkit"
)

// smallDisk is a folder in which room can run out.
type smallDisk struct {
	dir  string
	real bool // a disk; else a limit on the size of every file of this process
	t    *testing.T
}

// newSmallDisk mounts a file system in memory where that is allowed.
func newSmallDisk(t *testing.T, size string) *smallDisk {
	t.Helper()
	d := &smallDisk{dir: t.TempDir(), t: t}
	if exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "burgee-test", d.dir).Run() == nil {
		d.real = true
		t.Cleanup(d.unmount)
		return d
	}
	signal.Ignore(syscall.SIGXFSZ)
	t.Cleanup(d.empty)
	return d
}

// unmount gives whoever still has a file open a moment: what ends behind the server, or
// a process that is just being started and not yet its own program.
func (d *smallDisk) unmount() {
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		out, err := exec.Command("umount", d.dir).CombinedOutput()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			d.t.Errorf("umount: %v\n%s", err, out)
			return
		}
	}
}

// fill takes all room but some bytes.
func (d *smallDisk) fill(leave int64) {
	d.t.Helper()
	if !d.real {
		info, err := os.Stat(filepath.Join(d.dir, "data", "burgee.db-wal"))
		if err != nil {
			d.t.Fatal(err)
		}
		d.limit(info.Size() + leave)
		return
	}
	f, err := os.OpenFile(filepath.Join(d.dir, "filler"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	info, statErr := f.Stat()
	if !errors.Is(err, syscall.ENOSPC) || statErr != nil {
		d.t.Fatalf("fill: %v, %v", err, statErr)
	}
	if err := f.Truncate(max(0, info.Size()-leave)); err != nil {
		d.t.Fatal(err)
	}
}

// empty gives the room back.
func (d *smallDisk) empty() {
	if !d.real {
		d.limit(-1)
		return
	}
	if err := os.Remove(filepath.Join(d.dir, "filler")); err != nil {
		d.t.Fatal(err)
	}
}

func (d *smallDisk) limit(size int64) {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &r); err != nil {
		d.t.Fatal(err)
	}
	r.Cur = r.Max
	if size >= 0 {
		r.Cur = uint64(size)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &r); err != nil {
		d.t.Fatal(err)
	}
}

func flagOf(key string) obj { return obj{"key": key, "type": "boolean"} }

func TestAFullDiskRefusesChangesAndNothingElse(t *testing.T) {
	disk := newSmallDisk(t, "48m")
	s := testkit.Start(t, testkit.Options{Data: filepath.Join(disk.dir, "data"), SQLite: true})
	s.Want(201, "POST", project+"/flags", flagOf("before"))
	program := s.Stream("/sdk/v1/stream", testkit.ServerKey, nil)
	program.Next(t, "configuration", func(e testkit.Event) bool { return strings.Contains(e.Data, "before") })
	large := obj{"key": "large", "type": "string", "description": strings.Repeat("x", 3<<10)}

	disk.fill(0)
	if disk.real { // Off must still go through
		reserve := filepath.Join(s.Data, "burgee.reserve")
		if _, err := os.Stat(reserve); err != nil {
			t.Fatal(err)
		}
		s.Want(201, "POST", project+"/flags", flagOf("off"))
		if _, err := os.Stat(reserve); err == nil {
			t.Error("the change went through, and the reserve is still there")
		}
		program.Next(t, "the change", func(e testkit.Event) bool { return strings.Contains(e.Data, "off") })
		disk.fill(0)
	}
	refused := s.Do(testkit.Request{Method: "POST", Path: project + "/flags", Body: large})
	if refused.Status != http.StatusInsufficientStorage || !strings.HasPrefix(refused.At("code").(string), "disk_") || !strings.Contains(string(refused.Body), "nothing was changed") {
		t.Fatalf("a change on a full disk: %d %s", refused.Status, refused.Body)
	}
	registration := obj{"application": obj{"name": "shop", "version": "1"}, "flags": []obj{{"key": "declared", "type": "boolean", "default": false}}}
	if a := s.Do(testkit.Request{Method: "POST", Path: "/sdk/v1/register", As: testkit.ServerKey, Body: registration}); a.Status != http.StatusInsufficientStorage {
		t.Errorf("a registration: %d %s", a.Status, a.Body)
	}
	s.Want(404, "GET", project+"/flags/large", nil)
	s.Want(200, "GET", project+"/flags/before", nil)
	if status := snapshotStatus(s, testkit.ServerKey); status != 200 {
		t.Errorf("the snapshot: %d", status)
	}
	if a := s.Do(testkit.Request{Method: "POST", Path: "/ofrep/v1/evaluate/flags", As: testkit.ServerKey, Body: obj{"context": obj{"targetingKey": "ann"}}}); a.Status != 200 {
		t.Errorf("remote evaluation: %d %s", a.Status, a.Body)
	}
	ready := s.Do(testkit.Request{Method: "GET", Path: "/readyz", As: "-"})
	if ready.Status != 200 || !strings.Contains(string(ready.Body), "takes no changes") || disk.real && !strings.Contains(string(ready.Body), "counts are dropped") {
		t.Errorf("/readyz: %d %s", ready.Status, ready.Body)
	}

	disk.empty()
	s.Want(201, "POST", project+"/flags", large)
	program.Next(t, "the change", func(e testkit.Event) bool { return strings.Contains(e.Data, "large") })
	if ready := s.Do(testkit.Request{Method: "GET", Path: "/readyz", As: "-"}); strings.Contains(string(ready.Body), "disk") {
		t.Errorf("/readyz with room again: %s", ready.Body)
	}
	if a := s.Want(200, "GET", project+"/changes/verify", nil); a.At("ok") != true {
		t.Errorf("chain: %s", a.Body)
	}
}

// Room runs out at each write of a change in turn: the change is whole or not
// there, and what was acknowledged stays.
func TestAChangeIsWholeWhereverTheRoomEnds(t *testing.T) {
	disk := newSmallDisk(t, "12m") // too small for the reserve
	s := testkit.Start(t, testkit.Options{Data: filepath.Join(disk.dir, "data"), SQLite: true})
	s.Want(201, "POST", project+"/flags", obj{"key": "text", "type": "string"})
	acknowledged, refused := "", 0
	for room := range int64(24) {
		disk.fill(room * 4096)
		text := strings.Repeat(string(rune('a'+room)), 3<<10)
		a := s.Do(testkit.Request{Method: "PATCH", Path: project + "/flags/text", Body: obj{"description": text}})
		switch a.Status {
		case http.StatusOK:
			acknowledged = text
		case http.StatusInsufficientStorage:
			refused++
		default:
			t.Fatalf("with %d pages: %d %s", room, a.Status, a.Body)
		}
		disk.empty()
		if a := s.Want(200, "GET", project+"/flags/text", nil); a.At("description") != acknowledged {
			t.Fatalf("with %d pages the flag is %.5v…, acknowledged was %.5s…", room, a.At("description"), acknowledged)
		}
		if a := s.Want(200, "GET", project+"/changes/verify", nil); a.At("ok") != true {
			t.Fatalf("with %d pages: %s", room, a.Body)
		}
	}
	if refused < 3 || acknowledged == "" {
		t.Errorf("%d refused, last %.5s…: the room ended nowhere", refused, acknowledged)
	}
	s.Stop()
	again := testkit.Start(t, testkit.Options{Data: s.Data, SQLite: true})
	if a := again.Want(200, "GET", project+"/flags/text", nil); a.At("description") != acknowledged {
		t.Error("the last acknowledged change is gone after a restart")
	}
}

// A server that starts on a full disk serves what it has: the reserve holds
// what a start has to write.
func TestAServerStartsOnAFullDisk(t *testing.T) {
	disk := newSmallDisk(t, "48m")
	data := filepath.Join(disk.dir, "data")
	s := testkit.Start(t, testkit.Options{Data: data, SQLite: true})
	s.Want(201, "POST", project+"/flags", flagOf("before"))
	s.Stop()
	if !disk.real { // the limit is one of each file: nothing can be given up for another
		disk.limit(0)
		defer disk.empty()
		_, err := store.Open(t.Context(), store.Options{Dir: data})
		if !fault.IsKind(err, fault.NoRoom) {
			t.Errorf("without any room: %v", err)
		}
		return
	}
	disk.fill(0)
	again := testkit.Start(t, testkit.Options{Data: data, SQLite: true})
	again.Want(200, "GET", project+"/flags/before", nil)
	if status := snapshotStatus(again, testkit.ServerKey); status != 200 {
		t.Errorf("the snapshot: %d", status)
	}
	again.Stop()
	disk.fill(0) // and once more, with the reserve gone: said in words
	_, err := store.Open(t.Context(), store.Options{Dir: data})
	if err != nil && !strings.Contains(fault.As(err).Message, "disk") {
		t.Errorf("without the reserve: %v", err)
	}
}
