package peers

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
)

// makers make the engines.
var makers = []struct {
	name string
	make func(testing.TB, *fixture) engine
}{
	{"ceiling", newCeilingEngine},
	{"burgee", newBurgee},
	{"burgee-sdk", newBurgeeSDK},
	{"launchdarkly-evaluator", newLaunchDarklyEvaluator},
	{"launchdarkly-sdk", newLaunchDarkly},
	{"growthbook", newGrowthBook},
	{"posthog", newPostHog},
}

func TestAnswers(t *testing.T) {
	for _, m := range makers {
		t.Run(m.name, func(t *testing.T) {
			e := m.make(t, newFixture())
			for _, s := range scenarios {
				if wrong := firstWrong(s, e); wrong >= 0 {
					t.Errorf("%s: wrong answer at %d", s.id, wrong)
				}
			}
			checkSplit(t, e)
			checkBulk(t, e)
		})
	}
}

// firstWrong tries a scenario and returns where its answer was wrong, or -1.
func firstWrong(s scenario, e engine) int {
	do := s.get(e)
	if do == nil {
		return -1
	}
	times := 2 * ringSize
	if s.id == "S5" {
		times = 3
	}
	for i := range times {
		if !do(i) {
			return i
		}
	}
	return -1
}

// checkSplit sees that users stay where they are and that each variation has
// its share of 10,000 users, give or take 2 in 100 of them.
func checkSplit(t *testing.T, e engine) {
	t.Helper()
	const users = 10_000
	got := map[string]int{}
	for i := range users {
		key := fmt.Sprintf("user-%05d", i)
		v := e.variation(key)
		if again := e.variation(key); again != v {
			t.Errorf("S3: %s got %q, then %q", key, v, again)
		}
		got[v]++
	}
	for i, v := range variations {
		want := users * shares[i] / 100
		if off := got[v] - want; off < -users/50 || off > users/50 {
			t.Errorf("S3: %q is served to %d of %d users, want about %d", v, got[v], users, want)
		}
	}
}

// checkBulk looks at every answer of S5.
func checkBulk(t *testing.T, e engine) {
	t.Helper()
	got := e.answers()
	if len(got) != bulkFlags {
		t.Errorf("S5: %d answers, want %d", len(got), bulkFlags)
	}
	for _, one := range newFixture().bulk {
		answer, right := got[one.key], false
		switch one.kind {
		case ofBool, ofRules:
			right = answer == true
		case ofGroup:
			right = answer == false
		case ofSplit:
			text, _ := answer.(string)
			right = slices.Contains(variations, text)
		}
		if !right {
			t.Errorf("S5: %s serves %v", one.key, answer)
		}
	}
}

// BenchmarkPeers times one engine after the other, each alone in memory, so that
// the collector works for nobody else. Beside ns/op it reports cpu-ns/op, the
// processor time of the whole process, collector included: other programs on
// the machine hardly move it.
func BenchmarkPeers(b *testing.B) {
	for _, m := range makers {
		b.Run(m.name, func(b *testing.B) {
			e := m.make(b, newFixture())
			for _, s := range scenarios {
				do := s.get(e)
				if do == nil {
					continue
				}
				if wrong := firstWrong(s, e); wrong >= 0 {
					b.Fatalf("%s: wrong answer at %d", s.id, wrong)
				}
				b.Run(s.id, func(b *testing.B) { benchmark(b, do) })
			}
		})
	}
}

func benchmark(b *testing.B, do step) {
	b.ReportAllocs()
	runtime.GC()
	right := true
	b.ResetTimer()
	before := processorTime()
	for i := range b.N {
		right = do(i) && right
	}
	spent := processorTime() - before
	b.StopTimer()
	b.ReportMetric(float64(spent)/float64(b.N), "cpu-ns/op")
	if !right {
		b.Fatal("wrong answers")
	}
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
