package document

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/sdk/ruleset"
)

// kept is a split with its past, as the store keeps it.
type kept struct {
	shares []Share
	table  []Cell
	past   [][]Cell
}

// give edits a split and checks what must hold after every edit.
func (k kept) give(t *testing.T, shares []Share) kept {
	t.Helper()
	least := 0
	for _, rest := range surplus(k.table, shares) {
		least += max(rest, 0)
	}
	table, past := retable(nil, k.table, k.past, shares)
	if !agrees(table, shares) {
		t.Fatalf("the table %v does not agree with %v", table, shares)
	}
	if got := moved(k.table, table); k.table != nil && got != least {
		t.Fatalf("%v → %v moves %d; the least is %d\n%v\n%v", k.shares, shares, got, least, k.table, table)
	}
	if table[len(table)-1].End != ruleset.Whole || len(past) > keptTables {
		t.Fatalf("table %v with %d of its past", table, len(past))
	}
	for i := range table[1:] {
		if table[i].End >= table[i+1].End || table[i].To == table[i+1].To {
			t.Fatalf("the cells of %v are not apart", table)
		}
	}
	return kept{shares, table, past}
}

// randomShares deals everyone out to up to five variations and next: in whole
// percent or in millionths, some of them with nothing.
func randomShares(r *rand.Rand) []Share {
	parties := []string{"a", "b", "c", "d", "e"}[:1+r.IntN(5)]
	if r.IntN(2) == 0 {
		parties = append(slices.Clone(parties), Next)
	}
	unit := []int{1, 10_000, 50_000}[r.IntN(3)]
	var out []Share
	left := ruleset.Whole
	for i, to := range parties {
		share := left
		if i < len(parties)-1 {
			share = r.IntN(left/unit+1) * unit
		}
		out = append(out, Share{To: to, PPM: share})
		left -= share
	}
	r.Shuffle(len(out), func(i, j int) { out[i].PPM, out[j].PPM = out[j].PPM, out[i].PPM })
	return out
}

func TestEveryEditMovesAsLittleAsItCan(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 8000))
	most := 0
	for range 400 {
		k := kept{}.give(t, randomShares(r))
		for range 20 {
			k = k.give(t, randomShares(r))
			most = max(most, len(k.table))
		}
	}
	t.Logf("at most %d ranges after 20 edits", most)
	if most > manyRanges {
		t.Errorf("a table fell into %d ranges, which would propose to compact it", most)
	}
}

func TestTheWayBackIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3000))
	for range 300 {
		k := kept{}.give(t, randomShares(r))
		for range 10 {
			before := k
			k = k.give(t, randomShares(r))
			back := k.give(t, before.shares)
			if diff := cmp.Diff(before.table, back.table); diff != "" {
				t.Fatalf("%v → %v → %v is another table (-before +back):\n%s", before.shares, k.shares, before.shares, diff)
			}
		}
	}
}

func TestARampIsSteadyAndEndsInOneRange(t *testing.T) {
	for _, rest := range []string{"false", Next} {
		k := kept{}
		for _, ppm := range []int{1_000, 10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000} {
			before := k.table
			k = k.give(t, []Share{{"true", ppm}, {rest, ruleset.Whole - ppm}})
			for _, s := range shifts(before, k.table) {
				if s.from != rest {
					t.Errorf("%d ppm takes %d from %s", ppm, s.ppm, s.from)
				}
			}
			if len(k.table) > 3 {
				t.Errorf("%d ppm: %d ranges", ppm, len(k.table))
			}
		}
		if diff := cmp.Diff([]Cell{{ruleset.Whole, "true"}}, k.table); diff != "" {
			t.Errorf("the end (-want +got):\n%s", diff)
		}
	}
}

func TestWhoShrinksGivesBackWhatItTookLast(t *testing.T) {
	k := kept{}.give(t, []Share{{"a", 200_000}, {"b", 400_000}, {"c", 400_000}})
	k = k.give(t, []Share{{"a", 300_000}, {"b", 300_000}, {"c", 400_000}}) // a has 0-20 and, new, 50-60
	k = k.give(t, []Share{{"a", 250_000}, {"b", 300_000}, {"c", 450_000}})
	want := []Cell{{200_000, "a"}, {500_000, "b"}, {550_000, "a"}, {1_000_000, "c"}}
	if diff := cmp.Diff(want, k.table); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestAPartyComesAndGoes(t *testing.T) {
	two := []Share{{"a", 500_000}, {"b", 500_000}}
	k := kept{}.give(t, two)
	before := k.table
	k = k.give(t, []Share{{"a", 500_000}, {"b", 300_000}, {"c", 200_000}})
	if diff := cmp.Diff([]Cell{{500_000, "a"}, {800_000, "b"}, {1_000_000, "c"}}, k.table); diff != "" {
		t.Errorf("a variation added (-want +got):\n%s", diff)
	}
	if k = k.give(t, two); !slices.Equal(before, k.table) {
		t.Errorf("a variation removed: got %v, want %v", k.table, before)
	}
}

func TestThePastKeepsSixteenTablesAndEachOnce(t *testing.T) {
	k := kept{}.give(t, []Share{{"a", 500_000}, {"b", 500_000}})
	for i := range 100 {
		ppm := 10_000 * (1 + i%40)
		k = k.give(t, []Share{{"a", ppm}, {"b", ruleset.Whole - ppm}})
		seen := map[string]bool{fmt.Sprint(k.table): true}
		for _, table := range k.past {
			if name := fmt.Sprint(table); seen[name] {
				t.Fatalf("edit %d: %s is kept twice", i, name)
			} else {
				seen[name] = true
			}
		}
	}
	if len(k.past) != keptTables {
		t.Errorf("%d tables are kept, want %d", len(k.past), keptTables)
	}
}

func TestATableOfVeryManyRangesIsNotKept(t *testing.T) {
	var written []Cell
	for i := range 2 * maxKeptRanges {
		written = append(written, Cell{End: (i + 1) * 100, To: []string{"a", "b"}[i%2]})
	}
	half := len(written) * 50
	written = append(written, Cell{End: ruleset.Whole, To: "a"})
	shares := []Share{{"a", ruleset.Whole - half}, {"b", half}}
	table, past := retable(written, layout(shares), nil, shares)
	if len(table) != len(written) || len(past) != 1 {
		t.Fatalf("%d ranges, %d of the past", len(table), len(past))
	}
	table, past = retable(nil, table, past, []Share{{"a", half}, {"b", ruleset.Whole - half}})
	if !agrees(table, []Share{{"a", half}, {"b", ruleset.Whole - half}}) || len(past) != 1 || len(past[0]) != 2 {
		t.Errorf("the past keeps %d tables", len(past))
	}
}

func TestSharesThatAreWrongAreLeftToTheValidation(t *testing.T) {
	table := layout([]Share{{"a", 500_000}, {"b", 500_000}})
	for _, shares := range [][]Share{
		{{"a", 900_000}, {"b", 900_000}},
		{{"a", 100_000}},
		{{"c", 500_000}, {"c", 500_000}},
	} {
		edit(table, nil, shares) // an answer is enough
	}
}
