"""What the client says in the log about its connection: each turn once, never each attempt."""

from __future__ import annotations

import time

from burgee._keys import mask
from burgee._log import log
from burgee._settings import Settings
from burgee._state import State
from burgee._transport import AnswerError


class Journal:
    """The messages from one set-up to its shutdown."""

    def __init__(self, settings: Settings, timeout: float) -> None:
        self._settings = settings
        self._timeout = timeout
        self._patience_ends = time.monotonic() + max(timeout, 2.0)
        self._was_connected = False
        self._said_waiting = False
        self._owes_reason = False
        """Whether it was said that there is no configuration before it was known why."""
        self._refused: str | None = None

    def began(self, state: State) -> None:
        """There is a configuration before any server was asked."""
        log.info("starting with revision %s from the %s", state.revision, state.source)

    def turned(self, state: State, *, connected: bool, error: str | None) -> None:
        """The connection came, went, or could not be had."""
        if connected:
            self._said_waiting, self._owes_reason, self._refused = False, False, None
            self._connected(state)
        elif self._refused is None and self._was_connected:
            self._was_connected = False
            log.warning(
                "lost the connection to %s: %s. Serving revision %s and trying again",
                self._settings.url,
                error,
                state.revision,
            )
        elif state.snapshot is not None:
            self._unheard(state, error)
        elif self._owes_reason:
            self._explain(error)
        elif time.monotonic() >= self._patience_ends:
            self.waiting(error)

    def _connected(self, state: State) -> None:
        snapshot = state.snapshot
        if snapshot is None:
            return
        self._was_connected = True
        header = snapshot.header
        log.info(
            "connected to %s: project %s, environment %s, revision %d, %d flag%s, "
            "as application %s",
            self._settings.url,
            header.project or "default",
            header.environment,
            header.revision,
            len(snapshot),
            "" if len(snapshot) == 1 else "s",
            self._settings.application,
        )

    def _unheard(self, state: State, error: str | None) -> None:
        """Nothing was ever heard, and a file is served."""
        if self._said_waiting or self._refused is not None:
            return
        self._said_waiting = True
        log.warning(
            "%s cannot be asked: %s. Serving revision %s from the %s and trying again",
            self._settings.url,
            error,
            state.revision,
            state.source,
        )

    def waiting(self, error: str | None) -> None:
        """Set-up ended without a configuration."""
        if self._said_waiting or self._refused is not None:
            return
        self._said_waiting = True
        self._owes_reason = error is None
        log.warning(
            "no configuration after %.1f s from %s (%s). Every flag serves its code default; "
            "trying again in the background",
            self._timeout,
            self._settings.url,
            error or "no answer yet",
        )

    def _explain(self, error: str | None) -> None:
        """The first attempt ended after set-up did."""
        if self._refused is not None:
            return
        self._owes_reason = False
        log.warning(
            "still no configuration from %s (%s); trying again in the background",
            self._settings.url,
            error,
        )

    def refused(self, error: AnswerError, state: State) -> None:
        """The server does not take the key."""
        said = f"{error.status} {error.code}"
        if said == self._refused:
            return
        self._refused = said
        serving = (
            "Every flag serves its code default"
            if state.snapshot is None
            else f"Serving revision {state.revision}"
        )
        log.error(
            "the server %s refused the key %s (%s): %s. %s. Set BURGEE_KEY to a server key of "
            "this server (dashboard, Keys); the key is tried again every 5 minutes",
            self._settings.url,
            mask(self._settings.key),
            said.strip(),
            error.detail.rstrip("."),
            serving,
        )
