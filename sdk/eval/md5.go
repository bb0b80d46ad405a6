package eval

import (
	"encoding/binary"
	"math/bits"
)

// MD5 is written out here because crypto/md5 panics where a program may use
// approved algorithms only. It spreads units evenly and protects nothing.

const md5Block = 64

var md5Sines = [64]uint32{
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
	0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
	0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
	0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
	0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
	0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
	0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
	0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
}

type md5State [4]uint32

// md5Sum hashes seed, a dot and unit without joining them on the heap.
func md5Sum(parts ...string) md5State {
	state := md5State{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}
	var block [md5Block]byte
	filled, length := 0, 0
	for _, part := range parts {
		length += len(part)
		for part != "" {
			n := copy(block[filled:], part)
			filled, part = filled+n, part[n:]
			if filled == md5Block {
				state.add(&block)
				filled = 0
			}
		}
	}
	block[filled] = 0x80
	clear(block[filled+1:])
	if filled+1 > md5Block-8 {
		state.add(&block)
		clear(block[:])
	}
	binary.LittleEndian.PutUint64(block[md5Block-8:], uint64(length)<<3)
	state.add(&block)
	return state
}

// add mixes one block in: four rounds of sixteen steps, four steps at a time so
// that the registers keep their places.
func (s *md5State) add(block *[md5Block]byte) {
	var x [16]uint32
	for i := range x {
		x[i] = binary.LittleEndian.Uint32(block[i*4:])
	}
	a, b, c, d := s[0], s[1], s[2], s[3]
	for i := 0; i < 16; i += 4 {
		a = b + bits.RotateLeft32(a+((c^d)&b^d)+x[i]+md5Sines[i], 7)
		d = a + bits.RotateLeft32(d+((b^c)&a^c)+x[i+1]+md5Sines[i+1], 12)
		c = d + bits.RotateLeft32(c+((a^b)&d^b)+x[i+2]+md5Sines[i+2], 17)
		b = c + bits.RotateLeft32(b+((d^a)&c^a)+x[i+3]+md5Sines[i+3], 22)
	}
	for i := 0; i < 16; i += 4 {
		a = b + bits.RotateLeft32(a+((b^c)&d^c)+x[(5*i+1)&15]+md5Sines[16+i], 5)
		d = a + bits.RotateLeft32(d+((a^b)&c^b)+x[(5*i+6)&15]+md5Sines[17+i], 9)
		c = d + bits.RotateLeft32(c+((d^a)&b^a)+x[(5*i+11)&15]+md5Sines[18+i], 14)
		b = c + bits.RotateLeft32(b+((c^d)&a^d)+x[(5*i+16)&15]+md5Sines[19+i], 20)
	}
	for i := 0; i < 16; i += 4 {
		a = b + bits.RotateLeft32(a+(b^c^d)+x[(3*i+5)&15]+md5Sines[32+i], 4)
		d = a + bits.RotateLeft32(d+(a^b^c)+x[(3*i+8)&15]+md5Sines[33+i], 11)
		c = d + bits.RotateLeft32(c+(d^a^b)+x[(3*i+11)&15]+md5Sines[34+i], 16)
		b = c + bits.RotateLeft32(b+(c^d^a)+x[(3*i+14)&15]+md5Sines[35+i], 23)
	}
	for i := 0; i < 16; i += 4 {
		a = b + bits.RotateLeft32(a+(c^(b|^d))+x[(7*i)&15]+md5Sines[48+i], 6)
		d = a + bits.RotateLeft32(d+(b^(a|^c))+x[(7*i+7)&15]+md5Sines[49+i], 10)
		c = d + bits.RotateLeft32(c+(a^(d|^b))+x[(7*i+14)&15]+md5Sines[50+i], 15)
		b = c + bits.RotateLeft32(b+(d^(c|^a))+x[(7*i+21)&15]+md5Sines[51+i], 21)
	}
	s[0], s[1], s[2], s[3] = s[0]+a, s[1]+b, s[2]+c, s[3]+d
}
