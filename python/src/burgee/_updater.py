"""Keeps the snapshot up to date: one stream, or polls where streams do not work."""

from __future__ import annotations

import contextlib
import json
import math
import threading
import time
from collections.abc import Callable, Iterator

from burgee._backoff import DEFAULT_SPREAD, REFUSED, Pace
from burgee._log import log
from burgee._results import Fetched
from burgee._sse import Event, Parser, TooLargeError
from burgee._state import State, Taken
from burgee._transport import (
    CONNECT_TIMEOUT,
    HEARTBEAT_TIMEOUT,
    AnswerError,
    Stream,
    Transport,
    UnreachableError,
)

POLL_TIMEOUT = 10.0


class _GoneAwayError(Exception):
    """The server said goodbye, with the span to come back in."""

    def __init__(self, spread: float) -> None:
        super().__init__("the server is stopping")
        self.spread = spread


class _ResyncError(Exception):
    """What came does not fit what is here: a whole snapshot is needed."""


class Updater:
    """The background thread that listens to the server."""

    def __init__(
        self,
        transport: Transport,
        state: State,
        pace: Pace,
        announce: Callable[[Fetched], None],
        refused: Callable[[AnswerError], None],
    ) -> None:
        self._transport = transport
        self._state = state
        self._pace = pace
        self._announce = announce
        self._refused = refused
        self._stop = threading.Event()
        self._stream: Stream | None = None
        self._whole = False
        """Whether the next stream has to begin with a whole snapshot."""
        self._begun = False
        """Whether this stream has said what the newest revision is."""
        self._thread = threading.Thread(target=self._run, name="burgee-updater", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop soon; the socket is woken."""
        self._stop.set()
        stream = self._stream
        if stream is not None:
            stream.interrupt()

    def join(self, timeout: float) -> None:
        """Wait for the thread to end."""
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def abandon(self) -> None:
        """In a forked child: let go of the parent's connection."""
        if self._stream is not None:
            self._stream.abandon()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                delay = self._poll() if self._pace.polls(time.monotonic()) else self._listen()
            except Exception as error:  # pragma: no cover - a fault of ours must not end updates
                log.exception("an unexpected fault while updating; trying again")
                self._announce(self._state.fail(repr(error), "stream"))
                delay = self._pace.poll_failed()
            self._stop.wait(delay)

    def _listen(self) -> float:
        """One stream from beginning to end; gives the delay before the next attempt."""
        started = time.monotonic()
        self._begun = False
        heard: float | None = None
        reached, retry_after = True, None
        try:
            stream = self._stream = self._transport.stream("/sdk/v1/stream", self._headers())
            for event in self._events(stream):
                heard = time.monotonic()
                self._take(event)
            problem = "the server closed the stream"
        except _ResyncError as error:
            return self._resync(str(error), started)
        except _GoneAwayError as goodbye:
            self._fail(str(goodbye), "stream")
            return self._pace.went_away(goodbye.spread)
        except AnswerError as error:
            self._state.heard()
            if error.refused:
                return self._refuse(error, "stream")
            problem, retry_after = str(error), error.retry_after
        except UnreachableError as error:
            problem, reached = str(error), error.connected
        except TooLargeError as error:
            problem = str(error)
        finally:
            self._close()
        if self._stop.is_set():
            return 0.0
        now = time.monotonic()
        delay = self._pace.stream_ended(
            now,
            reached=reached,
            lasted=0.0 if heard is None else heard - started,
            retry_after=retry_after,
            empty=heard is None and self._state.snapshot is None,
        )
        if delay > 0.0 or not self._pace.polls(now):  # a poll that comes at once tells
            self._fail(problem, "stream")
        return delay

    def _headers(self) -> dict[str, str]:
        headers = {"Burgee-Delta": "1"}
        have = self._state.id
        if have is not None and not self._whole:
            headers["Last-Event-ID"] = have
        return headers

    def _resync(self, problem: str, started: float) -> float:
        now = time.monotonic()
        self._whole = True
        self._state.resyncs += 1
        delay = self._pace.resync(now, lasted=now - started)
        log.debug("asking for a whole configuration: %s", problem)
        if delay > 0.0 or self._state.snapshot is None:
            self._fail(problem, "stream")
        return delay

    def _events(self, stream: Stream) -> Iterator[Event]:
        parser = Parser()
        stream.wait_at_most(CONNECT_TIMEOUT)
        while not self._stop.is_set():
            chunk = stream.read()
            if not chunk:
                return
            self._state.heard()
            stream.wait_at_most(HEARTBEAT_TIMEOUT)
            yield from parser.feed(chunk)

    def _take(self, event: Event) -> None:
        if event.name in {"full", "delta"}:
            self._apply(event)
        elif event.name == "goaway":
            raise _GoneAwayError(_spread_of(event.data))
        elif event.name == "revoked":
            detail = "the key was revoked"
            raise AnswerError(401, "key_revoked", detail, None)
        elif event.name == "spread":
            self._pace.spread = _spread_of(event.data)
        if event.name not in {"full", "delta"} and event.id not in {None, self._state.id}:
            self._miss(event)
        if event.name == "uptodate":
            self._begun = True
        if self._begun and event.name in {"uptodate", ""}:
            self._state.confirm()

    def _apply(self, event: Event) -> None:
        taken = self._state.take(event.data, "stream", delta=event.name == "delta")
        if taken.leads_to is None:
            raise _ResyncError(str(taken.fetched.error))
        self._begun = True
        if event.name == "full":
            self._whole = False
        if taken.applied:
            self._announce(taken.fetched)
        if event.id not in {None, self._state.id, taken.leads_to}:
            self._miss(event)

    def _miss(self, event: Event) -> None:
        raise _ResyncError(f"the server is at {event.id}, here is {self._state.id}")

    def _poll(self) -> float:
        """One poll; gives the delay before the next."""
        try:
            taken = poll(self._transport, self._state, "poll", POLL_TIMEOUT)
        except AnswerError as error:
            if error.refused:
                return self._refuse(error, "poll")
            self._fail(str(error), "poll")
            return self._pace.poll_failed(error.retry_after)
        except UnreachableError as error:
            self._fail(str(error), "poll")
            return self._pace.poll_failed()
        if taken.fetched.error is not None:
            self._fail(taken.fetched.error, "poll")
            return self._pace.poll_failed()
        self._whole = False
        if taken.applied:
            self._announce(taken.fetched)
        return self._pace.polled()

    def _refuse(self, error: AnswerError, source: str) -> float:
        self._refused(error)
        self._fail(str(error), source)
        self._state.settled.set()
        return REFUSED

    def _fail(self, problem: str, source: str) -> None:
        if not self._stop.is_set():
            self._announce(self._state.fail(problem, source))

    def _close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


def poll(transport: Transport, state: State, source: str, timeout: float) -> Taken:
    """Ask once for a newer snapshot."""
    headers = {} if state.id is None else {"If-None-Match": f'"{state.id}"'}
    try:
        answer = transport.get("/sdk/v1/snapshot", headers, timeout)
    except AnswerError:
        state.heard()
        raise
    state.heard()
    if answer.status == 304:
        return Taken(state.confirm(source), leads_to=state.id)
    return state.take(answer.body, source)


def _spread_of(data: bytes) -> float:
    with contextlib.suppress(ValueError, TypeError, KeyError, OverflowError):
        seconds = float(json.loads(data)["spread_ms"]) / 1000
        if math.isfinite(seconds):
            return min(max(seconds, 0.0), 300.0)
    return DEFAULT_SPREAD
