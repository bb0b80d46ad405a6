package main

import (
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"time"
)

// result is what one server showed.
type result struct {
	connect               []time.Duration
	first, p50, p99, last []time.Duration // of each event
	resident              int64           // bytes for each stream
	cpu                   time.Duration   // for each stream and event
	bytes                 int64           // to all streams, over all events
}

const sdkHeader = "Authorization: Bearer " + key + "\r\nBurgee-Application: fanout\r\nBurgee-Sdk: fanout/1\r\nBurgee-Delta: 1\r\n"

// compare measures the reference and Burgee, one after the other.
func compare(o options) error {
	reference, err := startReference(o)
	if err != nil {
		return err
	}
	ref, err := measure(o, reference, "/stream", "", func(int) error {
		return reference.post("/publish?size=600", nil)
	})
	reference.end()
	if err != nil {
		return fmt.Errorf("the reference: %w", err)
	}
	burgee, err := startBurgee(o)
	if err != nil {
		return err
	}
	defer burgee.end()
	own, err := measure(o, burgee, "/sdk/v1/stream", sdkHeader, burgee.flip)
	if err != nil {
		return fmt.Errorf("burgee: %w\n%s", err, burgee.Out)
	}
	fmt.Printf("%d streams, %d events, medians over the events; from before the request that changes something, the durable commit included\n\n", o.n, o.events)
	fmt.Printf("%-34s %12s %12s %8s\n", "", "reference", "burgee", "ratio")
	row("connect, median", median(ref.connect), median(own.connect))
	row("first stream", median(ref.first), median(own.first))
	row("median stream", median(ref.p50), median(own.p50))
	row("99 % of the streams", median(ref.p99), median(own.p99))
	row("last stream", median(ref.last), median(own.last))
	row("last stream, worst event", slices.Max(ref.last), slices.Max(own.last))
	row("processor time, stream and event", ref.cpu, own.cpu)
	fmt.Printf("%-34s %9.1f kB %9.1f kB %8.2f\n", "resident memory of a stream", float64(ref.resident)/1000, float64(own.resident)/1000, float64(own.resident)/float64(ref.resident))
	fmt.Printf("%-34s %12d %12d\n", "bytes to a stream for an event", ref.bytes/int64(o.n*o.events), own.bytes/int64(o.n*o.events))
	return nil
}

func row(name string, a, b time.Duration) {
	fmt.Printf("%-34s %12s %12s %8.2f\n", name, short(a), short(b), float64(b)/float64(a))
}

func short(d time.Duration) string {
	if d < time.Millisecond {
		return fmt.Sprintf("%.1f µs", float64(d)/1e3)
	}
	return fmt.Sprintf("%.1f ms", float64(d)/1e6)
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}

// measure connects the streams and changes something again and again.
func measure(o options, s *server, path, header string, change func(i int) error) (result, error) {
	idle := s.Usage()
	f := newFleet(s.Addr, path, header, o.n)
	defer f.close()
	var current atomic.Pointer[arrivals]
	f.onEvent = func(_ int, name, _ string, at time.Time) {
		if a := current.Load(); a != nil && (name == "delta" || name == "full") {
			a.add(at)
		}
	}
	var r result
	var err error
	if r.connect, err = f.connect(); err != nil {
		return r, err
	}
	time.Sleep(o.settle)
	full := s.Usage()
	r.resident = (full.Resident - idle.Resident) / int64(o.n)
	bytes := f.bytes.Load()
	for i := range o.events {
		a := newArrivals(o.n)
		current.Store(a)
		if err := change(i); err != nil {
			return r, err
		}
		select {
		case <-a.all:
		case <-time.After(30 * time.Second):
			return r, fmt.Errorf("event %d reached %d of %d streams in 30 s", i, len(a.took), o.n)
		}
		first, p50, p99, last := spread(a.took)
		r.first, r.p50, r.p99, r.last = append(r.first, first), append(r.p50, p50), append(r.p99, p99), append(r.last, last)
		time.Sleep(o.every)
	}
	r.cpu = (s.Usage().CPU - full.CPU) / time.Duration(o.n*o.events)
	r.bytes = f.bytes.Load() - bytes
	return r, nil
}

// restart kills the server under all streams and starts it again: what it sends
// until everybody is up to date, and how long that takes.
func restart(o options) error {
	s, err := startBurgee(o)
	if err != nil {
		return err
	}
	defer func() { s.end() }()
	f := newFleet(s.Addr, "/sdk/v1/stream", sdkHeader, o.n)
	f.reconnect = true
	defer f.close()
	if _, err := f.connect(); err != nil {
		return err
	}
	time.Sleep(o.settle)
	for _, changed := range []bool{false, true} {
		if err := restartOnce(o, s, f, changed); err != nil {
			return fmt.Errorf("%w\n%s", err, s.Out)
		}
	}
	return nil
}

