"""Counts of evaluations: kept small, sent in batches, never in the way."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from typing import Any

CAPACITY = 10_000
BATCH = 2_000

CountKey = tuple[str, "str | None", str, "str | None", "str | None", int]
"""(flag, variation, reason, experiment, arm, minute)"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Counts under one id: sent twice, they count once."""

    id: str
    counts: list[dict[str, Any]]


class Outbox:
    """Aggregates by minute; when full, the oldest counts go and are counted as lost."""

    __slots__ = ("_batch", "_counts", "_lock", "capacity", "dropped")

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._lock = threading.Lock()
        self._counts: dict[CountKey, int] = {}
        self._batch: Batch | None = None
        self.capacity = capacity
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._counts) + (len(self._batch.counts) if self._batch else 0)

    def count(self, key: CountKey) -> None:
        """Count one evaluation."""
        with self._lock:
            counts = self._counts
            if key in counts:
                counts[key] += 1
                return
            if len(counts) >= self.capacity:
                self.dropped += counts.pop(next(iter(counts)))
            counts[key] = 1

    def next_batch(self) -> Batch | None:
        """What to send now: the batch that is not yet acknowledged, else a new one."""
        with self._lock:
            if self._batch is None and self._counts:
                keys = list(self._counts)[:BATCH]
                counts = [_as_json(key, self._counts.pop(key)) for key in keys]
                self._batch = Batch(str(uuid.uuid4()), counts)
            return self._batch

    def acknowledge(self, batch: Batch) -> None:
        """Forget a batch that arrived or that the server will never take."""
        with self._lock:
            if self._batch is batch:
                self._batch = None


def _as_json(key: CountKey, count: int) -> dict[str, Any]:
    flag, variation, reason, experiment, arm, minute = key
    entry: dict[str, Any] = {"flag": flag, "variation": variation, "reason": reason}
    if experiment is not None:
        entry["experiment"] = experiment
    if arm is not None:
        entry["arm"] = arm
    entry["minute"] = minute
    entry["count"] = count
    return entry
