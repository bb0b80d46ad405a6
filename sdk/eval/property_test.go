package eval_test

import (
	"fmt"
	"math"
	"testing"

	"burgee.dev/burgee/sdk/eval"
)

const (
	units = 400_000
	bins  = 1000
	// critical is what chi squared of 999 degrees of freedom stays below in all
	// but one of 100,000 samples. Nothing here is random, so the tests give the
	// same sums always; a sound hash has no reason to be beyond.
	critical = 1200.0
)

// names are the shapes that units have in programs.
var names = map[string]func(i int) string{
	"numbers":          func(i int) string { return fmt.Sprint(i) },
	"user-N":           func(i int) string { return fmt.Sprintf("user-%d", i) },
	"e-mail addresses": func(i int) string { return fmt.Sprintf("u%d@corp.example", i) },
	"uuids": func(i int) string {
		n := uint64(i) * 0x9E3779B97F4A7C15
		return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", uint32(n>>32), uint16(n>>16), n&0xfff, n>>52, n>>16)
	},
}

// bin is the part of the whole, one of n, that a bucket lies in.
func bin(h uint32, n uint64) int { return int(uint64(h) * n / math.MaxUint32) }

// chiSquared is how far counts are from being equal.
func chiSquared(counts []int, total int) (sum float64) {
	mean := float64(total) / float64(len(counts))
	for _, n := range counts {
		sum += (float64(n) - mean) * (float64(n) - mean) / mean
	}
	return sum
}

func TestBucketsAreUniform(t *testing.T) {
	for shape, name := range names {
		counts := make([]int, bins)
		for i := range units {
			counts[bin(eval.Bucket("5f2a9c1e7b3d4a60", name(i)), bins)]++
		}
		if x := chiSquared(counts, units); x > critical {
			t.Errorf("%s: chi squared is %.0f, want at most %.0f", shape, x, critical)
		}
	}
}

// Where a unit stands for one seed says nothing about where it stands for
// another one, also when the seeds differ in one character only.
func TestSeedsAreIndependent(t *testing.T) {
	const side = 32 // side*side cells, about as many as there are bins above
	for _, seeds := range [][2]string{{"5f2a9c1e7b3d4a60", "5f2a9c1e7b3d4a61"}, {"checkout", "search"}, {"", "s"}} {
		counts := make([]int, side*side)
		var sumA, sumB, sumAA, sumBB, sumAB float64
		for i := range units {
			unit := fmt.Sprintf("user-%d", i)
			a, b := eval.Bucket(seeds[0], unit), eval.Bucket(seeds[1], unit)
			counts[bin(a, side)*side+bin(b, side)]++
			x, y := float64(a)/math.MaxUint32, float64(b)/math.MaxUint32
			sumA, sumB, sumAA, sumBB, sumAB = sumA+x, sumB+y, sumAA+x*x, sumBB+y*y, sumAB+x*y
		}
		if x := chiSquared(counts, units); x > critical+side*side-bins {
			t.Errorf("%q: chi squared of the pairs is %.0f, want at most %.0f", seeds, x, critical+side*side-bins)
		}
		covariance := sumAB - sumA*sumB/units
		correlation := covariance / math.Sqrt((sumAA-sumA*sumA/units)*(sumBB-sumB*sumB/units))
		if limit := 4.5 / math.Sqrt(units); math.Abs(correlation) > limit {
			t.Errorf("%q: the correlation is %.5f, want at most %.5f", seeds, correlation, limit)
		}
	}
}

// A share that grows keeps everybody whom it had, for every step of it.
func TestAGrowingShareLosesNobody(t *testing.T) {
	for ppm := uint32(1); ppm <= 1_000_000; ppm++ {
		if before, after := eval.Threshold(ppm-1), eval.Threshold(ppm); after <= before {
			t.Fatalf("the threshold of %d ppm is %d, after %d", ppm, after, before)
		}
	}
	for i := range 100_000 {
		h := eval.Bucket("ramp", fmt.Sprintf("user-%d", i))
		at := eval.Position(h)
		if h < eval.Threshold(at) || at < 1_000_000 && h >= eval.Threshold(at+1) {
			t.Fatalf("bucket %d is shown at %d ppm, and lies elsewhere", h, at)
		}
	}
}
