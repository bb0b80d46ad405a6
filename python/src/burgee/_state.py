"""The one snapshot in use, and what is known about the connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from burgee._engine import Snapshot
from burgee._log import log
from burgee._replica import NotNewerError, RefusedError, Replica
from burgee._results import Fetched


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a snapshot or a delta."""

    fetched: Fetched
    """With an error when it was refused."""
    applied: bool = False
    leads_to: str | None = None
    """The id of the revision that it holds or leads to, None when it was refused."""


class State:
    """Swaps snapshots as a whole; readers take the pointer and never wait."""

    def __init__(
        self,
        listener: Callable[[bool, str | None], None] | None = None,
        replica: Replica | None = None,
    ) -> None:
        self._listener = listener
        self.replica = Replica() if replica is None else replica
        self._trust = self.replica.trust
        self._from_file = False
        """Whether the server has not yet said anything about what a file held."""
        self.snapshot: Snapshot | None = None
        self.source: str | None = None
        """Where the snapshot came from."""
        self.applied: tuple[str, float] | None = None
        """The id of the snapshot, and when it was taken by the monotonic clock."""
        self.connected = False
        self.confirmed_at: float | None = None
        self.heard_at: float | None = None
        """When anything last came from the server, by the monotonic clock."""
        self.resyncs = 0
        self.last_error: str | None = None
        self.settled = threading.Event()
        """Set with the first configuration, or when there will be none for now."""
        self.answered = threading.Event()
        """Set with the first word of the server, or when it could not be asked."""
        self._lock = threading.Lock()

    def after_fork(self) -> None:
        """Replace what another thread may have held while the process forked."""
        self._lock = threading.Lock()
        self.settled, self.answered = _like(self.settled), _like(self.answered)
        self.connected = False

    def begin_with(self, replica: Replica, source: str) -> Fetched:
        """Serve what a file holds until the server is heard; it counts as stale."""
        with self._lock:
            changed = self._swap(replica, source)
            self._from_file = True
        return Fetched(changed, source, self.revision)

    def take(self, data: bytes, source: str, *, delta: bool = False) -> Taken:
        """Take over a snapshot or a delta if it is whole, trusted and newer.

        A refusal changes nothing; the caller knows what to make of it.
        """
        try:
            with self._lock:
                replica = self.replica.delta(data) if delta else self._full(data)
                before = self.replica.document
                differs = self._swap(replica, source)
                flags = None
                if differs and before is not None and replica.document is not None:
                    flags = replica.document.changed_flags(before)
                fetched = Fetched(differs, source, self.revision, changed=flags)
        except NotNewerError as same:
            self.confirm()
            return Taken(Fetched(False, source, self.revision), leads_to=same.id)
        except RefusedError as error:
            return self._refused(str(error), source)
        except Exception as error:
            log.exception("a configuration could not be read; the last one stays in use")
            return self._refused(f"the configuration could not be read: {error!r}", source)
        self.confirm()
        self.settled.set()
        return Taken(fetched, applied=True, leads_to=self.id)

    def _full(self, data: bytes) -> Replica:
        try:
            return self.replica.full(data)
        except (RefusedError, NotNewerError) as misfit:
            fresh = self.replica.overruled_by(data, self._trust) if self._from_file else None
            if fresh is None:
                raise
            log.warning(
                "the stored configuration %s gives way to the server's %s: %s",
                fresh.overruled,
                fresh.id,
                misfit,
            )
            return fresh

    def _refused(self, problem: str, source: str) -> Taken:
        return Taken(Fetched(False, source, self.revision, problem))

    def _swap(self, replica: Replica, source: str) -> bool:
        """Put another replica in place; gives whether its entities differ."""
        if replica.document is None:
            return False
        before, snapshot = self.snapshot, replica.document.snapshot()
        self.replica, self.snapshot, self.source = replica, snapshot, source
        self.applied = (snapshot.header.id, time.monotonic())
        known = {} if before is None else before.errors
        for key, error in snapshot.errors.items():
            if known.get(key) != error:
                log.warning("the flag %s cannot be used (%s): %s", key, *error)
        return before is None or before.header.root != snapshot.header.root

    def confirm(self, source: str = "stream") -> Fetched:
        """The server said that nothing is newer."""
        self.confirmed_at = time.monotonic()
        self._from_file = False
        self.answered.set()
        if not self.connected:
            self.last_error = None  # first, as a connected client has no error
            self.connected = True
            if self._listener is not None:
                self._listener(True, None)
        return Fetched(False, source, self.revision)

    def fail(self, error: str, source: str) -> Fetched:
        """The server could not be asked, or what it sent could not be taken."""
        self.connected = False
        self.last_error = error
        self.answered.set()  # last, as whoever waited for it asks why
        if self._listener is not None:
            self._listener(False, error)
        return Fetched(False, source, self.revision, error)

    def heard(self) -> None:
        """Something came from the server, whatever it was."""
        self.heard_at = time.monotonic()

    @property
    def revision(self) -> int | None:
        """The revision in use."""
        snapshot = self.snapshot
        return None if snapshot is None else snapshot.header.revision

    @property
    def id(self) -> str | None:
        """The event id and ETag of the snapshot in use."""
        return self.replica.id

    @property
    def age(self) -> float | None:
        """Seconds since the server last confirmed what is in use."""
        at = self.confirmed_at
        return None if at is None or self.snapshot is None else time.monotonic() - at


def _like(event: threading.Event) -> threading.Event:
    """A new event in the state of another."""
    made = threading.Event()
    if event.is_set():
        made.set()
    return made
