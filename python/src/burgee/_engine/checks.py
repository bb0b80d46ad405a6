"""Small readers of wire fields: each gives the value or says what is malformed."""

from __future__ import annotations

import re
from typing import Any

from burgee._engine.outcome import Unusable

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
MAX_NUMBERED = 2**15 - 1
"""How many variations, rules, arms or cells there may be in one place, as in every engine."""
_SUPPORTED_NEEDS: frozenset[str] = frozenset()


def malformed(message: str) -> Unusable:
    """The error of a line that cannot be understood."""
    return Unusable("MALFORMED", message)


def is_key(value: object) -> bool:
    """Whether value is a key or id of the specification."""
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def boolean(body: dict[str, Any], name: str) -> bool:
    """A boolean field, False when it is left out."""
    value = body.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise malformed(f"{name} is not a boolean")
    return value


def text(body: dict[str, Any], name: str, default: str = "") -> str:
    """A text field."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise malformed(f"{name} is not text")
    return value


def whole(body: dict[str, Any], name: str) -> int:
    """A field that is a whole number, 0 when it is left out."""
    value = body.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise malformed(f"{name} is not a whole number")
    return value


def items(body: dict[str, Any], name: str) -> list[Any]:
    """A list field, empty when it is left out."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise malformed(f"{name} is not a list")
    return value


def numbered(found: list[Any]) -> list[Any]:
    """A list that is not longer than an engine can number."""
    if len(found) > MAX_NUMBERED:
        raise malformed(f"{len(found)} in one place are too many; at most {MAX_NUMBERED} may be")
    return found


def texts(body: dict[str, Any], name: str) -> list[str]:
    """A field that is a list of texts."""
    found = items(body, name)
    if not all(isinstance(item, str) for item in found):
        raise malformed(f"{name} holds something that is not text")
    return found


def mapping(value: Any, what: str) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise malformed(f"{what} is not an object")
    return value


def index(value: Any, count: int, what: str) -> int | None:
    """The index of a variation or an arm; null is None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < count:
        raise malformed(f"{what} {value!r} is not one of the {count} there are")
    return value


def needs(body: dict[str, Any]) -> None:
    """Refuse a line that needs a feature unknown to this engine."""
    for name in texts(body, "needs"):
        if name not in _SUPPORTED_NEEDS:
            raise Unusable("UNSUPPORTED", f"it needs {name!r}, unknown to this SDK. Upgrade burgee")
