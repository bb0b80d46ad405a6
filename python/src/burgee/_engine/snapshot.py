"""A compiled snapshot: immutable, shared by all threads, swapped as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from burgee._engine.context import Context
from burgee._engine.flags import CompiledFlag
from burgee._engine.graph import find_errors
from burgee._engine.groups import CompiledGroup
from burgee._engine.outcome import ERROR, OUTCOME_NOT_FOUND, Outcome, Unusable
from burgee._engine.scope import Scope
from burgee._engine.wire import Document, Header


@dataclass(frozen=True, slots=True)
class Trace:
    """An outcome with what was noted on the way, for people."""

    outcome: Outcome
    notes: tuple[str, ...]
    prerequisites: tuple[tuple[str, Outcome], ...]


class Snapshot:
    """The flags of one environment at one revision."""

    __slots__ = ("_flags", "_groups", "_settled", "digest", "header")

    def __init__(
        self,
        header: Header,
        digest: bytes,
        flags: dict[str, CompiledFlag],
        groups: dict[str, CompiledGroup],
        errors: dict[str, Outcome],
    ) -> None:
        self.header = header
        self.digest = digest
        self._flags = flags
        self._groups = groups
        self._settled: dict[str, Outcome | None] = {
            **{key: flag.constant for key, flag in flags.items()},
            **errors,
        }

    def __len__(self) -> int:
        return len(self._settled)

    def __contains__(self, key: str) -> bool:
        return key in self._settled

    @property
    def errors(self) -> dict[str, tuple[str, str]]:
        """The flags that cannot be used, with (code, message)."""
        found = ((key, made.error) for key, made in self._settled.items() if made is not None)
        return {key: error for key, error in found if error is not None}

    def evaluate(self, key: str, context: Context, now: int) -> Outcome:
        """What a flag serves; ``now`` is in milliseconds since 1970."""
        settled = self._settled.get(key, OUTCOME_NOT_FOUND)
        if settled is not None:
            return settled
        return self._flags[key].evaluate(Scope(context, now, self._flags, self._groups))

    def trace(self, key: str, context: Context, now: int) -> Trace:
        """The same answer as evaluate, with the notes."""
        settled = self._settled.get(key, OUTCOME_NOT_FOUND)
        if settled is not None:
            return Trace(settled, (), ())
        scope = Scope(context, now, self._flags, self._groups)
        scope.notes = list(context.notes)
        scope.prerequisites = []
        made = self._flags[key].evaluate(scope)
        return Trace(made, tuple(scope.notes), tuple(scope.prerequisites))


def compile_document(document: Document) -> Snapshot:
    """Compile every entity once; one that cannot be used spoils only its readers."""
    flags: dict[str, CompiledFlag] = {}
    groups: dict[str, CompiledGroup] = {}
    flag_errors: dict[str, Unusable] = {}
    group_errors: dict[str, Unusable] = {}
    for key, entity in document.flags.items():
        try:
            flags[key] = CompiledFlag(entity)
        except Unusable as error:
            flag_errors[key] = error
    for key, entity in document.groups.items():
        try:
            groups[key] = CompiledGroup(entity)
        except Unusable as error:
            group_errors[key] = error
    unusable = find_errors(flags, groups, flag_errors, group_errors)
    errors = {
        key: Outcome(ERROR, error=(error.code, error.message)) for key, error in unusable.items()
    }
    usable = {key: flag for key, flag in flags.items() if key not in errors}
    return Snapshot(document.header, document.digest, usable, groups, errors)
