package burgee

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"burgee.dev/burgee/sdk/internal/stored"
	"burgee.dev/burgee/sdk/ruleset"
)

// journal is a log that a test reads.
type journal struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

func (j *journal) count(words string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Count(j.text.String(), words)
}

// write puts the bytes of a snapshot into a file.
func write(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// dead is the address of a server that is gone.
func dead(t testing.TB) string {
	t.Helper()
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	return s.URL
}

// client returns a client that is closed with the test.
func newTestClient(t testing.TB, options Options) *Client {
	t.Helper()
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	client, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestAStartWithoutAServerServesWhatTheLastRunStored(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	s := newProtocolServer(t)
	s.author = signer("a")
	s.publish(1, 1, boolean("f", false))
	before := connect(t, s, Options{CacheDir: dir})
	s.publish(1, 2, boolean("f", true))
	eventually(t, "revision 2", func() bool { return before.Status().Revision == 2 })
	_ = before.Close() // stores it although five seconds are not over
	info, err := os.Stat(stored.Path(dir, testKey))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	var told []Fetched
	client := newTestClient(t, Options{Key: testKey, URL: dead(t), CacheDir: dir, OnFetched: func(f Fetched) { told = append(told, f) }})
	if !client.Bool(t.Context(), "f", false) {
		t.Error("the stored value is not served at once")
	}
	if err := client.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	got := client.Status()
	if got.Connected || !got.Stale || got.Source != "disk" || got.Revision != 2 || got.Err == nil || got.CorruptFiles != 0 {
		t.Errorf("status %+v", got)
	}
	if d := client.Detail(t.Context(), "f", false); !d.Stale {
		t.Errorf("detail %+v", d)
	}
	_ = client.Close()
	if len(told) == 0 || !reflect.DeepEqual(told[0], Fetched{HasChanges: true, Source: "disk", Revision: 2}) {
		t.Errorf("told %+v", told)
	}
}

func TestAStoredConfigurationIsGoneOnFrom(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { // Ready waits a second, which a busy machine may need
		s := newBubbleServer(t)
		s.author = signer("a")
		first := s.publish(1, 1, boolean("f", false), boolean("g", true))
		s.publish(1, 2, boolean("f", true), boolean("g", true))
		write(t, stored.Path(dir, testKey), first.Encode())
		client := connect(t, s, Options{CacheDir: dir})
		if !client.Bool(t.Context(), "f", false) {
			t.Error("Ready did not wait for the server's answer")
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if !slices.Equal(s.resumed, []string{first.Header().ID()}) || client.Status().Resyncs != 0 {
			t.Errorf("resumed from %q", s.resumed)
		}
	})
}

func TestTheNewerOfBundleAndStoredFileIsServed(t *testing.T) {
	author := signer("a")
	old, young := documentOf(author, 1, 4, boolean("f", false)), documentOf(author, 1, 5, boolean("f", true))
	elsewhere := foreign(author, 9)
	for _, c := range []struct {
		name          string
		bundle, disk  *ruleset.Document
		source        string
		revision      int64
		withoutAnyKey bool
	}{
		{"the bundle is newer", young, old, "bundle", 5, false},
		{"the stored file is newer", old, young, "disk", 5, false},
		{"both are the same", young, young, "disk", 5, false},
		{"only a bundle", young, nil, "bundle", 5, false},
		{"a bundle of another environment", elsewhere, old, "disk", 4, false},
		{"without a key", young, old, "bundle", 5, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			bundle := filepath.Join(dir, "bundle.ndjson")
			write(t, bundle, c.bundle.Encode())
			if c.disk != nil {
				write(t, stored.Path(dir, testKey), c.disk.Encode())
			}
			options := Options{Key: testKey, URL: dead(t), CacheDir: dir, Bundle: bundle}
			if c.withoutAnyKey {
				options.Key = ""
			}
			client := newTestClient(t, options)
			if err := client.Ready(t.Context()); err != nil {
				t.Error(err)
			}
			got := client.Status()
			if got.Source != c.source || got.Revision != c.revision || !got.Stale || got.Age < 0 {
				t.Errorf("status %+v", got)
			}
		})
	}
}

// foreign is a document of another environment.
func foreign(author ed25519.PrivateKey, revision int64) *ruleset.Document {
	h := ruleset.Header{Burgee: 1, Hash: ruleset.HashP32, Project: "default", Environment: "staging", Epoch: 1, Revision: revision, Keys: []string{publicKey(author)}}
	document, err := ruleset.NewDocument(h, [][]byte{[]byte(boolean("f", false))})
	if err != nil {
		panic(err)
	}
	return document.WithSignature(ruleset.Sign(author, document.HeaderLine()))
}

func TestABundleThatIsNotThereIsSaidAndLivedWithout(t *testing.T) {
	var log journal
	client := newTestClient(t, Options{Bundle: filepath.Join(t.TempDir(), "none"), Logger: log.logger()})
	if client.Status().BundleErr == nil || log.count("the bundle cannot be used") != 1 || !client.Bool(t.Context(), "f", true) {
		t.Errorf("status %+v", client.Status())
	}
	if err := client.Ready(t.Context()); err == nil {
		t.Error("offline and without a configuration it is not ready")
	}
}

// What is served from the disk is what was written, or nothing. With SOAK it
// tries all bits of all bytes.
func TestAFileWithAFlippedBitIsIgnoredCountedAndReplaced(t *testing.T) {
	author := signer("a")
	document := documentOf(author, 1, 7, boolean("f", true), boolean("g", false))
	whole := document.Encode()
	damaged := map[string][]byte{
		"empty": {}, "zeros": make([]byte, 4096), "doubled": append(bytes.Clone(whole), whole...), "text": []byte("hello\n"),
		"another version": bytes.Replace(whole, []byte(`"burgee":1`), []byte(`"burgee":9`), 1),
		"no signature":    whole[:bytes.LastIndex(whole, []byte(`{"signature"`))],
		"of a stranger":   document.WithSignature(ruleset.Sign(signer("x"), document.HeaderLine())).Encode(),
	}
	for i := range whole {
		damaged[fmt.Sprintf("cut at %d", i)] = whole[:i]
		for bit := range 8 {
			if !soak && bit != i%8 {
				continue
			}
			flipped := bytes.Clone(whole)
			flipped[i] ^= 1 << bit
			damaged[fmt.Sprintf("byte %d bit %d", i, bit)] = flipped
		}
	}
	dir := t.TempDir()
	path := stored.Path(dir, testKey)
	address := dead(t)
	for what, content := range damaged {
		write(t, path, content)
		client, err := New(Options{Key: testKey, URL: address, CacheDir: dir, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		conf, got := client.current.Load(), client.Status()
		if conf != nil && !bytes.Equal(conf.document.Encode(), whole) { // white space at the end may be lost
			t.Errorf("%s: served\n%s", what, conf.document.Encode())
		}
		if conf == nil && got.CorruptFiles != 1 {
			t.Errorf("%s: status %+v", what, got)
		}
		_ = client.Close()
	}

	write(t, path, damaged["another version"])
	s := newProtocolServer(t)
	s.author = author
	newest := s.publish(1, 2, boolean("f", true)) // an older revision than the file that is damaged
	client := connect(t, s, Options{CacheDir: dir})
	if got := client.Status(); got.CorruptFiles != 1 || got.Revision != 2 {
		t.Errorf("status %+v", got)
	}
	_ = client.Close()
	if content, _ := os.ReadFile(path); !bytes.Equal(content, newest.Encode()) {
		t.Errorf("the file holds\n%s", content)
	}
}

func TestAStoredFileGivesWayToAServerThatItDoesNotFit(t *testing.T) {
	a, b := signer("a"), signer("b")
	for _, c := range []struct {
		name   string
		stored *ruleset.Document
		author ed25519.PrivateKey
		at     int64 // the server's revision
		want   string
		source string
	}{
		{"the server has another key", documentOf(a, 1, 3, boolean("f", false)), b, 4, "true", "stream"},
		{"the server signs no more", documentOf(a, 1, 3, boolean("f", false)), nil, 4, "true", "stream"},
		{"the key opens another environment now", foreign(a, 9), a, 4, "true", "stream"},
		{"nobody signed the file's higher revision", documentOf(nil, 1, 9, boolean("f", false)), nil, 4, "true", "stream"},
		{"a signed file is newer than a server that is behind", documentOf(a, 1, 9, boolean("f", false)), a, 4, "false", "disk"},
		{"an older revision with another key is refused", documentOf(a, 1, 9, boolean("f", false)), b, 4, "false", "disk"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, stored.Path(dir, testKey), c.stored.Encode())
			s := newProtocolServer(t)
			s.author = c.author
			sent := s.publish(1, c.at, boolean("f", true))
			client := connect(t, s, Options{CacheDir: dir})
			eventually(t, "the server's word", func() bool { return s.seen(streamPath) > 0 && client.Status().Source == c.source })
			if got := fmt.Sprint(client.Bool(t.Context(), "f", true)); got != c.want {
				t.Errorf("served %s, status %+v", got, client.Status())
			}
			_ = client.Close()
			content, err := os.ReadFile(stored.Path(dir, testKey))
			if err != nil {
				t.Fatal(err)
			}
			want := c.stored
			if c.source == "stream" {
				want = sent
			}
			if !bytes.Equal(content, want.Encode()) {
				t.Errorf("the file holds\n%s", content)
			}
		})
	}
}

func TestPinnedKeysAreNotOverruled(t *testing.T) {
	a, b := signer("a"), signer("b")
	for _, c := range []struct {
		name     string
		options  Options
		variable string
	}{
		{"by an option", Options{VerifyKeys: []string{publicKey(a)}}, ""},
		{"by the environment", Options{}, " " + publicKey(signer("c")) + " , " + publicKey(a)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("BURGEE_VERIFY_KEYS", c.variable)
			dir := t.TempDir()
			write(t, stored.Path(dir, testKey), documentOf(a, 1, 3, boolean("f", true)).Encode())
			c.options.CacheDir = dir
			s := newProtocolServer(t)
			s.author = b
			s.publish(1, 4, boolean("f", false))
			client := connect(t, s, c.options)
			eventually(t, "the refusal", func() bool { return client.Status().Resyncs > 0 })
			if !client.Bool(t.Context(), "f", false) {
				t.Error("a stranger was believed")
			}
			s.author = a
			s.publish(1, 5, boolean("f", false))
			eventually(t, "the pinned key's revision", func() bool { return client.Status().Revision == 5 })
		})
	}
	if _, err := New(Options{VerifyKeys: []string{"short"}}); err == nil || !strings.Contains(err.Error(), "Options.VerifyKeys") {
		t.Errorf("a malformed key: %v", err)
	}
}

