package burgee

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

const (
	overridesPoll     = time.Second
	maxOverridesBytes = 1 << 20
)

// emergency is what BURGEE_OVERRIDES lays over every configuration: a JSON
// object, or a file that holds one and is watched.
type emergency struct {
	path    string // of the file, empty for none
	log     *slog.Logger
	values  atomic.Pointer[map[string]any] // nil for none in force
	content []byte                         // of the file when it was last read, nil before
	problem string                         // why it could not be read when it was last tried
}

// newEmergency reads the variable. What is malformed is said and left out: a slip
// made in an emergency must not keep programs from starting.
func newEmergency(text string, log *slog.Logger) *emergency {
	e := &emergency{log: log}
	text = strings.TrimSpace(text)
	switch {
	case text == "":
	case text[0] == '{' || text[0] == '[':
		values, err := parseOverrides([]byte(text))
		if err != nil {
			log.Warn(`burgee: BURGEE_OVERRIDES is ignored: it is not a JSON object such as {"Flags.isHoliday":false}`, "why", err)
			break
		}
		e.set(values)
	default:
		e.path = text
		e.look()
	}
	return e
}

func parseOverrides(text []byte) (map[string]any, error) {
	var values map[string]any
	err := json.Unmarshal(text, &values)
	if err == nil && values == nil {
		err = errors.New("it is null")
	}
	return values, err
}

// watch looks at the file until ctx ends.
func (e *emergency) watch(ctx context.Context) {
	for wait(ctx, overridesPoll) {
		e.look()
	}
}

// look takes over what the file says when that is new, and says once what is
// wrong with it. A file that is gone ends the overrides, one that is malformed
// leaves them as they are. The content is compared and not only its time, which
// some file systems count in seconds.
func (e *emergency) look() {
	content, err := readOverrides(e.path)
	switch {
	case err != nil:
		problem := err.Error()
		if problem == e.problem {
			return
		}
		e.problem, e.content = problem, nil
		if errors.Is(err, fs.ErrNotExist) && e.values.Load() != nil {
			e.set(nil)
			return
		}
		e.log.Warn("burgee: the file that BURGEE_OVERRIDES names cannot be read; it is watched", "file", e.path, "why", problem)
		return
	case e.content != nil && bytes.Equal(content, e.content):
		return
	}
	e.content, e.problem = content, ""
	values, err := parseOverrides(content)
	if err != nil {
		e.log.Warn(`burgee: the file that BURGEE_OVERRIDES names holds no JSON object such as {"Flags.isHoliday":false}; what was in force before holds`,
			"file", e.path, "why", err)
		return
	}
	e.set(values)
}

func readOverrides(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxOverridesBytes+1))
	if err == nil && len(content) > maxOverridesBytes {
		err = fmt.Errorf("it has more than %d bytes", maxOverridesBytes)
	}
	return content, err
}

// set puts values in force and says so when they are others than before.
func (e *emergency) set(values map[string]any) {
	if before := e.values.Load(); before != nil && reflect.DeepEqual(values, *before) {
		return
	}
	if len(values) == 0 {
		if e.values.Swap(nil) != nil {
			e.log.Warn("burgee: BURGEE_OVERRIDES is no longer in force")
		}
		return
	}
	e.values.Store(&values)
	text, _ := json.Marshal(values) // it came from JSON
	e.log.Warn("burgee: BURGEE_OVERRIDES is in force", "overrides", string(text))
}

// lookup returns the value that a flag is overridden with.
func (e *emergency) lookup(key string) (any, bool) {
	values := e.values.Load()
	if values == nil {
		return nil, false
	}
	v, ok := (*values)[key]
	return v, ok
}

// keys are the flags that are overridden, sorted; never nil.
func (e *emergency) keys() []string {
	keys := []string{}
	if values := e.values.Load(); values != nil {
		keys = slices.AppendSeq(keys, maps.Keys(*values))
	}
	slices.Sort(keys)
	return keys
}
