"""Reports in the background: declared flags, counts of evaluations, the revision in use."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from burgee._backoff import REFUSED, Backoff
from burgee._log import log, warn_once
from burgee._outbox import News, Outbox
from burgee._transport import AnswerError, Transport, UnreachableError

FLUSH_INTERVAL = 5.0
SEND_TIMEOUT = 10.0
_SETTLE = 0.02
_MOST_FLAGS = 1000
_MOST_BYTES = 900_000
_REPEAT = 3600.0
"""Seconds until flags are reported again: heals what a server took and then lost or left out."""

Declarations = dict[str, dict[str, Any]]


class Sender:
    """The background thread that reports; what fails is tried again later."""

    def __init__(
        self,
        transport: Transport,
        outbox: Outbox,
        application: Callable[[], dict[str, str]],
        news: Callable[[], News],
    ) -> None:
        self._transport = transport
        self._outbox = outbox
        self._application = application
        self._news = news
        self._wake = threading.Event()
        self._stopping = False
        self._lock = threading.Lock()
        self._declared: Declarations = {}
        self._reported: Declarations = {}
        self._repeat_at = float("inf")
        self._register_backoff = Backoff()
        self._register_at = 0.0
        self._events_backoff = Backoff()
        self._events_at = 0.0
        self._deadline: float | None = None
        self._thread = threading.Thread(target=self._run, name="burgee-sender", daemon=True)

    def start(self) -> None:
        """Begin to report."""
        self._events_at = time.monotonic() + _interval()
        self._thread.start()

    def declare(self, declarations: Declarations) -> None:
        """Report these flags as soon as possible."""
        with self._lock:
            self._declared.update(declarations)
        self._wake.set()

    def undeclared(self) -> Declarations:
        """What was not yet reported (for a forked child to take over)."""
        return dict(self._declared)

    def stop(self, timeout: float) -> None:
        """Report what is left, once, and end."""
        self._deadline = time.monotonic() + timeout
        self._stopping = True
        self._wake.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(max(self._next() - time.monotonic(), 0.0))
            self._wake.clear()
            if not self._stopping:
                time.sleep(_SETTLE)
            self._guard(time.monotonic())
        self._guard(float("inf"))

    def _next(self) -> float:
        with self._lock:
            waiting = bool(self._declared)
        return min(self._events_at, self._register_at if waiting else self._repeat_at)

    def _guard(self, now: float) -> None:
        try:
            if now >= self._repeat_at and not self._stopping:
                self._repeat()
            if now >= self._register_at:
                self._register()
            if now >= self._events_at:
                self._flush()
        except Exception:  # pragma: no cover - a fault of ours must not end reporting
            log.exception("an unexpected fault while reporting; trying again")
            self._events_at = self._register_at = time.monotonic() + FLUSH_INTERVAL

    def _timeout(self) -> float:
        if self._deadline is None:
            return SEND_TIMEOUT
        return max(self._deadline - time.monotonic(), 0.05)

    def _register(self) -> None:
        while batch := self._next_declarations():
            body = {"application": self._application(), "flags": list(batch.values())}
            try:
                answer = self._transport.post("/sdk/v1/register", body, self._timeout())
            except (AnswerError, UnreachableError) as error:
                self._register_at = time.monotonic() + _delay(self._register_backoff, error)
                if not _permanent(error):
                    log.debug("flags could not be registered, trying again: %s", error)
                    return
                log.warning(
                    "the server does not take these flags (%s): %s", ", ".join(batch), error
                )
            else:
                self._register_backoff.reset()
                _say_refusals(answer.body)
            with self._lock:
                self._reported.update(batch)
                for key, declaration in batch.items():
                    if self._declared.get(key) is declaration:
                        del self._declared[key]
            self._repeat_at = time.monotonic() + _REPEAT * random.uniform(0.8, 1.2)

    def _repeat(self) -> None:
        """Report everything once more; flags that the server knows cost it nothing."""
        self._repeat_at = float("inf")
        with self._lock:
            self._declared = {**self._reported, **self._declared}

    def _next_declarations(self) -> Declarations:
        batch: Declarations = {}
        size = 0
        with self._lock:
            for key, declaration in list(self._declared.items())[:_MOST_FLAGS]:
                length = len(json.dumps(declaration, ensure_ascii=False).encode())
                if length > _MOST_BYTES:
                    warn_once(f"large {key}", "the declaration of %s is too large to report", key)
                    del self._declared[key]
                    continue
                if size + length > _MOST_BYTES:
                    break
                batch[key] = declaration
                size += length
        return batch

    def _flush(self) -> None:
        self._events_at = time.monotonic() + _interval()
        while (batch := self._outbox.next_batch(self._news())) is not None:
            body = batch.body(self._application(), time.monotonic())
            try:
                self._transport.post("/sdk/v1/events", body, self._timeout(), zipped=True)
            except (AnswerError, UnreachableError) as error:
                delay = _delay(self._events_backoff, error)
                self._events_at = time.monotonic() + max(delay, _interval())
                if not _permanent(error):
                    log.debug("counts could not be sent, trying again: %s", error)
                    return
                warn_once("events", "the server does not take counts of evaluations: %s", error)
            else:
                self._events_backoff.reset()
            self._outbox.acknowledge(batch)


def _interval() -> float:
    """The seconds between two batches, a little different each time."""
    return FLUSH_INTERVAL * random.uniform(0.8, 1.2)


def _say_refusals(body: bytes) -> None:
    """Tell which declarations the server left out, though it took the others."""
    try:
        errors = json.loads(body).get("errors") or []
        for error in errors:
            log.warning("a flag was not registered: %s %s", error["field"], error["message"])
    except (ValueError, TypeError, KeyError, AttributeError):
        log.debug("the answer to a registration could not be read: %r", body[:200])


def _delay(backoff: Backoff, error: AnswerError | UnreachableError) -> float:
    if isinstance(error, AnswerError):
        return REFUSED if error.refused else backoff.next(error.retry_after)
    return backoff.next()


def _permanent(error: AnswerError | UnreachableError) -> bool:
    """Whether the same request would fail the same way for ever."""
    return isinstance(error, AnswerError) and error.status in {400, 413, 415, 422}
