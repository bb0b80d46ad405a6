"""Text patterns: globs and the portable regular expressions that the server publishes."""

from __future__ import annotations

import re
from collections.abc import Callable

Test = Callable[[str], bool]

MAX_SUBJECT = 1024
_HEX = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")


def glob_test(pattern: str) -> Test | None:
    """Match a whole string: ``*`` any run, ``?`` one code point, a backslash escapes.

    Between two stars the leftmost fit is always right, so no pattern can be made
    slow on purpose.
    """
    pieces = _glob_pieces(pattern)
    if pieces is None:
        return None
    compiled = [(re.compile(text, re.DOTALL), length) for text, length in pieces]
    first, first_length = compiled[0]
    if len(compiled) == 1:
        return lambda text: first.fullmatch(text) is not None
    last, last_length = compiled[-1]
    middle = [piece for piece, length in compiled[1:-1] if length]

    def test(text: str) -> bool:
        if first.match(text) is None:
            return False
        at = first_length
        for piece in middle:
            found = piece.search(text, at)
            if found is None:
                return False
            at = found.end()
        start = len(text) - last_length
        return start >= at and last.fullmatch(text, start) is not None

    return test


def _glob_pieces(pattern: str) -> list[tuple[str, int]] | None:
    """What stands between the stars: a regular expression and its length each."""
    pieces: list[tuple[str, int]] = []
    text, length = "", 0
    characters = iter(pattern)
    for character in characters:
        if character == "*":
            pieces.append((text, length))
            text, length = "", 0
            continue
        if character == "\\":
            escaped = next(characters, None)
            if escaped is None:
                return None
            text += re.escape(escaped)
        else:
            text += "." if character == "?" else re.escape(character)
        length += 1
    return [*pieces, (text, length)]


def regex_test(pattern: str) -> Test | None:
    """Find a canonical pattern anywhere in a string, None when it cannot be compiled."""
    try:
        compiled = re.compile(_to_python(pattern))
    except (re.error, OverflowError, RecursionError):
        return None
    return lambda text: compiled.search(text) is not None


def _to_python(pattern: str) -> str:
    r"""Rewrite the few spellings in which Go and Python differ.

    ``\z`` is ``\Z`` here, ``\x{41}`` is a literal, and inside a class the
    characters that Python may one day read as set operations are escaped.
    """
    out: list[str] = []
    at, inside = 0, False
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            piece, used = _escape(pattern, at)
            out.append(piece)
            at += used
            continue
        if inside and character in "[&~|":
            out.append("\\")
        elif character == "[":
            inside = True
        elif character == "]":
            inside = False
        out.append(character)
        at += 1
    return "".join(out)


def _escape(pattern: str, at: int) -> tuple[str, int]:
    if pattern.startswith("\\z", at):
        return r"\Z", 2
    found = _HEX.match(pattern, at)
    if found is not None and int(found[1], 16) <= 0x10FFFF:
        return re.escape(chr(int(found[1], 16))), len(found[0])
    return pattern[at : at + 2], 2
