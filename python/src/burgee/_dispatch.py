"""Calls a handler of the program on a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from burgee._log import log

News = TypeVar("News")


class Dispatcher(Generic[News]):
    """Keeps a slow or failing handler away from everything else."""

    def __init__(self, name: str, handler: Callable[[News], object]) -> None:
        self._name = name
        self._handler = handler
        self._queue: queue.SimpleQueue[News | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="burgee-handler", daemon=True)

    def start(self) -> None:
        """Begin to call the handler."""
        self._thread.start()

    def put(self, news: News) -> None:
        """Call the handler soon, in the order of the calls here."""
        self._queue.put(news)

    def stop(self, timeout: float) -> None:
        """Let the waiting calls finish, for a moment."""
        self._queue.put(None)
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        while (news := self._queue.get()) is not None:
            try:
                self._handler(news)
            except Exception:
                log.exception("the %s failed", self._name)
