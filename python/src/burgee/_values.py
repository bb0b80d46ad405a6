"""Types of values: which type a default has, and coercion that loses nothing."""

from __future__ import annotations

import math
from typing import Any

from burgee._engine.wire import safe_integer

MISMATCH: Any = object()
"""Stands for a value that has no place in the wanted type."""


def type_of(value: Any) -> str | None:
    """The flag type of a Python value, None when no flag can have it."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "double"
    return "json" if isinstance(value, (dict, list)) else None


def problem_with(value: Any, kind: str) -> str | None:
    """Why a value of a type cannot be a default, None when it can."""
    if kind == "integer" and not safe_integer(value):
        return "is beyond ±(2^53-1), the whole numbers that every program can hold"
    if kind == "double" and not math.isfinite(value):
        return "is not finite"
    return None


def coerce(value: Any, kind: str | None) -> Any:
    """The value as the wanted type, MISMATCH where that would lose something."""
    found = type_of(value)
    if kind == "json" and found == "json":
        return copy(value)
    if kind is None:
        return copy(value) if found == "json" else value
    if found == kind:
        return value
    if kind == "double" and found == "integer":
        return float(value)
    if kind == "integer" and found == "double" and safe_integer(value):
        return int(value)
    return MISMATCH


def copy(value: Any) -> Any:
    """A copy of a JSON value, so that no caller can change what others are served."""
    if isinstance(value, dict):
        return {key: copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copy(item) for item in value]
    return value
