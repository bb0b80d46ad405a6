"""The client against a server that comes, goes, refuses and restarts."""

import http.server
import json
import logging
import socket
import threading
import time

import pytest

import burgee
from burgee import _backoff, _sender, _transport, _updater
from sdk_server import KEY, SdkServer, flag, split, typed


def test_a_flag_flipped_on_the_server_changes_in_the_program(server, client, eventually):
    server.set(flag("Flags.isHoliday"))

    class Flags:
        isHoliday = burgee.Flag()

    client.register("Flags", Flags)
    client.setup(KEY, url=server.url)
    assert Flags.isHoliday.is_enabled() is False
    server.set(flag("Flags.isHoliday", on=True))
    eventually(Flags.isHoliday.is_enabled)


def test_without_a_server_setup_ends_with_its_timeout_and_says_why(
    client, ends, eventually, caplog
):
    started = time.monotonic()
    assert ends(lambda: client.setup(KEY, url="http://127.0.0.1:1", timeout=0.3))
    assert time.monotonic() - started >= 0.3
    assert client.get("Flags.isHoliday", True) is True
    assert "no configuration after 0.3 s from http://127.0.0.1:1" in caplog.text
    eventually(lambda: "connection refused" in caplog.text)
    assert "code default" in caplog.text
    assert "trying again" in caplog.text
    assert client.detail("a", 1, "integer", None).reason == "NOT_READY"


def test_a_reason_that_is_known_after_setup_has_ended_is_said_once(client, eventually, caplog):
    with socket.create_server(("127.0.0.1", 0)) as late:
        late.settimeout(20)
        url = f"http://127.0.0.1:{late.getsockname()[1]}"
        client.setup(KEY, url=url, timeout=0)
        assert f"no configuration after 0.0 s from {url} (no answer yet)" in caplog.text
        for _ in range(5):
            with late.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        eventually(lambda: f"still no configuration from {url} (404: Not Found. Is" in caplog.text)
        assert caplog.text.count("no configuration") == 2


