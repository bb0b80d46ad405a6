package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"
)

// options are those of all commands; each uses what it needs.
type options struct {
	burgee       string
	store        string // a data folder, or postgres://…
	flags        int
	environments int
	projects     int
	rows         int
	streams      int
	flips        int
	writers      string
	seconds      time.Duration
	settle       time.Duration
	json         bool
}

func main() {
	if len(os.Args) < 2 {
		help()
	}
	var o options
	set := flag.NewFlagSet("scale", flag.ExitOnError)
	set.StringVar(&o.burgee, "burgee", "bin/burgee", "the binary that is measured")
	set.StringVar(&o.store, "store", "", "a data folder or postgres://…; fill keeps what is there, which grows to -rows")
	set.IntVar(&o.flags, "flags", 5000, "flags, over all projects")
	set.IntVar(&o.environments, "environments", 200, "environments, over all projects")
	set.IntVar(&o.projects, "projects", 1, "projects that share the flags and environments")
	set.IntVar(&o.rows, "rows", 1_000_000, "entries of the record, over all projects")
	set.IntVar(&o.streams, "streams", 1000, "streams of one environment")
	set.IntVar(&o.flips, "flips", 20, "changes that are timed to all streams")
	set.StringVar(&o.writers, "writers", "1,4,16", "how many write at the same time, in turn")
	set.DurationVar(&o.seconds, "for", 5*time.Second, "how long each number of writers writes")
	set.DurationVar(&o.settle, "settle", time.Minute, "quiet time before the second look at the memory")
	set.BoolVar(&o.json, "json", false, "print the figures as one JSON object")
	_ = set.Parse(os.Args[2:])

	commands := map[string]func(context.Context, options) error{"fill": fill, "measure": measure, "writes": writes}
	run := commands[os.Args[1]]
	if run == nil {
		help()
	}
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func help() {
	fmt.Fprintln(os.Stderr, "usage: scale fill|measure|writes [flags]; -h after a command lists them")
	os.Exit(2)
}
