"""Who reads whom: references that lead nowhere, circles, depth, and errors handed on.

A flag that reads an unusable one is unusable for the same reason, others are
left alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from burgee._engine.expressions import MAX_DEPTH, References
from burgee._engine.flags import CompiledFlag
from burgee._engine.groups import CompiledGroup
from burgee._engine.outcome import Unusable

Node = tuple[str, str]
"""("flag" or "group", key)"""

_MAX_CHAIN = 100


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
    for kind, entities in (("flag", flags), ("group", groups)):
        for key, entity in entities.items():
            node = (kind, key)
            edges[node] = _targets(entity.references)
            problem = _bad_reference(entity.references, flags, groups, errors)
            if problem is not None:
                errors[node] = problem
    for circle in _circles(edges):
        names = ", ".join(key for _, key in sorted(circle))
        for node in circle:
            errors.setdefault(node, Unusable("CYCLE", f"it reads itself through {names}"))
    _check_depth(flags, groups, errors)
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


def _circles(edges: Mapping[Node, list[Node]]) -> list[set[Node]]:
    """The strongly connected parts of more than one node, or one that reads itself."""
    number: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    found: list[set[Node]] = []
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
                    part = _leave(node, stack, on_stack)
                    if len(part) > 1 or node in edges[node]:
                        found.append(part)
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


def _leave(node: Node, stack: list[Node], on_stack: set[Node]) -> set[Node]:
    part: set[Node] = set()
    while node not in part:
        top = stack.pop()
        on_stack.discard(top)
        part.add(top)
    return part


def _check_depth(
    flags: Mapping[str, CompiledFlag],
    groups: Mapping[str, CompiledGroup],
    errors: dict[Node, Unusable],
) -> None:
    memo: dict[str, int] = {}

    def depth(references: References) -> int:
        deepest = references.depth
        for key, level in references.group_depths:
            deepest = max(deepest, level - 1 + group_depth(key))
        return deepest

    def group_depth(key: str) -> int:
        if key not in groups or ("group", key) in errors:
            return 1
        if key not in memo:
            memo[key] = _MAX_CHAIN
            memo[key] = max(1, depth(groups[key].references))
        return memo[key]

    for key, flag in flags.items():
        if ("flag", key) not in errors and depth(flag.references) > MAX_DEPTH:
            message = f"a condition is nested deeper than {MAX_DEPTH} levels with its groups"
            errors["flag", key] = Unusable("TOO_DEEP", message)


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
