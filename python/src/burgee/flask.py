"""The Flask extension: a context for each request, and one snapshot for all of it.

    from burgee.flask import Burgee

    Burgee(app, context=lambda: {"targetingKey": request.headers.get("X-User")})

or, with an application factory, ``flags = Burgee(context=...)`` and
``flags.init_app(app)``. Where the application's configuration holds ``BURGEE_KEY``,
the extension calls ``burgee.setup`` with it and with ``BURGEE_URL``,
``BURGEE_APPLICATION`` and ``BURGEE_VERSION``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from flask import Flask, g, request

from burgee._client import Client, default_client
from burgee._context import context as set_context

__all__ = ["Burgee"]

ContextCallable = Callable[..., Mapping[str, Any] | str | None]

_HELD = "_burgee_request"


class Burgee:
    """Pins one snapshot per request and sets the request's context.

    The callable runs inside the request, when a flag is first asked, so it may use
    what other extensions have put there; it may take the request as its argument.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        context: ContextCallable | None = None,
        client: Client | None = None,
    ) -> None:
        if context is not None and not callable(context):
            raise TypeError(
                "context must be a callable, such as "
                'lambda: {"targetingKey": request.headers.get("X-User")}'
            )
        self._client = client or default_client
        self._context = context
        self._takes_request = context is not None and _wants_argument(context)
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Attach to an application; one extension may serve several."""
        if "burgee" in app.extensions:
            raise RuntimeError("this application already has a Burgee extension")
        app.extensions["burgee"] = self
        key = app.config.get("BURGEE_KEY")
        if key is not None:
            self._client.setup(
                key,
                url=app.config.get("BURGEE_URL"),
                application=app.config.get("BURGEE_APPLICATION"),
                version=app.config.get("BURGEE_VERSION"),
            )
        # First of all, so that the other functions of the request see the same flags.
        app.before_request_funcs.setdefault(None, []).insert(0, self._begin)
        app.teardown_request(self._end)

    def _begin(self) -> None:
        held = ExitStack()
        held.enter_context(self._client.pinned())
        if self._context is not None:
            held.enter_context(set_context(self._ask))
        setattr(g, _HELD, held)

    def _ask(self) -> Mapping[str, Any] | str | None:
        if self._context is None:
            return None
        return self._context(request) if self._takes_request else self._context()

    def _end(self, _error: BaseException | None) -> None:
        held: ExitStack | None = g.pop(_HELD, None)
        if held is not None:
            held.close()


def _wants_argument(function: ContextCallable) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(
        p.default is p.empty and p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}
        for p in parameters
    )
