"""The evaluation engine: bytes of a snapshot in, decisions out.

The flow is one way, and nothing in here does I/O, starts a thread or reads a clock::

    wire.parse(bytes) -> Document -> snapshot.compile_document -> Snapshot
    compile_line(bytes) -> Part, and link(header, parts) ------> Snapshot
    Context.of(mapping) ----------------------------------------> Snapshot.evaluate

A published ``Snapshot`` never changes, so any number of threads may read it.
"""

from __future__ import annotations

from burgee._engine.context import Context
from burgee._engine.outcome import Outcome
from burgee._engine.snapshot import Part, Snapshot, compile_document, compile_line, link
from burgee._engine.wire import Document, Header, WireError, parse, read_header

__all__ = [
    "Context",
    "Document",
    "Header",
    "Outcome",
    "Part",
    "Snapshot",
    "WireError",
    "compile_document",
    "compile_line",
    "link",
    "parse",
    "read_header",
]
