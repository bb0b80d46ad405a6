package receipts

import (
	"cmp"
	"math/bits"
	"slices"
)

// Latencies counts times in milliseconds, each within 3 %: two counts added up
// are the count of both. The zero value is empty.
type Latencies struct {
	buckets []Bucket // by number
	total   int64
}

// Bucket is how many times fell between two bounds.
type Bucket struct {
	Number int32 `json:"b"`
	Count  int64 `json:"n"`
}

// exact is below which each millisecond has its own bucket; above it, each
// doubling has as many.
const exact = 32

func bucketOf(ms int64) int32 {
	if ms < exact {
		return int32(max(ms, 0))
	}
	doubling := bits.Len64(uint64(ms)) - bits.Len64(exact)
	return int32(doubling+1)*exact + int32(ms>>doubling-exact)
}

// upper is the longest time of a bucket.
func upper(number int32) int64 {
	if number < exact {
		return int64(number)
	}
	doubling := number/exact - 1
	return (int64(number%exact)+exact+1)<<doubling - 1
}

// add counts one time.
func (l *Latencies) add(ms int64) {
	number := bucketOf(ms)
	i, known := slices.BinarySearchFunc(l.buckets, number, func(b Bucket, n int32) int { return cmp.Compare(b.Number, n) })
	if !known {
		l.buckets = slices.Insert(l.buckets, i, Bucket{Number: number})
	}
	l.buckets[i].Count++
	l.total++
}

// within is the time, in milliseconds, in which the share (0 to 1) of all came;
// 0 when there are none.
func (l *Latencies) within(share float64) int64 {
	seen := int64(0)
	for _, b := range l.buckets {
		if seen += b.Count; float64(seen) >= share*float64(l.total) {
			return upper(b.Number)
		}
	}
	return 0
}

func latenciesOf(buckets []Bucket) Latencies {
	l := Latencies{buckets: slices.Clone(buckets)}
	for _, b := range buckets {
		l.total += b.Count
	}
	return l
}
