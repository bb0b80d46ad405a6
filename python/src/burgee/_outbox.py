"""Counts of evaluations, and news of the instance: small, in batches, never in the way."""

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
class News:
    """What an instance tells of itself, each part when it differs from what arrived last."""

    applied: tuple[str, float] | None = None
    """The id of the revision in use, and when it was taken by the monotonic clock."""
    overrides: tuple[str, ...] | None = None
    """The flags that BURGEE_OVERRIDES overrides."""

    def since(self, told: News) -> News:
        """What of this is new to somebody who was told the other."""
        known = None if told.applied is None else told.applied[0]
        new = self.applied is not None and self.applied[0] != known
        return News(
            self.applied if new else None,
            None if (self.overrides or ()) == (told.overrides or ()) else self.overrides,
        )

    def __bool__(self) -> bool:
        return self.applied is not None or self.overrides is not None


NO_NEWS = News()


@dataclass(frozen=True, slots=True)
class Batch:
    """Counts and news under one id: sent twice, they count once."""

    id: str
    counts: list[dict[str, Any]]
    news: News = NO_NEWS

    def body(self, application: dict[str, str], now: float) -> dict[str, Any]:
        """The batch as it is sent at a moment of the monotonic clock."""
        body = {"id": self.id, "application": application, "counts": self.counts}
        if self.news.applied is not None:
            revision, since = self.news.applied
            body["applied"] = {"id": revision, "ago_ms": max(int((now - since) * 1000), 0)}
        if self.news.overrides is not None:
            body["overrides"] = list(self.news.overrides)
        return body


class Outbox:
    """Aggregates by minute; when full, the oldest counts go and are counted as lost."""

    __slots__ = ("_batch", "_counts", "_lock", "_told", "capacity", "dropped")

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._lock = threading.Lock()
        self._counts: dict[CountKey, int] = {}
        self._batch: Batch | None = None
        self._told = NO_NEWS
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

    def next_batch(self, state: News = NO_NEWS) -> Batch | None:
        """What to send now: the batch that is not yet acknowledged, else a new one.

        ``state`` is how the instance is; what of it was told already is left out.
        """
        with self._lock:
            if self._batch is not None:
                return self._batch
            news = state.since(self._told)
            if self._counts or news:
                keys = list(self._counts)[:BATCH]
                counts = [_as_json(key, self._counts.pop(key)) for key in keys]
                self._batch = Batch(str(uuid.uuid4()), counts, news)
            return self._batch

    def acknowledge(self, batch: Batch) -> None:
        """Forget a batch that arrived or that the server will never take."""
        with self._lock:
            if self._batch is not batch:
                return
            self._batch = None
            news, told = batch.news, self._told
            self._told = News(
                told.applied if news.applied is None else news.applied,
                told.overrides if news.overrides is None else news.overrides,
            )


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
