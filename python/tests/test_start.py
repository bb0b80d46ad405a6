"""What a program starts with: a bundle, a stored configuration, and what becomes of them."""

import logging
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import burgee
from burgee import _cache, _client
from burgee._cache import Cache, Keeper, default_folder
from burgee._replica import Replica, Trust
from sdk_server import EPOCH, KEY, Author, SdkServer, flag
from test_process import SOURCES, run

NOBODY = "http://127.0.0.1:1"
SIGNED = Author("a")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


def stored(folder):
    """The one file of a folder."""
    (path,) = folder.glob("*.ndjson")
    return path


def fill(folder, document, key=KEY):
    """Put a document where a client with the key looks."""
    cache = Cache(folder, key, Trust())
    assert cache.write(Replica(Trust(), document))
    return cache.path


def test_a_program_starts_from_disk_with_a_dead_server(server, client, eventually, folder, caplog):
    server.set(flag("a", on=True))
    client.setup(KEY, url=server.url)
    client.shutdown(30)
    server.kill()
    path = stored(folder)
    assert path.read_bytes() == server.document().encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    told = []
    again = burgee.Client()
    again.setup(KEY, url=NOBODY, timeout=60, configuration_fetched_handler=told.append)
    status = again.status()
    assert again.get("a", False) is True
    assert (status.source, status.stale, status.connected, status.revision) == (
        "disk",
        True,
        False,
        2,
    )
    assert (status.age, status.last_heard, status.epoch) == (None, None, EPOCH)
    assert status.id == server.document().header.id
    detail = again.detail("a", False, "boolean", None)
    assert (detail.reason, detail.stale, detail.age_ms) == ("DEFAULT", True, None)
    eventually(lambda: told)
    assert (told[0].has_changes, told[0].source, told[0].error) == (True, "disk", None)
    eventually(lambda: "Serving revision 2 from the disk" in caplog.text)
    again.shutdown()


@pytest.fixture
def silent():
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_silent_server_gets_a_moment_where_something_is_stored(client, folder, silent, ends):
    fill(folder, SIGNED.document([flag("a", on=True)]))
    assert ends(lambda: client.setup(KEY, url=silent, timeout=3600))
    assert client.get("a", False) is True
    assert client.status().stale


@pytest.mark.parametrize("timeout", [0, 3600])
def test_set_up_waits_for_nobody_who_cannot_be_asked(
    client, folder, silent, ends, monkeypatch, timeout
):
    monkeypatch.setattr(_client, "FRESH", 3600.0)
    fill(folder, SIGNED.document([flag("a", on=True)]))
    url = silent if timeout == 0 else NOBODY
    assert ends(lambda: client.setup(KEY, url=url, timeout=timeout))
    assert client.get("a", False) is True
    assert client.status().stale


def test_a_program_that_runs_once_sees_what_changed_since_its_last_run(server, folder):
    server.set(flag("a"))
    code = f"""
        import burgee
        burgee._client.FRESH = 30.0
        burgee.setup(cache_dir={str(folder)!r}, timeout=30)
        print(burgee.get("a", None))
    """
    outputs = [run(code, server)[0]]
    server.set(flag("a", on=True))
    outputs.append(run(code, server)[0])
    assert outputs == ["False\n", "True\n"]
    assert "delta" in server.sent


def test_the_network_follows_on_what_was_stored(server, client, eventually, folder):
    server.set(flag("a"), flag("b"))
    client.setup(KEY, url=server.url)
    client.shutdown(30)
    server.set(flag("a", on=True), flag("b"))
    fetched = []
    client.setup(KEY, url=server.url, configuration_fetched_handler=fetched.append)
    eventually(lambda: client.get("a", False))
    assert server.sent.count("full") == 1, "and deltas since"
    status = client.status()
    assert (status.source, status.stale, status.resyncs) == ("stream", False, 0)
    assert status.last_heard is not None
    eventually(lambda: [f.source for f in fetched] == ["disk", "stream"])


def test_an_unchanged_configuration_is_not_sent_again(server, client, eventually):
    server.set(flag("a"))
    client.setup(KEY, url=server.url)
    client.shutdown(30)
    client.setup(KEY, url=server.url)
    eventually(lambda: client.status().connected)
    assert server.sent == ["full", "uptodate"]
    assert client.status().source == "disk"


def test_a_store_made_anew_wins_over_an_old_file(server, client, eventually, folder):
    fill(folder, Author().document([flag("a")], revision=900, epoch=server.epoch - 1))
    server.set(flag("a", on=True))
    client.setup(KEY, url=server.url)
    eventually(lambda: client.get("a", False))
    client.shutdown(30)
    assert stored(folder).read_bytes() == server.document().encode()


