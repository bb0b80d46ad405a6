// Package loopback finds addresses for servers that a test starts, stops and
// starts again. It is for tests only.
package loopback

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
)

// The system gives the ports from 32768 on to whoever asks for any, and with them
// that of a server that is away for a moment. These it gives to nobody.
const (
	lowest = 10_000
	ports  = 10_000
)

var next atomic.Uint32 // from the lowest; programs of tests begin at different ones

func init() { next.Store(rand.Uint32N(ports)) }

// FreeAddress returns an address of 127.0.0.1, as host:port, at which nobody listens.
// It returns another one each time. It is safe for concurrent use.
func FreeAddress() (string, error) {
	var last error
	for range ports {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(lowest+int(next.Add(1)%ports)))
		l, err := net.Listen("tcp", address)
		if err == nil {
			return address, l.Close()
		}
		last = err
	}
	return "", fmt.Errorf("no port from %d to %d is free: %w", lowest, lowest+ports-1, last)
}
