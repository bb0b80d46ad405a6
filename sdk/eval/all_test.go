package eval_test

import (
	"testing"

	"burgee.dev/burgee/sdk/eval"
)

func TestEvaluateAllIsEvaluateOfEach(t *testing.T) {
	s := scenarios(1000)
	for _, c := range []*eval.Context{nil, jan(), ring()[0]} {
		n := 0
		for key, got := range s.EvaluateAll(c, 0) {
			if want := s.Evaluate(key, c, 0); got != want {
				t.Errorf("%s serves %v among all, %v alone", key, got, want)
			}
			n++
		}
		if n != s.Len() {
			t.Errorf("%d flags, want %d", n, s.Len())
		}
	}
}

func TestEvaluateAllEndsEarlyAndWithoutASnapshot(t *testing.T) {
	n := 0
	for range scenarios(10).EvaluateAll(jan(), 0) {
		n++
		break
	}
	var none *eval.Snapshot
	for range none.EvaluateAll(jan(), 0) {
		n++
	}
	if n != 1 {
		t.Errorf("%d flags were evaluated, want 1", n)
	}
}

func TestEvaluateAllDoesNotAllocate(t *testing.T) {
	s, user := scenarios(1000), jan()
	if n := testing.AllocsPerRun(10, func() {
		for range s.EvaluateAll(user, 0) {
		}
	}); n != 0 {
		t.Errorf("evaluating all flags allocates %v times", n)
	}
}

func BenchmarkS5All1000(b *testing.B) {
	s, user := scenarios(1000), jan()
	b.ReportAllocs()
	for b.Loop() {
		for range s.EvaluateAll(user, 0) {
		}
	}
}
