"""Flags: the algorithm of the specification, section 2, over compiled parts."""

from __future__ import annotations

import math
from typing import Any

from burgee._engine import checks, outcome
from burgee._engine.context import unit_text
from burgee._engine.expressions import References, compile_when
from burgee._engine.outcome import Outcome, Split
from burgee._engine.scope import Scope, Test
from burgee._engine.serving import Serve
from burgee._engine.wire import Entity, safe_integer

TYPES = ("boolean", "string", "integer", "double", "json")


class CompiledFlag:
    """A flag, ready to be evaluated."""

    __slots__ = (
        "_default",
        "_off",
        "_prerequisites",
        "_rules",
        "_targets",
        "_values",
        "_variations",
        "constant",
        "ids",
        "key",
        "references",
        "type",
    )

    def __init__(self, entity: Entity) -> None:
        body = entity.body
        self.key = entity.key
        if entity.problem:
            raise checks.malformed(entity.problem)
        checks.needs(body)
        checks.boolean(body, "client")
        self.references = References()
        self.type = checks.text(body, "type")
        if self.type not in TYPES:
            raise checks.malformed(f"the type {self.type!r} is unknown")
        self.ids, self._values = _variations(body, self.type)
        off = checks.index(body.get("off"), len(self.ids), "off")
        self._off = self._outcome(outcome.OFF, off)
        self._targets = self._read_targets(body)
        rules = [
            checks.mapping(rule, "a rule") for rule in checks.numbered(checks.items(body, "rules"))
        ]
        serves = self._read_serves(rules)
        self._default = Serve(
            body.get("default"), len(self.ids), 0, lambda at, _arm, split: self._served(at, split)
        )
        self._prerequisites = self._read_prerequisites(body)
        whens = [compile_when(rule.get("when"), self.references) for rule in rules]
        # Only a rule of the flag's own is worth a note when it is passed by.
        names = [
            "" if checks.text(rule, "experiment") else checks.text(rule, "id") for rule in rules
        ]
        self._rules: list[tuple[Test | None, Serve, str]] = list(
            zip(whens, serves, names, strict=True)
        )
        self.constant = self._find_constant(enabled=checks.boolean(body, "enabled"))

    def _outcome(self, reason: str, at: int | None, **details: Any) -> Outcome:
        if at is None:
            return Outcome(reason, **details)
        return Outcome(reason, True, self.ids[at], self._values[at], **details)

    def _served(self, at: int | None, split: Split | None) -> Outcome:
        reason = outcome.CODE_DEFAULT if at is None else outcome.DEFAULT
        return self._outcome(reason, at, split=split)

    def _read_prerequisites(self, body: dict[str, Any]) -> list[tuple[str, frozenset[str]]]:
        found = []
        for item in checks.items(body, "prerequisites"):
            if not isinstance(item, list) or len(item) != 2 or not isinstance(item[0], str):
                raise checks.malformed("a prerequisite is [flag, variations]")
            variations = checks.texts({"variations": item[1]}, "variations")
            self.references.flags.append((item[0], tuple(variations)))
            found.append((item[0], frozenset(variations)))
        return found

    def _read_targets(self, body: dict[str, Any]) -> list[tuple[str, dict[str, Outcome]]]:
        found: dict[str, dict[str, Outcome]] = {}
        served = [self._outcome(outcome.TARGET, at) for at in range(len(self.ids))]
        for item in checks.items(body, "targets"):
            if not isinstance(item, list) or len(item) != 2 or not isinstance(item[0], str):
                raise checks.malformed("a target is [path, units]")
            units = found.setdefault(item[0], {})
            listed = {} if item[1] is None else checks.mapping(item[1], "the units of a target")
            for unit, value in listed.items():
                at = checks.index(value, len(self.ids), "the variation")
                if at is None:
                    raise checks.malformed("a target serves a variation")
                units[unit] = served[at]
        return sorted(found.items(), key=lambda item: (item[0] != "targetingKey", item[0].encode()))

    def _read_serves(self, rules: list[dict[str, Any]]) -> list[Serve]:
        serves: list[Serve] = []
        own = 0
        for rule in rules:
            checks.numbered(checks.texts(rule, "arms"))
            checks.whole(rule, "phase")
            if checks.text(rule, "experiment"):
                serves.append(self._experiment(rule))
            else:
                serves.append(self._rule(rule, own))
                own += 1
        return serves

    def _experiment(self, rule: dict[str, Any]) -> Serve:
        key, phase = checks.text(rule, "experiment"), checks.whole(rule, "phase")
        arms = checks.texts(rule, "arms")

        def make(at: int | None, arm: int | None, split: Split | None) -> Outcome:
            if at is None:
                raise checks.malformed("an experiment serves variations")
            name = None if arm is None else arms[arm]
            return self._outcome(outcome.EXPERIMENT, at, experiment=(key, name, phase), split=split)

        return Serve(rule.get("serve"), len(self.ids), len(arms), make)

    def _rule(self, rule: dict[str, Any], number: int) -> Serve:
        name = checks.text(rule, "id")

        def make(at: int | None, _arm: int | None, split: Split | None) -> Outcome:
            if at is None:
                raise checks.malformed("a rule serves a variation")
            return self._outcome(outcome.RULE, at, rule=(number, name), split=split)

        return Serve(rule.get("serve"), len(self.ids), 0, make)

    def _find_constant(self, *, enabled: bool) -> Outcome | None:
        """The answer where no context can change it."""
        if not enabled:
            return self._off
        if self._prerequisites or self._targets or self._rules:
            return None
        return self._without_unit() if self._default.skips else self._default.fixed

    def evaluate(self, scope: Scope) -> Outcome:
        """What the flag serves to a context."""
        if self.constant is not None:
            return self.constant
        for key, variations in self._prerequisites:
            served = scope.flag(key)
            if scope.prerequisites is not None:
                scope.prerequisites.append((key, served))
            if served.variation is None or served.variation not in variations:
                return self._blocked(key, served)
        for path, units in self._targets:
            unit = unit_text(scope.get(path))
            if unit is not None and unit in units:
                return units[unit]
        for when, serve, name in self._rules:
            if when is None or when(scope):
                chosen = serve.choose(scope)
                if chosen is not None:
                    return chosen
                if name:
                    scope.note(f"SKIP {name}")
        chosen = self._default.choose(scope)
        return self._without_unit() if chosen is None else chosen

    def _blocked(self, key: str, served: Outcome) -> Outcome:
        off = self._off
        path = (key, *served.path)
        return Outcome(outcome.PREREQUISITE_FAILED, off.served, off.variation, off.value, path=path)

    def _without_unit(self) -> Outcome:
        off = self._off
        return Outcome(outcome.DEFAULT, off.served, off.variation, off.value)


def _variations(body: dict[str, Any], kind: str) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    ids: list[str] = []
    values: list[Any] = []
    for item in checks.numbered(checks.items(body, "variations")):
        if not isinstance(item, list) or len(item) != 2 or not isinstance(item[0], str):
            raise checks.malformed("a variation is [id, value]")
        if item[0] in ids:
            raise checks.malformed(f"the variation {item[0]!r} is there twice")
        ids.append(item[0])
        values.append(_value(item[1], kind))
    return tuple(ids), tuple(values)


def _value(value: Any, kind: str) -> Any:
    fits = {
        "boolean": isinstance(value, bool),
        "string": isinstance(value, str),
        "integer": safe_integer(value),
        "double": _finite(value),
        "json": isinstance(value, (dict, list)),
    }[kind]
    if not fits:
        raise checks.malformed(f"the value {value!r} is not of the type {kind}")
    if kind == "integer":
        return int(value)
    return float(value) if kind == "double" else value


def _finite(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False
