package eval

import (
	"testing"
	"unsafe"
)

func TestContextIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(roomy{}); n > 512 {
		t.Errorf("a context in one piece takes %d bytes, want at most 512", n)
	}
}
