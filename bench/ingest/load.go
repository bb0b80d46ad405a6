package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	flags    = 200
	sums     = 50 // of a batch
	each     = 7  // evaluations of a sum
	versions = 20
	interval = 5 * time.Second // between two batches of a program
	patience = 10 * time.Second
	circle   = 16 // connections that look for the rate
)

// result is what became of the batches of one part.
type result struct {
	length                        time.Duration
	offered, taken, refused, late int
	unknown                       int // no answer came, so they may be counted
	took                          []time.Duration
}

func (r *result) perSecond(n int) int { return int(float64(n) / r.length.Seconds()) }

// quantile is of the answers, from the moment when the batch was due.
func (r *result) quantile(q float64) time.Duration {
	if len(r.took) == 0 {
		return 0
	}
	return r.took[int(q*float64(len(r.took)-1))].Round(100 * time.Microsecond)
}

// run offers batches at a rate, whatever the server answers; 0 is as many as a
// few connections get answered.
func run(s *server, o options, rate int, length time.Duration) *result {
	conns := o.conns
	if rate == 0 {
		conns = circle
	}
	var next atomic.Int64
	var all sync.WaitGroup
	var mu sync.Mutex
	r := &result{length: length}
	began := time.Now()
	for range conns {
		all.Go(func() {
			w := &worker{server: s, rate: rate, result: result{length: length}}
			w.work(began, &next)
			mu.Lock()
			defer mu.Unlock()
			r.add(&w.result)
		})
	}
	all.Wait()
	r.length = max(length, time.Since(began)) // answers may come later than the last batch is due
	slices.Sort(r.took)
	return r
}

func (r *result) add(o *result) {
	r.offered, r.taken, r.refused = r.offered+o.offered, r.taken+o.taken, r.refused+o.refused
	r.late, r.unknown, r.took = r.late+o.late, r.unknown+o.unknown, append(r.took, o.took...)
}

// worker sends over one connection.
type worker struct {
	server *server
	rate   int
	conn   net.Conn
	in     *bufio.Reader
	packed *gzip.Writer
	body   bytes.Buffer
	result
}

func (w *worker) work(began time.Time, next *atomic.Int64) {
	defer w.close()
	for {
		n := next.Add(1) - 1
		due := time.Now()
		if w.rate > 0 {
			due = began.Add(time.Duration(float64(n) / float64(w.rate) * float64(time.Second)))
		}
		if due.Sub(began) >= w.length {
			return
		}
		time.Sleep(time.Until(due))
		w.offered++
		if time.Since(due) > patience {
			w.late++
			continue
		}
		w.send(n)
		w.took = append(w.took, time.Since(due))
	}
}

// send sends batch n and notes the answer.
func (w *worker) send(n int64) {
	status, err := w.post(n)
	switch {
	case err != nil:
		w.unknown++
		w.close()
	case status == http.StatusAccepted:
		w.taken++
	default:
		w.refused++
	}
}

func (w *worker) post(n int64) (status int, err error) {
	w.pack(n)
	if w.conn == nil {
		if w.conn, err = net.Dial("tcp", w.server.Addr); err != nil {
			return 0, err
		}
		w.in = bufio.NewReader(w.conn)
	}
	if err := w.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	head := fmt.Appendf(nil, "POST /sdk/v1/events HTTP/1.1\r\nHost: burgee\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"+
		"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n", key, w.body.Len())
	if _, err := w.conn.Write(append(head, w.body.Bytes()...)); err != nil {
		return 0, err
	}
	response, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return 0, err
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, asExpected(response, text)
}

// asExpected knows two answers: all is taken, or come again later.
func asExpected(response *http.Response, text []byte) error {
	switch response.StatusCode {
	case http.StatusAccepted:
		if want := fmt.Sprintf(`{"accepted":%d}`, sums); string(bytes.TrimSpace(text)) == want {
			return nil
		}
	case http.StatusServiceUnavailable:
		if response.Header.Get("Retry-After") != "" {
			return nil
		}
	}
	panic(fmt.Sprintf("%s: %s", response.Status, text)) // then what is measured is something else
}

func (w *worker) close() {
	if w.conn != nil {
		_ = w.conn.Close()
		w.conn = nil
	}
}

// pack makes batch n: a head of its own, and sums that many batches of a minute
// have in common and that are compressed once. Two streams of gzip behind each
// other are one.
func (w *worker) pack(n int64) {
	w.body.Reset()
	if w.packed == nil {
		w.packed, _ = gzip.NewWriterLevel(&w.body, gzip.NoCompression) // which is a level
	}
	w.packed.Reset(&w.body)
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	instance := n % int64(max(1, w.rate)*int(interval/time.Second))
	_, _ = fmt.Fprintf(w.packed, `{"id":%q,"application":{"name":"shop","version":"1.%d","platform":"linux","sdk":"go/0.1.0","instance":"%032d"},`,
		hex.EncodeToString(id[:]), n%versions, instance)
	_ = w.packed.Close() // a buffer takes everything
	w.body.Write(tailOf(int(n/versions)%(flags/sums), time.Now().Truncate(time.Minute)))
}

type tailKey struct {
	shape  int
	minute int64
}

var tails sync.Map // tailKey → []byte

// tailOf is the sums of a batch about a quarter of the flags.
func tailOf(shape int, minute time.Time) []byte {
	k := tailKey{shape, minute.UnixMilli()}
	if tail, ok := tails.Load(k); ok {
		return tail.([]byte)
	}
	var text bytes.Buffer
	text.WriteString(`"counts":[`)
	for i := range sums {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"flag":%q,"variation":"%t","reason":"RULE","minute":%d,"count":%d}`, flagKey(shape*sums+i), i%2 == 0, k.minute, each)
	}
	text.WriteString("]}")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(text.Bytes())
	_ = z.Close() // a buffer takes everything
	tail, _ := tails.LoadOrStore(k, packed.Bytes())
	return tail.([]byte)
}

func flagKey(i int) string { return fmt.Sprintf("shop.feature-%d", i) }
