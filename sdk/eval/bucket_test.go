package eval

import (
	"crypto/md5"
	"encoding/binary"
	"strings"
	"testing"
)

func TestBucketsOfTheSpecification(t *testing.T) {
	for _, c := range []struct {
		seed, unit string
		h          uint32
		ppm        int
	}{
		{"s1", "user-1", 214800892, 50012}, {"s1", "user-2", 557862292, 129887},
		{"release-2026-11", "alice", 3208262695, 746981}, {"release-2026-11", "bob", 2168568502, 504909},
		{"", "a", 305512017, 71132}, {"s", "\u00e9", 3257099855, 758352}, {"s", "e\u0301", 767419551, 178678},
		{"s", "日本", 3644943387, 848654}, {"device2", "seed2", 804071627, 187212},
		{"s", "00042", 312881209, 72848}, {"s", "42", 3674503475, 855537},
	} {
		if h := Bucket(c.seed, c.unit); h != c.h {
			t.Errorf("Bucket(%q, %q) = %d, want %d", c.seed, c.unit, h, c.h)
		}
		if p := int(Position(c.h)); p != c.ppm {
			t.Errorf("Position(%d) = %d, want %d", c.h, p, c.ppm)
		}
	}
}

func TestThresholdsOfTheSpecification(t *testing.T) {
	for ppm, want := range map[uint32]uint32{0: 0, 1: 4295, 100000: 429496730, 500000: 2147483648, 999999: 4294963001, 1000000: 4294967295} {
		if got := Threshold(ppm); got != want {
			t.Errorf("Threshold(%d) = %d, want %d", ppm, got, want)
		}
	}
}

// Every length around the borders of a block agrees with the standard library.
func TestOurMD5IsMD5(t *testing.T) {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog. ", 8)
	for n := range 300 {
		for _, cut := range []int{0, n / 3, n} {
			seed, unit := text[:cut], text[cut:n]
			sum := md5.Sum([]byte(seed + "." + unit))
			want := settled(binary.LittleEndian.Uint32(sum[:]))
			if got := Bucket(seed, unit); got != want {
				t.Fatalf("length %d, cut %d: %d, want %d", n, cut, got, want)
			}
		}
	}
}

// settled makes the one position that no unit has 0.
func settled(h uint32) uint32 {
	if h == 1<<32-1 {
		return 0
	}
	return h
}
