"""MD5 (RFC 1321) for interpreters whose OpenSSL refuses it. It protects nothing here."""

from __future__ import annotations

import math
import struct

_MASK = 0xFFFFFFFF
_SHIFTS = (7, 12, 17, 22) * 4 + (5, 9, 14, 20) * 4 + (4, 11, 16, 23) * 4 + (6, 10, 15, 21) * 4
_SINES = tuple(int(abs(math.sin(i + 1)) * 2**32) & _MASK for i in range(64))
_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)


def digest(data: bytes) -> bytes:
    """The 16 bytes of the MD5 of data."""
    padding = b"\x80" + b"\0" * ((55 - len(data)) % 64)
    padded = data + padding + struct.pack("<Q", len(data) * 8 & (2**64 - 1))
    state: tuple[int, ...] = _START
    for start in range(0, len(padded), 64):
        state = _block(state, struct.unpack_from("<16I", padded, start))
    return struct.pack("<4I", *state)


def _block(state: tuple[int, ...], words: tuple[int, ...]) -> tuple[int, ...]:
    a, b, c, d = state
    for i in range(64):
        if i < 16:
            mix, word = (b & c) | (~b & d), i
        elif i < 32:
            mix, word = (d & b) | (~d & c), (5 * i + 1) % 16
        elif i < 48:
            mix, word = b ^ c ^ d, (3 * i + 5) % 16
        else:
            mix, word = c ^ (b | (~d & _MASK)), (7 * i) % 16
        total = (a + (mix & _MASK) + _SINES[i] + words[word]) & _MASK
        shift = _SHIFTS[i]
        turned = ((total << shift) | (total >> (32 - shift))) & _MASK
        a, d, c, b = d, c, b, (b + turned) & _MASK
    return tuple((x + y) & _MASK for x, y in zip(state, (a, b, c, d), strict=True))
