package evaltest

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"reflect"
	"testing"
)

// Engine is what is put to the test.
type Engine struct {
	// Load takes a snapshot into use; the function it returns evaluates a case on
	// it and gives the detail as JSON.
	Load func(payload []byte) (Evaluate, error)
	// NotReady evaluates a case before any snapshot came.
	NotReady Evaluate
	// Bucket and Threshold are those of the specification, section 3.
	Bucket    func(seed, unit string) uint32
	Threshold func(ppm uint32) uint32
	Position  func(bucket uint32) uint32
}

// Evaluate evaluates a case and gives the detail as JSON.
type Evaluate func(*Case) ([]byte, error)

// Run tries every vector of a folder as a subtest and returns the number of
// cases of each file, so that a caller can see that none got lost.
func Run(t *testing.T, dir fs.FS, engine Engine) map[string]int {
	t.Helper()
	files, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	ran := map[string]int{}
	for _, file := range files {
		t.Run(file.Name, func(t *testing.T) {
			ran[file.Name] += runBuckets(t, &file, engine)
			for _, suite := range file.Suites {
				t.Run(suite.Name, func(t *testing.T) {
					ran[file.Name] += runSuite(t, &suite, engine)
				})
			}
		})
	}
	return ran
}

func runBuckets(t *testing.T, file *File, engine Engine) (ran int) {
	for _, pair := range file.Thresholds {
		if got := engine.Threshold(pair[0]); got != pair[1] {
			t.Errorf("the threshold of %d ppm is %d, want %d", pair[0], got, pair[1])
		}
	}
	for _, h := range file.Hashes {
		if got := engine.Bucket(h.Seed, h.Unit); got != h.H {
			t.Errorf("the bucket of %q with the seed %q is %d, want %d", h.Unit, h.Seed, got, h.H)
		}
		if got := engine.Position(h.H); got != h.PPM {
			t.Errorf("the position of %d is %d, want %d", h.H, got, h.PPM)
		}
	}
	return len(file.Thresholds) + len(file.Hashes)
}

func runSuite(t *testing.T, suite *Suite, engine Engine) (ran int) {
	payload, err := suite.Payload()
	if err != nil {
		t.Fatal(err)
	}
	evaluate, err := engine.Load(payload)
	if err != nil {
		t.Fatalf("the suite's lines were refused: %v\n%s", err, payload)
	}
	for i := range suite.Cases {
		c := &suite.Cases[i]
		run := evaluate
		if !c.IsReady() {
			run = engine.NotReady
		}
		detail, err := run(c)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if err := Check(c, detail); err != nil {
			t.Errorf("%s: %v\ndetail %s\nlines %s", c.Name, err, detail, payload)
		}
		ran++
	}
	return ran
}

// Check compares a detail with what a case expects: every key that is named
// must be equal, numbers by value; of an error the named parts only. A variation
// that is not named must be absent.
func Check(c *Case, detail []byte) error {
	var got map[string]any
	if err := json.Unmarshal(detail, &got); err != nil {
		return fmt.Errorf("the detail is not JSON: %w", err)
	}
	for key, raw := range c.Expect {
		var want any
		if err := json.Unmarshal(raw, &want); err != nil {
			return err
		}
		have := got[key]
		if key == "error" {
			have = only(have, want)
		}
		if !reflect.DeepEqual(have, want) {
			return fmt.Errorf("%s is %s, want %s", key, compact(have), raw)
		}
	}
	if _, named := c.Expect["variation"]; !named && got["variation"] != nil {
		return fmt.Errorf("the variation %v is served, want none", got["variation"])
	}
	return nil
}

// only keeps the parts of an object that are wanted.
func only(have, want any) any {
	all, isObject := have.(map[string]any)
	wanted, _ := want.(map[string]any)
	if !isObject {
		return have
	}
	kept := map[string]any{}
	for key := range wanted {
		kept[key] = all[key]
	}
	return kept
}

func compact(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}
