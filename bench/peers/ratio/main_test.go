package main

import (
	"strings"
	"testing"
)

// TestRatiosAreOfTheSameRound has a slow second round: the ratio of the medians
// would be 2, the median of the ratios is 3.
func TestRatiosAreOfTheSameRound(t *testing.T) {
	in := `goos: linux
BenchmarkPeers/ceiling/S2 	 10	 11 ns/op	 100 cpu-ns/op	 0 B/op	 0 allocs/op
BenchmarkPeers/ceiling/S1 	 10	 11 ns/op	 10 cpu-ns/op	 0 B/op	 0 allocs/op
BenchmarkPeers/burgee/S1 	 10	 33 ns/op	 30 cpu-ns/op	 0 B/op	 1 allocs/op
BenchmarkPeers/ceiling/S1 	 10	 11 ns/op	 40 cpu-ns/op	 0 B/op	 0 allocs/op
BenchmarkPeers/burgee/S1 	 10	 33 ns/op	 120 cpu-ns/op	 0 B/op	 1 allocs/op
BenchmarkPeers/ceiling/S1 	 10	 11 ns/op	 20 cpu-ns/op	 0 B/op	 0 allocs/op
BenchmarkPeers/burgee/S1 	 10	 33 ns/op	 40 cpu-ns/op	 0 B/op	 1 allocs/op
PASS
`
	want := `| scenario | engine | ns | to the ceiling | to Burgee | allocations |
| --- | --- | --: | --: | --: | --: |
| S1 | ceiling | 20.0 | 1.00 | 0.33 | 0 |
| S1 | burgee | 40.0 | 3.00 | 1.00 | 1 |
| S2 | ceiling | 100 | 1.00 |  | 0 |
`
	var out strings.Builder
	if err := run(strings.NewReader(in), &out); err != nil || out.String() != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, out.String(), want)
	}
}

func TestALineWithoutProcessorTimeIsAFault(t *testing.T) {
	if err := run(strings.NewReader("BenchmarkPeers/ceiling/S1 10 11 ns/op\n"), &strings.Builder{}); err == nil {
		t.Error("no fault")
	}
}