def test_signed_revisions_do_not_go_back_over_a_restart(client, eventually, folder):
    fill(folder, SIGNED.document([flag("a", on=True)], revision=9))
    with SdkServer([flag("a")], author=SIGNED) as server:
        server.revision = 8
        client.setup(KEY, url=server.url)
        eventually(lambda: client.status().connected)
        assert client.get("a", False) is True
        client.shutdown(30)
    assert b'"revision":9' in stored(folder).read_bytes()


OTHER = Author("b")


@pytest.mark.parametrize(
    "document",
    [
        Author().document([flag("a", on=True)], revision=9),
        OTHER.document([flag("a", on=True)], revision=1),
        SIGNED.document([flag("a", on=True)], revision=9, environment="staging"),
    ],
    ids=["higher and unsigned", "older and of other keys", "another environment"],
)
@pytest.mark.parametrize("author", [SIGNED, Author()], ids=["signed", "unsigned"])
def test_a_file_gives_way_to_the_first_word_of_the_server(
    client, eventually, folder, document, author, caplog
):
    path = fill(folder, document)
    with SdkServer([flag("a")], author=author) as server:
        server.revision = 5
        client.setup(KEY, url=server.url)
        eventually(lambda: client.status().revision == 5)
        assert client.get("a", True) is False
        assert client.status().resyncs == 0
        assert "gives way to the server's" in caplog.text
        client.shutdown(30)
        assert path.read_bytes() == server.document().encode()


def test_what_the_server_has_said_is_not_overruled(client, eventually, folder):
    fill(folder, SIGNED.document([flag("a", on=True)], revision=5))
    with SdkServer([flag("a", on=True)], author=SIGNED) as server:
        server.revision = 5
        client.setup(KEY, url=server.url)
        eventually(lambda: client.status().connected)
        server.author = OTHER
        server.set(flag("a"))
        eventually(lambda: "not trusted" in (client.status().last_error or ""))
        assert client.get("a", False) is True


def test_pinned_keys_are_not_overruled(client, eventually, folder):
    fill(folder, SIGNED.document([flag("a", on=True)], revision=5))
    with SdkServer([flag("a")], author=OTHER) as server:
        server.revision = 6
        client.setup(KEY, url=server.url, verify_keys=SIGNED.keys)
        eventually(lambda: "not trusted" in (client.status().last_error or ""))
        assert client.get("a", False) is True


def test_heartbeats_alone_confirm_nothing(server, client, eventually, folder):
    """A server that is still loading holds its clients with comments."""
    server.history = {}
    fill(folder, SIGNED.document([flag("a", on=True)]))
    server.holds = True
    client.setup(KEY, url=server.url)
    eventually(lambda: client.status().last_heard is not None)
    assert client.status().stale
    server.holds = False
    server.set(flag("a"))
    eventually(lambda: client.status().connected)


def damaged(data):
    """The stored file in every way that one byte can be wrong, and cut everywhere."""
    for at in range(len(data)):
        for mask in (0x01, 0x80):
            bad = bytearray(data)
            bad[at] ^= mask
            yield bytes(bad)
        yield data[:at]


def test_a_corrupt_file_is_never_served(folder, caplog):
    caplog.set_level(logging.CRITICAL, "burgee")
    document = SIGNED.document([flag("a", on=True)])
    path = fill(folder, document)
    cache = Cache(folder, KEY, Trust())
    wrong = 0
    for data in damaged(document.encode()):
        path.write_bytes(data)
        found = cache.read()
        wrong += found is None
        assert found is None or found.document.encode() == document.encode()
    assert cache.ignored == wrong
    assert wrong > 2 * len(document.encode())


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"<html>", b"[" * 100_000, b"\xff\xfe"])
def test_a_corrupt_file_is_counted_said_and_replaced(server, client, folder, caplog, content):
    server.set(flag("a", on=True))
    path = fill(folder, SIGNED.document([flag("a")]))
    path.write_bytes(content)
    client.setup(KEY, url=server.url)
    assert client.get("a", False) is True
    assert client.status().cache_ignored == 1
    assert f"the stored configuration {path} is ignored" in caplog.text
    client.shutdown(30)
    assert path.read_bytes() == server.document().encode()


def test_a_forged_file_is_not_served_where_keys_are_pinned(client, folder):
    forged = Author("x").document([flag("a", on=True)], revision=50)
    fill(folder, forged)
    client.setup(KEY, url=NOBODY, timeout=0, verify_keys=SIGNED.keys)
    assert client.get("a", False) is False
    assert client.status().cache_ignored == 1


