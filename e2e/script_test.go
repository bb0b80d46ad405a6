package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"burgee.dev/burgee/internal/testkit/loopback"
)

// TestScripts runs the *.txtar files of this folder against the built binary.
// Each has a folder of its own with flags.yaml, the file of the format's
// documentation, in it. Beside the usual commands there are
//
//	server start [NAME=VALUE…]   start a server on ./data and wait until it is ready
//	server stop                  stop it the way a service manager does
//	exits N COMMAND…             run a command that must end with the exit code
//	sql FILE STATEMENTS          alter a database past Burgee
//	oldstore DIR                 make a data folder as the first Burgee did
//	waitfor COMMAND…             run a command again and again until it goes well
func TestScripts(t *testing.T) {
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("../internal/document/testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tools := t.TempDir()
	if err := os.Symlink(path, filepath.Join(tools, "burgee")); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 ".",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", tools+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("TOKEN", apiToken)
			env.Setenv("SERVER_KEY", serverKey)
			env.Setenv("CLIENT_KEY", clientKey)
			env.Values[scriptServer{}] = &scriptServer{}
			return os.WriteFile(filepath.Join(env.WorkDir, "flags.yaml"), example, 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server":   serverCommand,
			"exits":    exitsCommand,
			"sql":      sqlCommand,
			"oldstore": oldstoreCommand,
			"waitfor":  waitforCommand,
		},
	})
}

// scriptServer is a script's server; its zero value is also the key that the
// script finds it by.
type scriptServer struct {
	command *exec.Cmd
	out     *output
	done    chan struct{} // closed when the process has ended
	ended   error         // how it did; read after done
}

func (s *scriptServer) exited() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// output collects what a process prints.
type output struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func serverCommand(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value(scriptServer{}).(*scriptServer)
	switch {
	case neg || len(args) == 0:
		ts.Fatalf("usage: server start [NAME=VALUE…] | server stop")
	case args[0] == "start":
		s.start(ts, args[1:])
	case args[0] == "stop":
		s.stop(ts)
	default:
		ts.Fatalf("server has no %s", args[0])
	}
}

func (s *scriptServer) start(ts *testscript.TestScript, env []string) {
	address, err := loopback.FreeAddress()
	ts.Check(err)
	s.out = &output{}
	s.command = exec.Command("burgee", "serve", "--addr", address, "--data", "data", "--ops-addr", "")
	if path, err := binary(); err == nil {
		s.command.Path = path
	}
	s.command.Err = nil // the name is looked up above, not in the test's own PATH
	s.command.Dir = ts.MkAbs(".")
	s.command.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	s.command.Stdout, s.command.Stderr = s.out, s.out
	ts.Check(s.command.Start())
	ts.Defer(func() { s.kill() })
	ts.Setenv("BURGEE_URL", "http://"+address)
	ended := make(chan struct{})
	go func() {
		s.ended = s.command.Wait()
		close(ended)
	}()
	s.done = ended
	for end := time.Now().Add(15 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		response, err := http.Get("http://" + address + "/readyz")
		if err == nil {
			_ = response.Body.Close()
			// What it prints comes through a pipe, and may be a moment later.
			if response.StatusCode == http.StatusOK && strings.Contains(s.out.String(), "http://"+address) {
				break
			}
		}
		if time.Now().After(end) || s.exited() {
			ts.Fatalf("the server is not ready:\n%s", s.out)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs("server.log"), []byte(s.out.String()), 0o600))
}

func (s *scriptServer) stop(ts *testscript.TestScript) {
	if s.command == nil {
		ts.Fatalf("there is no server to stop")
	}
	ts.Check(s.command.Process.Signal(syscall.SIGTERM))
	<-s.done
	s.command = nil
	if s.ended != nil {
		ts.Fatalf("the server did not stop well: %v\n%s", s.ended, s.out)
	}
}

// kill ends a server that the script left running.
func (s *scriptServer) kill() {
	if s.command != nil {
		_ = s.command.Process.Kill()
		<-s.done
	}
}

// firstMigrations is where the server's schema is, from this folder.
const firstMigrations = "../internal/store/migrations/sqlite"

func sqlCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sql FILE STATEMENTS")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { _ = db.Close() }()
	_, err = db.Exec(args[1])
	ts.Check(err)
}

func oldstoreCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: oldstore DIR")
	}
	ts.Check(os.Mkdir(ts.MkAbs(args[0]), 0o700))
	file := filepath.Join(ts.MkAbs(args[0]), "burgee.db")
	ts.Check(os.WriteFile(file, nil, 0o600))
	db, err := sql.Open("sqlite", file)
	ts.Check(err)
	defer func() { _ = db.Close() }()
	migrations, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS(firstMigrations))
	ts.Check(err)
	_, err = migrations.UpTo(context.Background(), 1)
	ts.Check(err)
	_, err = db.Exec(`INSERT INTO meta (id, epoch, created_at) VALUES (1, $1, $2)`, time.Now().Unix(), time.Now().UnixMilli())
	ts.Check(err)
}

func waitforCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: waitfor COMMAND…")
	}
	for end := time.Now().Add(time.Minute); ts.Exec(args[0], args[1:]...) != nil; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			ts.Fatalf("waited a minute for %s", strings.Join(args, " "))
		}
	}
}

func exitsCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%s: %v", strings.Join(args[1:], " "), err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s: exit code %d, want %d\n%s", strings.Join(args[1:], " "), got, want, ts.ReadFile("stderr"))
	}
}
