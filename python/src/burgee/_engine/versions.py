"""Version texts: dotted numbers of any length, then SemVer pre-release precedence."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Order = tuple[Any, ...]
"""Two of them compare as their versions do."""

_VERSION = re.compile(
    r"v?([0-9]+(?:\.[0-9]+)*)"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_COMPARATOR = re.compile(r"(>=|<=|>|<|=|\^|~)?(.+)")
# White space by Unicode; str.split also takes four control characters for it.
_SPACES = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_RELEASE = (1,)
_FIRST_PRERELEASE = (0, (0, 0, ""))


def order_of(text: str) -> Order | None:
    """The order of a version text, None when it is not a version."""
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    return (_numbers(found[1].split(".")), _prerelease(found[2]))


def _numbers(parts: list[str]) -> tuple[tuple[int, str], ...]:
    stripped = [part.lstrip("0") for part in parts]
    while stripped and not stripped[-1]:
        stripped.pop()
    return tuple((len(part), part) for part in stripped)


def _prerelease(text: str | None) -> tuple[Any, ...]:
    if text is None:
        return _RELEASE
    return (0, *(_identifier(part) for part in text.split(".")))


def _identifier(part: str) -> tuple[int, int, str]:
    if part.isdigit():
        digits = part.lstrip("0")
        return (0, len(digits), digits)
    return (1, 0, part)


def range_test(text: str) -> Callable[[Order], bool] | None:
    """A test for one range such as ``>=1.2 <2``, None when it is not a range."""
    tests: list[Callable[[Order], bool]] = []
    for token in filter(None, _SPACES.split(text)):
        found = _COMPARATOR.fullmatch(token)
        if found is None:
            return None
        test = _comparator(found[1] or "=", found[2])
        if test is None:
            return None
        tests.append(test)
    if not tests:
        return None
    return lambda version: all(test(version) for test in tests)


def _comparator(sign: str, text: str) -> Callable[[Order], bool] | None:
    bound = order_of(text)
    if bound is None:
        return None
    if sign in "^~":
        end = _end(sign, text)
        return lambda version: bound <= version < end
    return {
        "=": lambda version: version == bound,
        ">": lambda version: version > bound,
        ">=": lambda version: version >= bound,
        "<": lambda version: version < bound,
        "<=": lambda version: version <= bound,
    }[sign]


def _end(sign: str, text: str) -> Order:
    """The first version after a caret or tilde range, its pre-releases excluded."""
    found = _VERSION.fullmatch(text)
    parts = [part.lstrip("0") for part in (found[1] if found else text).split(".")]
    if sign == "~":
        at = min(1, len(parts) - 1)
    else:
        at = next((i for i, part in enumerate(parts) if part), len(parts) - 1)
    return (_numbers([*parts[:at], _increment(parts[at])]), _FIRST_PRERELEASE)


def _increment(digits: str) -> str:
    """Add one to a digit string of any length."""
    kept = digits.rstrip("9")
    zeros = "0" * (len(digits) - len(kept))
    if not kept:
        return "1" + zeros
    return kept[:-1] + chr(ord(kept[-1]) + 1) + zeros
