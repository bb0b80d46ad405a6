package receipts

import (
	"iter"
	"math/bits"
)

// slots are a set of instances of one environment, by the number that each has
// there: ten thousand take little more than a kilobyte, so that a round can
// have its own set. The zero value is empty.
type slots struct {
	words []uint64
	n     int
}

func (s *slots) add(slot int) {
	for slot/64 >= len(s.words) {
		s.words = append(s.words, 0)
	}
	if !s.has(slot) {
		s.words[slot/64] |= 1 << (slot % 64)
		s.n++
	}
}

// remove reports whether the slot was in the set.
func (s *slots) remove(slot int) bool {
	if !s.has(slot) {
		return false
	}
	s.words[slot/64] &^= 1 << (slot % 64)
	s.n--
	return true
}

func (s *slots) has(slot int) bool {
	return slot/64 < len(s.words) && s.words[slot/64]&(1<<(slot%64)) != 0
}

func (s *slots) len() int { return s.n }

// all visits the set in ascending order.
func (s *slots) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, word := range s.words {
			for ; word != 0; word &= word - 1 {
				if !yield(i*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}
