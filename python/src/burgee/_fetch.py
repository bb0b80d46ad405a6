"""Fetching on demand: one request at a time, shared by all who ask meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

from burgee._results import Fetched
from burgee._state import State
from burgee._transport import AnswerError, Transport, UnreachableError
from burgee._updater import poll

_REQUEST_TIMEOUT = 10.0


class _Call:
    def __init__(self) -> None:
        self.done = threading.Event()
        self.result: Fetched | None = None


class Fetcher:
    """Runs the request on a thread, so that no answer can take longer than its caller waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._call: _Call | None = None

    def fetch(
        self,
        transport: Transport,
        state: State,
        timeout: float,
        announce: Callable[[Fetched], None],
        refused: Callable[[AnswerError], None],
    ) -> Fetched:
        """Ask, or join the one who already asks."""
        call = self._joined(transport, state, announce, refused)
        if call is None:
            return Fetched(False, "fetch", state.revision, "no thread could be started")
        patience = float(timeout) if isinstance(timeout, (int, float)) else 2.0
        call.done.wait(max(min(patience, 3600.0), 0.0))
        if call.result is None:
            return Fetched(False, "fetch", state.revision, f"no answer after {patience:.1f} s")
        return call.result

    def _joined(
        self,
        transport: Transport,
        state: State,
        announce: Callable[[Fetched], None],
        refused: Callable[[AnswerError], None],
    ) -> _Call | None:
        with self._lock:
            if self._call is not None:
                return self._call
            call = self._call = _Call()

        def run() -> None:
            call.result = _ask(transport, state, refused)
            with self._lock:
                self._call = None
            announce(call.result)
            call.done.set()

        try:
            threading.Thread(target=run, name="burgee-fetch", daemon=True).start()
        except RuntimeError:
            self._call = None
            return None
        return call


def _ask(transport: Transport, state: State, refused: Callable[[AnswerError], None]) -> Fetched:
    try:
        fetched = poll(transport, state, "fetch", _REQUEST_TIMEOUT).fetched
        return fetched if fetched.error is None else state.fail(fetched.error, "fetch")
    except AnswerError as error:
        if error.refused:
            refused(error)
        problem = str(error)
    except UnreachableError as error:
        problem = str(error)
    except Exception as error:
        problem = repr(error)
    return Fetched(False, "fetch", state.revision, problem)
