"""Flags declared in code, and the containers that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, overload

from burgee import _values
from burgee._context import ContextLike
from burgee._results import Detail

if TYPE_CHECKING:
    from burgee._client import Client

T = TypeVar("T")

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class Flag(Generic[T]):
    """A flag declared next to the code that asks for it.

    Its type comes from the default: ``Flag()`` is a boolean, ``Flag("blue")`` a
    string, ``Flag(3)`` an integer, ``Flag(0.5)`` a double, ``Flag({"a": 1})`` JSON.
    """

    __slots__ = (
        "_client",
        "_explicit",
        "_key",
        "_name",
        "default",
        "description",
        "options",
        "type",
    )

    @overload
    def __init__(
        self: Flag[bool],
        default: bool = False,
        options: Sequence[bool] | None = None,
        key: str | None = None,
        description: str | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        default: T,
        options: Sequence[T] | None = None,
        key: str | None = None,
        description: str | None = None,
    ) -> None: ...

    def __init__(
        self,
        default: Any = False,
        options: Sequence[Any] | None = None,
        key: str | None = None,
        description: str | None = None,
    ) -> None:
        """Raises TypeError or ValueError for a declaration that no flag can have."""
        kind = _values.type_of(default)
        if kind is None:
            raise TypeError(
                "a flag's default is a bool, str, int, float, dict or list, "
                f"not {type(default).__name__}"
            )
        if problem := _values.problem_with(default, kind):
            raise ValueError(f"the default {default!r} {problem}")
        if key is not None:
            check_key(key)
        self.default: T = default
        self.type = kind
        self.options = _check_options(options, kind)
        self.description = description or ""
        self._explicit = key
        self._key = key
        self._name = ""
        self._client: Client | None = None

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = self._name or name

    @property
    def key(self) -> str | None:
        """The flag's full key, None until it is registered."""
        return self._key

    def is_enabled(self, context: ContextLike | None = None) -> bool:
        """Whether a boolean flag is on; never raises for a boolean flag."""
        if self.type != "boolean":
            raise TypeError(
                f"{self._shown()} is a {self.type} flag; call {self._name or 'flag'}.get_value()"
            )
        return bool(self._asked().value(self._key, self.default, self.type, context))

    def get_value(self, context: ContextLike | None = None) -> T:
        """The value that the flag serves; never raises."""
        value: T = self._asked().value(self._key, self.default, self.type, context)
        return value

    def detail(self, context: ContextLike | None = None) -> Detail:
        """The value with what explains it; never raises."""
        return self._asked().detail(self._key, self.default, self.type, context)

    def bind(self, client: Client, key: str, name: str) -> None:
        """Called by register: from now on this client answers."""
        self._client, self._key, self._name = client, key, name

    def key_in(self, namespace: str, name: str) -> str:
        """The full key under a namespace; a key given in code stands as it is."""
        return self._explicit or (f"{namespace}.{name}" if namespace else name)

    def declaration(self) -> dict[str, Any]:
        """What the server is told about the flag."""
        return {
            "key": self._key,
            "type": self.type,
            "default": self.default,
            "options": list(self.options),
            "description": self.description,
        }

    def _asked(self) -> Client:
        if self._client is None:
            from burgee._client import default_client  # noqa: PLC0415 - a circle by nature

            return default_client
        return self._client

    def _shown(self) -> str:
        return self._key or self._name or "this"

    def __bool__(self) -> NoReturn:
        method = "is_enabled" if self.type == "boolean" else "get_value"
        raise TypeError(f"a Flag is not a value; call {self._name or 'flag'}.{method}()")

    def __repr__(self) -> str:
        return f"Flag({self._key or self._name or 'not registered'}, default={self.default!r})"


def _check_options(options: Sequence[Any] | None, kind: str) -> tuple[Any, ...]:
    if options is None:
        return ()
    if isinstance(options, (str, bytes)) or not isinstance(options, Sequence):
        raise TypeError(f"options must be a list, not {type(options).__name__}")
    for option in options:
        if _values.coerce(option, kind) is _values.MISMATCH:
            raise TypeError(f"the option {option!r} is not of the default's type, {kind}")
        if problem := _values.problem_with(option, kind):
            raise ValueError(f"the option {option!r} {problem}")
    return tuple(_values.coerce(option, kind) for option in options)


def is_key(key: str) -> bool:
    """Whether a flag can have this key."""
    return _KEY.fullmatch(key) is not None


def check_key(key: object) -> None:
    """Refuse what cannot be a flag's key."""
    if not isinstance(key, str):
        raise TypeError(f"a flag's key must be text, not {type(key).__name__}")
    if not is_key(key):
        raise ValueError(
            f"{key!r} cannot be a flag's key: up to 128 letters, digits, dots, dashes and "
            "underscores, the first a letter or digit"
        )


def flags_in(container: object) -> dict[str, Flag[Any]]:
    """The flags of an instance, class or module by name, in order; raises when it has none."""
    found = {name: value for name, value in _members(container) if isinstance(value, Flag)}
    if not found:
        raise ValueError(f"{_name_of(container)} holds no burgee flags. Is __init__ misspelt?")
    return found


def _members(container: object) -> Iterator[tuple[str, object]]:
    if isinstance(container, ModuleType):
        yield from vars(container).items()
        return
    kind = container if isinstance(container, type) else type(container)
    for parent in reversed(kind.__mro__):
        for name, value in vars(parent).items():
            if type(value).__name__ == "member_descriptor" and kind is not container:
                yield name, getattr(container, name, None)
            else:
                yield name, value
    if kind is not container:
        yield from getattr(container, "__dict__", {}).items()


def _name_of(container: object) -> str:
    if isinstance(container, (type, ModuleType)):
        return container.__name__
    return type(container).__name__
