"""A compiled snapshot: immutable, shared by all threads, swapped as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from burgee._engine.context import Context
from burgee._engine.flags import CompiledFlag
from burgee._engine.graph import find_errors
from burgee._engine.groups import CompiledGroup
from burgee._engine.outcome import ERROR, OUTCOME_NOT_FOUND, Outcome, Unusable
from burgee._engine.scope import Scope
from burgee._engine.wire import FLAG, GROUP, Document, Entity, Header, read_entity


@dataclass(frozen=True, slots=True)
class Trace:
    """An outcome with what was noted on the way, for people."""

    outcome: Outcome
    notes: tuple[str, ...]
    prerequisites: tuple[tuple[str, Outcome], ...]


class Snapshot:
    """The flags of one environment at one revision."""

    __slots__ = ("_flags", "_groups", "_settled", "header")

    def __init__(
        self,
        header: Header,
        flags: dict[str, CompiledFlag],
        groups: dict[str, CompiledGroup],
        errors: dict[str, Outcome],
    ) -> None:
        self.header = header
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

    def plain(self, key: str) -> bool:
        """Whether a flag serves the same to everyone at all times."""
        return self._settled.get(key) is not None

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


@dataclass(frozen=True, slots=True)
class Part:
    """One entity, compiled without regard to the others, so that snapshots can share it."""

    kind: str
    key: str
    made: CompiledFlag | CompiledGroup | Unusable


def compile_line(line: bytes) -> Part | None:
    """Compile the entity of one line, None where it is of no known kind."""
    found = read_entity(line)
    return None if found is None else _compile(*found)


def _compile(kind: str, entity: Entity) -> Part:
    try:
        return Part(
            kind, entity.key, CompiledFlag(entity) if kind == FLAG else CompiledGroup(entity)
        )
    except Unusable as error:
        return Part(kind, entity.key, error)


def compile_document(document: Document) -> Snapshot:
    """Compile every entity once; one that cannot be used spoils only its readers."""
    parts = [_compile(FLAG, entity) for entity in document.flags.values()]
    parts += [_compile(GROUP, entity) for entity in document.groups.values()]
    return link(document.header, parts)


def link(header: Header, parts: Iterable[Part]) -> Snapshot:
    """Put compiled entities together: find out who reads whom, and what cannot be used."""
    flags: dict[str, CompiledFlag] = {}
    groups: dict[str, CompiledGroup] = {}
    flag_errors: dict[str, Unusable] = {}
    group_errors: dict[str, Unusable] = {}
    # Of two entities with one key the later counts.
    for part in {(part.kind, part.key): part for part in parts}.values():
        if isinstance(part.made, CompiledFlag):
            flags[part.key] = part.made
        elif isinstance(part.made, CompiledGroup):
            groups[part.key] = part.made
        else:
            (flag_errors if part.kind == FLAG else group_errors)[part.key] = part.made
    unusable = find_errors(flags, groups, flag_errors, group_errors)
    errors = {
        key: Outcome(ERROR, error=(error.code, error.message)) for key, error in unusable.items()
    }
    usable = {key: flag for key, flag in flags.items() if key not in errors}
    return Snapshot(header, usable, groups, errors)
