//go:build unix

package httpkit

import (
	"net"
	"syscall"
)

// direct writes to a socket without ever waiting for it.
type direct struct {
	raw syscall.RawConn
	try func(fd uintptr) // made once: it is called for each event

	b   []byte // what try writes
	n   int    // and how much of it was taken
	err error
}

// directOf returns nil where what is sent is not what goes to the socket.
func directOf(conn net.Conn) *direct {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	d := &direct{raw: raw}
	d.try = d.once
	return d
}

func (d *direct) write(b []byte) (int, error) {
	d.b, d.n, d.err = b, 0, nil
	// Control, not Write: nobody else writes now, see Feed, and nothing waits, so
	// that neither a lock nor the poller need be asked.
	err := d.raw.Control(d.try)
	d.b = nil
	if err != nil {
		return 0, err
	}
	return d.n, d.err
}

// once writes what the socket takes: sockets of package net do not block.
func (d *direct) once(fd uintptr) {
	for {
		n, err := writeNow(int(fd), d.b)
		switch err {
		case nil:
			d.n = n
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
		default:
			d.err = err
		}
		return
	}
}
