"""What an evaluation comes to, and the reasons it may give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OVERRIDE = "OVERRIDE"
NOT_READY = "NOT_READY"
FLAG_NOT_FOUND = "FLAG_NOT_FOUND"
ERROR = "ERROR"
OFF = "OFF"
PREREQUISITE_FAILED = "PREREQUISITE_FAILED"
TARGET = "TARGET"
EXPERIMENT = "EXPERIMENT"
CODE_DEFAULT = "CODE_DEFAULT"
RULE = "RULE"
DEFAULT = "DEFAULT"
TYPE_MISMATCH = "TYPE_MISMATCH"


class Unusable(Exception):
    """An entity cannot be used; the code is one of the evaluation errors."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Split:
    """The split that decided, enough to show where a unit stands in it."""

    seed: str
    unit: str
    cell: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One possible end of an evaluation, made when the flag is compiled.

    Evaluating hands out these shared objects, so a decision costs no allocation.
    ``served`` False means that the caller's own default is the answer.
    """

    reason: str
    served: bool = False
    variation: str | None = None
    value: Any = None
    rule: tuple[int, str] | None = None
    experiment: tuple[str, str | None, int] | None = None
    error: tuple[str, str] | None = None
    split: Split | None = None
    path: tuple[str, ...] = ()


OUTCOME_NOT_READY = Outcome(NOT_READY)
OUTCOME_NOT_FOUND = Outcome(FLAG_NOT_FOUND)
OUTCOME_TYPE_MISMATCH = Outcome(TYPE_MISMATCH)
