"""Target groups: a reusable audience with explicit lists."""

from __future__ import annotations

from burgee._engine import checks
from burgee._engine.context import unit_text
from burgee._engine.expressions import References, compile_when
from burgee._engine.scope import Scope, Test
from burgee._engine.wire import Entity


class CompiledGroup:
    """A target group, ready to be asked."""

    __slots__ = ("_exclude", "_include", "_unit", "_when", "references")

    def __init__(self, entity: Entity) -> None:
        body = entity.body
        if entity.problem:
            raise checks.malformed(entity.problem)
        checks.needs(body)
        self.references = References()
        self._unit = checks.text(body, "unit") or "targetingKey"
        self._include = frozenset(checks.texts(body, "include"))
        self._exclude = frozenset(checks.texts(body, "exclude"))
        self._when: Test | None = compile_when(body.get("when"), self.references)

    def contains(self, scope: Scope) -> bool | None:
        """Whether the context is in the group, None when that is unknown."""
        unit = unit_text(scope.get(self._unit))
        if unit is not None:
            if unit in self._exclude:
                return False
            if unit in self._include:
                return True
        return False if self._when is None else self._when(scope)
