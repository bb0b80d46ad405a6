"""Verification of Ed25519 signatures (RFC 8032) with the integers of Python.

Nothing here is secret, so nothing needs to take the same time for every input. One
verification takes a millisecond or two; a client does one for each revision.
"""

from __future__ import annotations

import hashlib

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)

Point = tuple[int, int, int, int]
"""A point of the curve as X, Y, Z and T: x = X/Z, y = Y/Z and x*y = T/Z."""

_ZERO: Point = (0, 1, 1, 0)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of a message was made with the key; False for what is none."""
    if len(public) != 32 or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    point = _decode(public)
    if scalar >= _L or point is None:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    factor = int.from_bytes(digest, "little") % _L
    return _encode(_sum_of_multiples(scalar, _BASE, factor, _negative(point))) == signature[:32]


def _decode(data: bytes) -> Point | None:
    """The point that 32 bytes stand for (RFC 8032, 5.1.3)."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x + u) % _P == 0:
        x = x * _ROOT_OF_MINUS_1 % _P
    if (v * x * x - u) % _P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encode(point: Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _negative(point: Point) -> Point:
    x, y, z, t = point
    return -x % _P, y, z, -t % _P


def _add(one: Point, two: Point) -> Point:
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = two
    a = (y1 - x1) * (y2 - x2) % _P
    b = (y1 + x1) * (y2 + x2) % _P
    c = 2 * _D * t1 * t2 % _P
    d = 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _double(point: Point) -> Point:
    x, y, z, _ = point
    a, b = x * x % _P, y * y % _P
    h = a + b
    e = h - (x + y) * (x + y) % _P
    g = a - b
    f = 2 * z * z % _P + g
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _sum_of_multiples(m: int, one: Point, n: int, two: Point) -> Point:
    """m·one + n·two, four bits of both factors at a time."""
    ones, twos = _multiples(one), _multiples(two)
    total = _ZERO
    for shift in range(252, -1, -4):
        for _ in range(4):
            total = _double(total)
        if digit := m >> shift & 15:
            total = _add(total, ones[digit])
        if digit := n >> shift & 15:
            total = _add(total, twos[digit])
    return total


def _multiples(point: Point) -> list[Point]:
    """A point 0 to 15 times."""
    found = [_ZERO]
    while len(found) < 16:
        found.append(_add(found[-1], point))
    return found


def _base() -> Point:
    point = _decode((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
    assert point is not None  # noqa: S101 - RFC 8032 says that it is one
    return point


_BASE = _base()
