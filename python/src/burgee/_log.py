"""The logger of the package, and remarks that are made only once."""

from __future__ import annotations

import logging

log = logging.getLogger("burgee")

_MOST = 1000
_said: set[str] = set()


def warn_once(subject: str, message: str, *args: object) -> None:
    """Warn the first time a subject comes up in this process."""
    if subject in _said or len(_said) >= _MOST:
        return
    _said.add(subject)
    log.warning(message, *args)


def forget() -> None:
    """Let every remark be made again (for tests)."""
    _said.clear()
