"""The flags, the users and the shape of an engine; the same as in bench/peers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

BOOL, RULES, SPLIT, GROUP = "s1-bool", "s2-rules", "s3-split", "s4-group"

KEY = "user-4242"
ATTRIBUTES = {
    "country": "NL",
    "plan": "pro",
    "version": "2.14.3",
    "email": "jan@acme.example",
    "age": 37,
    "build": 21403,
}

Clause = tuple[str, str, Any]

RULES_OF_S2: list[tuple[Clause, Clause]] = [
    (("country", "in", ["DE", "FR", "BE", "LU", "NL"]), ("version", "newer", "2.99.9")),
    (("plan", "in", ["team", "pro", "enterprise"]), ("email", "starts", "ops@")),
    (("version", "newer", "1.99.9"), ("country", "in", ["US", "CA", "MX", "BR", "AR"])),
    (("email", "starts", "jan@"), ("age", "at_least", 65)),
    (("country", "in", ["NL", "BE"]), ("version", "newer", "2.9.9")),
]

SHARES = {"a": 33, "b": 33, "c": 34}

MEMBERS = [f"user-{i:04d}" for i in range(1000)]
RING = [f"user-{i // 2 * 7 % 1000 + (1000 if i % 2 else 0):04d}" for i in range(256)]
IS_MEMBER = [i % 2 == 0 for i in range(256)]

SINGLE = {BOOL: "bool", RULES: "rules", SPLIT: "split", GROUP: "group"}
BULK = {
    f"bulk-{i:04d}": "bool" if i % 10 < 4 else "rules" if i % 10 < 7 else "split" if i % 10 < 9 else "group"
    for i in range(1000)
}

Step = Callable[[int], bool]


@dataclass(frozen=True)
class Engine:
    """A step for each scenario; absent where it cannot be expressed.

    A step does the i-th evaluation and says whether the answer was right. What a
    program would build once is built before.
    """

    steps: dict[str, Step]
    variation: Callable[[str], object]
    answers: Callable[[], dict[str, object]]
