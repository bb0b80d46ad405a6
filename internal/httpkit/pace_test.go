package httpkit

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// lines is a listener whose connections are made in memory, where time is that of
// the test.
type lines struct{ opened chan net.Conn } // capacity: none, a dial waits for Accept

func (l lines) Accept() (net.Conn, error) {
	conn, open := <-l.opened
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (l lines) Close() error   { return nil }
func (l lines) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

func (l lines) dial() net.Conn {
	here, there := net.Pipe()
	l.opened <- there
	return here
}

// answer sends a head that announces so many bytes, has send make the body, and
// returns the status, and after how long it came.
func answer(t *testing.T, l lines, bytes int, send func(net.Conn)) (status int, after time.Duration) {
	t.Helper()
	conn := l.dial()
	defer conn.Close()
	began := time.Now()
	if _, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\n\r\n", bytes); err != nil {
		t.Fatal(err)
	}
	go send(conn)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode, time.Since(began)
}

func TestABodyComesAtAPaceOrIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, l := NewIntake(2<<20, 1), lines{make(chan net.Conn)}
		web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p, err := in.Receive(w, r, Limits{})
			if err != nil {
				WriteProblem(w, r, err)
				return
			}
			defer p.Done()
			time.Sleep(time.Hour) // longer than any deadline of the body
			if r.Context().Err() != nil {
				t.Error("the program was taken for gone")
			}
			fmt.Fprint(w, len(p.Sent))
		})}
		serving := make(chan struct{})
		go func() {
			defer close(serving)
			_ = web.Serve(l)
		}()
		drops := func(size int, every time.Duration) func(net.Conn) {
			return func(conn net.Conn) {
				for drop := strings.Repeat("x", size); ; time.Sleep(every) {
					if _, err := io.WriteString(conn, drop); err != nil {
						return
					}
				}
			}
		}
		for _, tt := range []struct {
			name   string
			bytes  int
			send   func(net.Conn)
			status int
			within time.Duration
		}{
			{"at once", 5, func(conn net.Conn) { _, _ = io.WriteString(conn, "12345") }, 200, time.Hour},
			{"nothing", 1 << 20, func(net.Conn) {}, 503, paceHead},
			{"drop by drop", 1 << 20, drops(1, time.Second), 503, paceHead + time.Second},
			{"over a slow line", 512 << 10, drops(64<<10, time.Second), 200, time.Hour + 8*time.Second},
			{"too slow in all", 1 << 20, drops(8<<10, time.Second), 503, 8 * time.Second},
			{"too large, and nothing of it", 9 << 20, func(net.Conn) {}, 413, paceHead},
		} {
			status, after := answer(t, l, tt.bytes, tt.send)
			if status != tt.status || after > tt.within {
				t.Errorf("%s: %d after %v, want %d within %v", tt.name, status, after, tt.status, tt.within)
			}
		}
		if in.left != 2<<20 {
			t.Errorf("%d bytes of room are left", in.left)
		}
		close(l.opened)
		_ = web.Close()
		<-serving
	})
}

func TestWhoAnnouncesAndSendsNothingTakesNoRoom(t *testing.T) {
	const silent, announced = 4, 100 << 10
	in := NewIntake(silent*(announced+parcelBytes), 1)
	web := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := in.Receive(w, r, Limits{})
		if err != nil {
			WriteProblem(w, r, err)
			return
		}
		p.Done()
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = web.Serve(l) }()
	defer web.Close() //nolint:errcheck // the test is over
	for range silent {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\n\r\n", announced); err != nil {
			t.Fatal(err)
		}
	}
	for in.fits(silent*announced + 1) { // until all are in
		time.Sleep(time.Millisecond)
	}
	response, err := http.Post("http://"+l.Addr().String(), "application/json", strings.NewReader(`"counts"`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("beside them a program is answered %d", response.StatusCode)
	}
}