func restartOnce(o options, s *server, f *fleet, changed bool) error {
	id := f.newest()
	before := map[string]int64{}
	for _, kind := range []string{"uptodate", "delta", "full"} {
		before[kind] = f.count(kind)
	}
	s.Kill()
	for f.open.Load() > 0 {
		time.Sleep(time.Millisecond)
	}
	bytes := f.bytes.Load()
	began := time.Now()
	if err := s.start(); err != nil {
		return err
	}
	up := time.Since(began)
	if changed {
		if err := s.flip(0); err != nil {
			return err
		}
	}
	settled := func() int {
		if changed {
			return o.n - f.behind(f.newest())
		}
		return int(f.count("uptodate") - before["uptodate"] + f.count("full") - before["full"])
	}
	for changed && f.newest() == id || settled() < o.n*99/100 || f.open.Load() < int64(o.n*99/100) {
		if time.Since(began) > 2*time.Minute {
			return fmt.Errorf("after two minutes %d of %d streams are up to date", settled(), o.n)
		}
		time.Sleep(5 * time.Millisecond)
	}
	took := time.Since(began)
	fmt.Printf("restart with %d streams, %s: server up after %v, 99 %% up to date after %v; %d uptodate, %d delta, %d full; %d bytes\n",
		o.n, map[bool]string{false: "nothing changed", true: "one flag changed meanwhile"}[changed], up.Round(time.Millisecond), took.Round(10*time.Millisecond),
		f.count("uptodate")-before["uptodate"], f.count("delta")-before["delta"], f.count("full")-before["full"], f.bytes.Load()-bytes)
	time.Sleep(o.settle)
	return nil
}

// slow measures the same streams without and with readers of a byte a second
// beside them.
func slow(o options) error {
	s, err := startBurgee(o)
	if err != nil {
		return err
	}
	defer s.end()
	alone, err := measure(o, s, "/sdk/v1/stream", sdkHeader, s.flip)
	if err != nil {
		return err
	}
	stop := make(chan struct{})
	defer close(stop)
	for range o.slow {
		if err := crawl(s.Addr, stop); err != nil {
			return err
		}
	}
	before := s.Usage()
	beside, err := measure(o, s, "/sdk/v1/stream", sdkHeader, s.flip)
	if err != nil {
		return err
	}
	after := s.Usage()
	fmt.Printf("%d streams beside %d that read a byte a second, %d events\n\n", o.n, o.slow, o.events)
	fmt.Printf("%-34s %12s %12s %8s\n", "", "alone", "beside", "ratio")
	row("median stream", median(alone.p50), median(beside.p50))
	row("99 % of the streams", median(alone.p99), median(beside.p99))
	row("last stream", median(alone.last), median(beside.last))
	fmt.Printf("resident memory meanwhile: %.1f → %.1f MB\n", float64(before.Resident)/1e6, float64(after.Resident)/1e6)
	return nil
}

// memory tells the server's memory each minute, with many streams of which some
// read a byte a second and come again when they are given up.
func memory(o options) error {
	s, err := startBurgee(o)
	if err != nil {
		return err
	}
	defer s.end()
	stop := make(chan struct{})
	defer close(stop)
	for range o.slow {
		if err := crawl(s.Addr, stop); err != nil {
			return err
		}
	}
	o.every = memoryPause
	o.events = int(o.lasts / memoryPause)
	fmt.Printf("%d streams and %d that read a byte a second; resident memory after each minute, in MB:", o.n, o.slow)
	go func() {
		for minute := time.NewTicker(time.Minute); ; <-minute.C {
			fmt.Printf(" %.1f", float64(s.Usage().Resident)/1e6)
		}
	}()
	seen, err := measure(o, s, "/sdk/v1/stream", sdkHeader, s.flip)
	if err != nil {
		return err
	}
	fmt.Printf("\n%d changes, last stream %v, worst %v\n", o.events, median(seen.last), slices.Max(seen.last))
	return nil
}

// memoryPause is between changes.
const memoryPause = 2 * time.Second

// crawl opens a stream with the smallest buffer and reads a byte a second, and
// opens another when it ends.
func crawl(addr string, stop <-chan struct{}) error {
	conn, err := openSlowly(addr)
	if err != nil {
		return err
	}
	go func() {
		for b := make([]byte, 1); ; {
			select {
			case <-stop:
				_ = conn.Close()
				return
			case <-time.After(time.Second):
			}
			if _, err := conn.Read(b); err == nil {
				continue
			}
			_ = conn.Close()
			if again, err := openSlowly(addr); err == nil {
				conn = again
			}
		}
	}()
	return nil
}

func openSlowly(addr string) (net.Conn, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	_ = conn.(*net.TCPConn).SetReadBuffer(1)
	_, err = fmt.Fprintf(conn, "GET /sdk/v1/stream HTTP/1.1\r\nHost: %s\r\n%s\r\n", addr, sdkHeader)
	return conn, err
}
