"""The settings of a client: arguments first, then the environment."""

from __future__ import annotations

import os
import platform
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Union
from urllib.parse import urlsplit

from burgee._cache import default_folder
from burgee._keys import problem_of
from burgee._replica import Trust, pinned
from burgee._version import __version__

CODE_DEFAULTS = "every flag serves its code default"
DEFAULT_URL = "http://127.0.0.1:7878"
_MOST_OF_A_KEY = 64 << 10  # bytes of BURGEE_KEY_FILE

CacheFolder = Union[str, "os.PathLike[str]", Literal[False], None]
Bundle = Union[str, "os.PathLike[str]", bytes, None]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that stays the same from set-up to shutdown."""

    key: str
    url: str
    application: str
    version: str
    streaming: bool
    fetch_interval: float
    context: Mapping[str, Any]
    cache: Path | None
    """The folder of stored configurations, None for none."""
    bundle: Path | bytes | None
    """A configuration that came with the program."""
    trust: Trust
    """Whose signatures count."""
    offline: str | None
    """Why the server is not asked at all, None when it is; it says what is served then."""

    def identity(self, instance: str) -> dict[str, str]:
        """The headers that tell the server who asks."""
        return {
            "Burgee-Application": self.application,
            "Burgee-Application-Version": self.version,
            "Burgee-Platform": platform_name(),
            "Burgee-Sdk": f"python/{__version__}",
            "Burgee-Instance": instance,
        }

    def as_application(self, instance: str) -> dict[str, str]:
        """The same as a JSON object."""
        return {
            "name": self.application,
            "version": self.version,
            "platform": platform_name(),
            "sdk": f"python/{__version__}",
            "instance": instance,
        }


def new_instance() -> str:
    """A random id for this process."""
    return uuid.uuid4().hex


def platform_name() -> str:
    """Such as ``python 3.11.7 linux``."""
    name = platform.python_implementation().lower()
    name = "python" if name == "cpython" else name
    return f"{name} {platform.python_version()} {sys.platform}"


def resolve(
    *,
    key: str | None,
    url: str | None,
    application: str | None,
    version: str | None,
    streaming: bool,
    fetch_interval: float,
    context: Mapping[str, Any] | str | None,
    cache_dir: CacheFolder = None,
    bundle: Bundle = None,
    verify_keys: Sequence[str] | None = None,
) -> Settings:
    """Check the arguments and fill in the environment; raises for a malformed argument."""
    for name, value in (
        ("key", key),
        ("url", url),
        ("application", application),
        ("version", version),
    ):
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{name} must be text, not {type(value).__name__}")
    seconds("fetch_interval", fetch_interval, least=1.0)
    if url is not None and (problem := _problem_of_url(url)):
        raise ValueError(f"url {url!r} {problem}")
    address = (url or os.environ.get("BURGEE_URL", "").strip() or DEFAULT_URL).rstrip("/")
    secret, unreadable = _key_of_environment() if key is None else (key.strip(), None)
    trust, distrust = _trust(verify_keys)
    return Settings(
        key=secret,
        url=address,
        application=application or _application_name(),
        version=version or "",
        streaming=bool(streaming),
        fetch_interval=float(fetch_interval),
        context=_global_context(context),
        cache=_cache_folder(cache_dir),
        bundle=None if distrust else _bundle(bundle),
        trust=trust,
        offline=distrust or unreadable or _offline(secret, address),
    )


def seconds(name: str, value: object, *, least: float = 0.0) -> None:
    """Refuse what is not a number of seconds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(value).__name__}")
    if not least <= value <= 86_400:
        raise ValueError(f"{name} must be from {least:g} to 86400 seconds, not {value!r}")


def _key_of_environment() -> tuple[str, str | None]:
    """The key in BURGEE_KEY or in the file that BURGEE_KEY_FILE names, and what is wrong with them.

    As for every mistake in the environment the program runs on, and says so.
    """
    key = os.environ.get("BURGEE_KEY", "").strip()
    path = os.environ.get("BURGEE_KEY_FILE", "")
    if not path:
        return key, None
    if key:
        problem = "BURGEE_KEY and BURGEE_KEY_FILE are both set; keep one"
        return "", f"{problem}. Until then {CODE_DEFAULTS}"
    try:
        return _read_key(path), None
    except (OSError, ValueError) as error:
        return "", f"BURGEE_KEY_FILE cannot be used: {error}. Until then {CODE_DEFAULTS}"