func TestAFolderThatCannotBeWrittenIsSaidOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, nil)
	synctest.Test(t, func(t *testing.T) {
		var log journal
		s := newBubbleServer(t)
		s.publish(1, 1, boolean("f", true))
		client := connect(t, s, Options{CacheDir: filepath.Join(file, "folder"), Logger: log.logger()}) // for root, too
		defer client.Close()
		for revision := int64(2); revision < 6; revision++ {
			s.publish(1, revision, boolean("f", true))
			time.Sleep(storeInterval)
		}
		if n := log.count("cannot be stored"); n != 1 {
			t.Errorf("said %d times", n)
		}
		if got := client.Status(); got.CacheErr == nil || got.Revision != 5 || !got.Connected {
			t.Errorf("status %+v", got)
		}
	})
}

func TestTheFileIsWrittenAtMostOnceInFiveSeconds(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.publish(1, 1, boolean("f", true))
		client := connect(t, s, Options{CacheDir: dir})
		defer client.Close()
		writes, last := 0, ""
		for revision := int64(2); revision < 302; revision++ {
			s.publish(1, revision, boolean("f", true))
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
			content, err := os.ReadFile(stored.Path(dir, testKey))
			if err != nil {
				t.Fatal(err)
			}
			if string(content) != last {
				writes, last = writes+1, string(content)
			}
		}
		if writes < 6 || writes > 7 {
			t.Errorf("%d writes in 30 s", writes)
		}
		time.Sleep(storeInterval)
		synctest.Wait()
		if content, _ := os.ReadFile(stored.Path(dir, testKey)); !bytes.Contains(content, []byte(`"revision":301`)) {
			t.Errorf("the file holds\n%s", content)
		}
	})
}

