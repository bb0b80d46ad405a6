package eval

import (
	"math"

	"burgee.dev/burgee/sdk/ruleset"
)

// Bucket is where a unit stands for a seed, from 0 to 2^32-2: the algorithm
// "p32", the same bytes in every language.
func Bucket(seed, unit string) uint32 {
	h := md5Sum(seed, ".", unit)[0]
	if h == math.MaxUint32 {
		return 0
	}
	return h
}

// Threshold is the first bucket at or after a share in parts per million.
func Threshold(ppm uint32) uint32 {
	return uint32((uint64(ppm)*math.MaxUint32 + ruleset.Whole - 1) / ruleset.Whole)
}

// Position is a bucket in parts per million, for display only.
func Position(bucket uint32) uint32 {
	return uint32(uint64(bucket) * ruleset.Whole / math.MaxUint32)
}
