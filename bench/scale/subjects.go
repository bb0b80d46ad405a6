package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// stores are those that are measured, in the order of the flags.
type stores []named

type named struct{ name, store string }

// String implements flag.Value.
func (s *stores) String() string { return "" }

// Set implements flag.Value.
func (s *stores) Set(text string) error {
	name, store, ok := strings.Cut(text, "=")
	if !ok {
		return errors.New("write NAME=STORE")
	}
	*s = append(*s, named{name, store})
	return nil
}

// subjectOf is a server on one of the stores.
type subjectOf struct {
	named
	*burgee
	keys []place // where its programs are
}

// place is an environment with a key for programs.
type place struct{ environment, key string }

// table are figures of all subjects, side by side. What is compared is measured
// in turns, so that a busy moment of the machine meets all of them.
type table struct {
	subjects []*subjectOf
	lines    []line
}

type line struct {
	name   string
	values []string
	load   string // of the machine, when they had been measured
}

// String is the line as a row of Markdown.
func (l line) String() string {
	return fmt.Sprintf("| %s | %s | %s |", l.name, strings.Join(l.values, " | "), l.load)
}

func (t *table) add(name string, values []string) {
	l := line{name, values, load()}
	t.lines = append(t.lines, l)
	fmt.Fprintln(os.Stderr, l) // as it comes: the table is last
}

// each adds one value of each subject.
func (t *table) each(name string, value func(*subjectOf) (string, error)) error {
	values := make([]string, len(t.subjects))
	for i, s := range t.subjects {
		var err error
		if values[i], err = value(s); err != nil {
			return fmt.Errorf("%s, %s: %w", s.name, name, err)
		}
	}
	t.add(name, values)
	return nil
}

// turns calls do so many times on every subject, and adds p50, p99 and the worst.
func (t *table) turns(name string, n int, do func(s *subjectOf, turn int) (time.Duration, error)) error {
	took := make([][]time.Duration, len(t.subjects))
	for turn := range n {
		for i, s := range t.subjects {
			d, err := do(s, turn)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", s.name, name, err)
			}
			took[i] = append(took[i], d)
		}
	}
	values := make([]string, len(took))
	for i, d := range took {
		values[i] = spread(d)
	}
	t.add(name, values)
	return nil
}

// spread is p50, p99 and the worst, in milliseconds. Of few values it is the
// middle one alone.
func spread(d []time.Duration) string {
	if len(d) < 50 {
		return milliseconds(quantile(d, 0.5))
	}
	return milliseconds(quantile(d, 0.5)) + " · " + milliseconds(quantile(d, 0.99)) + " · " + milliseconds(slices.Max(d))
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond))
}

func quantile(d []time.Duration, q float64) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[int(q*float64(len(d)-1))]
}

// load is the machine's load average over one minute, "" where it is not told.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

// print writes the figures as a table of Markdown.
func (t *table) print() {
	var names, dashes []string
	for _, s := range t.subjects {
		names, dashes = append(names, s.name), append(dashes, "---")
	}
	fmt.Printf("| %s | %s | load |\n|---|%s|---|\n", time.Now().Format("2006-01-02 15:04"), strings.Join(names, " | "), strings.Join(dashes, "|"))
	for _, l := range t.lines {
		fmt.Println(l)
	}
}
