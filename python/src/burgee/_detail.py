"""From an outcome to the detail that people and logs read."""

from __future__ import annotations

from typing import Any

from burgee._engine import Context, Outcome, Snapshot
from burgee._engine.bucket import bucket, position
from burgee._engine.context import unit_text
from burgee._engine.outcome import NOT_READY, OVERRIDE, TYPE_MISMATCH, Split
from burgee._results import Detail


def detail_of(
    key: str,
    outcome: Outcome,
    value: Any,
    snapshot: Snapshot | None,
    context: Context,
    now: int,
    *,
    mismatch: bool = False,
) -> Detail:
    """The detail of an outcome; the notes come from evaluating once more."""
    revision = None if snapshot is None else snapshot.header.revision
    if mismatch:
        return Detail(key, value, None, TYPE_MISMATCH, revision=revision)
    if snapshot is None or outcome.reason in {OVERRIDE, NOT_READY}:
        return Detail(key, value, None, outcome.reason, revision=revision)
    trace = snapshot.trace(key, context, now)
    made = trace.outcome
    return Detail(
        flag=key,
        value=value,
        variation=made.variation,
        reason=made.reason,
        rule=_rule(made),
        experiment=_experiment(made),
        error=None if made.error is None else {"code": made.error[0], "message": made.error[1]},
        split=None if made.split is None else _split(made.split, context, now),
        path=made.path,
        prerequisites=tuple(_prerequisite(*read) for read in trace.prerequisites),
        notes=trace.notes,
        revision=revision,
    )


def _prerequisite(flag: str, served: Outcome) -> dict[str, Any]:
    if served.variation is None:
        return {"flag": flag, "reason": served.reason}
    return {"flag": flag, "variation": served.variation, "reason": served.reason}


def _rule(made: Outcome) -> dict[str, Any] | None:
    return None if made.rule is None else {"index": made.rule[0], "id": made.rule[1]}


def _experiment(made: Outcome) -> dict[str, Any] | None:
    if made.experiment is None:
        return None
    key, arm, phase = made.experiment
    found: dict[str, Any] = {"key": key}
    if arm is not None:
        found["arm"] = arm
    return {**found, "phase": phase}


def _split(split: Split, context: Context, now: int) -> dict[str, Any]:
    unit = unit_text(float(now) if split.unit == "now" else context.attrs.get(split.unit))
    found: dict[str, Any] = {"seed": split.seed, "unit": split.unit}
    if unit is not None:
        found["position"] = position(bucket(split.seed, unit))
    return {**found, "cell": list(split.cell)}
