"""What a reader of an environment takes: whole snapshots and deltas, one after the other.

The rules are those of ``spec/stream.md``; ``spec/delivery/replica.json`` is the same in
executable form. Nothing here does I/O or reads a clock, and nothing changes once it is
made: a ``Replica`` gives the next one, or raises and is as it was.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from burgee import _ed25519
from burgee._engine import Header, Part, Snapshot, WireError, compile_line, link, read_header
from burgee._engine.wire import load

Name = tuple[bytes, bytes]
"""Kind and key of an entity."""


class RefusedError(ValueError):
    """What came cannot be taken; a whole snapshot is needed."""


class NotNewerError(Exception):
    """What came is what is here, or older, which is nobody's fault. It holds the id."""

    def __init__(self, came: str) -> None:
        super().__init__(f"revision {came} is not newer")
        self.id = came


class Line:
    """One entity as it was sent. It is compiled once, however many snapshots hold it."""

    __slots__ = ("_compiled", "_part", "data", "name", "sum")

    def __init__(self, name: Name, data: bytes) -> None:
        self.name = name
        self.data = data
        self.sum = hashlib.sha256(data).digest()
        self._compiled = False
        self._part: Part | None = None

    @property
    def part(self) -> Part | None:
        """The entity for the engine, None for a kind that it does not know."""
        if not self._compiled:
            self._part = compile_line(self.data)
            self._compiled = True
        return self._part


@dataclass(frozen=True, slots=True)
class Signature:
    """The last line of what is signed, taken apart."""

    text: str
    key: str

    @property
    def line(self) -> bytes:
        """As it is sent."""
        return _compact({"signature": self.text, "key": self.key})

    def made_by(self, keys: Iterable[str], message: bytes) -> bool:
        """Whether one of the keys signed the message."""
        made = _from_base64(self.text)
        if made is None:
            return False
        for text in keys:
            public = public_key(text)
            if public is None or key_id(public) != self.key:
                continue
            if _ed25519.verify(public, message, made):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Document:
    """A snapshot whose lines fit its root; who signed it is another question."""

    header: Header
    header_line: bytes
    lines: Mapping[Name, Line]
    """In the order of the root: by kind and key as bytes."""
    signature: Signature | None

    def encode(self) -> bytes:
        """The bytes of the snapshot, signature included."""
        parts = [self.header_line, *(line.data for line in self.lines.values())]
        if self.signature is not None:
            parts.append(self.signature.line)
        return b"\n".join(parts) + b"\n"

    def changed_flags(self, other: Document) -> tuple[str, ...] | None:
        """The flags that may decide otherwise than in ``other``, sorted; None is all.

        Those that differ, and those that may read one of them. It may name too many
        and never too few.
        """
        differ = [
            name
            for name in {**self.lines, **other.lines}
            if _data(self, name) != _data(other, name)
        ]
        if any(kind != b"flag" for kind, _ in differ):
            return None
        changed = [key for _, key in differ]
        for at, key in enumerate(changed):
            if at == _MOST_CHANGED:
                return None
            quoted = b'"' + key + b'"'  # who reads a flag names it
            for (kind, reader), line in self.lines.items():
                if reader in changed or quoted not in line.data:
                    continue
                if kind != b"flag":
                    return None
                changed.append(reader)
        return tuple(sorted(key.decode() for key in changed))

    def snapshot(self) -> Snapshot:
        """The same for the engine."""
        parts = (line.part for line in self.lines.values())
        return link(self.header, [part for part in parts if part is not None])


_MOST_CHANGED = 32
"""For how many flags it is worth looking who may read them."""


