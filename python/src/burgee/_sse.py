"""Server-sent events: bytes in, events out. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

_MOST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the stream; a comment, such as a heartbeat, has the name ""."""

    name: str
    data: bytes
    id: str | None = None
    """The id that came with this event; it is not carried over to those without one."""


class TooLargeError(ValueError):
    """One event is larger than any snapshot may be."""


class Parser:
    """Feed it whatever arrived, in pieces of any size."""

    __slots__ = ("_data", "_id", "_name", "_rest", "_size")

    def __init__(self) -> None:
        self._rest = bytearray()
        self._name = ""
        self._id: str | None = None
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that this piece completes."""
        self._rest += chunk
        if len(self._rest) + self._size > _MOST:
            raise TooLargeError("an event of the stream is larger than 64 MiB")
        if b"\n" not in chunk:
            return []
        lines = bytes(self._rest).split(b"\n")
        self._rest = bytearray(lines.pop())
        events = []
        for line in lines:
            event = self._line(line[:-1] if line.endswith(b"\r") else line)
            if event is not None:
                events.append(event)
        return events

    def _line(self, line: bytes) -> Event | None:
        if not line:
            return self._dispatch()
        if line.startswith(b":"):
            return Event("", line[1:].strip())
        field, _, value = line.partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if field == b"data":
            self._data.append(value)
            self._size += len(value) + 1
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        elif field == b"id" and b"\0" not in value:
            self._id = value.decode("utf-8", "replace")
        return None

    def _dispatch(self) -> Event | None:
        name, data, identity = self._name, self._data, self._id
        self._name, self._data, self._size, self._id = "", [], 0, None
        if not data:
            return None
        return Event(name or "message", b"\n".join(data), identity)
