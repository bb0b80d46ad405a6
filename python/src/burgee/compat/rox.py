"""The names of the 2018 guide to Python feature flags, answered by Burgee.

Change the import lines and the key, set ``BURGEE_URL``, and the guide's program runs::

    from burgee.compat.rox import Rox, RoxFlag, RoxOptions

Only what the guide prints is here. New programs use ``burgee`` itself.
"""

from __future__ import annotations

from collections.abc import Callable

from burgee._client import default_client
from burgee._context import ContextLike
from burgee._flags import Flag
from burgee._results import Fetched

__all__ = ["Rox", "RoxFlag", "RoxOptions"]

_PATIENCE = 2.0


class RoxFlag(Flag[bool]):
    """A boolean flag."""

    __slots__ = ()

    def __init__(self, default: bool = False) -> None:
        super().__init__(default)

    def is_enabled(self, context: ContextLike | None = None) -> bool:
        """Whether the flag is on."""
        return super().is_enabled(context)


class RoxOptions:
    """The options of set-up."""

    def __init__(
        self, configuration_fetched_handler: Callable[[Fetched], object] | None = None
    ) -> None:
        self.configuration_fetched_handler = configuration_fetched_handler


class _Pending:
    """What setup and fetch give back: ``result()`` waits."""

    def __init__(self, wait: Callable[[float], object]) -> None:
        self._wait = wait

    def result(self, timeout: float | None = None) -> None:
        """Wait for the configuration, two seconds unless told otherwise; never raises."""
        self._wait(_PATIENCE if timeout is None else timeout)


class Rox:
    """The guide's entry point."""

    @staticmethod
    def register(namespace: str, container: object) -> None:
        """Take the flags of a container under a namespace."""
        default_client.register(namespace, container)

    @staticmethod
    def setup(key: str, options: RoxOptions | None = None) -> _Pending:
        """Connect in the background; ``.result()`` waits for the configuration."""
        handler = None if options is None else options.configuration_fetched_handler
        default_client.begin(key, timeout=_PATIENCE, configuration_fetched_handler=handler)
        return _Pending(default_client.wait)

    @staticmethod
    def fetch() -> _Pending:
        """Ask the server now; ``.result()`` waits for the answer."""
        default_client.fetch(timeout=0)
        return _Pending(default_client.fetch)