def test_a_server_that_never_answers_does_not_hold_up_setup_or_shutdown(client, ends, monkeypatch):
    monkeypatch.setattr(_transport, "CONNECT_TIMEOUT", 3600.0)
    monkeypatch.setattr(_sender, "SEND_TIMEOUT", 3600.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert ends(lambda: client.setup(KEY, url=url, timeout=0.2))
        client.get("a", 1)
        assert ends(lambda: client.shutdown(0.3)), "with a count that nobody takes"


def test_a_killed_server_leaves_the_last_values_and_is_caught_up_with(
    server, client, eventually, caplog
):
    caplog.set_level(logging.INFO, "burgee")
    server.set(flag("a", on=True))
    client.setup(KEY, url=server.url)
    assert client.get("a", False) is True
    server.kill()
    eventually(lambda: not client.status().connected)
    assert client.get("a", False) is True
    assert client.status().stale
    assert client.detail("a", False, "boolean", None).stale is True
    server.set(flag("a", on=False))
    server.start()
    eventually(lambda: client.get("a", True) is False)
    eventually(lambda: client.status().connected)
    assert not client.status().stale
    assert caplog.text.count("lost the connection") == 1
    eventually(lambda: caplog.text.count("connected to") >= 2)


def test_a_server_that_starts_late_is_found(client, eventually):
    server = SdkServer([flag("a", on=True)])
    server.start()
    server.kill()
    client.setup(KEY, url=server.url, timeout=0.1)
    assert client.get("a", False) is False
    with server:
        eventually(lambda: client.get("a", False))


def test_an_older_revision_is_ignored_and_a_higher_epoch_wins(server, client, eventually):
    server.set(flag("a", on=True), revision=10)
    client.setup(KEY, url=server.url)
    assert client.status().revision == 10
    server.set(flag("a", on=False), revision=9)
    time.sleep(0.4)
    assert client.get("a", False) is True
    assert client.status().revision == 10
    server.set(flag("a", on=False), revision=2, epoch=server.epoch + 1)
    eventually(lambda: client.status().revision == 2)
    assert client.get("a", True) is False
    server.set(flag("a", on=True), revision=50, epoch=server.epoch - 1)
    time.sleep(0.3)
    assert client.status().revision == 2


def test_a_store_made_anew_is_told_the_flags_again(server, client, eventually):
    class Flags:
        a = burgee.Flag()

    client.register("Flags", Flags)
    client.setup(KEY, url=server.url)
    eventually(lambda: len(server.registered) == 1)
    server.set(revision=1, epoch=server.epoch + 5)
    eventually(lambda: len(server.registered) == 2)


def test_the_stream_resumes_without_a_second_full_snapshot(server, client, eventually):
    fetched = []
    server.set(flag("a"))
    client.setup(KEY, url=server.url, configuration_fetched_handler=fetched.append)
    eventually(lambda: fetched)
    server.kill()
    eventually(lambda: not client.status().connected)
    server.start()
    eventually(lambda: client.status().connected)
    assert [f.has_changes for f in fetched if f.error is None] == [True]


@pytest.mark.parametrize(
    ("status", "code", "detail"),
    [
        (401, "key_unknown", "this server knows no such key"),
        (401, "key_malformed", "not a Burgee key"),
        (403, "client_key", "a server key is needed"),
    ],
)
def test_a_refused_key_is_named_masked_and_retried_slowly(
    server, client, ends, caplog, status, code, detail
):
    server.refusal = (status, code, detail)
    assert ends(lambda: client.setup(KEY, url=server.url, timeout=3600)), "a refusal ends the wait"
    time.sleep(0.3)
    assert f"refused the key bgs_AbCd…wxyz ({status} {code}): {detail}" in caplog.text
    assert "every 5 minutes" in caplog.text
    assert KEY not in caplog.text
    assert [path for _, path in server.requests].count("/sdk/v1/stream") == 1
    assert caplog.text.count("refused the key") == 1
    assert client.get("a", True) is True


def test_a_revoked_key_keeps_the_last_values(server, client, eventually, caplog):
    server.set(flag("a", on=True))
    client.setup(KEY, url=server.url)
    server.revoke()
    eventually(lambda: not client.status().connected)
    assert client.get("a", False) is True
    assert "key_revoked" in caplog.text
    assert "Serving revision" in caplog.text


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("<your key>", "is not a Burgee key"),
        ("5b3356d00d81206da3055bc0", "is not a Burgee key"),
        ("bgs_short", "is not a Burgee key"),
        ("bgc_" + "x" * 40, "is a client key, and a server key (bgs_…) is needed"),
        ("bgp_" + "x" * 40, "is an API token, and a server key (bgs_…) is needed"),
        ("", "BURGEE_KEY is not set: burgee is offline"),
        (None, "BURGEE_KEY is not set: burgee is offline"),
    ],
)
def test_a_key_that_cannot_work_is_explained_and_nothing_is_sent(
    server, client, ends, caplog, key, expected
):
    assert ends(lambda: client.setup(key, url=server.url, timeout=3600))
    assert expected in caplog.text
    assert "code default" in caplog.text
    assert not key or key not in caplog.text or len(key) < 8
    assert server.requests == []
    assert client.get("a", "x") == "x"
    assert client.fetch().error
    assert expected in client.status().last_error


def test_the_key_comes_from_a_file(server, client, monkeypatch, tmp_path):
    server.set(flag("a", on=True))
    (tmp_path / "key").write_text(KEY + "\r\n", encoding="utf-8")
    monkeypatch.setenv("BURGEE_KEY_FILE", str(tmp_path / "key"))
    client.setup(url=server.url)
    assert client.get("a", False) is True


