"""The context of the current request or task, and the snapshot pinned for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import TYPE_CHECKING, Any

from burgee._engine import Context, Snapshot
from burgee._log import log, warn_once

if TYPE_CHECKING:
    from typing_extensions import Self

ContextLike = Mapping[str, Any] | str
"""A mapping of attributes, or just the targeting key."""

Pins = Mapping[int, "Snapshot | None"]

current: ContextVar[Layer | None] = ContextVar("burgee_context", default=None)
pins: ContextVar[Pins | None] = ContextVar("burgee_pins", default=None)


def attributes(given: object) -> Mapping[str, Any]:
    """The attributes of a context as a program gives it; never raises."""
    if isinstance(given, str):
        return {"targetingKey": given}
    if not isinstance(given, Mapping):
        warn_once(
            f"context type {type(given)}",
            "a context is a mapping or a targeting key, not %s; it was ignored",
            type(given).__name__,
        )
        return {}
    if "targeting_key" in given and "targetingKey" not in given:
        warn_once(
            "targeting_key",
            'a context holds "targeting_key"; the name is "targetingKey". Until it is spelled so, '
            "splits and lists of people pass this context over",
        )
    return given


class Layer:
    """One context laid over the ones around it; flattened when first needed."""

    __slots__ = ("_attrs", "_base", "_bound", "_own", "_parent")

    def __init__(
        self, own: ContextLike | Callable[[], ContextLike | None], parent: Layer | None
    ) -> None:
        self._own = own
        self._parent = parent
        self._attrs: dict[str, Any] | None = None
        self._base: Mapping[str, Any] | None = None
        self._bound: Context | None = None

    def attrs(self) -> dict[str, Any]:
        """All attributes, inner ones winning."""
        if self._attrs is None:
            outer = {} if self._parent is None else self._parent.attrs()
            self._attrs = {**outer, **self._own_attributes()}
        return self._attrs

    def _own_attributes(self) -> Mapping[str, Any]:
        if not callable(self._own):
            return attributes(self._own)
        try:
            given = self._own()
        except Exception:
            log.exception("the context callable failed; this request has no context of its own")
            return {}
        return {} if given is None else attributes(given)

    def bind(self, base: Mapping[str, Any]) -> Context:
        """The evaluation context over a client's own attributes, made once."""
        if self._bound is None or self._base is not base:
            self._bound = Context.of({**base, **self.attrs()})
            self._base = base
        return self._bound


class context:  # noqa: N801 - it reads as a statement: with burgee.context({...})
    """Set the context of the current request or task.

    It holds from the call on; used as ``with burgee.context({...}):`` it ends with
    the block. Nested ones merge, the inner one winning key by key.
    """

    __slots__ = ("_token",)

    def __init__(self, mapping: ContextLike | Callable[[], ContextLike | None]) -> None:
        self._token: Token[Layer | None] | None = current.set(Layer(mapping, current.get()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def end(self) -> None:
        """Go back to the context before; twice is once."""
        token, self._token = self._token, None
        if token is not None:
            # A token of another task cannot be reset here, and that task's context
            # ends with it.
            with contextlib.suppress(ValueError):
                current.reset(token)


class pinned_snapshot:  # noqa: N801 - a context manager, named like one
    """Fix one snapshot of one client, so that a request never sees two."""

    __slots__ = ("_owner", "_snapshot", "_token")

    def __init__(self, owner: int, snapshot: Snapshot | None) -> None:
        self._owner = owner
        self._snapshot = snapshot
        self._token: Token[Pins | None] | None = None

    def __enter__(self) -> Self:
        outer = pins.get() or {}
        if self._owner not in outer:
            self._token = pins.set({**outer, self._owner: self._snapshot})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        token, self._token = self._token, None
        if token is not None:
            with contextlib.suppress(ValueError):
                pins.reset(token)
