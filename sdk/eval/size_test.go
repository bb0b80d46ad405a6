package eval

import (
	"testing"
	"unsafe"
)

func TestContextIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Context{}); n > 512 {
		t.Errorf("a Context takes %d bytes, want at most 512", n)
	}
}
