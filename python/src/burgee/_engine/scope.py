"""One evaluation call: the context, the clock and what was already worked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from burgee._engine.bucket import bucket
from burgee._engine.context import Context, unit_text

if TYPE_CHECKING:
    from burgee._engine.flags import CompiledFlag
    from burgee._engine.groups import CompiledGroup
    from burgee._engine.outcome import Outcome

NO_UNIT = -1
"""Stands for a bucket where the context has no unit."""

Test = Callable[["Scope"], "bool | None"]
"""A compiled condition; None is unknown."""


class Scope:
    """What the compiled rules read while one flag is evaluated."""

    __slots__ = (
        "_buckets",
        "_flags",
        "_group_memo",
        "_groups",
        "_memo",
        "attrs",
        "notes",
        "now",
        "prerequisites",
    )

    def __init__(
        self,
        context: Context,
        now: int,
        flags: Mapping[str, CompiledFlag],
        groups: Mapping[str, CompiledGroup],
    ) -> None:
        self.attrs = context.attrs
        self.now = now
        self.notes: list[str] | None = None
        self.prerequisites: list[tuple[str, Outcome]] | None = None
        self._buckets = context.buckets
        self._flags = flags
        self._groups = groups
        self._memo: dict[str, Outcome] = {}
        self._group_memo: dict[str, bool | None] = {}

    def get(self, path: str) -> Any:
        """The attribute at a path; ``now`` is the clock."""
        return float(self.now) if path == "now" else self.attrs.get(path)

    def note(self, text: str) -> None:
        """Keep a remark for people, once, when somebody asked for the detail."""
        if self.notes is not None and text not in self.notes:
            self.notes.append(text)

    def bucket(self, seed: str, path: str) -> int:
        """Where the unit at a path stands, NO_UNIT without one; hashed once a context."""
        if path == "now":
            unit = unit_text(float(self.now))
            return NO_UNIT if unit is None else bucket(seed, unit)
        known = self._buckets.get((seed, path))
        if known is None:
            unit = unit_text(self.attrs.get(path))
            known = NO_UNIT if unit is None else bucket(seed, unit)
            self._buckets[seed, path] = known
        return known

    def flag(self, key: str) -> Outcome:
        """What another flag serves in this call."""
        known = self._memo.get(key)
        if known is None:
            notes, self.notes = self.notes, None
            asked, self.prerequisites = self.prerequisites, None
            known = self._flags[key].evaluate(self)
            self.notes, self.prerequisites = notes, asked
            self._memo[key] = known
        return known

    def group(self, key: str) -> bool | None:
        """Whether the context is in a target group."""
        if self.notes is not None:
            return self._groups[key].contains(self)  # so that its remarks are made
        if key not in self._group_memo:
            self._group_memo[key] = self._groups[key].contains(self)
        return self._group_memo[key]
