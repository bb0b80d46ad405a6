package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// context is that of the comparison of engines (bench/peers).
const context = `{"context":{"targetingKey":"user-4242","country":"NL","plan":"pro","version":"2.14.3","email":"jan@acme.example","age":37,"build":21403}}`

// result is what a load saw.
type result struct {
	took   []time.Duration // of each answer, sorted
	length time.Duration
}

func (r *result) perSecond() float64 { return float64(len(r.took)) / r.length.Seconds() }

func (r *result) quantile(q float64) time.Duration {
	return r.took[int(q*float64(len(r.took)-1))]
}

// load asks for a path over so many connections for a while.
func load(addr, path string, conns int, lasts time.Duration) (*result, error) {
	request := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: burgee\r\nUser-Agent: load/1.0\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, key, len(context), context)
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		sum  result
		errs []error
	)
	began := time.Now()
	for range conns {
		all.Go(func() {
			took, err := circle(addr, request, began.Add(lasts))
			mu.Lock()
			defer mu.Unlock()
			sum.took = append(sum.took, took...)
			errs = append(errs, err)
		})
	}
	all.Wait()
	sum.length = time.Since(began)
	slices.Sort(sum.took)
	if len(sum.took) == 0 {
		errs = append(errs, errors.New("no answer came"))
	}
	return &sum, errors.Join(errs...)
}

// circle sends the request again and again over one connection.
func circle(addr string, request []byte, end time.Time) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	var took []time.Duration
	for at := time.Now(); at.Before(end); {
		if _, err := conn.Write(request); err != nil {
			return nil, err
		}
		if err := skipAnswer(in); err != nil {
			return nil, err
		}
		now := time.Now()
		took = append(took, now.Sub(at))
		at = now
	}
	return took, nil
}

// skipAnswer reads one good answer: its head line by line, its body unseen. It is
// cheaper than net/http's client, so that the load does not become what is measured.
func skipAnswer(in *bufio.Reader) error {
	length, chunked := -1, false
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
			return fmt.Errorf("the answer is %q", line)
		}
		if len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		}
		chunked = chunked || bytes.Equal(line, []byte("Transfer-Encoding: chunked"))
	}
	if !chunked {
		_, err := in.Discard(length)
		return err
	}
	return skipChunks(in)
}

func skipChunks(in *bufio.Reader) error {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 32)
		if err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, in, size+2); err != nil { // with the end of the line
			return err
		}
		if size == 0 {
			return nil
		}
	}
}