def _data(document: Document, name: Name) -> bytes | None:
    line = document.lines.get(name)
    return None if line is None else line.data


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count, and for which environment."""

    pinned: bool = False
    keys: tuple[str, ...] = ()
    project: str = ""
    environment: str = ""
    epoch: int = 0

    def accept(self, document: Document) -> Trust:
        """The trust for what follows a document; raises RefusedError when it is not taken."""
        header, signature = document.header, document.signature
        known = bool(self.environment)
        if known and (header.project, header.environment) != (self.project, self.environment):
            raise RefusedError(
                f"the configuration is of {header.project}/{header.environment}, "
                f"not of {self.project}/{self.environment} as before"
            )
        keys = self.keys if self.pinned else header.keys
        following = Trust(self.pinned, keys, header.project, header.environment, header.epoch)
        anew = not self.pinned and known and header.epoch > self.epoch
        if signature is None:
            if not header.keys and (not self.keys or anew):
                return following
            raise RefusedError("the configuration is not signed, but signed ones are expected")
        if self.keys and signature.made_by(self.keys, document.header_line):
            return following
        first = not self.pinned and not self.keys
        if (first or anew) and signature.made_by(header.keys, document.header_line):
            return following
        raise RefusedError(
            "the signature of the configuration does not fit, or is of a key that is not trusted"
        )


@dataclass(frozen=True, slots=True)
class Replica:
    """The newest document that a reader took, and whose signatures it goes by."""

    trust: Trust = field(default_factory=Trust)
    document: Document | None = None
    overruled: str | None = None
    """The id of a stored snapshot that gave way to the server's, see overruled_by."""

    @property
    def id(self) -> str | None:
        """The id of the newest revision, None before the first."""
        return None if self.document is None else self.document.header.id

    def full(self, data: bytes) -> Replica:
        """Take a whole snapshot; raises RefusedError or NotNewerError."""
        known = {} if self.document is None else self.document.lines
        return self._take(read_document(data, known))

    def delta(self, data: bytes) -> Replica:
        """Take a delta to the newest document; raises RefusedError or NotNewerError."""
        delta = _read_delta(data)
        here = self.document
        if here is None:
            raise RefusedError("a delta came before the first snapshot")
        header = delta.header
        if header.epoch == here.header.epoch and header.revision <= here.header.revision:
            raise NotNewerError(header.id)
        if header.epoch != here.header.epoch or delta.start != here.header.revision:
            raise RefusedError(
                f"a delta begins at revision {delta.start}, here is {here.header.revision}"
            )
        return self._take(_apply(here, delta))

    def _take(self, document: Document) -> Replica:
        here = self.document
        if here is not None and (here.header_line, here.signature) == (
            document.header_line,
            document.signature,
        ):
            raise NotNewerError(document.header.id)
        trust = self.trust.accept(document)
        if here is not None and not is_newer(document.header, here.header):
            raise NotNewerError(document.header.id)
        return Replica(trust, document, self.overruled)

    def overruled_by(self, data: bytes, trust: Trust) -> Replica | None:
        """What stands in place of a stored snapshot after the server's first whole one.

        The server is who opened this environment to the key. So a file of another
        environment gives way to it, an older one that other keys signed, and a higher
        revision that nobody signed, as nothing shows that its number was not damaged.
        ``trust`` is the one at the beginning; None says that the file stays.
        """
        fresh = Replica(trust).full(data)
        here, sent = self.document, fresh.document
        if here is None or sent is None:
            return None
        unsigned = here.signature is None and here.header.id != sent.header.id
        if (
            unsigned
            or is_newer(sent.header, here.header)
            or here.header.environment != sent.header.environment
            or here.header.project != sent.header.project
        ):
            return replace(fresh, overruled=here.header.id)
        return None


def is_newer(one: Header, other: Header) -> bool:
    """A later revision, or a store made anew, whose revisions start again."""
    return (one.epoch, one.revision) > (other.epoch, other.revision)


def pinned(keys: Sequence[str]) -> Trust:
    """A trust in these public keys and no others; raises ValueError for what is none."""
    for text in keys:
        if public_key(text) is None:
            raise ValueError(f"{text!r} is not a public key: one is 32 bytes in base64")
    return Trust(pinned=bool(keys), keys=tuple(keys))


def public_key(text: str) -> bytes | None:
    """The bytes of a public key in base64, None when it is none."""
    raw = _from_base64(text)
    return raw if raw is not None and len(raw) == 32 else None


def key_id(public: bytes) -> str:
    """How signatures name the key that made them."""
    return hashlib.sha256(public).hexdigest()[:16]


# -- snapshots ----------------------------------------------------------------


