//go:build unix && !(linux && (amd64 || arm64))

package httpkit

import "syscall"

func writeNow(fd int, b []byte) (int, error) { return syscall.Write(fd, b) }
