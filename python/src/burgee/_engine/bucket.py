"""Bucketing "p32": where a unit stands between 0 and 2^32-1 for a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from burgee._engine import md5

_TOP = 2**32 - 1
PPM = 1_000_000


def _digest_function() -> Callable[[bytes], bytes]:
    """The standard library's MD5, or our own where a policy forbids it."""
    try:
        hashlib.md5(b"", usedforsecurity=False)
    except ValueError:
        return md5.digest
    return lambda data: hashlib.md5(data, usedforsecurity=False).digest()


_digest = _digest_function()


def bucket(seed: str, unit: str) -> int:
    """The position of a unit, from 0 to 2^32-2."""
    h = int.from_bytes(_digest(f"{seed}.{unit}".encode())[:4], "little")
    return 0 if h == _TOP else h


def threshold(ppm: int) -> int:
    """The first position that lies at or after a share in parts per million."""
    return -(-ppm * _TOP // PPM)


def position(h: int) -> int:
    """A bucket in parts per million, for display only."""
    return h * PPM // _TOP
