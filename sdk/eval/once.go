package eval

import "sync/atomic"

// once is a pointer that is set once and then read by any number of goroutines.
// It is no atomic.Pointer because the compiler keeps whatever holds one of those
// on the heap, and a context may live on the stack.
type once[T any] struct {
	state atomic.Uint32
	to    *T // written by who claimed, before state says set
}

// The states of a once, in order.
const (
	onceFree uint32 = iota
	onceClaimed
	onceSet
)

// get is the pointer, nil before it is set.
func (o *once[T]) get() *T {
	if o.state.Load() == onceSet {
		return o.to
	}
	return nil
}

// claim says whether the caller is the one who is to set it.
func (o *once[T]) claim() bool { return o.state.CompareAndSwap(onceFree, onceClaimed) }

// set is for who claimed, or made the once and has told nobody of it yet.
func (o *once[T]) set(to *T) {
	o.to = to
	o.state.Store(onceSet)
}
