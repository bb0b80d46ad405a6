package document

import (
	"math/rand/v2"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// Whatever a split is and however it is raised: the shares sum to the whole, the
// raised one has what was asked for, nobody else gains, and nobody loses it.
func TestRaisingTakesFromTheOthersInProportionAndFromNobodyWhoHasIt(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 6))
	raised := 0
	for range 3000 {
		k := kept{}.give(t, randomShares(r))
		to := k.shares[r.IntN(len(k.shares))]
		if to.To == Next || to.PPM == ruleset.Whole {
			continue
		}
		for ppm := to.PPM; ppm < ruleset.Whole; ppm += 1 + r.IntN(ruleset.Whole-ppm) {
			serve, err := Raise(Serve{Shares: k.shares, Table: k.table}, to.To, "", "", ppm)
			if err != nil {
				t.Fatalf("%v to %d: %v", k.shares, ppm, err)
			}
			sum := 0
			for _, s := range serve.Shares {
				sum += s.PPM
				before := 0
				for _, b := range k.shares {
					if b.To == s.To {
						before = b.PPM
					}
				}
				if s.To == to.To && s.PPM != ppm || s.To != to.To && s.PPM > before {
					t.Fatalf("%v raised to %d of %s: %v", k.shares, ppm, to.To, serve.Shares)
				}
			}
			if sum != ruleset.Whole {
				t.Fatalf("%v sum to %d", serve.Shares, sum)
			}
			next := k.give(t, serve.Shares)
			for _, s := range shifts(k.table, next.table) {
				if s.from == to.To {
					t.Fatalf("%v → %v takes %d from who had %s", k.shares, serve.Shares, s.ppm, to.To)
				}
			}
			k = next
			raised++
		}
	}
	if raised < 3000 {
		t.Errorf("only %d were raised", raised)
	}
}

func TestRaisingEndsInServingItToEveryone(t *testing.T) {
	serve, err := Raise(Serve{Variation: Code}, "true", "false", "device.key", 100_000)
	if err != nil || serve.By != "device.key" || len(serve.Shares) != 2 || serve.Shares[1] != (Share{"false", 900_000}) {
		t.Errorf("from the program's default: %+v, %v", serve, err)
	}
	serve, err = Raise(serve, "true", "false", "device.key", ruleset.Whole)
	if err != nil || serve.Variation != "true" || serve.Shares != nil {
		t.Errorf("to everyone: %+v, %v", serve, err)
	}
}

func TestWhatCannotBeRaised(t *testing.T) {
	half := Serve{Shares: []Share{{"true", 500_000}, {"false", 500_000}}}
	for name, test := range map[string]struct {
		serve        Serve
		to, rest, by string
		ppm          int
		words        string
	}{
		"more than wanted":       {half, "true", "", "", 100_000, "true has 50 % already, more than 10 %"},
		"another unit":           {half, "true", "", "user.id", 600_000, "the split goes by targetingKey"},
		"a rest without a share": {half, "true", "maybe", "", 600_000, "maybe has no share of it"},
		"what everyone gets":     {Serve{Variation: "true"}, "true", "", "", 600_000, "everyone gets true already"},
		"another rest":           {Serve{Variation: "a"}, "b", "c", "", 600_000, "keep what they get, which is a"},
		"the program's default":  {Serve{Variation: Code}, "true", "", "", 600_000, "name what the others get"},
		"itself as the rest":     {Serve{Variation: Code}, "true", "true", "", 600_000, "another variation than true"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Raise(test.serve, test.to, test.rest, test.by, test.ppm)
			if f := fault.As(err); err == nil || f.Code != "rollout_invalid" || !strings.Contains(f.Message, test.words) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := RaiseArms(Experiment{Serve: map[string]string{"x": "true"}}, 100_000); err == nil {
		t.Error("an experiment without arms was raised")
	}
}

func TestArmsOfNothingGetEqualParts(t *testing.T) {
	x, err := RaiseArms(Experiment{Arms: []Arm{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Next: true, PPM: ruleset.Whole}}}, 100_000)
	if err != nil || x.Arms[0].PPM+x.Arms[1].PPM+x.Arms[2].PPM != 100_000 || x.Arms[0].PPM-x.Arms[2].PPM > 1 || x.Arms[3].PPM != 900_000 {
		t.Errorf("%+v, %v", x.Arms, err)
	}
}
