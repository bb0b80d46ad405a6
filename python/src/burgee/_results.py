"""What the client tells: fetches, its state, evaluations in detail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch came to; also what the fetched handler is called with."""

    has_changes: bool
    """Whether the configuration differs from the one before; the first one does."""
    source: str
    """``bundle``, ``disk``, ``stream``, ``poll`` or ``fetch``."""
    revision: int | None = None
    """The revision in use afterwards, None without a configuration."""
    error: str | None = None
    """Why nothing was fetched, None when all went well."""
    changed: tuple[str, ...] | None = None
    """The flags that may serve something else than before: those whose own configuration
    differs, and those that may read one of them. None where nothing has changed and where
    all may have: the first configuration, a target group, or many flags at once."""


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a client at one moment."""

    connected: bool
    """Whether the last exchange with the server went well."""
    stale: bool
    """Whether the values may be old: there are some, and the server cannot be heard."""
    revision: int | None
    """The revision in use, None without a configuration."""
    age: float | None
    """Seconds since the server last confirmed the configuration, None when it never did."""
    application: str
    last_error: str | None
    """Why the server could not be asked or believed, None while all goes well."""
    url: str = ""
    project: str = ""
    environment: str = ""
    flags: int = 0
    """How many flags the configuration holds."""
    source: str | None = None
    """Where it came from: ``bundle``, ``disk``, ``stream``, ``poll`` or ``fetch``."""
    id: str | None = None
    """Its id, ``<epoch>-<revision>-<root>``: alike on every instance that serves the same."""
    epoch: int | None = None
    """The second since 1970 at which the server's store was made; a greater one wins."""
    last_heard: float | None = None
    """Seconds since anything came from the server, None when nothing ever did."""
    cache_ignored: int = 0
    """How many times a stored configuration did not pass and was left aside."""
    resyncs: int = 0
    """How many times something did not fit and a whole configuration was asked for."""
    dropped: int = 0
    """How many counted evaluations were lost because the server was away for too long."""
    overrides: tuple[str, ...] = ()
    """The flags that BURGEE_OVERRIDES overrides now."""


@dataclass(frozen=True, slots=True)
class Impression:
    """One evaluation that happened, as the impression handler sees it."""

    flag: str
    value: Any
    variation: str | None
    reason: str
    experiment: str | None = None
    arm: str | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """One evaluation with everything that explains it."""

    flag: str
    value: Any
    variation: str | None
    reason: str
    rule: Mapping[str, Any] | None = None
    experiment: Mapping[str, Any] | None = None
    error: Mapping[str, str] | None = None
    split: Mapping[str, Any] | None = None
    path: tuple[str, ...] = ()
    prerequisites: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    revision: int | None = None
    stale: bool = False
    age_ms: int | None = None

    def aged(self, *, stale: bool, age_ms: int | None) -> Detail:
        """The same detail with how fresh the configuration is."""
        return replace(self, stale=stale, age_ms=age_ms)

    def to_dict(self) -> dict[str, Any]:
        """The detail as JSON shows it; what is absent or empty is left out."""
        found: dict[str, Any] = {"flag": self.flag, "value": self.value}
        if self.variation is not None:
            found["variation"] = self.variation
        found["reason"] = self.reason
        for name in ("rule", "experiment", "error", "split"):
            value = getattr(self, name)
            if value is not None:
                found[name] = dict(value)
        if self.path:
            found["path"] = list(self.path)
        if self.prerequisites:
            found["prerequisites"] = [dict(item) for item in self.prerequisites]
        if self.notes:
            found["notes"] = list(self.notes)
        if self.revision is not None:
            found["revision"] = self.revision
            found["stale"] = self.stale
            found["age_ms"] = self.age_ms
        return found