@pytest.mark.parametrize(
    ("key", "content", "expected"),
    [
        (KEY, KEY, "BURGEE_KEY and BURGEE_KEY_FILE are both set; keep one"),
        ("", None, "No such file or directory"),
        ("", "\n", "is empty"),
        ("", "x" * 70_000, "is larger than a key can be"),
        ("", "nonsense", "is not a Burgee key"),
    ],
)
def test_a_key_file_that_cannot_serve_is_explained_and_nothing_is_sent(
    server, client, monkeypatch, caplog, tmp_path, key, content, expected
):
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    monkeypatch.setenv("BURGEE_KEY", key)
    monkeypatch.setenv("BURGEE_KEY_FILE", str(path))
    client.setup(url=server.url)
    assert expected in caplog.text
    assert "code default" in caplog.text
    assert KEY not in caplog.text
    assert server.requests == []
    assert expected in client.status().last_error


def test_a_key_in_the_call_needs_no_file(server, client, monkeypatch, tmp_path):
    server.set(flag("a", on=True))
    monkeypatch.setenv("BURGEE_KEY_FILE", str(tmp_path / "none"))
    client.setup(KEY, url=server.url)
    assert client.get("a", False) is True


def test_key_and_address_come_from_the_environment(server, client, monkeypatch, caplog):
    caplog.set_level(logging.INFO, "burgee")
    server.set(flag("a", on=True))
    monkeypatch.setenv("BURGEE_KEY", KEY + "\n")
    monkeypatch.setenv("BURGEE_URL", server.url + "/")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "calendar")
    client.setup(version="1.2")
    assert client.get("a", False) is True
    status = client.status()
    assert (status.application, status.project, status.environment) == (
        "calendar",
        "default",
        "production",
    )
    assert (
        f"connected to {server.url}: project default, environment production, revision 2, 1 flag, "
        "as application calendar" in caplog.text
    )


def test_a_bad_address_in_the_environment_is_said_and_the_program_goes_on(
    client, monkeypatch, caplog
):
    monkeypatch.setenv("BURGEE_URL", "flags.example.com")
    client.setup(KEY)
    assert "BURGEE_URL 'flags.example.com' is not an address like" in caplog.text
    assert client.get("a", 5) == 5


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"key": 5}, TypeError, "key must be text"),
        ({"url": "localhost:7878"}, ValueError, "is not an address like"),
        ({"url": "http://host:port"}, ValueError, "is not an address"),
        ({"timeout": -1}, ValueError, "timeout must be from 0"),
        ({"timeout": "2"}, TypeError, "timeout must be a number"),
        ({"fetch_interval": 0}, ValueError, "fetch_interval must be from 1"),
        ({"configuration_fetched_handler": 5}, TypeError, "must be callable"),
        ({"context": 5}, TypeError, "context must be a mapping"),
    ],
)
def test_a_malformed_argument_raises(client, arguments, error, message):
    with pytest.raises(error, match=message):
        client.setup(**{"key": KEY, **arguments})


def test_identification_is_sent_percent_encoded(server, client):
    client.setup(KEY, url=server.url, application="Kalender für alle", version="1.0+1")
    assert server.headers["Burgee-Application"] == "Kalender für alle"
    assert server.headers["Burgee-Application-Version"] == "1.0+1"
    assert server.headers["Burgee-Sdk"] == "python/0.1.0"
    assert server.headers["Burgee-Platform"].startswith("python 3.")
    assert len(server.headers["Burgee-Instance"]) == 32


def test_three_failed_streams_lead_to_polling(server, client, eventually):
    server.streams_work = False
    server.set(flag("a", on=True))
    client.setup(KEY, url=server.url, fetch_interval=1)
    assert client.get("a", False) is True
    server.set(flag("a", on=False))
    eventually(lambda: client.get("a", True) is False)
    streams = lambda: [path for _, path in server.requests].count("/sdk/v1/stream")  # noqa: E731
    eventually(lambda: streams() == 3)
    server.set(flag("a", on=True))
    eventually(lambda: client.get("a", False))
    assert streams() == 3
    assert client.status().connected


