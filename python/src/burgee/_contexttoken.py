"""Signed contexts: what a service says of a user, for a page that asks with a client key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import re
import time
from collections.abc import Mapping
from typing import Any

_VERSION = "1"
_SERVER_KEY = re.compile(r"bgs_[A-Za-z0-9_-]{32,252}")
_MAX = 12 << 10  # bytes of a token: a page's whole question has 16 kB
_PRINT = 12  # bytes of the key's SHA-256 that name it; the rest is what signs


def sign_context(key: str, attributes: Mapping[str, Any], valid_for: float = 3600) -> str:
    """Return a context token: the attributes of a user, signed with a server key.

    A page or an app that asks Burgee with a client key of the same environment sends
    it as the attribute ``contextToken``. What the token says wins over what the page
    says, and a client key that takes signed contexts only takes nothing else: so
    nobody can ask as somebody else. The token is good for ``valid_for`` seconds; the
    page fetches a new one before.

    Raises ``ValueError`` when the key is no server key, ``valid_for`` is not above 0,
    the attributes cannot be written as JSON or their ``targetingKey`` is no string, or
    the token would have over 12 kB. It needs no server, and any thread may call it.
    """
    if not _SERVER_KEY.fullmatch(key):
        raise ValueError("contexts are signed with a server key, which begins with bgs_")
    if not 0 < valid_for < float("inf"):
        raise ValueError("a token must be valid for more than 0 seconds, and not for ever")
    unit = attributes.get("targetingKey")
    if unit is not None and not isinstance(unit, str):
        raise ValueError(f"targetingKey is {unit!r}, and must be a string")
    said = {"context": dict(attributes), "expires": math.ceil(time.time() + valid_for)}
    try:
        text = json.dumps(said, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        payload = text.encode()
    except (TypeError, ValueError) as error:
        raise ValueError(f"the attributes cannot be written as JSON: {error}") from error
    token = _seal(key, payload)
    if len(token) > _MAX:
        raise ValueError(
            f"the token would have {len(token)} bytes, and may have {_MAX}: sign fewer attributes"
        )
    return token


def _seal(key: str, payload: bytes) -> str:
    """Sign a payload; the form is in docs/reference/context-tokens.md."""
    digest = hashlib.sha256(key.encode()).digest()
    token = f"{_VERSION}.{_text(digest[:_PRINT])}.{_text(payload)}"
    mac = hmac.new(digest[_PRINT:], f"burgee context token {token}".encode(), hashlib.sha256)
    return f"{token}.{_text(mac.digest())}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
