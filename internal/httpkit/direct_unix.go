//go:build unix

package httpkit

import (
	"net"
	"syscall"
)

// rawOf returns nil where what is sent is not what goes to the socket.
func rawOf(conn net.Conn) syscall.RawConn {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// Hand writes to sockets without ever waiting for them, for one goroutine. It is
// not part of a Feed: ten thousand Feeds in a row are fetched from memory for
// each event, and the Hand that serves them is at hand.
type Hand struct {
	try func(fd uintptr) // made once

	b   []byte // what try writes
	n   int    // and how much of it was taken
	err error
}

// NewHand returns a Hand.
func NewHand() *Hand {
	h := new(Hand)
	h.try = h.once
	return h
}

func (h *Hand) write(raw syscall.RawConn, b []byte) (int, error) {
	h.b, h.n, h.err = b, 0, nil
	// Control, not Write: nobody else writes now, see Feed, and nothing waits, so
	// that neither a lock nor the poller need be asked.
	err := raw.Control(h.try)
	h.b = nil
	if err != nil {
		return 0, err
	}
	return h.n, h.err
}

// once writes what the socket takes: sockets of package net do not block.
func (h *Hand) once(fd uintptr) {
	for {
		n, err := writeNow(int(fd), h.b)
		switch err {
		case nil:
			h.n = n
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
		default:
			h.err = err
		}
		return
	}
}