def read_document(data: bytes, known: Mapping[Name, Line] | None = None) -> Document:
    """Take a snapshot apart and check its root; lines that are known already are used again."""
    lines = _split(data)
    if not lines:
        raise RefusedError("the configuration is empty")
    header = _header(lines[0])
    rest, signature = _cut_signature(lines[1:])
    document = Document(header, lines[0], _in_order(_named(rest, known or {})), signature)
    _check_root(document)
    return document


def _header(line: bytes) -> Header:
    try:
        return read_header(line)
    except WireError as error:
        raise RefusedError(str(error)) from None


def _check_root(document: Document) -> None:
    sums = b"".join(line.sum for line in document.lines.values())
    root = hashlib.sha256(sums).hexdigest()
    if root != document.header.root:
        raise RefusedError(
            "the configuration was changed on the way: "
            f"its root is {root[:12]}… instead of {document.header.root[:12]}…"
        )


def _split(data: bytes) -> list[bytes]:
    return [stripped for line in data.split(b"\n") if (stripped := line.strip())]


def _named(lines: Iterable[bytes], known: Mapping[Name, Line]) -> dict[Name, Line]:
    found: dict[Name, Line] = {}
    for data in lines:
        name = _name_of(data)
        if name in found:
            raise RefusedError(f"the configuration holds {name[0]!r} {name[1]!r} twice")
        line = known.get(name)
        found[name] = line if line is not None and line.data == data else Line(name, data)
    return found


def _in_order(lines: Mapping[Name, Line]) -> dict[Name, Line]:
    return {name: lines[name] for name in sorted(lines)}


_FIRST_FIELD = re.compile(rb'\{"([^"\\]*?)":"([^"\\]*)"')


def _name_of(line: bytes) -> Name:
    """Kind and key: the first field, else the flag or group that JSON finds."""
    if found := _FIRST_FIELD.match(line):
        return found[1], found[2]
    try:
        body = load(line)
    except ValueError:
        return b"", b""
    if isinstance(body, dict):
        for kind in ("flag", "target_group"):
            key = body.get(kind)
            if isinstance(key, str):
                return kind.encode(), key.encode()
    return b"", b""


def _cut_signature(lines: list[bytes]) -> tuple[list[bytes], Signature | None]:
    if not lines or not lines[-1].startswith(b'{"signature":"'):
        return lines, None
    try:
        body = load(lines[-1])
        signature = Signature(body["signature"], body["key"])
        exact = bool(signature.text) and signature.line == lines[-1]
    except (ValueError, TypeError, KeyError):
        return lines, None
    return (lines[:-1], signature) if exact else (lines, None)


# -- deltas -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Delta:
    start: int
    header: Header
    header_line: bytes
    changed: list[bytes]
    removed: list[Name]
    signature: Signature | None


_FROM_AT_END = re.compile(rb',"from":(0|[1-9][0-9]{0,18})\}\Z')


def _read_delta(data: bytes) -> _Delta:
    lines = _split(data)
    found = _FROM_AT_END.search(lines[0]) if lines else None
    if found is None:
        raise RefusedError('a delta does not begin with a header that ends with "from"')
    header_line = lines[0][: found.start()] + b"}"
    changed, signature = _cut_signature(lines[1:])
    removed = _removed(changed[-1]) if changed else None
    if removed is not None:
        changed = changed[:-1]
    return _Delta(
        int(found[1]), _header(header_line), header_line, changed, removed or [], signature
    )


def _removed(line: bytes) -> list[Name] | None:
    if not line.startswith(b'{"removed":'):
        return None
    try:
        return [(kind.encode(), key.encode()) for kind, key in load(line)["removed"]]
    except (ValueError, TypeError, AttributeError):
        return None


def _apply(here: Document, delta: _Delta) -> Document:
    lines = dict(here.lines)
    for name in delta.removed:
        lines.pop(name, None)
    lines.update(_named(delta.changed, here.lines))
    document = replace(
        here,
        header=delta.header,
        header_line=delta.header_line,
        lines=_in_order(lines),
        signature=delta.signature,
    )
    _check_root(document)
    return document


# -- texts --------------------------------------------------------------------


def _compact(body: Mapping[str, str]) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def _from_base64(text: str) -> bytes | None:
    """The bytes of a text that is base64 in its one usual spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None