def test_a_file_of_another_user_is_not_served(client, folder, monkeypatch):
    path = fill(folder, SIGNED.document([flag("a", on=True)]))
    if os.geteuid() == 0:
        os.chown(path, 12345, 12345)
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    client.setup(KEY, url=NOBODY, timeout=0)
    assert client.get("a", False) is False


def test_a_newer_file_of_another_process_is_left_alone(folder):
    newer = SIGNED.document([flag("a")], revision=7)
    path = fill(folder, newer)
    trust = Replica().full(newer.encode()).trust
    cache = Cache(folder, KEY, Trust())
    for revision in (6, 7):
        assert cache.write(Replica(trust, SIGNED.document([flag("b")], revision=revision)))
        assert path.read_bytes() == newer.encode()
    later = SIGNED.document([flag("b")], revision=8)
    assert cache.write(Replica(trust, later))
    assert path.read_bytes() == later.encode()
    assert sorted(p.suffix for p in folder.iterdir()) == [".lock", ".ndjson"], "nothing is left"


def test_what_a_killed_process_left_is_removed(folder):
    path = fill(folder, SIGNED.document([flag("a")]))
    old, new = (path.with_name(f"{path.name}.{name}.tmp") for name in ("old", "new"))
    for left in (old, new):
        left.write_bytes(b"{")
    os.utime(old, (0, 0))
    fill(folder, SIGNED.document([flag("a")], revision=2))
    assert not old.exists()
    assert new.exists(), "somebody may be writing it"


def test_a_file_of_the_same_key_is_found_under_the_name_of_the_contract(folder):
    path = fill(folder, SIGNED.document([flag("a")]), key="bgs_0123456789abcdef0123456789abcdef")
    assert path.name == "10fb0e0ad0a209504aa9a2703229b14c.ndjson"


def test_writes_are_rare_and_the_last_one_is_at_the_end(folder, monkeypatch, eventually):
    monkeypatch.setattr(_cache, "INTERVAL", 3600.0)
    documents = [SIGNED.document([flag("a")], revision=n) for n in (1, 2, 3)]
    newest = Replica()
    cache = Cache(folder, KEY, Trust())
    keeper = Keeper(cache, lambda: newest, None)
    keeper.start()
    for document in documents[:2]:
        newest = newest.full(document.encode())
        keeper.offer()
        eventually(cache.path.exists)
    newest = newest.full(documents[2].encode())
    keeper.offer()
    assert cache.path.read_bytes() == documents[0].encode(), "an hour between two writes"
    keeper.stop(10)
    assert cache.path.read_bytes() == documents[2].encode()


@pytest.fixture
def unwritable(tmp_path):
    """A place where not even root can make a folder."""
    path = tmp_path / "file"
    path.write_bytes(b"")
    return path / "cache"


def test_a_disk_that_cannot_be_written_is_said_once(server, client, eventually, unwritable, caplog):
    server.set(flag("a"))
    client.setup(KEY, url=server.url, cache_dir=unwritable)
    eventually(lambda: "cannot be stored" in caplog.text)
    server.set(flag("a", on=True))
    eventually(lambda: client.get("a", False))
    client.shutdown()
    assert caplog.text.count("cannot be stored") == 1
    assert "BURGEE_CACHE_DIR" in caplog.text


def test_a_disk_that_recovers_is_used_again(tmp_path, monkeypatch, eventually, caplog):
    monkeypatch.setattr(_cache, "RETRY", 0.01)
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    replica = Replica().full(SIGNED.document([flag("a")]).encode())
    cache = Cache(blocked, KEY, Trust())
    keeper = Keeper(cache, lambda: replica, None)
    keeper.start()
    keeper.offer()
    eventually(lambda: "cannot be stored" in caplog.text)
    blocked.unlink()
    eventually(cache.path.exists)
    keeper.stop(10)


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_storing_can_be_switched_off(server, client, folder, monkeypatch, how):
    fill(folder, Author().document([flag("a", on=True)]))
    before = stored(folder).read_bytes()
    arguments = {"cache_dir": False}
    if how == "environment":
        monkeypatch.setenv("BURGEE_CACHE_DIR", "off")
        arguments = {}
    server.set(flag("b"))
    client.setup(KEY, url=server.url, **arguments)
    assert client.status().source == "stream"
    client.shutdown()
    assert stored(folder).read_bytes() == before


