"""The context of a request or task."""

import asyncio
import threading
from collections.abc import Mapping

import pytest

import burgee
from sdk_server import KEY, flag


def rule(path, value):
    return {
        "id": f"r-{value}",
        "when": {"attr": path, "op": "in", "values": [value]},
        "serve": {"variation": 0},
    }


@pytest.fixture
def ready(server, client):
    server.set(
        flag("de", rules=[rule("country", "DE")]),
        flag("ann", rules=[rule("targetingKey", "ann")]),
        flag("ios", rules=[rule("device.platform", "ios")]),
    )
    return client.setup(KEY, url=server.url)


def test_contexts_nest_and_merge(ready):
    with burgee.context({"targetingKey": "ann", "country": "FR"}):
        assert ready.get("ann", False) is True
        assert ready.get("de", False) is False
        with burgee.context({"country": "DE"}):
            assert ready.get("ann", False) is True
            assert ready.get("de", False) is True
        assert ready.get("de", False) is False
    assert ready.get("ann", False) is False


def test_the_context_of_the_call_wins(ready):
    with burgee.context({"country": "FR", "device": {"platform": "ios"}}):
        assert ready.get("de", False, {"country": "DE"}) is True
        assert ready.get("ios", False, {"country": "DE"}) is True
        assert ready.get("ios", False, {"device": {"model": "x"}}) is False, (
            "keys are replaced whole"
        )
        assert ready.get("ann", False, "ann") is True
        assert ready.get("de", False, {"country": None}) is False


def test_a_context_set_by_a_plain_call_holds_until_the_task_ends(ready):
    async def task(name):
        burgee.context({"targetingKey": name})
        await asyncio.sleep(0.01)
        return ready.get("ann", False)

    async def main():
        return await asyncio.gather(task("ann"), task("bob"), task("ann"))

    assert asyncio.run(main()) == [True, False, True]
    assert ready.get("ann", False) is False


def test_tasks_started_inside_inherit(ready):
    async def inner():
        with burgee.context({"country": "DE"}):
            await asyncio.sleep(0)
            return ready.get("ann", False) and ready.get("de", False)

    async def main():
        with burgee.context("ann"):
            first, second = await asyncio.gather(inner(), inner())
            return first, second, ready.get("de", False)

    assert asyncio.run(main()) == (True, True, False)


def test_threads_do_not_share_a_context(ready):
    answers = {}
    both = threading.Barrier(2)

    def run(name):
        with burgee.context({"targetingKey": name}):
            both.wait()
            answers[name] = ready.get("ann", False)
            both.wait()

    threads = [threading.Thread(target=run, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {"ann": True, "bob": False}


def test_targeting_key_in_snake_case_is_pointed_out_once(ready, caplog):
    ready.get("ann", False, {"targeting_key": "ann"})
    with burgee.context({"targeting_key": "ann"}):
        ready.get("ann", False)
    assert caplog.text.count('a context holds "targeting_key"; the name is "targetingKey"') == 1


def test_an_unusable_context_never_raises(ready, caplog):
    class Strange(Mapping):
        def __getitem__(self, key):
            raise RuntimeError

        def __iter__(self):
            raise RuntimeError

        def __len__(self):
            return 1

    assert ready.get("ann", False, 42) is False
    assert "a context is a mapping or a targeting key, not int" in caplog.text
    assert ready.get("ann", True, Strange()) is True
    assert ready.detail("ann", True, "boolean", Strange()).reason == "ERROR"
    detail = ready.detail("ann", False, "boolean", {"when": object(), 5: 6})
    assert detail.value is False
    assert "ATTR_TYPE when" in detail.notes


def test_ending_a_context_twice_or_elsewhere_does_no_harm(ready):
    held = burgee.context({"country": "DE"})
    thread = threading.Thread(target=held.end)
    thread.start()
    thread.join()
    held.end()
    with burgee.context({"country": "DE"}) as inner:
        inner.end()
    burgee.context({"country": None, "targetingKey": None})
