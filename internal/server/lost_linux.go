package server

import (
	"syscall"

	"burgee.dev/burgee/internal/presence"
)

// tcpUserTimeout is TCP_USER_TIMEOUT of tcp(7); package syscall lacks it.
const tcpUserTimeout = 0x12

// giveUpOnLost makes the kernel end a connection whose other end has vanished
// without a word: what was sent to it stays unacknowledged.
func giveUpOnLost(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(presence.Lost.Milliseconds()))
	})
	if err != nil {
		return err
	}
	return failed
}
