package httpkit

import (
	"syscall"
	"unsafe"
)

// writeNow is syscall.Write without the scheduler being told that the thread may
// wait: for a socket that does not block it never does, and with ten thousand
// writes in a row the telling counts.
func writeNow(fd int, b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
