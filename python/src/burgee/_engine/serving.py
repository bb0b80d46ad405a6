"""Serves: one variation for everyone, the program's own default, or a split."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from burgee._engine import checks
from burgee._engine.bucket import PPM, threshold
from burgee._engine.outcome import Outcome, Split
from burgee._engine.scope import NO_UNIT, Scope

MakeOutcome = Callable[["int | None", "int | None", "Split | None"], Outcome]
"""(variation, arm, split) to the outcome that serves it."""


class Serve:
    """What a rule or the default gives; ``fixed`` is the answer where it is the same for all."""

    __slots__ = ("_cells", "_ends", "_seed", "_unit", "fixed")

    def __init__(self, body: Any, variations: int, arms: int, make: MakeOutcome) -> None:
        serve = checks.mapping(body, "serve")
        self.fixed: Outcome | None = None
        self._seed = checks.text(serve, "seed")
        self._unit = checks.text(serve, "unit") or "targetingKey"
        self._ends: list[int] = []
        self._cells: list[Outcome | None] = []
        table = serve.get("table")
        if table is None:
            if "variation" not in serve:
                raise checks.malformed("serve has neither a variation nor a table")
            at = checks.index(serve["variation"], variations, "the variation")
            self.fixed = make(at, 0 if arms else None, None)
            return
        self._read(table, variations, arms, make)

    def _read(self, table: Any, variations: int, arms: int, make: MakeOutcome) -> None:
        if not isinstance(table, list) or not table:
            raise checks.malformed("a table is a list of cells")
        start, single = 0, len(table) == 1
        for cell in checks.numbered(table):
            if not isinstance(cell, list) or len(cell) not in (2, 3):
                raise checks.malformed("a cell is [end, variation, arm]")
            end = checks.index(cell[0], PPM + 1, "the end")
            if end is None or end <= start:
                raise checks.malformed("the ends of a table grow strictly")
            variation = checks.index(cell[1], variations, "the variation")
            arm = checks.index(cell[2] if len(cell) == 3 else None, arms, "the arm")
            split = None if single else Split(self._seed, self._unit, (start, end))
            self._ends.append(threshold(end))
            self._cells.append(None if variation is None else make(variation, arm, split))
            start = end
        if start != PPM:
            raise checks.malformed(f"the last end of a table is {PPM}")
        if single:
            self.fixed = self._cells[0]

    @property
    def skips(self) -> bool:
        """Whether it passes everybody on."""
        return len(self._cells) == 1 and self.fixed is None

    def choose(self, scope: Scope) -> Outcome | None:
        """The outcome for a context, None to go on."""
        if self.fixed is not None or len(self._cells) == 1:
            return self.fixed
        h = scope.bucket(self._seed, self._unit)
        if h == NO_UNIT:
            scope.note(f"NO_UNIT {self._unit}")
            return None
        return self._cells[bisect_right(self._ends, h)]
