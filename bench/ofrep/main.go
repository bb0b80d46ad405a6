// Command ofrep measures remote evaluation beside a bare net/http server that
// reads and writes the same JSON with encoding/json and decides nothing (the
// reference). Both have processor 0, one after the other in each round, and the
// load comes from this program, on another processor if it is started there: only
// the ratios of one round mean something on a machine that others use too.
//
//	taskset -c 1 ofrep compare -burgee bin/burgee
//	ofrep ref -addr 127.0.0.1:9003             the reference alone
//
// Throughput and processor time are of many connections, each of which asks again
// as soon as it has its answer; the time to an answer is of one.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

type options struct {
	burgee   string
	rounds   int
	lasts    time.Duration
	conns    int
	serverOn string
	only     string
}

func main() {
	if len(os.Args) < 2 {
		help()
	}
	set := flag.NewFlagSet("ofrep "+os.Args[1], flag.ExitOnError)
	addr := set.String("addr", "127.0.0.1:9003", "address of the reference")
	var o options
	set.StringVar(&o.burgee, "burgee", "bin/burgee", "the binary to measure")
	set.IntVar(&o.rounds, "rounds", 7, "rounds; figures are medians of them")
	set.DurationVar(&o.lasts, "lasts", 2*time.Second, "how long each measurement takes")
	set.IntVar(&o.conns, "connections", 32, "connections for throughput")
	set.StringVar(&o.serverOn, "server-cpu", "0", "processor of the measured servers (taskset); empty leaves it to the system")
	set.StringVar(&o.only, "only", "", "one scenario: plain, rules or bulk")
	_ = set.Parse(os.Args[2:])
	switch os.Args[1] {
	case "compare":
		exit(compare(o))
	case "ref":
		exit(reference(*addr))
	default:
		help()
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "ofrep:", err)
		os.Exit(1)
	}
}

func help() {
	fmt.Fprintln(os.Stderr, "usage: ofrep compare|ref [flags]; ofrep compare -h lists them")
	os.Exit(2)
}
