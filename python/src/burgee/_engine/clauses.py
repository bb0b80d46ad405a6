"""Clauses: one comparison on one attribute, compiled to a function of its value.

A predicate answers True, False or, for a value it cannot judge, None (unknown).
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from burgee._engine import addresses, instants, patterns, versions
from burgee._engine.outcome import Unusable

Predicate = Callable[[Any], "bool | None"]

_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold(text: str) -> str:
    """Lower A-Z and nothing else."""
    return text.lower() if text.isascii() else text.translate(_FOLD)


def predicate_of(op: str, values: list[Any], *, ignore_case: bool) -> Predicate:
    """Compile an operator and its constants; raises Unusable for bad ones."""
    spec = _OPERATORS.get(op)
    if spec is None:
        raise Unusable("UNSUPPORTED", f"the operator {op!r} is unknown to this SDK. Upgrade burgee")
    most = spec.most or len(values)
    if not spec.least <= len(values) <= most:
        raise Unusable("MALFORMED", f"the operator {op} has {len(values)} values")
    if ignore_case and not spec.folds:
        raise Unusable("MALFORMED", f"ignoreCase has no meaning beside {op}")
    return spec.build(values, ignore_case)


def known(op: object) -> bool:
    """Whether this engine knows an operator."""
    return op in _OPERATORS


@dataclass(frozen=True, slots=True)
class _Operator:
    build: Callable[[list[Any], bool], Predicate]
    least: int = 1
    most: int = 0
    folds: bool = False


def _constants(values: list[Any], parse: Callable[[Any], Any], what: str) -> list[Any]:
    parsed = [parse(value) for value in values]
    for value, result in zip(values, parsed, strict=True):
        if result is None:
            raise Unusable("MALFORMED", f"{value!r} is not {what}")
    return parsed


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _nonempty_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _number_or_none(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _scalar_sets(values: list[Any], ignore_case: bool) -> dict[type, frozenset[Any]]:
    """Constants by their type, because in Python 1, 1.0 and True are equal."""
    by_type: dict[type, set[Any]] = {str: set(), float: set(), bool: set()}
    for value in values:
        if isinstance(value, str):
            by_type[str].add(fold(value) if ignore_case else value)
        elif isinstance(value, bool):
            by_type[bool].add(value)
        else:
            number = _number_or_none(value)
            if number is None:
                raise Unusable("MALFORMED", f"{value!r} is not a string, number or boolean")
            by_type[float].add(number)
    return {kind: frozenset(members) for kind, members in by_type.items()}


def _in(values: list[Any], ignore_case: bool) -> Predicate:
    sets = _scalar_sets(values, ignore_case)
    texts = sets[str]

    def test(value: Any) -> bool | None:
        kind = type(value)
        if kind is str:
            return (fold(value) if ignore_case else value) in texts
        members = sets.get(kind)
        if members is None or (kind is float and not math.isfinite(value)):
            return None
        return value in members

    return test


def _all_in(values: list[Any], ignore_case: bool) -> Predicate:
    sets = _scalar_sets(values, ignore_case)

    def test(value: Any) -> bool | None:
        if type(value) is not tuple:
            return None
        return bool(value) and all(item in sets[type(item)] for item in value)

    return test


def _text_test(
    fits: Callable[[str, str], bool],
) -> Callable[[list[Any], bool], Predicate]:
    def build(values: list[Any], ignore_case: bool) -> Predicate:
        needles = _constants(values, _nonempty_or_none, "a text that is not empty")
        if ignore_case:
            needles = [fold(needle) for needle in needles]

        def test(value: Any) -> bool | None:
            if type(value) is not str:
                return None
            text = fold(value) if ignore_case else value
            return any(fits(text, needle) for needle in needles)

        return test

    return build


def _glob(values: list[Any], ignore_case: bool) -> Predicate:
    texts = _constants(values, _text_or_none, "text")
    if ignore_case:
        texts = [fold(text) for text in texts]
    tests = _constants(texts, patterns.glob_test, "a glob pattern")

    def test(value: Any) -> bool | None:
        if type(value) is not str:
            return None
        text = fold(value) if ignore_case else value
        return any(fits(text) for fits in tests)

    return test


def _matches(values: list[Any], _ignore_case: bool) -> Predicate:
    texts = _constants(values, _text_or_none, "text")
    tests = _constants(texts, patterns.regex_test, "a portable pattern")

    def test(value: Any) -> bool | None:
        if type(value) is not str or len(value.encode()) > patterns.MAX_SUBJECT:
            return None
        return any(finds(value) for finds in tests)

    return test


def _numeric(
    compare: Callable[[float, float], bool],
) -> Callable[[list[Any], bool], Predicate]:
    def build(values: list[Any], _ignore_case: bool) -> Predicate:
        bound = _constants(values, _number_or_none, "a number")[0]

        def test(value: Any) -> bool | None:
            if type(value) is not float or not math.isfinite(value):
                return None
            return compare(value, bound)

        return test

    return build


def _between(values: list[Any], _ignore_case: bool) -> Predicate:
    low, high = _constants(values, _number_or_none, "a number")

    def test(value: Any) -> bool | None:
        if type(value) is not float or not math.isfinite(value):
            return None
        return bool(low <= value <= high)

    return test


def _version_or_none(value: Any) -> versions.Order | None:
    return versions.order_of(value) if isinstance(value, str) else None


def _version(
    compare: Callable[[versions.Order, versions.Order], bool],
) -> Callable[[list[Any], bool], Predicate]:
    def build(values: list[Any], _ignore_case: bool) -> Predicate:
        bound = _constants(values, _version_or_none, "a version")[0]

        def test(value: Any) -> bool | None:
            order = _version_or_none(value)
            return None if order is None else compare(order, bound)

        return test

    return build


def _ver_range(values: list[Any], _ignore_case: bool) -> Predicate:
    texts = _constants(values, _text_or_none, "text")
    tests = _constants(texts, versions.range_test, "a version range")

    def test(value: Any) -> bool | None:
        order = _version_or_none(value)
        return None if order is None else any(holds(order) for holds in tests)

    return test


def _instant(
    compare: Callable[[int, int], bool],
) -> Callable[[list[Any], bool], Predicate]:
    def build(values: list[Any], _ignore_case: bool) -> Predicate:
        bound = _constants(values, instants.instant_of, "an instant")[0]

        def test(value: Any) -> bool | None:
            instant = instants.instant_of(value)
            return None if instant is None else compare(instant, bound)

        return test

    return build


def _cidr(values: list[Any], _ignore_case: bool) -> Predicate:
    texts = _constants(values, _text_or_none, "text")
    tests = _constants(texts, addresses.prefix_test, "an IP address or prefix")

    def test(value: Any) -> bool | None:
        address = addresses.address_of(value) if type(value) is str else None
        return None if address is None else any(holds(address) for holds in tests)

    return test


def _exists(_values: list[Any], _ignore_case: bool) -> Predicate:
    return lambda value: value is not None


def _lt(a: Any, b: Any) -> bool:
    return bool(a < b)


def _le(a: Any, b: Any) -> bool:
    return bool(a <= b)


def _gt(a: Any, b: Any) -> bool:
    return bool(a > b)


def _ge(a: Any, b: Any) -> bool:
    return bool(a >= b)


def _eq(a: Any, b: Any) -> bool:
    return bool(a == b)


_OPERATORS = {
    "in": _Operator(_in, folds=True),
    "all_in": _Operator(_all_in),
    "starts_with": _Operator(_text_test(str.startswith), folds=True),
    "ends_with": _Operator(_text_test(str.endswith), folds=True),
    "contains": _Operator(_text_test(str.__contains__), folds=True),
    "glob": _Operator(_glob, folds=True),
    "matches": _Operator(_matches),
    "lt": _Operator(_numeric(_lt), most=1),
    "le": _Operator(_numeric(_le), most=1),
    "gt": _Operator(_numeric(_gt), most=1),
    "ge": _Operator(_numeric(_ge), most=1),
    "between": _Operator(_between, least=2, most=2),
    "ver_eq": _Operator(_version(_eq), most=1),
    "ver_lt": _Operator(_version(_lt), most=1),
    "ver_le": _Operator(_version(_le), most=1),
    "ver_gt": _Operator(_version(_gt), most=1),
    "ver_ge": _Operator(_version(_ge), most=1),
    "ver_range": _Operator(_ver_range),
    "before": _Operator(_instant(_lt), most=1),
    "after": _Operator(_instant(_gt), most=1),
    "cidr": _Operator(_cidr),
    "exists": _Operator(_exists, least=0),
}
