"""Calls the program's fetched handler on a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from burgee._log import log
from burgee._results import Fetched

Handler = Callable[[Fetched], object]


class Dispatcher:
    """Keeps a slow or failing handler away from everything else."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._queue: queue.SimpleQueue[Fetched | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="burgee-handler", daemon=True)

    def start(self) -> None:
        """Begin to call the handler."""
        self._thread.start()

    def put(self, fetched: Fetched) -> None:
        """Call the handler soon, in the order of the calls here."""
        self._queue.put(fetched)

    def stop(self, timeout: float) -> None:
        """Let the waiting calls finish, for a moment."""
        self._queue.put(None)
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        while (fetched := self._queue.get()) is not None:
            try:
                self._handler(fetched)
            except Exception:
                log.exception("the configuration_fetched_handler failed")
