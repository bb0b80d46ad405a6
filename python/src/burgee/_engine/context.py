"""The evaluation context: what a program knows about the current request."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from burgee._engine.wire import mend_text

_MAX_LEVELS = 4
_MAX_WHOLE = 2**53 - 1

Scalar = str | float | bool
"""Numbers are doubles here, whatever they were in Python."""


class ObjectValue:
    """Stands for a nested object: it exists, and no operator reads it."""

    __slots__ = ()


OBJECT: Final = ObjectValue()

Value = str | float | bool | tuple[Any, ...] | ObjectValue


class Context:
    """Attributes by path, flattened once, with the buckets already computed.

    It holds nothing of a snapshot, so one object serves a whole request even
    when the configuration changes in the middle.
    """

    __slots__ = ("attrs", "buckets", "notes")

    def __init__(self, attrs: dict[str, Value], notes: tuple[str, ...] = ()) -> None:
        self.attrs: Final = attrs
        self.notes: Final = notes
        self.buckets: Final[dict[tuple[str, str], int]] = {}

    @classmethod
    def of(cls, mapping: Mapping[str, Any]) -> Context:
        """Flatten a mapping; what has no place in a context is left out with a note."""
        attrs: dict[str, Value] = {}
        notes: list[str] = []
        nested: list[tuple[str, Mapping[Any, Any]]] = []
        for key, raw in mapping.items():
            if not isinstance(key, str):
                notes.append(f"ATTR_TYPE {key!r}")
            elif raw is not None and key != "now":
                _put(attrs, notes, nested, mend_text(key), raw)
        nested.sort(key=_longest_first)
        level = 1
        while nested and level < _MAX_LEVELS + 1:
            nested = _next_level(attrs, notes, nested)
            level += 1
        return cls(attrs, tuple(sorted(set(notes))))


def _next_level(
    attrs: dict[str, Value], notes: list[str], nested: list[tuple[str, Mapping[Any, Any]]]
) -> list[tuple[str, Mapping[Any, Any]]]:
    deeper: list[tuple[str, Mapping[Any, Any]]] = []
    for path, mapping in nested:
        first = len(deeper)
        for key, raw in mapping.items():
            if not isinstance(key, str):
                notes.append(f"ATTR_TYPE {path}")
                continue
            full = f"{path}.{mend_text(key)}"
            if raw is None:
                continue
            if full in attrs:  # passed over, but neither its remark nor what is inside
                _put({}, notes, deeper, full, raw)
            else:
                _put(attrs, notes, deeper, full, raw)
        if len(deeper) > first + 1:
            deeper[first:] = sorted(deeper[first:], key=_longest_first)
    return deeper


def _longest_first(item: tuple[str, Mapping[Any, Any]]) -> int:
    """Of two values that share a path the one with the longer names wins; keys have no order."""
    return -len(item[0].encode())


def _put(
    attrs: dict[str, Value],
    notes: list[str],
    nested: list[tuple[str, Mapping[Any, Any]]],
    path: str,
    raw: Any,
) -> None:
    kind = type(raw)
    if kind is str:
        attrs[path] = raw if raw.isascii() else mend_text(raw)
    elif kind is bool:
        attrs[path] = raw
    elif isinstance(raw, Mapping):
        attrs[path] = OBJECT
        nested.append((path, raw))
    elif isinstance(raw, (list, tuple, set, frozenset)):
        attrs[path] = _elements(raw, notes, path)
    else:
        value = scalar(raw)
        if value is None:
            notes.append(f"ATTR_TYPE {path}")
        else:
            attrs[path] = value


def _elements(raw: Any, notes: list[str], path: str) -> tuple[Any, ...]:
    values = []
    for item in raw:
        value = scalar(item)
        if value is not None:
            values.append(value)
        elif item is not None:
            notes.append(f"ATTR_TYPE {path}")
    return tuple(values)


def scalar(raw: Any) -> Scalar | None:
    """A Python value as the engine holds it, None for a type it does not know."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return mend_text(str.__str__(raw))
    if isinstance(raw, (int, float)):
        try:
            return float(raw)
        except OverflowError:
            return math.inf if raw > 0 else -math.inf
    return None


def unit_text(value: Any) -> str | None:
    """The text that is bucketed and listed: a string as is, a whole number in decimal."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is float and value.is_integer() and -_MAX_WHOLE <= value <= _MAX_WHOLE:
        return str(int(value))
    return None
