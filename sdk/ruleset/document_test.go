package ruleset_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"burgee.dev/burgee/sdk/ruleset"
)

// What Next returns depends on the header and the lines only, whatever document
// it begins at: the same one, an older one, that of another environment, none.
func TestNextDependsOnTheLinesOnly(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	line := func() string {
		key := fmt.Sprint("f", random.IntN(12))
		switch random.IntN(8) {
		case 0:
			return off(key)
		case 1:
			return group(key, fmt.Sprint(random.IntN(3)))
		case 2:
			return `{"flag":"` + key + `","type":7}`
		case 3:
			return `{"flag":"` + key + `"` // cut
		case 4:
			return `{"invention":"` + key + `"}`
		}
		return on(key)
	}
	lines := func() (out [][]byte) {
		seen := map[string]bool{}
		for range random.IntN(15) {
			text := line()
			kind := text[:7] // and key, as far as it tells them apart
			if key := kind + text[len(`{"flag":"`):][:3]; !seen[key] {
				seen[key] = true
				out = append(out, []byte(text))
			}
		}
		return out
	}
	var before *ruleset.Document
	shared := 0
	for revision := range int64(2000) {
		h := ruleset.Header{Burgee: 1, Project: "p", Environment: "e", Revision: revision + 1, Hash: ruleset.HashP32}
		raw := lines()
		want, wantErr := ruleset.NewDocument(h, raw)
		got, err := before.Next(h, raw)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("Next says %v, NewDocument %v", err, wantErr)
		}
		if err != nil {
			continue
		}
		if !bytes.Equal(got.Encode(), want.Encode()) || !reflect.DeepEqual(got.Set(), want.Set()) {
			t.Fatalf("from\n%s\nNext makes\n%s\nnot\n%s", before.Encode(), got.Encode(), want.Encode())
		}
		if before != nil && got.Len() > 0 {
			shared++
		}
		before = got
	}
	if shared < 1000 {
		t.Errorf("only %d documents had one before them", shared)
	}
}
