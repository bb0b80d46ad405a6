package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// fleet is many readers of one address. Each has a connection and a goroutine;
// all they keep of the stream is the last id and when events arrived.
type fleet struct {
	addr, path string
	header     string // of each request
	reconnect  bool   // come back after the end of a stream, as an SDK does
	onEvent    func(reader int, name, id string, at time.Time)

	open  atomic.Int64
	bytes atomic.Int64
	stop  chan struct{}
	done  sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn // by reader; guarded by mu
	ids   []string   // by reader: the last one seen; guarded by mu
	kinds map[string]int64
}

func newFleet(addr, path, header string, n int) *fleet {
	return &fleet{addr: addr, path: path, header: header, stop: make(chan struct{}),
		conns: make([]net.Conn, n), ids: make([]string, n), kinds: map[string]int64{}}
}

// dialing bounds how many connections are being made at once.
const dialing = 64

// connect opens all streams and returns how long each took.
func (f *fleet) connect() ([]time.Duration, error) {
	took := make([]time.Duration, len(f.conns))
	errs := make(chan error, len(f.conns))
	slots := make(chan struct{}, dialing)
	for i := range f.conns {
		slots <- struct{}{}
		f.done.Go(func() {
			began := time.Now()
			stream, err := f.patientDial(i)
			took[i] = time.Since(began)
			<-slots
			errs <- err
			if err == nil {
				f.follow(i, stream)
			}
		})
	}
	failed := 0
	var why error
	for range f.conns {
		if err := <-errs; err != nil {
			failed, why = failed+1, err
		}
	}
	if failed > 0 {
		return nil, fmt.Errorf("%d of %d streams did not open: %w", failed, len(f.conns), why)
	}
	return took, nil
}

// later is the answer of a server that limits whole snapshots.
type later struct{ after time.Duration }

func (l later) Error() string { return "the server is busy: come again after " + l.after.String() }

// patientDial comes again when the server says so.
func (f *fleet) patientDial(i int) (*bufio.Reader, error) {
	for {
		stream, err := f.dial(i)
		busy, ok := errors.AsType[later](err)
		if !ok {
			return stream, err
		}
		time.Sleep(busy.after)
	}
}

// dial opens one stream and reads the head of the answer.
func (f *fleet) dial(i int) (*bufio.Reader, error) {
	conn, err := net.DialTimeout("tcp", f.addr, 10*time.Second)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.conns[i] = conn
	id := f.ids[i]
	f.mu.Unlock()
	request := "GET " + f.path + " HTTP/1.1\r\nHost: " + f.addr + "\r\nAccept: text/event-stream\r\n" + f.header +
		"Burgee-Instance: reader-" + strconv.Itoa(i) + "\r\n"
	if id != "" {
		request += "Last-Event-ID: " + id + "\r\n"
	}
	if _, err := io.WriteString(conn, request+"\r\n"); err != nil {
		return nil, err
	}
	reader := bufio.NewReaderSize(&counted{conn, &f.bytes}, 1024)
	status, err := reader.ReadString('\n')
	if err != nil {
		return nil, err
	}
	chunked, after := false, 0
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line = strings.TrimSpace(line); line == "" {
			break
		}
		if seconds, ok := strings.CutPrefix(strings.ToLower(line), "retry-after: "); ok {
			after, _ = strconv.Atoi(seconds)
		}
		chunked = chunked || strings.EqualFold(line, "transfer-encoding: chunked")
	}
	if !strings.Contains(status, " 200 ") {
		_ = conn.Close()
		if after > 0 {
			return nil, later{time.Duration(after) * time.Second}
		}
		return nil, fmt.Errorf("the server answered %s", strings.TrimSpace(status))
	}
	if chunked {
		reader = bufio.NewReaderSize(httputil.NewChunkedReader(reader), 1024)
	}
	f.open.Add(1)
	return reader, nil
}

// counted counts what is read.
type counted struct {
	net.Conn
	n *atomic.Int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// follow reads a stream to its end, and the ones after it.
func (f *fleet) follow(i int, stream *bufio.Reader) {
	for failures := 0; ; {
		spread := 5 * time.Second
		if stream != nil {
			f.read(i, stream, &spread)
			f.open.Add(-1)
			failures = 0
		}
		if !f.reconnect {
			return
		}
		wait := rand.N(spread)
		if failures > 0 {
			wait = rand.N(min(30*time.Second, time.Second<<min(failures, 5)))
		}
		select {
		case <-f.stop:
			return
		case <-time.After(wait):
		}
		var err error
		if stream, err = f.dial(i); err != nil {
			stream, failures = nil, failures+1
		}
	}
}

// read takes the events of one stream.
func (f *fleet) read(i int, stream *bufio.Reader, spread *time.Duration) {
	var name, id string
	for {
		line, err := stream.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			continue // a long data line, in parts
		}
		if err != nil {
			return
		}
		switch {
		case bytes.HasPrefix(line, []byte("id: ")):
			id = string(bytes.TrimSpace(line[4:]))
		case bytes.HasPrefix(line, []byte("event: ")):
			name = string(bytes.TrimSpace(line[7:]))
		case bytes.HasPrefix(line, []byte(`data: {"spread_ms":`)):
			if ms, err := strconv.Atoi(strings.Trim(string(line[19:]), "}\r\n")); err == nil {
				*spread = time.Duration(max(ms, 1)) * time.Millisecond
			}
		case len(line) == 1 && name != "":
			f.took(i, name, id)
			name, id = "", ""
		}
	}
}

func (f *fleet) took(i int, name, id string) {
	at := time.Now()
	f.mu.Lock()
	f.kinds[name]++
	if id != "" {
		f.ids[i] = id
	}
	f.mu.Unlock()
	if f.onEvent != nil {
		f.onEvent(i, name, id, at)
	}
}

// count is how many events of a kind have come.
func (f *fleet) count(kind string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.kinds[kind]
}

// at counts the readers whose last id is another one than the id given.
func (f *fleet) behind(id string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, has := range f.ids {
		if has != id {
			n++
		}
	}
	return n
}

// newest is the id that most readers have.
func (f *fleet) newest() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	count, best := map[string]int{}, ""
	for _, id := range f.ids {
		if count[id]++; count[id] > count[best] || best == "" {
			best = id
		}
	}
	return best
}

func (f *fleet) close() {
	close(f.stop)
	f.mu.Lock()
	f.reconnect = false
	for _, conn := range f.conns {
		if conn != nil {
			_ = conn.Close()
		}
	}
	f.mu.Unlock()
	f.done.Wait()
}

// arrivals are the times at which one event came to each reader.
type arrivals struct {
	began time.Time
	mu    sync.Mutex
	took  []time.Duration
	all   chan struct{} // closed when the wanted number is there
	want  int
}

func newArrivals(want int) *arrivals {
	return &arrivals{began: time.Now(), want: want, all: make(chan struct{})}
}

func (a *arrivals) add(at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.took = append(a.took, at.Sub(a.began))
	if len(a.took) == a.want {
		close(a.all)
	}
}

// spread is the first, median, 99th percentile and last arrival.
func spread(took []time.Duration) (first, p50, p99, last time.Duration) {
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	n := len(took)
	return took[0], took[n/2], took[min(n-1, n*99/100)], took[n-1]
}