def test_the_default_folder_is_the_one_for_caches(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert default_folder() == tmp_path / ".cache" / "burgee"
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert str(default_folder()) == "/caches/burgee"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_folder() is None
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("HOME")
    assert default_folder() is None


# -- bundles ------------------------------------------------------------------


def bundle_of(tmp_path, document):
    path = tmp_path / "bundle.ndjson"
    path.write_bytes(document.encode())
    return path


def test_a_bundle_serves_without_a_key_or_a_server(
    client, tmp_path, monkeypatch, eventually, caplog
):
    path = bundle_of(tmp_path, SIGNED.document([flag("a", on=True)], revision=4))
    told = []
    client.setup("", bundle=path, configuration_fetched_handler=told.append)
    status = client.status()
    assert client.get("a", False) is True
    assert (status.source, status.revision, status.stale) == ("bundle", 4, True)
    assert "BURGEE_KEY is not set" in caplog.text
    assert "burgee is offline and the bundle is served" in caplog.text
    eventually(lambda: [f.source for f in told] == ["bundle"])
    client.shutdown()
    monkeypatch.setenv("BURGEE_BUNDLE", str(path))
    client.setup("")
    assert client.status().source == "bundle"
    client.setup("", bundle=path.read_bytes())
    assert client.get("a", False) is True


@pytest.mark.parametrize(("bundled", "on_disk", "source"), [(5, 4, "bundle"), (4, 5, "disk")])
def test_the_newer_of_bundle_and_stored_file_counts(
    client, tmp_path, folder, bundled, on_disk, source
):
    path = bundle_of(tmp_path, SIGNED.document([flag("a", on=True)], revision=bundled))
    fill(folder, SIGNED.document([flag("a", on=True)], revision=on_disk))
    client.setup(KEY, url=NOBODY, timeout=0, bundle=path)
    assert (client.status().source, client.status().revision) == (source, 5)


def test_a_bundle_of_another_environment_does_not_replace_what_the_key_opened(
    client, tmp_path, folder
):
    staging = SIGNED.document([flag("a")], revision=9, environment="staging")
    fill(folder, SIGNED.document([flag("a", on=True)], revision=1))
    client.setup(KEY, url=NOBODY, timeout=0, bundle=bundle_of(tmp_path, staging))
    assert (client.status().source, client.status().environment) == ("disk", "production")


def test_a_bundle_is_brought_up_to_date_and_stored(server, client, eventually, tmp_path, folder):
    server.set(flag("a", on=True), flag("b"))
    client.setup(KEY, url=server.url, bundle=bundle_of(tmp_path, server.document()))
    assert client.get("a", False) is True
    eventually(lambda: client.status().connected)
    assert server.sent == ["uptodate"]
    client.shutdown(30)
    assert stored(folder).read_bytes() == server.document().encode()


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_a_bundle_that_cannot_be_served_is_said_and_the_program_goes_on(
    client, tmp_path, caplog, content
):
    path = tmp_path / "bundle.ndjson"
    if content is not None:
        path.write_bytes(content)
    client.setup("", bundle=path)
    assert f"the bundle {path}" in caplog.text
    assert client.get("a", 5) == 5


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"cache_dir": True}, TypeError, "cache_dir must be a path or False"),
        ({"cache_dir": 5}, TypeError, "cache_dir must be a path or False"),
        ({"bundle": 5}, TypeError, "bundle must be a path or bytes"),
        ({"verify_keys": "abc"}, TypeError, "verify_keys must be a list"),
        ({"verify_keys": [5]}, TypeError, "verify_keys must be texts"),
        ({"verify_keys": ["abc"]}, ValueError, "verify_keys: 'abc' is not a public key"),
    ],
)
def test_malformed_arguments_of_files_and_keys_raise(client, arguments, error, message):
    with pytest.raises(error, match=message):
        client.setup(KEY, **arguments)


# -- pinned keys --------------------------------------------------------------


def test_pinned_keys_come_from_the_environment(client, tmp_path, monkeypatch):
    path = bundle_of(tmp_path, SIGNED.document([flag("a", on=True)]))
    monkeypatch.setenv("BURGEE_VERIFY_KEYS", f"{Author('b').keys[0]}, {SIGNED.keys[0]}")
    client.setup("", bundle=path)
    assert client.get("a", False) is True
    monkeypatch.setenv("BURGEE_VERIFY_KEYS", Author("b").keys[0])
    client.setup("", bundle=path)
    assert client.get("a", False) is False


