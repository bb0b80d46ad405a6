// Command fanout measures how a change reaches many open streams: how long it
// takes to connect them, what one costs in memory, the spread of an event's
// arrival over all of them, and the server's processor time for each stream and
// event. Burgee and a bare net/http server of events (the reference) are
// measured one after the other in one run, because only their ratio means
// something on a machine that others use too.
//
//	fanout compare -burgee bin/burgee -n 10000     reference, then Burgee
//	fanout restart -burgee bin/burgee -n 10000     all streams come back after a kill
//	fanout slow    -burgee bin/burgee -n 2000 -slow 1000    readers of a byte a second
//	fanout ref     -addr 127.0.0.1:9002            the reference alone
//
// It talks to loopback only. The limit of open files must exceed n for both
// sides; fanout raises its own as far as the system lets it.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

// options are what the commands have in common.
type options struct {
	burgee   string
	n        int
	slow     int
	events   int
	every    time.Duration
	settle   time.Duration
	lasts    time.Duration
	flags    int
	serverOn string
}

func main() {
	raiseFileLimit()
	if len(os.Args) < 2 {
		help()
	}
	set := flag.NewFlagSet("fanout "+os.Args[1], flag.ExitOnError)
	addr := set.String("addr", "127.0.0.1:9002", "address of the reference")
	var o options
	set.StringVar(&o.burgee, "burgee", "../../bin/burgee", "the binary to measure")
	set.IntVar(&o.n, "n", 10_000, "streams")
	set.IntVar(&o.slow, "slow", 1000, "slow, memory: readers of a byte a second")
	set.IntVar(&o.events, "events", 20, "changes")
	set.DurationVar(&o.every, "every", 200*time.Millisecond, "pause between the end of an event and the next")
	set.DurationVar(&o.settle, "settle", 2*time.Second, "quiet time after connecting")
	set.DurationVar(&o.lasts, "lasts", 10*time.Minute, "memory: how long")
	set.IntVar(&o.flags, "flags", 100, "flags in the environment")
	set.StringVar(&o.serverOn, "server-cpu", "0", "processor of the measured server (taskset); empty leaves it to the system")
	_ = set.Parse(os.Args[2:])

	commands := map[string]func(options) error{"compare": compare, "restart": restart, "slow": slow, "memory": memory}
	switch run := commands[os.Args[1]]; {
	case os.Args[1] == "ref":
		exit(reference(*addr))
	case run != nil:
		exit(run(o))
	default:
		help()
	}
}

func help() {
	fmt.Fprintln(os.Stderr, "usage: fanout compare|restart|slow|memory|ref [flags]; -h after a command lists them")
	os.Exit(2)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "fanout:", err)
		os.Exit(1)
	}
	os.Exit(0)
}
