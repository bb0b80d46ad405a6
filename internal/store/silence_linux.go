package store

import "syscall"

// tcpUserTimeout is TCP_USER_TIMEOUT of tcp(7); package syscall lacks it.
const tcpUserTimeout = 0x12

// giveUpOnSilence makes the kernel end a connection whose other end no longer
// acknowledges what was sent.
func giveUpOnSilence(network, _ string, c syscall.RawConn) error {
	if network == "unix" {
		return nil
	}
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(silentTime.Milliseconds()))
	})
	if err != nil {
		return err
	}
	return failed
}
