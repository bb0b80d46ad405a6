package telemetry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Reference is docs/reference/metrics.md: the table of these metrics, by name.
func Reference(metrics []Definition) string {
	var b strings.Builder
	b.WriteString("# Metrics of the server\n\n" +
		"Generated from the registry of a running server; `make golden` rewrites it.\n\n" +
		"`/metrics` on `--ops-addr` (127.0.0.1:7879 by default) answers in the text form of Prometheus. Labels are bounded: no flag,\n" +
		"key or program is ever one. Durations are in seconds. A counter without a label value that has not happened yet may be absent.\n" +
		"The metrics of Go (`go_…`) and of the process (`process_…`) are there too.\n" +
		"What to ask of them, with a dashboard and alert rules: [At 3 a.m.](../guides/at-3am.md).\n\n" +
		"| metric | kind | labels | meaning |\n|---|---|---|---|\n")
	byName := slices.SortedFunc(slices.Values(metrics), func(a, b Definition) int { return cmp.Compare(a.Name, b.Name) })
	for _, d := range byName {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.Name, d.Kind, strings.Join(d.Labels, ", "), strings.ReplaceAll(d.Help, "|", "\\|"))
	}
	return b.String()
}
