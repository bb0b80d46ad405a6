// Command ingest measures how many batches of counts one server takes with its
// sums written, and what it does when twice as many come. It looks for the rate
// at which everything is taken, holds that for a while, then offers twice as
// much, and compares at the end of each part what the database has with what was
// acknowledged. The server, the database and this program share the processors.
//
//	ingest -burgee bin/burgee                          on SQLite, in a folder of its own
//	ingest -burgee bin/burgee -store postgres://…      on an empty database
//
// A batch is as SDKs send it: compressed, a new id each, 50 sums of 7
// evaluations, of 200 flags with two variations, by 20 versions of programs. Each
// of the programs sends one in five seconds.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

type options struct {
	burgee string
	store  string // postgres://…; empty is SQLite
	conns  int
	probe  time.Duration
	hold   time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.burgee, "burgee", "bin/burgee", "the binary to measure")
	flag.StringVar(&o.store, "store", "", "postgres://… of an empty database; SQLite without")
	flag.IntVar(&o.conns, "connections", 1000, "connections that requests may use at a time")
	flag.DurationVar(&o.probe, "probe", 12*time.Second, "how long each rate is tried")
	flag.DurationVar(&o.hold, "hold", time.Minute, "how long the rate that was found, and twice it, are held")
	flag.Parse()
	if err := measure(o); err != nil {
		fmt.Fprintln(os.Stderr, "ingest:", err)
		os.Exit(1)
	}
}

func measure(o options) error {
	s, err := start(o)
	if err != nil {
		return err
	}
	defer s.end()
	rate, err := find(s, o)
	if err != nil {
		return err
	}
	for _, times := range []int{1, 2} {
		if err := part(s, o, fmt.Sprintf("%d times the rate", times), times*rate, o.hold); err != nil {
			return err
		}
	}
	return nil
}

// find returns the batches a second that the server takes without a refusal and,
// but for one in a hundred, within two seconds, so that nothing piles up: it starts
// with what it answers to a few connections and goes down.
func find(s *server, o options) (rate int, err error) {
	most := run(s, o, 0, o.probe)
	if _, err := s.settle(most); err != nil {
		return 0, err
	}
	rate = most.perSecond(most.taken)
	fmt.Printf("%d connections in a circle: %d batches a second\n", circle, rate)
	for rate = rate * 9 / 10; rate > 0; rate = rate * 17 / 20 {
		tried := run(s, o, rate, o.probe)
		if _, err := s.settle(tried); err != nil {
			return 0, err
		}
		fmt.Printf("%d a second tried: %d taken, 99 %% within %v\n", rate, tried.perSecond(tried.taken), tried.quantile(0.99))
		if tried.taken == tried.offered && tried.quantile(0.99) < 2*time.Second {
			return rate, nil
		}
	}
	return 0, fmt.Errorf("no rate is taken:\n%s", s.Out)
}

// part offers a rate for a while and prints what became of it.
func part(s *server, o options, name string, rate int, length time.Duration) error {
	before := s.Usage()
	size := s.size()
	watch := s.watch()
	got := run(s, o, rate, length)
	memory := watch()
	settled, err := s.settle(got)
	if err != nil {
		return err
	}
	cpu := s.Usage().CPU - before.CPU
	fmt.Printf("\n%s: %d batches a second offered for %v, load %s\n", name, rate, length, load())
	fmt.Printf("  answered           within %v\n", got.length.Round(time.Second/10))
	fmt.Printf("  taken              %d a second: %d sums, %d evaluations\n", got.perSecond(got.taken), got.perSecond(got.taken)*sums, got.perSecond(got.taken)*sums*each)
	fmt.Printf("  refused with 503   %d a second, each with Retry-After\n", got.perSecond(got.refused))
	fmt.Printf("  given up           %d a second, not sent within %v\n", got.perSecond(got.late), patience)
	fmt.Printf("  answer             p50 %v, p99 %v, worst %v\n", got.quantile(0.5), got.quantile(0.99), got.quantile(1))
	fmt.Printf("  processor time     %v for each batch that was answered, flushes included\n", (cpu / time.Duration(max(1, got.taken+got.refused))).Round(time.Microsecond))
	fmt.Printf("  resident memory    %d MB before; every five seconds %v\n", before.Resident>>20, memory)
	fmt.Printf("  stored             all %d evaluations that were acknowledged, %v after the last\n", got.taken*sums*each, settled.Round(time.Second/10))
	if size > 0 {
		fmt.Printf("  database           %d MB larger\n", (s.size()-size)>>20)
	}
	return nil
}
