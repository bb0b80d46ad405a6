package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"
)

// options are those of all commands; each uses what it needs.
type options struct {
	burgee       string
	store        string // what is filled: a data folder, or postgres://…
	stores       stores // what is measured
	flags        int
	environments int
	projects     int
	rows         int
	streams      int
	places       int
	flips        int
	seconds      time.Duration
	settle       time.Duration
}

func main() {
	if len(os.Args) < 2 {
		help()
	}
	var o options
	set := flag.NewFlagSet("scale", flag.ExitOnError)
	set.StringVar(&o.burgee, "burgee", "bin/burgee", "the binary that is measured")
	set.StringVar(&o.store, "store", "", "fill: a data folder or postgres://…; what is there stays, and grows to -rows")
	set.Var(&o.stores, "measured", "measure: NAME=STORE of a store that is filled, once for each")
	set.IntVar(&o.flags, "flags", 5000, "flags, over all projects")
	set.IntVar(&o.environments, "environments", 200, "environments, over all projects")
	set.IntVar(&o.projects, "projects", 1, "projects that share the flags and environments")
	set.IntVar(&o.rows, "rows", 1_000_000, "entries of the record, over all projects")
	set.IntVar(&o.streams, "streams", 1000, "streams, spread over the places of programs")
	set.IntVar(&o.places, "places", 10, "environments that have streams, at most those of the project")
	set.IntVar(&o.flips, "flips", 100, "changes that are timed to all streams")
	set.DurationVar(&o.seconds, "for", 5*time.Second, "how long writers write, and programs evaluate")
	set.DurationVar(&o.settle, "settle", 30*time.Second, "quiet time before the second look at the memory")
	_ = set.Parse(os.Args[2:])
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 64 // each writer keeps its connection

	commands := map[string]func(context.Context, options) error{"fill": fill, "measure": measure, "secret": printSecret}
	run := commands[os.Args[1]]
	if run == nil {
		help()
	}
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

// printSecret prints the key under which databases are filled.
func printSecret(context.Context, options) error {
	_, err := fmt.Println(secretKey)
	return err
}

func help() {
	fmt.Fprintln(os.Stderr, "usage: scale fill|measure|secret [flags]; -h after a command lists them")
	os.Exit(2)
}
