"""Conditions: clauses, target groups and other flags, combined by all, any and not.

Compiling gives a function of the scope that answers True, False or None (unknown).
"""

from __future__ import annotations

from typing import Any

from burgee._engine import checks
from burgee._engine.clauses import Predicate, predicate_of
from burgee._engine.outcome import Unusable
from burgee._engine.scope import Scope, Test

MAX_DEPTH = 5
_FORMS = ("target_group", "flag", "all", "any", "not")


class References:
    """What an entity reads, collected while it is compiled."""

    __slots__ = ("depth", "flags", "group_depths", "groups")

    def __init__(self) -> None:
        self.flags: list[tuple[str, tuple[str, ...]]] = []
        self.groups: list[str] = []
        self.group_depths: list[tuple[str, int]] = []
        """Each group with the number of levels above it, to find the depth after inlining."""
        self.depth = 0

    @property
    def nobody(self) -> bool:
        """Whether no other entity is read."""
        return not (self.flags or self.groups or self.group_depths)


def compile_when(body: Any, references: References) -> Test | None:
    """Compile an optional condition; None always holds."""
    return None if body is None else _compile(body, references, 1)


def _compile(body: Any, references: References, level: int) -> Test:
    expression = checks.mapping(body, "a condition")
    references.depth = max(references.depth, level)
    if level > MAX_DEPTH:
        raise Unusable("TOO_DEEP", f"a condition is nested deeper than {MAX_DEPTH} levels")
    forms = [name for name in _FORMS if expression.get(name) not in (None, "")]
    is_clause = bool(checks.text(expression, "attr") or checks.text(expression, "op"))
    _check_fields(expression)
    if len(forms) + is_clause != 1:
        raise checks.malformed(
            "a condition is one of attr with op, target_group, flag, all, any or not"
        )
    if is_clause:
        return _clause(expression)
    form = forms[0]
    if form == "target_group":
        return _group(checks.text(expression, form), references, level)
    if form == "flag":
        return _flag(expression, references)
    if form == "not":
        return _not(_compile(expression[form], references, level + 1))
    parts = [_compile(part, references, level + 1) for part in checks.items(expression, form)]
    return _all(parts) if form == "all" else _any(parts)


def _check_fields(expression: dict[str, Any]) -> None:
    """A field of a wrong type is malformed also beside a form that does not read it."""
    checks.text(expression, "target_group")
    checks.text(expression, "flag")
    checks.items(expression, "all")
    checks.items(expression, "any")
    checks.items(expression, "values")
    checks.texts(expression, "variations")
    checks.boolean(expression, "ignoreCase")
    if expression.get("not") is not None:
        checks.mapping(expression["not"], "a condition")


def _clause(expression: dict[str, Any]) -> Test:
    path, op = checks.text(expression, "attr"), checks.text(expression, "op")
    if not path or not op:
        raise checks.malformed("a clause has an attr and an op")
    ignore_case = checks.boolean(expression, "ignoreCase")
    values = checks.items(expression, "values")
    predicate = predicate_of(op, values, ignore_case=ignore_case)
    if op == "exists":
        return lambda scope: scope.get(path) is not None
    whole_list = op == "all_in"
    if path == "now":
        return lambda scope: predicate(float(scope.now))  # no context value of this name counts
    return _attribute(path, predicate, whole_list=whole_list)


def _attribute(path: str, predicate: Predicate, *, whole_list: bool) -> Test:
    def test(scope: Scope) -> bool | None:
        value = scope.attrs.get(path)
        if value is None:
            scope.note(f"ATTR_MISSING {path}")
            return None
        if type(value) is tuple and not whole_list:
            return _any_element(predicate, value)
        return predicate(value)

    return test


def _any_element(predicate: Predicate, values: tuple[Any, ...]) -> bool | None:
    answer: bool | None = False
    for value in values:
        one = predicate(value)
        if one:
            return True
        if one is None:
            answer = None
    return answer


def _group(key: str, references: References, level: int) -> Test:
    references.groups.append(key)
    references.group_depths.append((key, level))
    return lambda scope: scope.group(key)


def _flag(expression: dict[str, Any], references: References) -> Test:
    key = checks.text(expression, "flag")
    variations = frozenset(checks.texts(expression, "variations"))
    if "" in variations:
        raise checks.malformed(f"a variation of the flag {key!r} is empty")
    references.flags.append((key, tuple(sorted(variations))))

    def test(scope: Scope) -> bool | None:
        served = scope.flag(key).variation
        return None if served is None else served in variations

    return test


def _not(part: Test) -> Test:
    def test(scope: Scope) -> bool | None:
        answer = part(scope)
        return None if answer is None else not answer

    return test


def _all(parts: list[Test]) -> Test:
    def test(scope: Scope) -> bool | None:
        answer: bool | None = True
        for part in parts:
            one = part(scope)
            if one is None:
                answer = None
            elif not one:
                return False
        return answer

    return test


def _any(parts: list[Test]) -> Test:
    def test(scope: Scope) -> bool | None:
        answer: bool | None = False
        for part in parts:
            one = part(scope)
            if one is None:
                answer = None
            elif one:
                return True
        return answer

    return test
