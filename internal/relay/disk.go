package relay

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/wholefile"
	"burgee.dev/burgee/sdk/ruleset"
)

// The three files of an environment: who may enter and which environment it is;
// the signed snapshot as programs keep it; the deltas that led to it, so that
// programs go on from where they were over a restart.
const (
	keysFile     = ".keys"
	snapshotFile = ".ndjson"
	deltasFile   = ".deltas"
)

// folder is where a relay keeps what it has. One relay writes it at a time.
type folder struct{ dir string }

// openFolder makes the folder when it is absent.
func openFolder(dir string) (folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return folder{}, fmt.Errorf("make the relay's folder: %w", err)
	}
	return folder{dir}, nil
}

// base is an environment's files without their endings. A hash keeps any
// project's name out of the file system.
func (d folder) base(p place) string {
	sum := sha256.Sum256([]byte(p.String()))
	return filepath.Join(d.dir, hex.EncodeToString(sum[:16]))
}

// storedKeys is the file of keys.
type storedKeys struct {
	place
	Keys json.RawMessage `json:"keys"` // the data of the event
}

// save writes an environment. The snapshot is last: whoever is interrupted has
// the keys and the deltas of a later revision than the snapshot's, which do no
// harm.
func (d folder) save(p place, keys, snapshot []byte, deltas []delivery.Delta) error {
	text, err := json.Marshal(storedKeys{p, keys})
	if err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	var log [][]byte
	for _, delta := range deltas {
		log = append(log, (&ruleset.Delta{
			From: delta.From, HeaderLine: delta.HeaderLine, Signature: delta.Signature,
			Changed: delta.Changed, Removed: delta.Removed,
		}).Encode())
	}
	base := d.base(p)
	for _, file := range []struct {
		name string
		data []byte
	}{{keysFile, text}, {deltasFile, bytes.Join(log, []byte("\n"))}, {snapshotFile, snapshot}} {
		if err := wholefile.Write(base+file.name, file.data); err != nil {
			return fmt.Errorf("keep %s: %w", p, err)
		}
	}
	return nil
}

// remove forgets an environment.
func (d folder) remove(p place) error {
	var errs []error
	for _, name := range []string{snapshotFile, deltasFile, keysFile} {
		if err := os.Remove(d.base(p) + name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// load reads every environment that was kept, each with the trust given. What
// does not pass is reported and left out: upstream has it.
func (d folder) load(trust ruleset.Trust) (list []*held, problems []error) {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return nil, []error{err}
	}
	for _, entry := range entries {
		name, ok := strings.CutSuffix(entry.Name(), keysFile)
		if !ok {
			continue
		}
		h, err := d.loadOne(name, trust)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", entry.Name(), err))
			continue
		}
		list = append(list, h)
	}
	return list, problems
}

func (d folder) loadOne(name string, trust ruleset.Trust) (*held, error) {
	file := filepath.Join(d.dir, name)
	text, err := os.ReadFile(file + keysFile)
	if err != nil {
		return nil, err
	}
	var stored storedKeys
	if err := json.Unmarshal(text, &stored); err != nil {
		return nil, err
	}
	if d.base(stored.place) != file {
		return nil, fmt.Errorf("it is of %s and has another's name", stored.place)
	}
	h := &held{place: stored.place, trust: trust, replica: ruleset.NewReplica(trust)}
	if _, err := h.setKeys(stored.Keys); err != nil {
		return nil, err
	}
	snapshot, err := os.ReadFile(file + snapshotFile)
	if err != nil {
		return nil, err
	}
	if _, err := h.full(snapshot); err != nil {
		return nil, err
	}
	info, err := os.Stat(file + snapshotFile)
	if err != nil {
		return nil, err
	}
	h.heard, h.fromDisk, h.keysTold = info.ModTime(), true, false
	h.stored = stamp{h.replica.ID(), h.generation}
	deltas, err := os.ReadFile(file + deltasFile)
	if err == nil { // without them programs load the whole once
		h.recent = readDeltas(deltas, h.replica.Document())
	}
	return h, nil
}

// readDeltas reads the deltas that lead to a document; of a file that is broken
// in its middle those after the break.
func readDeltas(data []byte, to *ruleset.Document) []delivery.Delta {
	var list []delivery.Delta
	for text := range bytes.SplitSeq(data, []byte("\n\n")) {
		delta, err := ruleset.ParseDelta(text)
		if err != nil {
			list = nil
			continue
		}
		var header ruleset.Header
		if err := json.Unmarshal(delta.HeaderLine, &header); err != nil || header.Epoch != to.Header().Epoch || header.Revision > to.Header().Revision {
			continue
		}
		list = append(list, delivery.Delta{
			Revision: delivery.Revision{Header: header, HeaderLine: delta.HeaderLine, Signature: delta.Signature},
			From:     delta.From, Changed: delta.Changed, Removed: delta.Removed,
		})
	}
	return list
}

// batchesFile holds the counts that waited when the relay was stopped, one batch
// a line.
const batchesFile = "waiting.ndjson"

// storedBatch is a batch without its credential, which is nobody's to keep: it
// is sent under the relay's own token.
type storedBatch struct {
	place
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
	At     time.Time   `json:"at"` // when it came
}

func (d folder) keepBatches(list []batch) error {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	for _, b := range list {
		header := b.header.Clone()
		header.Del("Authorization")
		if err := enc.Encode(storedBatch{b.place, header, b.body, b.since}); err != nil {
			return err
		}
	}
	return wholefile.Write(filepath.Join(d.dir, batchesFile), out.Bytes())
}

// takeBatches reads what was kept, and removes it.
func (d folder) takeBatches() ([]batch, error) {
	file := filepath.Join(d.dir, batchesFile)
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []batch
	for line := range bytes.Lines(data) {
		var b storedBatch
		if err := json.Unmarshal(line, &b); err != nil {
			return list, err
		}
		list = append(list, batch{place: b.place, header: b.Header, body: b.Body, own: true, since: b.At})
	}
	return list, os.Remove(file)
}
