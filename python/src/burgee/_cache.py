"""The newest snapshot on disk: what a program starts with when no server answers.

One file for each key, shared by every process and SDK of a host; ``spec/stream.md``
says what is in it. It is checked like anything that comes from the network.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from burgee._log import log, warn_once
from burgee._replica import Document, RefusedError, Replica, Trust, is_newer

if sys.platform != "win32":
    import fcntl

INTERVAL = 5.0
"""Seconds between two writes, at least."""
_MOST = 64 * 1024 * 1024
RETRY = 60.0
"""Seconds until a disk that refused is tried again."""
_PATIENCE = 0.3
"""Seconds to wait for another process that writes, which takes it a few milliseconds."""
_LEFT_OVER = 3600.0


def default_folder() -> Path | None:
    """The folder ``burgee`` in the user's folder for caches, None where there is none."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local) / "burgee" if local else None
    home = os.environ.get("HOME", "")
    if sys.platform == "darwin":
        return Path(home) / "Library" / "Caches" / "burgee" if home else None
    given = os.environ.get("XDG_CACHE_HOME", "")
    if given:
        return Path(given) / "burgee" if Path(given).is_absolute() else None
    return Path(home) / ".cache" / "burgee" if home else None


class _BusyError(Exception):
    """Another process is writing."""


class Cache:
    """The file of one key."""

    def __init__(self, folder: Path, key: str, trust: Trust) -> None:
        name = hashlib.sha256(key.encode()).hexdigest()[:32]
        self.path = folder / f"{name}.ndjson"
        self.ignored = 0
        """How many times the file was there and did not pass."""
        self._trust = trust

    def read(self) -> Replica | None:
        """What the file holds, None where there is nothing that can be served."""
        try:
            return Replica(self._trust).full(_contents(self.path))
        except FileNotFoundError:
            return None
        except (OSError, RefusedError) as error:
            self.ignored += 1
            log.warning("the stored configuration %s is ignored: %s", self.path, error)
            return None

    def write(self, replica: Replica) -> bool:
        """Store the newest document unless a newer one is there; False says to try again."""
        try:
            self._write(replica)
        except _BusyError:
            return False
        except OSError as error:
            warn_once(
                f"cache {self.path}",
                "the configuration cannot be stored in %s (%s), so a start without the server "
                "will not find it. Set BURGEE_CACHE_DIR to a folder that can be written, or to off",
                self.path.parent,
                error.strerror or error,
            )
            return False
        return True

    def _write(self, replica: Replica) -> None:
        document = replica.document
        if document is None:
            return
        folder = self.path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(self.path.with_name(f"{self.path.name}.lock")):
            if not self._outdated(document, replica):
                return
            self._remove_left_overs()
            made = self.path.with_name(f"{self.path.name}.{uuid.uuid4().hex}.tmp")
            try:
                _write_file(made, document.encode())
                made.replace(self.path)
            finally:
                made.unlink(missing_ok=True)
            _sync_folder(folder)

    def _outdated(self, document: Document, replica: Replica) -> bool:
        """Whether the file holds nothing good, something older, or what was overruled."""
        try:
            stored = Replica(replica.trust).full(_contents(self.path))
        except (OSError, RefusedError):
            return True
        if stored.document is None or stored.id == replica.overruled:
            return True
        return is_newer(document.header, stored.document.header)

    def _remove_left_overs(self) -> None:
        """Remove what processes left that were killed while they wrote."""
        for path in self.path.parent.glob(f"{self.path.name}.*.tmp"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _LEFT_OVER:
                    path.unlink()


class Keeper:
    """The background thread that stores what arrives, so that no disk delays an update."""

    def __init__(self, cache: Cache, newest: Callable[[], Replica], stored: str | None) -> None:
        self._cache = cache
        self._newest = newest
        self._stored = stored
        """The id of what is known to be in the file."""
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="burgee-cache", daemon=True)

    def start(self) -> None:
        """Begin to store."""
        self._thread.start()

    def offer(self) -> None:
        """Store the newest snapshot soon."""
        self._wake.set()

    def stop(self, timeout: float) -> None:
        """Store what is not stored yet, and end."""
        self._stop.set()
        self._wake.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            self._wake.wait()
            self._wake.clear()
            stopping = self._stop.is_set()
            try:
                done = self._store()
            except Exception:  # pragma: no cover - a fault of ours must not end storing
                log.exception("an unexpected fault while storing the configuration")
                done = False
            if not done:
                self._wake.set()
            self._stop.wait(INTERVAL if done else RETRY)

    def _store(self) -> bool:
        """Store what is new; False says that it has to be tried again."""
        replica = self._newest()
        if replica.document is None or replica.id == self._stored:
            return True
        if not self._cache.write(replica):
            return False
        self._stored = replica.id
        return True


def read_bundle(source: Path | bytes, trust: Trust) -> Replica | None:
    """What a bundle holds, None and a warning where it cannot be served."""
    shown = "the bundle" if isinstance(source, bytes) else f"the bundle {source}"
    try:
        data = source if isinstance(source, bytes) else _contents(source, anyones=True)
        return Replica(trust).full(data)
    except OSError as error:
        log.warning("%s cannot be read: %s", shown, error.strerror or error)
    except RefusedError as error:
        log.warning("%s is ignored: %s. Make one by burgee export --snapshot", shown, error)
    return None


def first_of(stored: Replica | None, bundled: Replica | None) -> tuple[Replica, str] | None:
    """What to start with: the newer of both.

    A bundle of another environment than the file's is not: the file is what the key opened.
    """
    if stored is None or stored.document is None:
        return None if bundled is None else (bundled, "bundle")
    if bundled is None or bundled.document is None:
        return stored, "disk"
    ours, theirs = stored.document.header, bundled.document.header
    same = (ours.project, ours.environment) == (theirs.project, theirs.environment)
    return (bundled, "bundle") if same and is_newer(theirs, ours) else (stored, "disk")


def _contents(path: Path, *, anyones: bool = False) -> bytes:
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        if not anyones and sys.platform != "win32" and found.st_uid not in {0, os.geteuid()}:
            raise PermissionError(f"the file belongs to another user, {found.st_uid}")
        data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise RefusedError("the file is larger than 64 MiB")
    return data


def _write_file(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a new name last; where that cannot be had, an older file is there after a crash."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process of the host at a time compare and replace; raises _BusyError."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
        try:
            yield
        finally:
            # A child that was forked meanwhile holds the same lock: closing is not enough.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    patience_ends = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > patience_ends:
                raise _BusyError from None
            time.sleep(0.01)
        except OSError:
            return  # not every file system has locks
        else:
            return
