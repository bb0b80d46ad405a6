"""The names of the guide."""

import burgee.compat.rox
from burgee.compat.rox import Rox, RoxFlag, RoxOptions
from sdk_server import KEY, flag


class FlagsContainer:
    def __init__(self):
        self.isHoliday = RoxFlag()


def test_the_guide_runs(server, monkeypatch, eventually):
    monkeypatch.setenv("BURGEE_URL", server.url)
    server.set(flag("Guide.isHoliday"))
    told = []

    def handler(o):
        if o is not None and o.has_changes:
            told.append(o)

    flags = FlagsContainer()
    Rox.register("Guide", flags)
    assert Rox.setup(KEY, RoxOptions(configuration_fetched_handler=handler)).result() is None
    assert flags.isHoliday.is_enabled() is False
    server.set(flag("Guide.isHoliday", on=True))
    Rox.fetch().result()
    assert flags.isHoliday.is_enabled() is True
    eventually(lambda: len(told) == 2)


def test_without_a_server_the_result_comes_in_time(monkeypatch):
    monkeypatch.setenv("BURGEE_URL", "http://127.0.0.1:1")
    flags = FlagsContainer()
    Rox.register("Guide", flags)
    Rox.setup(KEY).result(0.2)
    assert flags.isHoliday.is_enabled() is False


def test_fetch_alone_asks_the_server(server, monkeypatch, eventually):
    monkeypatch.setenv("BURGEE_URL", server.url)
    Rox.setup(KEY).result()
    Rox.fetch()
    eventually(lambda: ("GET", "/sdk/v1/snapshot") in server.requests)


def test_only_the_names_that_the_guide_prints_are_there():
    assert burgee.compat.rox.__all__ == ["Rox", "RoxFlag", "RoxOptions"]
    assert {n for n in vars(Rox) if not n.startswith("_")} == {"register", "setup", "fetch"}