func TestStoringCanBeSwitchedOff(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", home)
	t.Setenv("HOME", home)
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", true))
	off := connect(t, s, Options{CacheDir: "off"})
	_ = off.Close()
	if got := off.Status(); got.CacheErr != nil {
		t.Errorf("status %+v", got)
	}
	if entries, _ := os.ReadDir(home); len(entries) != 0 {
		t.Errorf("there is %v", entries)
	}
	t.Setenv("BURGEE_CACHE_DIR", "")
	on := connect(t, s, Options{})
	_ = on.Close()
	own, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stored.Path(filepath.Join(own, "burgee"), testKey)); err != nil {
		t.Error(err)
	}
}

// A start from the disk with 1,000 flags, as a program sees it: New and the
// first answer.
func BenchmarkStartFromDisk(b *testing.B) {
	dir, address := b.TempDir(), dead(b)
	lines := make([]string, 1000)
	for i := range lines {
		lines[i] = fmt.Sprintf(`{"flag":"team.flag-%d","type":"boolean","client":false,"enabled":true,"variations":[["true",true],["false",false]],"off":1,"prerequisites":[],"targets":[["targetingKey",{"alice":0}]],"rules":[{"id":"r","when":{"all":[{"attr":"country","op":"in","values":["DE","AT"]}]},"serve":{"seed":"5f2a9c1e7b3d4a60","unit":"targetingKey","table":[[100000,0],[1000000,null]]}}],"default":{"variation":1}}`, i)
	}
	write(b, stored.Path(dir, testKey), documentOf(signer("a"), 1, 1, lines...).Encode())
	for b.Loop() {
		client := newTestClient(b, Options{Key: testKey, URL: address, CacheDir: dir})
		if client.Detail(b.Context(), "team.flag-7", false).Reason != "DEFAULT" {
			b.Fatal("not served")
		}
		b.StopTimer()
		_ = client.Close()
		b.StartTimer()
	}
}

// A delta that changes one of 1,000 flags.
func BenchmarkApplyDelta(b *testing.B) {
	client := newTestClient(b, Options{})
	lines := make([]string, 1000)
	for i := range lines {
		lines[i] = boolean(fmt.Sprint("flag-", i), true)
	}
	author := signer("a")
	last := documentOf(author, 1, 1, lines...)
	if _, err := client.apply(takeFull(last.Encode()), sourceStream); err != nil {
		b.Fatal(err)
	}
	for revision := int64(2); b.Loop(); revision++ {
		b.StopTimer()
		lines[0] = boolean("flag-0", revision%2 == 0)
		next := documentOf(author, 1, revision, lines...)
		payload := ruleset.Between(last, next).Encode()
		last = next
		b.StartTimer()
		if _, err := client.apply(takeDelta(payload), sourceStream); err != nil {
			b.Fatal(err)
		}
	}
}
