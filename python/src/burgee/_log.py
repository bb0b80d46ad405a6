"""What the package says: to the logger ``burgee``, and where no logging is set up, to stderr."""

from __future__ import annotations

import logging
import sys

_MOST = 1000
_said: set[str] = set()


class Voice:
    """The logger ``burgee``, which is heard in a program that never set up logging too.

    Whoever wants silence sets the logger's level or gives it a NullHandler.
    """

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def debug(self, message: str, *args: object, exc_info: bool = False) -> None:
        """Say something for those who look for a fault."""
        self._logger.debug(message, *args, exc_info=exc_info)

    def info(self, message: str, *args: object) -> None:
        """Say what went well."""
        self._say(logging.INFO, message, args)

    def warning(self, message: str, *args: object) -> None:
        """Say what may need a hand."""
        self._say(logging.WARNING, message, args)

    def error(self, message: str, *args: object) -> None:
        """Say what needs a hand."""
        self._say(logging.ERROR, message, args)

    def exception(self, message: str, *args: object) -> None:
        """Say what failed, with its traceback."""
        self._logger.error(message, *args, exc_info=True)  # noqa: LOG014 - callers are in handlers

    def _say(self, level: int, message: str, args: tuple[object, ...]) -> None:
        if self._logger.hasHandlers() or sys.stderr is None:
            self._logger.log(level, message, *args)
        elif level >= max(self._logger.level, self._logger.manager.disable + 1):
            print(f"burgee: {message % args if args else message}", file=sys.stderr, flush=True)


log = Voice(logging.getLogger("burgee"))


def warn_once(subject: str, message: str, *args: object) -> None:
    """Warn the first time a subject comes up in this process."""
    if subject in _said or len(_said) >= _MOST:
        return
    _said.add(subject)
    log.warning(message, *args)


def forget() -> None:
    """Let every remark be made again (for tests)."""
    _said.clear()
