"""Values that win over everything: in tests, and in an emergency by BURGEE_OVERRIDES.

The variable holds a JSON object, or the path of a file with one. The file is looked at
once a second, without a server too, so a running program can be told what to serve.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from burgee._engine.wire import load
from burgee._log import log

VARIABLE = "BURGEE_OVERRIDES"
INTERVAL = 1.0
_MOST = 1024 * 1024

active: dict[str, Any] = {}
"""All overrides by flag key. It is replaced, never changed, so readers need no lock."""

_lock = threading.Lock()
_layers: list[tuple[object, Mapping[str, Any]]] = []
_emergency: dict[str, Any] = {}
_read: str | None = None
_watcher: _Watcher | None = None
_users: set[int] = set()


def push(values: Mapping[str, Any]) -> object:
    """Add overrides; gives what takes them away again."""
    token = object()
    with _lock:
        _layers.append((token, dict(values)))
        _merge()
    return token


def pop(token: object) -> None:
    """Take overrides away."""
    with _lock:
        _layers[:] = [layer for layer in _layers if layer[0] is not token]
        _merge()


def emergency() -> tuple[str, ...]:
    """The flags that BURGEE_OVERRIDES overrides now."""
    return tuple(sorted(_emergency))


def watch(user: int) -> None:
    """Take over BURGEE_OVERRIDES; a file is watched until the last user lets go."""
    with _lock:
        _users.add(user)
    read_environment()
    with _lock:
        if _watcher is not None:
            _watcher.start()


def let_go(user: int) -> None:
    """Stop watching for a user; what is in force stays."""
    with _lock:
        _users.discard(user)
        watcher = None if _users else _watcher
    if watcher is not None:
        watcher.stop()


def after_fork() -> None:
    """Watch in a forked child too, where no thread of the parent lives on."""
    global _lock  # noqa: PLW0603 - another thread may have held it
    _lock = threading.Lock()
    if _users and _watcher is not None:
        _watcher.after_fork()


def read_environment() -> None:
    """Take over BURGEE_OVERRIDES, with one warning for each new content."""
    global _read, _watcher  # noqa: PLW0603 - the environment belongs to the process
    text = os.environ.get(VARIABLE, "").strip()
    with _lock:
        if text == (_read or ""):
            return
        _read = text
        before, watcher = _watcher, None
        if text and text[0] not in "{[":
            watcher = _Watcher(Path(text))
        _watcher = watcher
    if before is not None:
        before.stop()
    if watcher is not None:
        watcher.look()
        return
    try:
        values = _parse(text.encode("utf-8", "replace")) if text else {}
    except ValueError as error:
        log.warning("%s %s and was ignored", VARIABLE, error)
        values = {}
    _replace(values, VARIABLE)


def _replace(values: dict[str, Any], source: str) -> None:
    global _emergency  # noqa: PLW0603 - swapped as a whole
    with _lock:
        changed = values != _emergency
        _emergency = values
        _merge()
    if changed and values:
        names = ", ".join(sorted(values))
        log.warning("%s is set: %s do not follow the server until it is removed", source, names)
    elif changed:
        log.warning("%s overrides no flag any more: all follow the server", source)


def _parse(data: bytes) -> dict[str, Any]:
    try:
        values = load(data)
    except ValueError as error:
        raise ValueError(f"is not JSON ({error})") from None
    if not isinstance(values, dict):
        raise ValueError('is not a JSON object like {"Flags.isHoliday": true}')  # noqa: TRY004
    return values


def _merge() -> None:
    global active  # noqa: PLW0603 - swapped as a whole
    merged = dict(_emergency)
    for _, values in _layers:
        merged.update(values)
    active = merged


class _Watcher:
    """Looks at one file, once a second."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._source = f"{VARIABLE} {path}"
        self._seen: object = self
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, if nobody does."""
        if self._thread is not None and self._thread.is_alive() and not self._stop.is_set():
            return
        self._stop = stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(stop,), name="burgee-overrides", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(INTERVAL)

    def after_fork(self) -> None:
        """Look from a thread of this process."""
        self._thread = None
        self.start()

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(INTERVAL):
            self.look()

    def look(self) -> None:
        """Take over what the file holds now; without a file nothing is overridden."""
        found = self._contents()
        if found == self._seen:
            return
        self._seen = found
        if isinstance(found, bytes):
            self._take(found)
        elif found is not None:
            self._complain(found)
        elif _emergency:
            _replace({}, self._source)
        else:
            log.warning(
                "%s: there is no such file; it is looked for every second. The variable holds "
                "a JSON object or the path of a file with one",
                self._source,
            )

    def _contents(self) -> bytes | str | None:
        """The file's bytes, None where there is no file, or why it cannot be read."""
        try:
            with self._path.open("rb") as file:
                data = file.read(_MOST + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        return data if len(data) <= _MOST else "is larger than 1 MiB"

    def _take(self, data: bytes) -> None:
        try:
            values = _parse(data)
        except ValueError as error:
            self._complain(str(error))
            return
        _replace(values, self._source)

    def _complain(self, problem: str) -> None:
        log.warning("%s %s; what was in force stays so", self._source, problem)
