"""Flags with chosen values, for tests: no server, no key, no registration.

As a context manager or a decorator::

    with burgee.testing.override({"Flags.isHoliday": True}):
        assert client.get("/").json == SPECIAL_DAY

and, with burgee installed, as the pytest fixture ``burgee_override``, which holds
until the test ends::

    def test_special_day(client, burgee_override):
        burgee_override({"Flags.isHoliday": True})
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ContextDecorator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from burgee import _overrides
from burgee._flags import Flag

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["override"]


class override(ContextDecorator):  # noqa: N801 - it reads as a statement
    """Make flags serve these values, in all threads, until the block ends.

    Keys are flag keys or registered ``Flag`` objects. Inner overrides win.
    """

    def __init__(self, values: Mapping[Any, Any]) -> None:
        if not isinstance(values, Mapping):
            raise TypeError('override takes a mapping: override({"Flags.isHoliday": True})')
        self._values = {_key_of(flag): value for flag, value in values.items()}
        self._tokens: list[object] = []

    def __enter__(self) -> Self:
        self._tokens.append(_overrides.push(self._values))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _overrides.pop(self._tokens.pop())


def _key_of(flag: object) -> str:
    key = flag.key if isinstance(flag, Flag) else flag
    if not isinstance(key, str):
        raise TypeError(f"{flag!r} is neither a flag's key nor a registered Flag")
    return key
