"""The one snapshot in use, and what is known about the connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from burgee._engine import Snapshot, WireError, compile_document, parse
from burgee._log import log
from burgee._results import Fetched


class State:
    """Swaps snapshots as a whole; readers take the pointer and never wait."""

    def __init__(self, listener: Callable[[bool, str | None], None] | None = None) -> None:
        self._listener = listener
        self.snapshot: Snapshot | None = None
        self.connected = False
        self.confirmed_at: float | None = None
        self.last_error: str | None = None
        self.settled = threading.Event()
        """Set with the first configuration, or when there will be none for now."""
        self._lock = threading.Lock()

    def after_fork(self) -> None:
        """Replace what another thread may have held while the process forked."""
        self._lock = threading.Lock()
        settled = self.settled.is_set()
        self.settled = threading.Event()
        if settled:
            self.settled.set()
        self.connected = False

    def apply(self, data: bytes, source: str) -> tuple[Fetched, bool]:
        """Take over a snapshot if it is newer; gives what came of it and whether it was."""
        try:
            candidate = compile_document(parse(data))
        except WireError as error:
            return self.fail(str(error), source), False
        except Exception as error:
            log.exception("a configuration could not be read; the last one stays in use")
            return self.fail(f"the configuration could not be read: {error!r}", source), False
        with self._lock:
            before = self.snapshot
            if before is None or _newer(candidate, before):
                self.snapshot = candidate
        self._confirm()
        if self.snapshot is before:
            return Fetched(False, source, self.revision), False
        self.settled.set()
        changed = before is None or before.digest != candidate.digest
        for key, (code, message) in candidate.errors.items():
            log.warning("the flag %s cannot be used (%s): %s", key, code, message)
        return Fetched(changed, source, candidate.header.revision), True

    def confirm(self, source: str = "stream") -> Fetched:
        """The server said that nothing is newer."""
        self._confirm()
        return Fetched(False, source, self.revision)

    def fail(self, error: str, source: str) -> Fetched:
        """The server could not be asked."""
        self.connected = False
        self.last_error = error
        if self._listener is not None:
            self._listener(False, error)
        return Fetched(False, source, self.revision, error)

    def _confirm(self) -> None:
        self.confirmed_at = time.monotonic()
        if self.connected:
            return
        self.connected = True
        self.last_error = None
        if self._listener is not None:
            self._listener(True, None)

    @property
    def revision(self) -> int | None:
        """The revision in use."""
        snapshot = self.snapshot
        return None if snapshot is None else snapshot.header.revision

    @property
    def id(self) -> str | None:
        """The event id and ETag of the snapshot in use."""
        snapshot = self.snapshot
        return None if snapshot is None else snapshot.header.id

    @property
    def age(self) -> float | None:
        """Seconds since the server last confirmed what is in use."""
        at = self.confirmed_at
        return None if at is None or self.snapshot is None else time.monotonic() - at


def _newer(candidate: Snapshot, current: Snapshot) -> bool:
    if candidate.header.epoch != current.header.epoch:
        return candidate.header.epoch > current.header.epoch
    return candidate.header.revision > current.header.revision
