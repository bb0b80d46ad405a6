"""BURGEE_OVERRIDES as an object and as a watched file, with and without a server."""

import json
import os

import pytest

import burgee
from burgee import _overrides
from sdk_server import KEY, flag
from test_process import run


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    """Look often, and leave nothing in force for the next test."""
    monkeypatch.setattr(_overrides, "INTERVAL", 0.02)
    yield
    burgee.shutdown()
    monkeypatch.delenv("BURGEE_OVERRIDES", raising=False)
    _overrides.read_environment()


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "overrides.json"
    monkeypatch.setenv("BURGEE_OVERRIDES", str(path))
    return path


def put(path, text):
    """Write as careful programs do."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text)
    temporary.replace(path)


def test_a_file_is_watched_without_a_key_or_a_server(client, file, eventually, caplog):
    put(file, '{"a": true}')
    client.setup("")
    assert client.get("a", False) is True
    assert client.detail("a", False, "boolean", None).reason == "OVERRIDE"
    assert client.status().overrides == ("a",)
    assert caplog.text.count(f"BURGEE_OVERRIDES {file} is set: a do not follow") == 1
    put(file, '{"a": false, "n": 7}')
    eventually(lambda: client.get("a", True) is False)
    assert client.get("n", 1) == 7
    eventually(lambda: caplog.text.count("is set: a, n do not follow") == 1)
    file.unlink()
    eventually(lambda: client.get("n", 1) == 1)
    assert client.status().overrides == ()
    eventually(lambda: caplog.text.count("overrides no flag any more") == 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[1]", "is not a JSON object"),
        ("null", "object"),
    ],
)
def test_a_malformed_file_keeps_the_last_good_and_is_said_once(
    client, file, eventually, caplog, content, said
):
    put(file, '{"a": true}')
    client.setup("")
    put(file, content)
    eventually(lambda: said in caplog.text)
    looks = []
    watcher = _overrides._watcher
    look = watcher.look
    watcher.look = lambda: (look(), looks.append(1))
    eventually(lambda: len(looks) > 3)
    assert client.get("a", False) is True
    assert caplog.text.count("what was in force stays so") == 1
    put(file, '{"a": false}')
    eventually(lambda: client.get("a", True) is False)


def test_a_file_that_is_not_there_yet_is_waited_for(client, file, eventually, caplog):
    client.setup("")
    assert f"BURGEE_OVERRIDES {file}: there is no such file" in caplog.text
    assert client.get("a", False) is False
    put(file, '{"a": true}')
    eventually(lambda: client.get("a", False))


def test_a_file_that_is_too_large_or_a_folder_is_said(client, file, monkeypatch, caplog):
    file.mkdir()
    client.setup("")
    assert "cannot be read" in caplog.text
    file.rmdir()
    file.write_bytes(b"[" * (1024 * 1024 + 1))
    _overrides._watcher.look()
    assert "is larger than 1 MiB" in caplog.text


def test_a_file_written_anew_with_the_same_values_is_no_change(client, file, caplog):
    put(file, '{"a": true}')
    client.setup("")
    put(file, '{ "a" : true }')
    _overrides._watcher.look()
    assert caplog.text.count("do not follow") == 1


def test_emergencies_are_reported_and_tests_are_not(server, client, file, eventually):
    server.set(flag("a"))
    put(file, '{"b": true, "a": true, "no key!": 1}')
    with burgee.testing.override({"c": True}):
        client.setup(KEY, url=server.url)
        assert client.get("a", False) is True
        eventually(lambda: server.counts.get(("a", None, "OVERRIDE")) == 1)
    put(file, "{}")
    reports = [["a", "b"], []]
    eventually(lambda: [b["overrides"] for b in server.events if "overrides" in b] == reports)


def test_without_overrides_nothing_is_reported_of_them(server, client, eventually):
    client.setup(KEY, url=server.url)
    eventually(lambda: server.events)
    assert all("overrides" not in body for body in server.events)


def test_a_forked_child_watches_the_file_too(tmp_path):
    path = tmp_path / "overrides.json"
    path.write_text('{"a": 1}')
    out, _, _ = run(
        f"""
        import os, time, burgee
        from burgee import _overrides
        _overrides.INTERVAL = 0.02
        burgee.setup("")
        ready, parent = os.pipe()
        pid = os.fork()
        if pid == 0:
            assert burgee.get("a", 0) == 1
            os.write(parent, b"x")
            end = time.monotonic() + 10
            while burgee.get("a", 0) != 2:
                assert time.monotonic() < end
                time.sleep(0.01)
            os._exit(0)
        os.read(ready, 1)
        with open({str(path) + ".tmp"!r}, "w") as file:
            file.write('{{"a": 2}}')
        os.replace({str(path) + ".tmp"!r}, {str(path)!r})
        print(os.waitpid(pid, 0)[1])
        """,
        BURGEE_OVERRIDES=str(path),
    )
    assert out == "0\n"


def test_a_shut_down_client_stops_the_watching_and_a_second_one_goes_on(file, eventually):
    put(file, json.dumps({"a": 1}))
    one, other = burgee.Client(), burgee.Client()
    one.setup("")
    other.setup("")
    one.shutdown()
    put(file, json.dumps({"a": 2}))
    eventually(lambda: other.get("a", 0) == 2)
    other.shutdown()
    eventually(lambda: not _overrides._watcher._thread.is_alive())
    put(file, json.dumps({"a": 3}))
    one.setup("")
    eventually(lambda: one.get("a", 0) == 3)
    one.shutdown()
    assert os.environ["BURGEE_OVERRIDES"] == str(file)
