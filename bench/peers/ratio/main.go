// Command ratio reads the output of benchmark rounds and prints one Markdown
// table: a row for each scenario and engine with the median of its processor
// time, the median of its ratio to the ceiling of the same round, and how much
// slower than Burgee's engine it was in the same round.
//
//	ratio <rounds.txt
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "ratio:", err)
		os.Exit(1)
	}
}

const (
	ceiling = "ceiling"
	burgee  = "burgee"
)

// row is what one engine did in one scenario, a number for each round.
type row struct {
	scenario, engine string
	nanoseconds      []float64
	allocations      string
}

func run(in io.Reader, out io.Writer) error {
	rows, err := read(in)
	if err != nil {
		return err
	}
	write(out, "scenario", "engine", "ns", "to the ceiling", "to Burgee", "allocations")
	write(out, "---", "---", "--:", "--:", "--:", "--:")
	for _, r := range rows {
		write(out, r.scenario, r.engine, readable(median(r.nanoseconds)),
			ratio(r, find(rows, r.scenario, ceiling)), ratio(r, find(rows, r.scenario, burgee)), r.allocations)
	}
	return nil
}

func write(out io.Writer, cells ...string) {
	fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
}

// read takes the lines "BenchmarkPeers/engine/S1 100 12.3 ns/op …" and leaves
// out all others. Rows are by scenario, engines in the order of the input.
func read(in io.Reader) ([]*row, error) {
	var rows []*row
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "BenchmarkPeers/") {
			continue
		}
		parts := strings.Split(fields[0], "/")
		if len(parts) != 3 {
			return nil, fmt.Errorf("%q is not BenchmarkPeers/engine/scenario", fields[0])
		}
		r := find(rows, parts[2], parts[1])
		if r == nil {
			r = &row{scenario: parts[2], engine: parts[1]}
			rows = append(rows, r)
		}
		n, err := strconv.ParseFloat(metric(fields, "cpu-ns/op"), 64)
		if err != nil {
			return nil, fmt.Errorf("%q has no processor time: %w", fields[0], err)
		}
		r.nanoseconds = append(r.nanoseconds, n)
		r.allocations = cmp.Or(metric(fields, "allocs/op"), "–")
	}
	slices.SortStableFunc(rows, func(a, b *row) int { return strings.Compare(a.scenario, b.scenario) })
	return rows, lines.Err()
}

// metric is the number before a unit, empty when the unit is not there.
func metric(fields []string, unit string) string {
	if i := slices.Index(fields, unit); i > 0 {
		return fields[i-1]
	}
	return ""
}

func find(rows []*row, scenario, engine string) *row {
	i := slices.IndexFunc(rows, func(r *row) bool { return r.scenario == scenario && r.engine == engine })
	if i < 0 {
		return nil
	}
	return rows[i]
}

// ratio compares round by round: what disturbed a round disturbed both.
func ratio(a, b *row) string {
	if b == nil || len(a.nanoseconds) != len(b.nanoseconds) {
		return ""
	}
	var each []float64
	for i := range a.nanoseconds {
		each = append(each, a.nanoseconds[i]/b.nanoseconds[i])
	}
	return fmt.Sprintf("%.2f", median(each))
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func readable(nanoseconds float64) string {
	if nanoseconds < 100 {
		return fmt.Sprintf("%.1f", nanoseconds)
	}
	return fmt.Sprintf("%.0f", nanoseconds)
}
