"""Life and death of the process: forks, exit, and servers without threads."""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from typing import TYPE_CHECKING

from burgee import _overrides
from burgee._log import warn_once

if TYPE_CHECKING:
    from burgee._client import Client

EXIT_TIMEOUT = 1.0

_running: weakref.WeakSet[Client] = weakref.WeakSet()


def watch(client: Client) -> None:
    """Look after a client that has been set up."""
    _running.add(client)


def forget(client: Client) -> None:
    """Stop looking after a client."""
    _running.discard(client)


def warn_without_threads() -> None:
    """Say it when uWSGI was started so that no thread of ours will ever run."""
    uwsgi = sys.modules.get("uwsgi")
    options = getattr(uwsgi, "opt", None)
    if not isinstance(options, dict):
        return
    given = {name.decode() if isinstance(name, bytes) else str(name) for name in options}
    if not given & {"enable-threads", "threads"}:
        warn_once(
            "uwsgi",
            "uWSGI runs without threads, so flags are never updated here. "
            "Start uWSGI with --enable-threads",
        )


def _after_fork_in_child() -> None:
    _overrides.after_fork()
    for client in list(_running):
        client.after_fork()


def _at_exit() -> None:
    for client in list(_running):
        client.shutdown(EXIT_TIMEOUT)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(_at_exit)