def test_malformed_pins_of_the_environment_trust_nothing(
    server, client, tmp_path, monkeypatch, caplog
):
    path = bundle_of(tmp_path, SIGNED.document([flag("a", on=True)]))
    monkeypatch.setenv("BURGEE_VERIFY_KEYS", "nonsense")
    client.setup(KEY, url=server.url, bundle=path)
    assert client.get("a", False) is False
    assert "BURGEE_VERIFY_KEYS: 'nonsense' is not a public key" in caplog.text
    assert server.requests == []


def test_a_server_that_pinned_keys_do_not_know_is_not_believed(client, eventually, caplog):
    with SdkServer([flag("a", on=True)], author=Author("x")) as server:
        client.setup(KEY, url=server.url, timeout=0.5, verify_keys=SIGNED.keys)
        assert client.get("a", False) is False
        eventually(lambda: "of a key that is not trusted" in (client.status().last_error or ""))
        eventually(lambda: "of a key that is not trusted" in caplog.text)
        server.author = SIGNED
        server.set(flag("a", on=True))
        eventually(lambda: client.get("a", False))


# -- several processes --------------------------------------------------------


def test_several_processes_share_the_file(server, folder):
    """Each starts, follows a few revisions and ends; whatever happens, the file is whole."""
    server.set(flag("a"))
    code = """
        import time, burgee
        burgee.setup(cache_dir=CACHE, timeout=20)
        end = time.monotonic() + 20
        while burgee.status().revision < LAST:
            assert time.monotonic() < end, burgee.status()
            time.sleep(0.005)
        burgee.shutdown(30)
        print(burgee.status().cache_ignored)
    """
    code = code.replace("CACHE", repr(str(folder))).replace("LAST", "40")
    outputs = []
    processes = [
        threading.Thread(target=lambda: outputs.append(run(code, server)[0])) for _ in range(4)
    ]
    for process in processes:
        process.start()
    cache = Cache(folder, KEY, Trust())
    seen = []
    while server.revision < 40:
        server.set(flag("a", on=server.revision % 2 == 0))
        found = cache.read()
        if found is not None:
            seen.append(found.document.header.revision)
        time.sleep(0.05)
    for process in processes:
        process.join()
    assert outputs == ["0\n"] * 4
    assert seen == sorted(seen), "the file never went back"
    assert stored(folder).read_bytes() == server.document().encode()
    assert cache.ignored == 0


def test_writers_that_are_killed_leave_a_whole_file(folder):
    """A program writes revision after revision and is killed at some moment, five times."""
    code = """
import sys
sys.path[:0] = [SOURCES, TESTS]
from pathlib import Path
from burgee._cache import Cache
from burgee._replica import Replica, Trust
from sdk_server import KEY, Author, flag
author, cache, revision = Author("a"), Cache(Path(FOLDER), KEY, Trust()), START
while True:
    print(revision, flush=True)
    revision += 1
    document = author.document([flag("a"), flag("b")], revision=revision)
    cache.write(Replica(Trust(), document))
"""
    tests = str(Path(__file__).parent)
    last = 0
    for writes in range(2, 7):
        program = code.replace("SOURCES", repr(str(SOURCES))).replace("TESTS", repr(tests))
        program = program.replace("FOLDER", repr(str(folder))).replace("START", str(last))
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        for _ in range(writes):
            process.stdout.readline()
        process.kill()
        process.communicate()
        cache = Cache(folder, KEY, Trust())
        found = cache.read()
        assert cache.ignored == 0
        assert found.document.header.revision >= last + writes - 1, "what was written is there"
        last = found.document.header.revision


def test_forked_children_store_and_start_like_their_parent(server, folder):
    server.set(flag("a"))
    out, _, _ = run(
        f"""
        import os, time, burgee
        burgee.setup(cache_dir={str(folder)!r})
        pid = os.fork()
        if pid == 0:
            end = time.monotonic() + 10
            while not burgee.get("a", False):
                assert time.monotonic() < end
                time.sleep(0.01)
            burgee.shutdown(30)
            os._exit(0)
        burgee.shutdown(30)
        os.write(1, b"forked\\n")
        assert os.waitpid(pid, 0)[1] == 0
        """,
        _flipping(server),
    )
    assert out == "forked\n"
    assert stored(folder).read_bytes() == server.document().encode()


def _flipping(server):
    """The server, which flips the flag when a second process listens."""

    def flip():
        end = time.monotonic() + 10
        while [p for _, p in server.requests].count("/sdk/v1/stream") < 2:
            assert time.monotonic() < end
            time.sleep(0.01)
        server.set(flag("a", on=True))

    threading.Thread(target=flip, daemon=True).start()
    return server