def test_without_streaming_it_polls_from_the_start(server, client, eventually):
    server.set(flag("a"))
    client.setup(KEY, url=server.url, streaming=False, fetch_interval=1)
    server.set(flag("a", on=True))
    eventually(lambda: client.get("a", False))
    assert ("GET", "/sdk/v1/stream") not in server.requests


def test_a_stream_that_stays_silent_is_given_up(server, client, eventually, monkeypatch):
    monkeypatch.setattr(_updater, "CONNECT_TIMEOUT", 0.1)
    server.silent_streams = True
    server.set(flag("a", on=True))
    client.setup(KEY, url=server.url)
    assert client.get("a", False) is True
    assert ("GET", "/sdk/v1/snapshot") in server.requests


def test_a_stream_without_heartbeats_is_dead(server, client, eventually, monkeypatch):
    monkeypatch.setattr(_updater, "HEARTBEAT_TIMEOUT", 0.2)
    client.setup(KEY, url=server.url)
    eventually(lambda: [p for _, p in server.requests].count("/sdk/v1/stream") >= 2)


def test_goodbye_brings_the_client_back_within_the_spread(server, client, eventually):
    server.set(flag("a"))
    client.setup(KEY, url=server.url)
    server.say_goodbye(50)
    eventually(lambda: not client.status().connected)
    server._goaway = None
    eventually(lambda: client.status().connected)
    assert client.status().last_error is None


def test_retry_after_is_honoured(server, client, eventually):
    class Flags:
        a = burgee.Flag()

    server.busy = {"/sdk/v1/register": 1, "/sdk/v1/stream": 1}
    server.set(flag("Flags.a", on=True))
    client.register("Flags", Flags)
    came = []

    def told(status):
        if status.connected:
            came.append(time.monotonic())

    started = time.monotonic()
    client.setup(KEY, url=server.url, timeout=0.2, status_handler=told)
    eventually(lambda: server.registered)
    assert time.monotonic() - started >= 1
    eventually(lambda: came)
    assert came[0] - started >= 1
    assert Flags.a.is_enabled() is True


def test_registration_works_before_and_after_setup(server, client, eventually):
    class Early:
        a = burgee.Flag(description="first")

    class Late:
        theme = burgee.Flag("blue", ["red"])

    client.register("Early", Early)
    client.setup(KEY, url=server.url, application="calendar")
    client.register("", Late)
    eventually(lambda: sum(len(body["flags"]) for body in server.registered) == 2)
    flags = [declared for body in server.registered for declared in body["flags"]]
    assert flags == [
        {
            "key": "Early.a",
            "type": "boolean",
            "default": False,
            "options": [],
            "description": "first",
        },
        {
            "key": "theme",
            "type": "string",
            "default": "blue",
            "options": ["red"],
            "description": "",
        },
    ]
    assert server.registered[0]["application"]["name"] == "calendar"


def test_a_declaration_that_the_server_leaves_out_is_said(server, client, eventually, caplog):
    class Flags:
        a = burgee.Flag()

    server.register_errors = [{"field": "flags[0].default", "message": "must be a string"}]
    client.register("Flags", Flags)
    client.setup(KEY, url=server.url)
    eventually(
        lambda: "a flag was not registered: flags[0].default must be a string" in caplog.text
    )


def test_declarations_that_the_server_refuses_are_said_once_and_dropped(
    server, client, eventually, caplog
):
    class Flags:
        a = burgee.Flag()

    client.setup(KEY, url=server.url)
    server.refusal = (400, "flags_invalid", "no flag was registered")
    client.register("Flags", Flags)
    eventually(lambda: "the server does not take these flags (Flags.a): 400" in caplog.text)
    eventually(lambda: not client._sender.undeclared())


def test_flags_are_reported_again_now_and_then(server, client, eventually, monkeypatch):
    class Flags:
        a = burgee.Flag()

    monkeypatch.setattr(_sender, "_REPEAT", 0.1)
    client.register("Flags", Flags)
    client.setup(KEY, url=server.url)
    eventually(lambda: len(server.registered) >= 3)
    assert all([flag["key"] for flag in body["flags"]] == ["Flags.a"] for body in server.registered)