def _read_key(path: str) -> str:
    # No further than a key can reach: a device has no size, and may have no end.
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib reads a file to its end
        data = file.read(_MOST_OF_A_KEY + 1)
    if len(data) > _MOST_OF_A_KEY:
        raise ValueError(f"{path} is larger than a key can be")
    key = data.decode(errors="replace").rstrip("\r\n")
    if not key:
        raise ValueError(f"{path} is empty")
    return key


def _offline(key: str, url: str) -> str | None:
    if not key:
        return (
            f"BURGEE_KEY is not set: burgee is offline and {CODE_DEFAULTS}. "
            "Copy a server key (bgs_…) from Connect an application in the dashboard"
        )
    problem = problem_of(key)
    if problem is not None:
        return f"{problem}. Until then {CODE_DEFAULTS}"
    if bad := _problem_of_url(url):
        return f"BURGEE_URL {url!r} {bad}. Until then {CODE_DEFAULTS}"
    return None


def _problem_of_url(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname)
        port = parts.port
    except ValueError as error:
        return f"is not an address: {error}"
    if not valid or port == 0:
        return "is not an address like https://flags.example.com or http://127.0.0.1:7878"
    if "@" in parts.netloc or parts.query or parts.fragment:
        return "must hold no user, query or fragment"
    return None


def _global_context(context: Mapping[str, Any] | str | None) -> Mapping[str, Any]:
    if context is None:
        return {}
    if isinstance(context, str):
        return {"targetingKey": context}
    if not isinstance(context, Mapping):
        raise TypeError(f"context must be a mapping or text, not {type(context).__name__}")
    return dict(context)


def _cache_folder(given: CacheFolder) -> Path | None:
    if given is False:
        return None
    if given is None:
        named = os.environ.get("BURGEE_CACHE_DIR", "").strip()
        if named == "off":
            return None
        return Path(named) if named else default_folder()
    if isinstance(given, bool) or not isinstance(given, (str, os.PathLike)):
        raise TypeError(f"cache_dir must be a path or False, not {type(given).__name__}")
    return Path(given)


def _bundle(given: Bundle) -> Path | bytes | None:
    if given is None:
        named = os.environ.get("BURGEE_BUNDLE", "").strip()
        return Path(named) if named else None
    if isinstance(given, bytes):
        return given
    if not isinstance(given, (str, os.PathLike)):
        raise TypeError(f"bundle must be a path or bytes, not {type(given).__name__}")
    return Path(given)


def _trust(given: Sequence[str] | None) -> tuple[Trust, str | None]:
    """The trust, and why nothing can be trusted where the environment is malformed."""
    if given is None:
        named = os.environ.get("BURGEE_VERIFY_KEYS", "").replace(",", " ").split()
        try:
            return pinned(named), None
        except ValueError as error:
            serving = f"Until then nothing is trusted and {CODE_DEFAULTS}"
            return Trust(pinned=True), f"BURGEE_VERIFY_KEYS: {error}. {serving}"
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence):
        raise TypeError(f"verify_keys must be a list of texts, not {type(given).__name__}")
    for key in given:
        if not isinstance(key, str):
            raise TypeError(f"verify_keys must be texts, not {type(key).__name__}")
    try:
        return pinned(given), None
    except ValueError as error:
        raise ValueError(f"verify_keys: {error}") from None


def _application_name() -> str:
    for variable in ("BURGEE_APPLICATION", "OTEL_SERVICE_NAME"):
        name = os.environ.get(variable, "").strip()
        if name:
            return name
    script = Path(sys.argv[0]) if sys.argv and sys.argv[0] else Path()
    if script.stem in {"__main__", "app", "main", "manage", "wsgi"}:
        return script.resolve().parent.name or "python"
    return script.stem if script.stem not in {"", "-c", "-m"} else "python"
