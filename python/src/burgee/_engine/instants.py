"""Instants: int64 milliseconds since 1970, from RFC 3339 text or a number."""

from __future__ import annotations

import math
import re

_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]+))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_INT64 = 2**63


def instant_of(value: object) -> int | None:
    """Milliseconds since 1970, None for what is not an instant."""
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    floored = math.floor(value)
    return floored if -_INT64 <= floored < _INT64 else None


def _from_text(text: str) -> int | None:
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found[i]) for i in range(1, 7))
    if not 1 <= month <= 12 or not 1 <= day <= _days_in(year, month):
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    offset = 0
    if found[8]:
        hours, minutes = int(found[9]), int(found[10])
        if hours > 23 or minutes > 59:
            return None
        offset = (hours * 60 + minutes) * (1 if found[8] == "+" else -1)
    millis = int(((found[7] or "") + "000")[:3])
    minutes_since = (_days_since_1970(year, month, day) * 24 + hour) * 60 + minute - offset
    return (minutes_since * 60 + second) * 1000 + millis


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_in(year: int, month: int) -> int:
    return 29 if month == 2 and _leap(year) else _MONTHS[month - 1]


def _days_since_1970(year: int, month: int, day: int) -> int:
    """Days by the proleptic Gregorian calendar, which also knows the year 0."""
    years = year + 400 - 1
    days = years * 365 + years // 4 - years // 100 + years // 400
    days += sum(_days_in(year, m) for m in range(1, month)) + day - 1
    return days - 865_259
