package eval

import (
	"encoding/binary"
	"math/bits"
)

// MD5 is written out here because crypto/md5 panics where a program may use
// approved algorithms only. It spreads units evenly and protects nothing.

const md5Block = 64

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

// add mixes one block in: four rounds of sixteen steps, written out so that each
// constant stands in its instruction. A step adds last what depends on the step
// before: that is what the processor waits for.
func (s *md5State) add(block *[md5Block]byte) {
	var x [16]uint32
	for i := range x {
		x[i] = binary.LittleEndian.Uint32(block[i*4:])
	}
	a, b, c, d := s[0], s[1], s[2], s[3]
	a = b + bits.RotateLeft32(a+x[0]+0xd76aa478+((c^d)&b^d), 7)
	d = a + bits.RotateLeft32(d+x[1]+0xe8c7b756+((b^c)&a^c), 12)
	c = d + bits.RotateLeft32(c+x[2]+0x242070db+((a^b)&d^b), 17)
	b = c + bits.RotateLeft32(b+x[3]+0xc1bdceee+((d^a)&c^a), 22)
	a = b + bits.RotateLeft32(a+x[4]+0xf57c0faf+((c^d)&b^d), 7)
	d = a + bits.RotateLeft32(d+x[5]+0x4787c62a+((b^c)&a^c), 12)
	c = d + bits.RotateLeft32(c+x[6]+0xa8304613+((a^b)&d^b), 17)
	b = c + bits.RotateLeft32(b+x[7]+0xfd469501+((d^a)&c^a), 22)
	a = b + bits.RotateLeft32(a+x[8]+0x698098d8+((c^d)&b^d), 7)
	d = a + bits.RotateLeft32(d+x[9]+0x8b44f7af+((b^c)&a^c), 12)
	c = d + bits.RotateLeft32(c+x[10]+0xffff5bb1+((a^b)&d^b), 17)
	b = c + bits.RotateLeft32(b+x[11]+0x895cd7be+((d^a)&c^a), 22)
	a = b + bits.RotateLeft32(a+x[12]+0x6b901122+((c^d)&b^d), 7)
	d = a + bits.RotateLeft32(d+x[13]+0xfd987193+((b^c)&a^c), 12)
	c = d + bits.RotateLeft32(c+x[14]+0xa679438e+((a^b)&d^b), 17)
	b = c + bits.RotateLeft32(b+x[15]+0x49b40821+((d^a)&c^a), 22)
	a = b + bits.RotateLeft32(a+x[1]+0xf61e2562+(c&^d)+(b&d), 5)
	d = a + bits.RotateLeft32(d+x[6]+0xc040b340+(b&^c)+(a&c), 9)
	c = d + bits.RotateLeft32(c+x[11]+0x265e5a51+(a&^b)+(d&b), 14)
	b = c + bits.RotateLeft32(b+x[0]+0xe9b6c7aa+(d&^a)+(c&a), 20)
	a = b + bits.RotateLeft32(a+x[5]+0xd62f105d+(c&^d)+(b&d), 5)
	d = a + bits.RotateLeft32(d+x[10]+0x02441453+(b&^c)+(a&c), 9)
	c = d + bits.RotateLeft32(c+x[15]+0xd8a1e681+(a&^b)+(d&b), 14)
	b = c + bits.RotateLeft32(b+x[4]+0xe7d3fbc8+(d&^a)+(c&a), 20)
	a = b + bits.RotateLeft32(a+x[9]+0x21e1cde6+(c&^d)+(b&d), 5)
	d = a + bits.RotateLeft32(d+x[14]+0xc33707d6+(b&^c)+(a&c), 9)
	c = d + bits.RotateLeft32(c+x[3]+0xf4d50d87+(a&^b)+(d&b), 14)
	b = c + bits.RotateLeft32(b+x[8]+0x455a14ed+(d&^a)+(c&a), 20)
	a = b + bits.RotateLeft32(a+x[13]+0xa9e3e905+(c&^d)+(b&d), 5)
	d = a + bits.RotateLeft32(d+x[2]+0xfcefa3f8+(b&^c)+(a&c), 9)
	c = d + bits.RotateLeft32(c+x[7]+0x676f02d9+(a&^b)+(d&b), 14)
	b = c + bits.RotateLeft32(b+x[12]+0x8d2a4c8a+(d&^a)+(c&a), 20)
	a = b + bits.RotateLeft32(a+x[5]+0xfffa3942+(b^c^d), 4)
	d = a + bits.RotateLeft32(d+x[8]+0x8771f681+(a^b^c), 11)
	c = d + bits.RotateLeft32(c+x[11]+0x6d9d6122+(d^a^b), 16)
	b = c + bits.RotateLeft32(b+x[14]+0xfde5380c+(c^d^a), 23)
	a = b + bits.RotateLeft32(a+x[1]+0xa4beea44+(b^c^d), 4)
	d = a + bits.RotateLeft32(d+x[4]+0x4bdecfa9+(a^b^c), 11)
	c = d + bits.RotateLeft32(c+x[7]+0xf6bb4b60+(d^a^b), 16)
	b = c + bits.RotateLeft32(b+x[10]+0xbebfbc70+(c^d^a), 23)
	a = b + bits.RotateLeft32(a+x[13]+0x289b7ec6+(b^c^d), 4)
	d = a + bits.RotateLeft32(d+x[0]+0xeaa127fa+(a^b^c), 11)
	c = d + bits.RotateLeft32(c+x[3]+0xd4ef3085+(d^a^b), 16)
	b = c + bits.RotateLeft32(b+x[6]+0x04881d05+(c^d^a), 23)
	a = b + bits.RotateLeft32(a+x[9]+0xd9d4d039+(b^c^d), 4)
	d = a + bits.RotateLeft32(d+x[12]+0xe6db99e5+(a^b^c), 11)
	c = d + bits.RotateLeft32(c+x[15]+0x1fa27cf8+(d^a^b), 16)
	b = c + bits.RotateLeft32(b+x[2]+0xc4ac5665+(c^d^a), 23)
	a = b + bits.RotateLeft32(a+x[0]+0xf4292244+(c^(b|^d)), 6)
	d = a + bits.RotateLeft32(d+x[7]+0x432aff97+(b^(a|^c)), 10)
	c = d + bits.RotateLeft32(c+x[14]+0xab9423a7+(a^(d|^b)), 15)
	b = c + bits.RotateLeft32(b+x[5]+0xfc93a039+(d^(c|^a)), 21)
	a = b + bits.RotateLeft32(a+x[12]+0x655b59c3+(c^(b|^d)), 6)
	d = a + bits.RotateLeft32(d+x[3]+0x8f0ccc92+(b^(a|^c)), 10)
	c = d + bits.RotateLeft32(c+x[10]+0xffeff47d+(a^(d|^b)), 15)
	b = c + bits.RotateLeft32(b+x[1]+0x85845dd1+(d^(c|^a)), 21)
	a = b + bits.RotateLeft32(a+x[8]+0x6fa87e4f+(c^(b|^d)), 6)
	d = a + bits.RotateLeft32(d+x[15]+0xfe2ce6e0+(b^(a|^c)), 10)
	c = d + bits.RotateLeft32(c+x[6]+0xa3014314+(a^(d|^b)), 15)
	b = c + bits.RotateLeft32(b+x[13]+0x4e0811a1+(d^(c|^a)), 21)
	a = b + bits.RotateLeft32(a+x[4]+0xf7537e82+(c^(b|^d)), 6)
	d = a + bits.RotateLeft32(d+x[11]+0xbd3af235+(b^(a|^c)), 10)
	c = d + bits.RotateLeft32(c+x[2]+0x2ad7d2bb+(a^(d|^b)), 15)
	b = c + bits.RotateLeft32(b+x[9]+0xeb86d391+(d^(c|^a)), 21)
	s[0], s[1], s[2], s[3] = s[0]+a, s[1]+b, s[2]+c, s[3]+d
}
