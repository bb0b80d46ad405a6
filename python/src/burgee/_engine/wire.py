"""Read the wire form of a snapshot: a header line, then one line per entity."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_SAFE_INTEGER = 2**53 - 1

FLAG, GROUP = "flag", "target_group"


class WireError(ValueError):
    """The bytes are not a snapshot that this version understands."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a snapshot."""

    project: str
    environment: str
    epoch: int
    revision: int
    root: str
    keys: tuple[str, ...] = ()
    """The public keys that count from this revision on, in base64."""

    @property
    def id(self) -> str:
        """The event id and ETag of the snapshot."""
        return f"{self.epoch}-{self.revision}-{self.root[:6]}"


@dataclass(frozen=True, slots=True)
class Entity:
    """One line: a flag or a target group, not yet checked."""

    key: str
    body: dict[str, Any]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A snapshot as received."""

    header: Header
    flags: dict[str, Entity]
    groups: dict[str, Entity]


def parse(data: bytes) -> Document:
    """Parse NDJSON bytes; only a bad header is an error, a bad entity spoils itself."""
    lines = [line for line in data.split(b"\n") if line.strip()]
    if not lines:
        msg = "the snapshot is empty"
        raise WireError(msg)
    header = read_header(lines[0])
    flags: dict[str, Entity] = {}
    groups: dict[str, Entity] = {}
    for line in lines[1:]:
        found = read_entity(line)
        if found is not None:
            kind, entity = found
            (flags if kind == FLAG else groups)[entity.key] = entity
    return Document(header, flags, groups)


def read_header(line: bytes) -> Header:
    """Read the first line of a snapshot; raises WireError for what this version cannot read."""
    try:
        body = load(line)
    except ValueError:
        body = None
    if not isinstance(body, dict) or "burgee" not in body:
        msg = "the answer is not a Burgee snapshot. Is the address the one of a Burgee server?"
        raise WireError(msg)
    if body["burgee"] != 1:
        msg = (
            f"the snapshot has version {body['burgee']!r}; this SDK reads version 1. Upgrade burgee"
        )
        raise WireError(msg)
    if body.get("hash", "p32") != "p32":
        msg = f"the snapshot uses the hash {body['hash']!r}, unknown to this SDK. Upgrade burgee"
        raise WireError(msg)
    return Header(
        project=_text(body, "project"),
        environment=_text(body, "environment"),
        epoch=_count(body, "epoch"),
        revision=_count(body, "revision"),
        root=_text(body, "root"),
        keys=_keys(body),
    )


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        msg = f"the snapshot's header has a {name} that is not text"
        raise WireError(msg)
    return value


def _count(body: dict[str, Any], name: str) -> int:
    value = body.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int):
        msg = f"the snapshot's header has a {name} that is not a whole number"
        raise WireError(msg)
    return value


def _keys(body: dict[str, Any]) -> tuple[str, ...]:
    value = body.get("keys") or []
    if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
        msg = "the snapshot's header has keys that are not a list of texts"
        raise WireError(msg)
    return tuple(value)


def read_entity(line: bytes) -> tuple[str, Entity] | None:
    """The kind and the entity of a line, None where it is of no known kind."""
    try:
        body = load(line)
    except ValueError as error:
        return _salvage(line, str(error))
    if not isinstance(body, dict):
        return None
    for kind in (FLAG, GROUP):
        key = body.get(kind)
        if isinstance(key, str):
            return kind, Entity(key, body)
    return None


_KEY_AT_START = re.compile(
    rb'^\s*\{\s*"(flag|target_group)"\s*:\s*"([A-Za-z0-9][A-Za-z0-9._-]{0,127})"'
)


def _salvage(line: bytes, problem: str) -> tuple[str, Entity] | None:
    """Keep the key of a line that is not JSON, so that its readers learn why."""
    found = _KEY_AT_START.match(line)
    if found is None:
        return None
    return found[1].decode(), Entity(found[2].decode(), {}, problem)


def load(line: bytes) -> Any:
    """Decode one JSON value: no NaN, no infinity, no lone surrogates, no deep nesting."""
    try:
        value = json.loads(line.decode("utf-8", "replace"), parse_constant=_refuse_constant)
    except RecursionError:
        msg = "nested too deeply"
        raise ValueError(msg) from None
    return _mend(value) if _ESCAPED_SURROGATE.search(line) else value


def _refuse_constant(name: str) -> Any:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


def _mend(value: Any) -> Any:
    if isinstance(value, str):
        return mend_text(value)
    if isinstance(value, list):
        return [_mend(item) for item in value]
    if isinstance(value, dict):
        return {mend_text(key): _mend(item) for key, item in value.items()}
    return value


def mend_text(text: str) -> str:
    """Replace lone surrogates by U+FFFD, as every engine does before comparing."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def safe_integer(value: Any) -> bool:
    """Whether value is a whole number that a double holds exactly."""
    if isinstance(value, bool):
        return False
    if isinstance(value, float):
        return value.is_integer() and abs(value) <= _SAFE_INTEGER
    return isinstance(value, int) and abs(value) <= _SAFE_INTEGER
