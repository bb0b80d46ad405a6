"""Feature flags that are decided in your program and steered from your own Burgee server.

Declare a flag next to the code that asks for it, set up once, and ask::

    import burgee

    class Flags:
        isHoliday = burgee.Flag()

    burgee.register("Flags", Flags)
    burgee.setup()                       # BURGEE_KEY and BURGEE_URL

    if Flags.isHoliday.is_enabled({"targetingKey": "ann"}):
        ...

Evaluating never raises, never waits and never uses the network: a background
thread keeps the configuration up to date, and without a server the last values,
or the defaults written in the code, go on being served.

The functions here are those of one default ``Client``.
"""

from __future__ import annotations

from burgee import testing
from burgee._client import Client, default_client
from burgee._context import context
from burgee._contexttoken import sign_context
from burgee._flags import Flag
from burgee._results import Detail, Fetched, Impression, Status
from burgee._version import __version__

__all__ = [
    "Client",
    "Detail",
    "Fetched",
    "Flag",
    "Impression",
    "Status",
    "__version__",
    "context",
    "fetch",
    "get",
    "pinned",
    "register",
    "setup",
    "shutdown",
    "sign_context",
    "status",
    "testing",
]

setup = default_client.setup
register = default_client.register
fetch = default_client.fetch
status = default_client.status
shutdown = default_client.shutdown
get = default_client.get
pinned = default_client.pinned
