//go:build !unix

package httpkit

import "net"

// direct is not to be had here: every write may wait.
type direct struct{}

func directOf(net.Conn) *direct { return nil }

func (*direct) write([]byte) (int, error) { return 0, nil }
