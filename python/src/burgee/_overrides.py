"""Values that win over everything: in tests, and in an emergency by BURGEE_OVERRIDES."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from typing import Any

from burgee._log import log

VARIABLE = "BURGEE_OVERRIDES"

active: dict[str, Any] = {}
"""All overrides by flag key. It is replaced, never changed, so readers need no lock."""

_lock = threading.Lock()
_layers: list[tuple[object, Mapping[str, Any]]] = []
_environment: dict[str, Any] = {}
_read: str | None = None


def push(values: Mapping[str, Any]) -> object:
    """Add overrides; gives what takes them away again."""
    token = object()
    with _lock:
        _layers.append((token, dict(values)))
        _merge()
    return token


def pop(token: object) -> None:
    """Take overrides away."""
    with _lock:
        _layers[:] = [layer for layer in _layers if layer[0] is not token]
        _merge()


def read_environment() -> None:
    """Take over BURGEE_OVERRIDES, with one warning for each new content."""
    global _environment, _read  # noqa: PLW0603 - the environment belongs to the process
    text = os.environ.get(VARIABLE, "")
    with _lock:
        if text == (_read or ""):
            return
        _read = text
        _environment = _parse(text)
        _merge()
    if _environment:
        names = ", ".join(sorted(_environment))
        log.warning("%s is set: %s do not follow the server until it is removed", VARIABLE, names)


def _parse(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        values = json.loads(text)
    except ValueError as error:
        log.warning("%s is not JSON (%s) and was ignored", VARIABLE, error)
        return {}
    if not isinstance(values, dict):
        log.warning('%s is not a JSON object like {"Flags.isHoliday": true}; ignored', VARIABLE)
        return {}
    return values


def _merge() -> None:
    global active  # noqa: PLW0603 - swapped as a whole
    merged = dict(_environment)
    for _, values in _layers:
        merged.update(values)
    active = merged
