package check

import "math/bits"

// set is a set of small numbers. Its operations make new sets; those of one
// dimension have one length, and a nil set is empty.
type set []uint64

const wordBits = 64

func newSet(size int) set { return make(set, (size+wordBits-1)/wordBits) }

func (s set) add(i int)      { s[i/wordBits] |= 1 << (i % wordBits) }
func (s set) has(i int) bool { return s != nil && s[i/wordBits]&(1<<(i%wordBits)) != 0 }

func (s set) empty() bool {
	for _, word := range s {
		if word != 0 {
			return false
		}
	}
	return true
}

func (s set) and(other set) set {
	if s == nil || other == nil {
		return nil
	}
	out := make(set, len(s))
	for i := range s {
		out[i] = s[i] & other[i]
	}
	return out
}

func (s set) without(other set) set {
	if s == nil || other == nil {
		return s
	}
	out := make(set, len(s))
	for i := range s {
		out[i] = s[i] &^ other[i]
	}
	return out
}

func (s set) or(other set) set {
	if s == nil {
		return other
	}
	if other == nil {
		return s
	}
	out := make(set, len(s))
	for i := range s {
		out[i] = s[i] | other[i]
	}
	return out
}

func (s set) meets(other set) bool {
	if s == nil || other == nil {
		return false
	}
	for i := range s {
		if s[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

// shared counts the members that s has in common with other, and all of s.
func (s set) shared(other set) (both, all int) {
	for i := range s {
		both += bits.OnesCount64(s[i] & other[i])
		all += bits.OnesCount64(s[i])
	}
	return both, all
}

// each calls visit for the members in their order until it says false.
func (s set) each(visit func(int) bool) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			if !visit(i*wordBits + bits.TrailingZeros64(word)) {
				return
			}
		}
	}
}

// key is the set as a map's key.
func (s set) key() string {
	out := make([]byte, 0, len(s)*8)
	for _, word := range s {
		for shift := 0; shift < wordBits; shift += 8 {
			out = append(out, byte(word>>shift))
		}
	}
	return string(out)
}
