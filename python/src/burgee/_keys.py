"""Keys: what kind one is, how it is shown, and what to say when it will not do."""

from __future__ import annotations

import re

_KEY = re.compile(r"bg([scp])_[A-Za-z0-9_-]{32,}")
_PREFIX = re.compile(r"bg[scp]_")


def mask(key: str) -> str:
    """A key as it may be printed: enough to recognise it, too little to use it."""
    found = _PREFIX.match(key)
    prefix = found[0] if found else ""
    rest = key[len(prefix) :]
    if len(rest) < 16:
        return f"{prefix}{rest[:4]}…" if rest else prefix
    return f"{prefix}{rest[:4]}…{rest[-4:]}"


def problem_of(key: str) -> str | None:
    """Why a key cannot be used by a server program, None when it can."""
    shown = f'"{mask(key)}"'
    found = _KEY.fullmatch(key)
    if found is None:
        return (
            f"{shown} is not a Burgee key: a server key is bgs_ and 32 or more letters or digits. "
            "Copy one from Connect an application in the dashboard and set BURGEE_KEY to it"
        )
    if found[1] == "c":
        return (
            f"{shown} is a client key, and a server key (bgs_…) is needed here: client keys only "
            "read answers in browsers and apps. Make a server key in the dashboard under Keys"
        )
    if found[1] == "p":
        return (
            f"{shown} is an API token, and a server key (bgs_…) is needed here: tokens are for the "
            "management API. Make a server key in the dashboard under Keys"
        )
    return None
