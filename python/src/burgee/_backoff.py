"""When to try again. Times are given, nothing here waits or reads a clock."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

BASE = 1.0
CAP = 30.0
REFUSED = 300.0
HEALTHY = 60.0
DEFAULT_SPREAD = 5.0
_FAILED_STREAMS = 3
_WITHIN = 60.0
_RETRY_STREAM = 300.0


class Backoff:
    """Full jitter: somewhere between nothing and a bound that doubles."""

    __slots__ = ("_random", "failures")

    def __init__(self, rand: Callable[[], float] = random.random) -> None:
        self._random = rand
        self.failures = 0

    def next(self, retry_after: float | None = None) -> float:
        """The delay after one more failure; a server's Retry-After is a lower bound."""
        bound = min(CAP, BASE * 2.0 ** min(self.failures, 10))
        self.failures += 1
        delay = self._random() * bound
        return delay if retry_after is None else retry_after + delay

    def reset(self) -> None:
        """Forget the failures."""
        self.failures = 0

    def spread(self, seconds: float) -> float:
        """A moment within a span, so that many clients do not come at once."""
        return self._random() * seconds


class Pace:
    """Decides between streaming and polling, and how long to wait in between."""

    __slots__ = (
        "_answers",
        "_asks",
        "_backoff",
        "_failed",
        "_fallen_back",
        "_interval",
        "_resynced_at",
        "_stream_at",
        "_streaming",
        "spread",
    )

    def __init__(
        self, *, streaming: bool, interval: float, rand: Callable[[], float] = random.random
    ) -> None:
        self._backoff = Backoff(rand)
        self._failed: deque[float] = deque(maxlen=_FAILED_STREAMS)
        self._asks = False
        """Whether one poll shall find out if the server is there."""
        self._answers = False
        """Whether one did, since the first of the failed streams."""
        self._streaming = streaming
        self._interval = interval
        self._stream_at = 0.0
        self._fallen_back = False
        self._resynced_at = float("-inf")
        self.spread = DEFAULT_SPREAD

    def polls(self, now: float) -> bool:
        """Whether the next exchange is a poll."""
        return not self._streaming or self._asks or now < self._stream_at

    def stream_ended(
        self,
        now: float,
        *,
        reached: bool,
        lasted: float,
        retry_after: float | None = None,
        empty: bool = False,
    ) -> float:
        """The delay after a stream that failed or broke off.

        A server that cannot be reached at all does not speak against streaming,
        and neither does a proxy that answers for a server that restarts: streams
        are given up only after a poll that worked between the failed ones. A
        client that is empty asks by a poll after the first of them.
        """
        if lasted >= HEALTHY:
            self._backoff.reset()
            self._trust_streams()
            return max(self._backoff.spread(self.spread), retry_after or 0.0)
        failures = self._count_failure(now) if reached else 0
        if self._fallen_back or (self._answers and failures == _FAILED_STREAMS):
            self._fallen_back = True
            self._backoff.reset()
            self._stream_at = now + _RETRY_STREAM + (retry_after or 0.0)
            return retry_after or 0.0
        if failures >= _FAILED_STREAMS - 1 or (reached and empty and retry_after is None):
            self._asks = True
            return retry_after or 0.0
        return self._backoff.next(retry_after)

    def _count_failure(self, now: float) -> int:
        """How many streams failed of late, with this one."""
        while self._failed and now - self._failed[0] > _WITHIN:
            self._failed.popleft()
        if not self._failed:
            self._answers = False
        self._failed.append(now)
        return len(self._failed)

    def _trust_streams(self) -> None:
        """Forget what spoke against them."""
        self._failed.clear()
        self._asks = self._answers = self._fallen_back = False
        self._stream_at = 0.0

    def resync(self, now: float, *, lasted: float) -> float:
        """The delay before asking for a whole snapshot: none, unless that happened just now."""
        first = now - self._resynced_at >= HEALTHY
        self._resynced_at = now
        delay = self.stream_ended(now, reached=True, lasted=lasted)
        return 0.0 if first else delay

    def went_away(self, spread: float) -> float:
        """The delay after the server said goodbye and how widely to come back."""
        self._backoff.reset()
        self._trust_streams()
        self.spread = max(spread, 0.0)
        return self._backoff.spread(self.spread)

    def polled(self) -> float:
        """The delay after a poll that worked."""
        self._backoff.reset()
        if self._asks:
            self._asks, self._answers = False, True
            return self._backoff.next()
        return self._interval * 0.8 + self._backoff.spread(self._interval * 0.4)

    def poll_failed(self, retry_after: float | None = None) -> float:
        """The delay after a poll that did not: the server is away, not the stream."""
        self._trust_streams()
        return self._backoff.next(retry_after)