def test_many_flags_are_registered_in_parts(server, client, eventually):
    import types

    module = types.ModuleType("many")
    for i in range(1500):
        setattr(module, f"f{i}", burgee.Flag())
    client.register("Many", module)
    client.setup(KEY, url=server.url)
    eventually(lambda: sum(len(body["flags"]) for body in server.registered) == 1500)
    assert max(len(body["flags"]) for body in server.registered) <= 1000


def test_the_handler_is_told_of_changes_and_failures(server, client, eventually):
    told = []
    server.set(flag("a"))
    client.setup(KEY, url=server.url, configuration_fetched_handler=told.append)
    eventually(lambda: len(told) == 1)
    assert (told[0].has_changes, told[0].error, told[0].revision) == (True, None, 2)
    server.set(flag("a"))
    eventually(lambda: len(told) == 2)
    assert told[1].has_changes is False, "a new revision with the same flags changes nothing"
    fetched = client.fetch()
    assert (fetched.has_changes, fetched.source, fetched.error) == (False, "fetch", None)
    eventually(lambda: len(told) == 3)
    server.kill()
    eventually(lambda: told[-1].error is not None)
    assert told[-1].revision == 3
    assert client.fetch().error


def test_the_handler_is_told_which_flags_may_serve_something_else(server, client, eventually):
    told = []
    group = {"target_group": "g", "unit": "targetingKey", "include": ["ann"], "exclude": []}
    needs = flag("b", prerequisites=[["a", ["true"]]])
    server.set(flag("a"), needs, flag("c"))
    client.setup(KEY, url=server.url, configuration_fetched_handler=told.append)
    for lines, changed in (
        ([flag("a"), needs, flag("c", on=True)], ("c",)),
        ([flag("a", on=True), needs, flag("c", on=True)], ("a", "b")),
        ([needs, flag("c", on=True), flag("d")], ("a", "b", "d")),
        ([needs, flag("c", on=True), flag("d"), group], None),
    ):
        seen = len(told)
        server.set(*lines)
        eventually(lambda seen=seen: len(told) > seen)
        assert (told[-1].has_changes, told[-1].changed) == (True, changed)


def test_the_handler_is_told_when_the_server_comes_and_goes(server, client, eventually):
    told = []
    server.set(flag("a"))
    client.setup(KEY, url=server.url, status_handler=lambda status: told.append(status.connected))
    eventually(lambda: told == [True])
    server.kill()
    eventually(lambda: told == [True, False])
    server.start()
    eventually(lambda: told == [True, False, True])


def test_a_failing_handler_harms_nothing(server, client, eventually, caplog):
    def handler(fetched):
        raise RuntimeError("boom")

    server.set(flag("a"))
    client.setup(KEY, url=server.url, configuration_fetched_handler=handler)
    server.set(flag("a", on=True))
    eventually(lambda: client.get("a", False))
    eventually(lambda: "configuration_fetched_handler failed" in caplog.text)


