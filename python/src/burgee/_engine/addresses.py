"""IP addresses and prefixes for the operator ``cidr``."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

Address = tuple[int, int]
"""The IP version and the address as a number; v4-mapped is v4."""

_BITS = re.compile(r"0|[1-9][0-9]{0,2}")
_MAPPED_BITS = 96


def address_of(text: str) -> Address | None:
    """The address that a text spells, None for anything else (zones too)."""
    if "%" in text:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return (4, int(address.ipv4_mapped))
    return (address.version, int(address))


def prefix_test(text: str) -> Callable[[Address], bool] | None:
    """A test for ``10.0.0.0/8`` or one bare host, None when it is neither."""
    host, slash, bits_text = text.partition("/")
    address = address_of(host)
    if address is None:
        return None
    version, number = address
    width = 32 if version == 4 else 128
    if not slash:
        return lambda other: other == address
    if _BITS.fullmatch(bits_text) is None:
        return None
    bits = int(bits_text)
    if version == 4 and ":" in host:
        bits -= _MAPPED_BITS
    if not 0 <= bits <= width:
        return None
    shift = width - bits
    network = number >> shift
    return lambda other: other[0] == version and other[1] >> shift == network
