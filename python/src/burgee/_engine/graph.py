"""Who reads whom: references that lead nowhere, circles, depth, and errors handed on.

A flag that reads an unusable one is unusable for the same reason, others are
left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from burgee._engine.expressions import MAX_DEPTH, References
from burgee._engine.flags import CompiledFlag
from burgee._engine.groups import CompiledGroup
from burgee._engine.outcome import Unusable

Node = tuple[str, str]
"""("flag" or "group", key)"""

_MAX_FLAGS = 10
_MAX_GROUPS = 5


def find_errors(
    flags: Mapping[str, CompiledFlag],
    groups: Mapping[str, CompiledGroup],
    flag_errors: Mapping[str, Unusable],
    group_errors: Mapping[str, Unusable],
) -> dict[str, Unusable]:
    """The flags that cannot be used, and why."""
    errors: dict[Node, Unusable] = {("flag", key): error for key, error in flag_errors.items()}
    errors.update({("group", key): error for key, error in group_errors.items()})
    edges: dict[Node, list[Node]] = {}
    known: dict[Node, _Depths] = {}
    for kind, entities in (("flag", flags), ("group", groups)):
        for key, entity in entities.items():
            node = (kind, key)
            if entity.references.nobody:  # most flags, which keeps revisions cheap
                _note_depth(node, _Depths(max(entity.references.depth, 1)), known, errors)
                continue
            edges[node] = _targets(entity.references)
            problem = _bad_reference(entity.references, flags, groups, errors)
            if problem is not None:
                errors[node] = problem
    parts = _parts(edges)
    for part in parts:
        if len(part) > 1 or part[0] in edges[part[0]]:
            names = ", ".join(key for _, key in sorted(part))
            for node in part:
                errors.setdefault(node, Unusable("CYCLE", f"it reads itself through {names}"))
    for node in (node for part in parts for node in part):
        if node in errors:
            continue  # it is handed on anyway, and circles end here
        kind, key = node
        references = (flags[key] if kind == "flag" else groups[key]).references
        _note_depth(node, _depths(references, known), known, errors)
    _hand_on(edges, errors)
    return {key: error for (kind, key), error in errors.items() if kind == "flag"}


def _targets(references: References) -> list[Node]:
    nodes: list[Node] = [("flag", key) for key, _ in references.flags]
    nodes.extend(("group", key) for key in references.groups)
    return nodes


def _bad_reference(
    references: References,
    flags: Mapping[str, CompiledFlag],
    groups: Mapping[str, CompiledGroup],
    errors: Mapping[Node, Unusable],
) -> Unusable | None:
    for key in references.groups:
        if key not in groups and ("group", key) not in errors:
            return Unusable("BAD_REFERENCE", f"there is no target group {key!r}")
    for key, variations in references.flags:
        if key not in flags:
            if ("flag", key) not in errors:
                return Unusable("BAD_REFERENCE", f"there is no flag {key!r}")
            continue
        for variation in variations:
            if variation not in flags[key].ids:
                message = f"the flag {key!r} has no variation {variation!r}"
                return Unusable("BAD_REFERENCE", message)
    return None


def _parts(edges: Mapping[Node, list[Node]]) -> list[list[Node]]:
    """The strongly connected parts, each after the ones that it reads (Tarjan)."""
    number: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    found: list[list[Node]] = []
    for root in edges:
        if root in number:
            continue
        work = [(root, iter(edges[root]))]
        _enter(root, number, low, stack, on_stack)
        while work:
            node, rest = work[-1]
            following = next((n for n in rest if n in edges), None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    found.append(_leave(node, stack, on_stack))
            elif following not in number:
                _enter(following, number, low, stack, on_stack)
                work.append((following, iter(edges[following])))
            elif following in on_stack:
                low[node] = min(low[node], number[following])
    return found


def _enter(
    node: Node,
    number: dict[Node, int],
    low: dict[Node, int],
    stack: list[Node],
    on_stack: set[Node],
) -> None:
    number[node] = low[node] = len(number)
    stack.append(node)
    on_stack.add(node)


def _leave(node: Node, stack: list[Node], on_stack: set[Node]) -> list[Node]:
    at = stack.index(node)
    part = stack[at:]
    del stack[at:]
    on_stack.difference_update(part)
    return part


@dataclass(frozen=True, slots=True)
class _Depths:
    """How far down an entity reaches."""

    condition: int = 1
    """Levels of its deepest condition, with the groups written out in their place."""
    groups: int = 0
    flags: int = 0

    def problem(self) -> str | None:
        """What is too deep, if anything is."""
        if self.condition > MAX_DEPTH:
            return f"a condition is {self.condition} levels deep with its target groups"
        if self.groups > _MAX_GROUPS:
            return f"{self.groups} target groups in a row read each other"
        if self.flags > _MAX_FLAGS:
            return f"{self.flags} flags in a row read each other"
        return None


_NONE = _Depths()


def _note_depth(
    node: Node, depths: _Depths, known: dict[Node, _Depths], errors: dict[Node, Unusable]
) -> None:
    """Refuse what is too deep; whoever reads an entity is looked at after it."""
    if depths == _NONE:
        return
    known[node] = depths
    problem = depths.problem()
    if problem is not None:
        errors[node] = Unusable("TOO_DEEP", problem)


def _depths(references: References, known: Mapping[Node, _Depths]) -> _Depths:
    condition, in_groups, in_flags = max(references.depth, 1), 0, 0
    for key, _ in references.flags:
        below = known.get(("flag", key), _NONE)
        in_flags = max(in_flags, below.flags + 1)
    for key, level in references.group_depths:
        below = known.get(("group", key), _NONE)
        in_flags = max(in_flags, below.flags)
        in_groups = max(in_groups, below.groups + 1)
        condition = max(condition, level - 1 + below.condition)
    return _Depths(condition, in_groups, in_flags)


def _hand_on(edges: Mapping[Node, list[Node]], errors: dict[Node, Unusable]) -> None:
    readers: dict[Node, list[Node]] = {}
    for node, targets in edges.items():
        for target in targets:
            readers.setdefault(target, []).append(node)
    waiting = sorted(errors)
    while waiting:
        node = waiting.pop(0)
        kind, key = node
        name = "flag" if kind == "flag" else "target group"
        for reader in sorted(readers.get(node, [])):
            if reader not in errors:
                cause = errors[node]
                message = f"it reads the {name} {key!r}: {cause.message}"
                errors[reader] = Unusable(cause.code, message)
                waiting.append(reader)