def test_fetch_brings_the_newest_and_concurrent_calls_share_a_request(server, client):
    server.set(flag("a"))
    client.setup(KEY, url=server.url, streaming=False, fetch_interval=3600)
    server.set(flag("a", on=True))
    before = len(server.requests)
    results = []
    with server.changed:
        pass
    threads = [threading.Thread(target=lambda: results.append(client.fetch())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.get("a", False) is True
    assert any(result.has_changes for result in results)
    assert len(server.requests) - before < 20
    assert all(result.revision == 3 for result in results)


def test_counts_are_sent_in_batches_and_survive_an_outage(server, client, eventually):
    server.set(flag("a", on=True), typed("n", "integer", 3))
    client.setup(KEY, url=server.url)
    for _ in range(100):
        client.get("a", False)
    client.get("n", 1)
    client.get("n", "text")
    client.get("gone", 0)
    eventually(lambda: server.counts.get(("a", "true", "DEFAULT")) == 100)
    server.kill()
    for _ in range(50):
        client.get("a", False)
    time.sleep(0.4)
    server.start()
    eventually(lambda: server.counts[("a", "true", "DEFAULT")] == 150)
    assert server.counts[("n", "v0", "DEFAULT")] == 1
    assert server.counts[("n", None, "TYPE_MISMATCH")] == 1
    assert server.counts[("gone", None, "FLAG_NOT_FOUND")] == 1
    assert all(entry["minute"] % 60_000 == 0 for body in server.events for entry in body["counts"])


def test_a_batch_comes_again_under_its_id_when_the_server_has_no_room(server, client, eventually):
    server.set(flag("a", on=True))
    client.setup(KEY, url=server.url)
    eventually(lambda: server.events)  # what is new of the instance has been told
    server.busy = {"/sdk/v1/events": 2}
    server.lost_answers = 1
    client.get("a", False)
    eventually(lambda: server.turned_away)
    client.get("a", False)
    eventually(lambda: server.counts.get(("a", "true", "DEFAULT")) == 2)
    (first, _, batch), (second, _, again) = server.turned_away
    assert again == batch
    assert second - first >= 1, "Retry-After was a second"
    ids = [body["id"] for body in server.events]
    assert ids.count(batch["id"]) == 2, "its first answer was lost"


def test_shutdown_sends_what_is_left(server, client):
    server.set(flag("a", on=True))
    client.setup(KEY, url=server.url)
    client.get("a", False)
    client.shutdown()
    assert server.counts == {("a", "true", "DEFAULT"): 1}
    assert client.get("a", False) is True, "the last values stay"
    assert client.status().connected is False


def test_setup_again_replaces_the_connection(server, client, eventually, caplog):
    client.setup(KEY, url=server.url)
    client.setup(KEY, url=server.url)
    assert "setup was called again" in caplog.text
    eventually(lambda: client.status().connected)


def test_a_pinned_block_never_sees_two_revisions(server, client, eventually):
    server.set(flag("a"), flag("b"))
    client.setup(KEY, url=server.url)
    stop = threading.Event()
    mixed = []

    def read():
        while not stop.is_set():
            with client.pinned():
                one = client.get("a", False)
                time.sleep(0)
                if one is not client.get("b", False):
                    mixed.append(one)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for i in range(50):
        server.set(flag("a", on=i % 2 == 0), flag("b", on=i % 2 == 0))
        time.sleep(0.005)
    eventually(lambda: client.status().revision == server.revision)
    stop.set()
    for reader in readers:
        reader.join()
    assert mixed == []


def test_a_pin_holds_while_the_configuration_changes(server, client, eventually):
    server.set(flag("a"))
    client.setup(KEY, url=server.url)
    with client.pinned():
        server.set(flag("a", on=True))
        eventually(lambda: client.status().revision == 3)
        assert client.get("a", False) is False
        with client.pinned():
            assert client.get("a", False) is False
    assert client.get("a", False) is True


def test_overrides_from_the_environment_win_with_one_warning(server, client, monkeypatch, caplog):
    from burgee import _overrides

    server.set(flag("a"))
    monkeypatch.setenv("BURGEE_OVERRIDES", json.dumps({"a": True, "n": 7}))
    client.setup(KEY, url=server.url)
    client.setup(KEY, url=server.url)
    assert client.get("a", False) is True
    assert client.get("n", 1) == 7
    assert client.detail("a", False, "boolean", None).reason == "OVERRIDE"
    assert caplog.text.count("BURGEE_OVERRIDES is set: a, n do not follow") == 1
    monkeypatch.delenv("BURGEE_OVERRIDES")
    _overrides.read_environment()
    assert client.get("a", False) is False


@pytest.mark.parametrize(
    ("text", "said"), [("{nonsense", "is not JSON"), ("[1]", "is not a JSON object")]
)
def test_unreadable_overrides_are_said_and_ignored(client, monkeypatch, caplog, text, said):
    monkeypatch.setenv("BURGEE_OVERRIDES", text)
    client.setup("")
    assert said in caplog.text
    assert client.get("a", False) is False


def test_an_answer_that_is_no_snapshot_is_said(client, eventually, caplog):
    server = SdkServer()
    with server:
        server.streams_work = False
        server.refusal = (301, "moved", "elsewhere")
        client.setup(KEY, url=server.url, timeout=0.3)
        eventually(lambda: "301 moved" in caplog.text)
    assert client.status().last_error


@pytest.fixture(scope="module")
def stranger():
    """A web server that knows nothing of Burgee."""

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            page = b"<!doctype html><p>Welcome</p>"
            self.send_response(200 if self.path.startswith("/page") else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://{}/page", "Is the address the one of a Burgee server?"),
        ("http://{}", "Is the address the one of a Burgee server?"),
        ("https://{}", "Does its address begin with http://?"),
    ],
)
def test_an_address_of_something_else_is_said(client, stranger, eventually, caplog, url, said):
    client.setup(KEY, url=url.format(stranger), timeout=0.3)
    eventually(lambda: said in str(client.status().last_error))
    eventually(lambda: said in caplog.text)


def test_no_proxy_stands_before_this_machine(server, client, monkeypatch):
    server.set(flag("a", on=True))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    client.setup(KEY, url=server.url, timeout=2)
    assert client.get("a", False) is True


def test_a_proxy_that_does_not_answer_is_named(client, eventually, monkeypatch, caplog):
    monkeypatch.setattr(_transport.urllib.request, "proxy_bypass", lambda host: False)
    monkeypatch.setenv("http_proxy", "http://user:secret@127.0.0.1:1")
    client.setup(KEY, url="http://flags.invalid", timeout=0.3)
    eventually(lambda: "through the proxy of http_proxy: connection refused" in caplog.text)
    assert "secret" not in caplog.text


def test_requests_go_through_the_proxy_that_the_environment_names(
    server, client, eventually, monkeypatch
):
    server.set(flag("a", on=True))
    monkeypatch.setattr(_transport.urllib.request, "proxy_bypass", lambda host: False)
    monkeypatch.setenv("http_proxy", f"http://user:pass%20word@127.0.0.1:{server.port}")
    client.setup(KEY, url="http://flags.invalid", timeout=0.5)
    eventually(lambda: ("GET", "http://flags.invalid/sdk/v1/stream") in server.requests)
    eventually(lambda: server.headers.get("Proxy-Authorization", "").startswith("Basic "))


def test_the_global_context_and_the_service_are_known_to_rules(server, client):
    when = {"attr": "service.name", "op": "in", "values": ["calendar"]}
    region = {"attr": "region", "op": "in", "values": ["eu"]}
    rule = {"id": "r1", "when": {"all": [when, region]}, "serve": {"variation": 0}}
    server.set(flag("a", rules=[rule]))
    client.setup(KEY, url=server.url, application="calendar", context={"region": "eu"})
    assert client.get("a", False) is True
    assert client.get("a", False, {"region": "us"}) is False


def test_a_split_follows_the_specified_bucket(server, client):
    server.set(split("a", 250_000, "s1"))
    client.setup(KEY, url=server.url)
    detail = client.detail("a", False, "boolean", {"targetingKey": "user-1"})
    assert detail.value is True
    assert detail.split == {
        "seed": "s1",
        "unit": "targetingKey",
        "position": 50012,
        "cell": [0, 250_000],
    }
    assert client.get("a", False, "user-1") is True
    assert client.get("a", True, {}) is False


def test_backoff_constants_are_those_of_the_contract():
    assert (_backoff.CAP, _backoff.REFUSED, _backoff.HEALTHY) == (30.0, 300.0, 60.0)
