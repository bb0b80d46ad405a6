"""Deltas over a stream that loses, repeats, changes and mixes what it carries."""

import contextlib
import itertools
import os
import random
import socket
import threading

import pytest

import burgee
from burgee import _backoff, _ed25519
from burgee._backoff import Pace
from burgee._sse import Parser, TooLargeError
from burgee._state import State
from burgee._transport import AnswerError, Transport
from burgee._updater import Updater, _GoneAwayError, _ResyncError
from sdk_server import KEY, Author, SdkServer, flag, sse

SIGNED = Author("a")
UNSIGNED = Author()


@pytest.fixture
def signed():
    with SdkServer([flag("a")], author=SIGNED) as running:
        yield running


def streams(server):
    return [path for _, path in server.requests].count("/sdk/v1/stream")


@pytest.mark.parametrize("author", [SIGNED, UNSIGNED], ids=["signed", "unsigned"])
def test_changes_arrive_as_deltas(client, eventually, author):
    with SdkServer([flag("a"), flag("b")], author=author) as server:
        client.setup(KEY, url=server.url)
        for on in (True, False, True):
            server.set(flag("a", on=on), flag("b"))
            eventually(lambda on=on: client.get("a", not on) is on)
        server.set(flag("b", on=True))
        eventually(lambda: client.detail("a", False, "boolean", None).reason == "FLAG_NOT_FOUND")
        assert client.get("b", False) is True
        assert server.sent == ["full", "delta", "delta", "delta", "delta"]
        assert server.asked[0]["Burgee-Delta"] == "1"
        assert client.status().resyncs == 0
        assert client._state.replica.document.encode() == server.document().encode()


def test_an_old_server_without_deltas_or_signatures_goes_on_working(server, client, eventually):
    server.deltas = False
    server.set(flag("a"))
    client.setup(KEY, url=server.url)
    server.set(flag("a", on=True))
    eventually(lambda: client.get("a", False))
    assert server.sent == ["full", "full"]
    assert client.status().resyncs == 0


def test_a_server_that_begins_to_sign_is_followed(server, client, eventually):
    server.set(flag("a"))
    client.setup(KEY, url=server.url)
    server.author = SIGNED
    server.set(flag("a", on=True))
    eventually(lambda: client.get("a", False))
    server.author = UNSIGNED
    server.set(flag("a"))
    eventually(lambda: "not signed" in (client.status().last_error or ""))
    assert client.get("a", False) is True, "once signed, unsigned is refused"


def test_what_comes_back_after_an_outage_is_the_deltas(signed, client, eventually):
    client.setup(KEY, url=signed.url)
    signed.kill()
    eventually(lambda: not client.status().connected)
    signed.set(flag("a", on=True))
    signed.start()
    eventually(lambda: client.get("a", False))
    assert signed.sent == ["full", "delta"]


def drop_a_line(data):
    lines = data.splitlines()
    return b"\n".join(lines[:1] + lines[2:])


@pytest.mark.parametrize(
    "tamper",
    [
        lambda data: data.replace(b'"from":1', b'"from":0'),
        lambda data: data.replace(b'{"variation":0}', b'{"variation":1}'),
        drop_a_line,
        lambda data: data[: len(data) // 2],
        lambda data: b"{}",
        lambda data: b"nonsense",
    ],
    ids=["gap", "changed", "line lost", "truncated", "empty", "nonsense"],
)
def test_what_does_not_fit_costs_one_whole_snapshot(signed, client, eventually, tamper):
    signed.tamper = {"delta": tamper}
    client.setup(KEY, url=signed.url)
    signed.set(flag("a", on=True))
    eventually(lambda: client.get("a", False))
    assert signed.sent == ["full", "delta", "full"]
    assert client.status().resyncs == 1
    assert client.status().connected
    assert [asked["Last-Event-ID"] for asked in signed.asked] == [None, None]


def test_what_streams_damage_twice_is_polled_for(signed, client, eventually):
    signed.tamper = {"delta": drop_a_line}
    client.setup(KEY, url=signed.url)
    signed.set(flag("a", on=True))
    eventually(lambda: client.get("a", False))
    signed.tamper = dict.fromkeys(("delta", "full"), drop_a_line)
    signed.set(flag("a"))
    eventually(lambda: client.get("a", True) is False)
    assert client.status().source == "poll"
    assert client.status().resyncs >= 2
    signed.tamper = {}
    eventually(lambda: client.status().connected)


def test_a_stream_that_always_breaks_leads_to_polls(signed, client, eventually):
    signed.tamper = dict.fromkeys(("delta", "full"), drop_a_line)
    client.setup(KEY, url=signed.url, fetch_interval=1)
    eventually(lambda: client.status().source == "poll")
    eventually(lambda: streams(signed) == 3)
    for on in (True, False):
        signed.set(flag("a", on=on))
        eventually(lambda on=on: client.get("a", not on) is on)
    assert streams(signed) == 3


def test_an_event_with_a_strange_id_leads_to_a_whole_snapshot(signed, client, eventually):
    client.setup(KEY, url=signed.url)
    signed.say(b"event: later\ndata: {}\n\n")
    signed.say(b"event: later\nid: %s\ndata: {}\n\n" % signed.document().header.id.encode())
    signed.say(b'event: spread\ndata: {"spread_ms":7000}\n\n')
    eventually(lambda: client._updater._pace.spread == 7)
    assert client.status().resyncs == 0, "what is not known and fits is passed over"
    signed.say(b"event: uptodate\nid: 1-2-abcdef\ndata: {}\n\n")
    eventually(lambda: client.status().resyncs == 1)
    eventually(lambda: signed.sent == ["full", "full"])


def test_repeated_and_reordered_deltas_do_no_harm(signed, client, eventually):
    documents = [
        SIGNED.document([flag("a", on=n % 2 == 0), flag(f"f{n}")], revision=n) for n in range(2, 6)
    ]
    client.setup(KEY, url=signed.url)
    before = signed.document()
    for document in documents:
        event = sse("delta", SIGNED.delta(before, document), document.header.id)
        signed.say(event)
        signed.say(event)
        before = document
    eventually(lambda: client.status().revision == 5)
    assert client.status().resyncs == 0
    late = sse("delta", SIGNED.delta(documents[0], documents[1]), documents[1].header.id)
    signed.say(late)
    signed.say(b'event: spread\ndata: {"spread_ms":1000}\n\n')
    eventually(lambda: client._updater._pace.spread == 1)
    assert client.status().revision == 5
    assert client.status().resyncs == 0


HOPS = 1000 if os.environ.get("SOAK") else 20


@pytest.mark.parametrize("author", [SIGNED, UNSIGNED], ids=["signed", "unsigned"])
def test_two_servers_at_different_revisions_never_take_a_client_back(
    client, eventually, monkeypatch, author
):
    """The client hops between them: each break brings it to the other.

    Only streams count as hops, not what the client reports on other connections.
    Every stream counts as healthy, or three breaks would lead to polling.
    """
    monkeypatch.setattr(_backoff, "HEALTHY", 0.0)
    monkeypatch.setattr(_backoff, "DEFAULT_SPREAD", 0.02)
    ahead = SdkServer([flag("a", on=True)], author=author)
    behind = SdkServer([flag("a")], author=author)
    ahead.revision, behind.revision = 5, 4
    ahead.history = behind.history
    behind.document()
    with ahead, behind, _Hopping(ahead, behind) as front:
        client.setup(KEY, url=front.url)
        eventually(lambda: client.status().revision == 5, timeout=15)
        seen = set()

        def hopped(before):
            seen.add((client.status().revision, client.get("a", False)))
            return streams(ahead) + streams(behind) > before

        for _ in range(HOPS):
            before = streams(ahead) + streams(behind)
            front.hop()
            eventually(lambda before=before: hopped(before), timeout=60)
            eventually(lambda: client.status().connected, timeout=60)
        client.shutdown()
        assert seen == {(5, True)}
        assert min(streams(ahead), streams(behind)) >= HOPS // 4


class _Hopping:
    """A balancer in front of servers: connections go to one until a hop, then to the next."""

    def __init__(self, *servers):
        self._servers = servers
        self._lock = threading.Lock()
        self._pairs = []
        self._hops = 0

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.hop()
        for thread in self._threads:
            thread.join()

    def hop(self):
        """Break all connections; the next ones go to the next server."""
        with self._lock:
            self._hops += 1
            for sock in itertools.chain(*self._pairs):
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                with self._lock:
                    port = self._servers[self._hops % len(self._servers)].port
                    far = socket.create_connection(("127.0.0.1", port))
                    self._pairs.append((near, far))
                thread = threading.Thread(target=self._carry, args=(near, far))
                self._threads.append(thread)
                thread.start()

    def _carry(self, near, far):
        back = threading.Thread(target=_pump, args=(far, near))
        back.start()
        _pump(near, far)
        back.join()
        with self._lock:
            self._pairs.remove((near, far))
        near.close()
        far.close()


def _pump(one, other):
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)


def test_flags_that_change_together_are_never_seen_apart(signed, client, eventually):
    """Deltas carry one of many flags' values; a pin sees all of one revision."""
    signed.set(*(flag(f"f{n}") for n in range(5)))
    client.setup(KEY, url=signed.url)
    stop, mixed = threading.Event(), []

    def read():
        while not stop.is_set():
            with client.pinned():
                if len({client.get(f"f{n}", None) for n in range(5)}) > 1:
                    mixed.append(client.status())

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for round_ in range(30):
        signed.set(*(flag(f"f{n}", on=round_ % 2 == 0) for n in range(5)))
        eventually(lambda: client.status().revision == signed.revision)
    stop.set()
    for reader in readers:
        reader.join()
    assert mixed == []
    assert "delta" in signed.sent


def test_a_flag_that_cannot_be_used_is_said_once(signed, client, eventually, caplog):
    broken = {**flag("b"), "type": "colour"}
    signed.set(flag("a"), broken)
    client.setup(KEY, url=signed.url)
    signed.set(flag("a", on=True), broken)
    eventually(lambda: client.get("a", False))
    assert caplog.text.count("the flag b cannot be used") == 1


# -- a captured stream --------------------------------------------------------

DOCUMENTS = [
    SIGNED.document([flag("a"), flag("b")], revision=1),
    SIGNED.document([flag("a", on=True), flag("b")], revision=2),
    SIGNED.document([flag("a", on=True), flag("c")], revision=3),
]
KNOWN = {document.encode() for document in DOCUMENTS}
EVENTS = [
    sse("full", DOCUMENTS[0].encode(), DOCUMENTS[0].header.id),
    *(
        sse("delta", SIGNED.delta(one, other), other.header.id)
        for one, other in itertools.pairwise(DOCUMENTS)
    ),
]


def listen(events):
    """What a client has after a stream, and whether it asks for a whole snapshot."""
    state = State()
    transport = Transport("http://127.0.0.1:1", KEY, {})
    pace = Pace(streaming=True, interval=30)
    updater = Updater(transport, state, pace, lambda _: None, lambda _: None)
    try:
        for event in Parser().feed(b"".join(events)):
            updater._take(event)
    except _ResyncError:
        return state, True
    except (AnswerError, TooLargeError, _GoneAwayError):
        pass
    return state, False


def assert_known(state):
    assert state.replica.document is None or state.replica.document.encode() in KNOWN


def test_a_captured_stream_leads_to_its_last_revision():
    state, resync = listen(EVENTS)
    assert state.replica.document.encode() == DOCUMENTS[-1].encode()
    assert not resync


def test_no_flipped_byte_of_a_stream_leads_to_a_wrong_snapshot(monkeypatch):
    """Late it may be, until the next event; wrong it never is."""
    verify, known = _ed25519.verify, {}

    def remembered(*args):
        if args not in known:
            known[args] = verify(*args)
        return known[args]

    monkeypatch.setattr(_ed25519, "verify", remembered)
    stream = b"".join(EVENTS)
    asked = 0
    for at in range(len(stream)):
        for mask in (0x01, 0x20, 0xFF):
            bad = bytearray(stream)
            bad[at] ^= mask
            state, resync = listen([bytes(bad)])
            assert_known(state)
            asked += resync
    assert asked > len(stream), "most of them are noticed at once"


def test_every_cut_of_a_stream_leaves_a_revision_of_the_server():
    stream = b"".join(EVENTS)
    for at in range(0, len(stream), 7):
        state, resync = listen([stream[:at]])
        assert_known(state)
        assert not resync


def test_dropped_repeated_and_reordered_events_never_lead_to_a_wrong_snapshot():
    rand = random.Random(7)
    outcomes = set()
    for _ in range(300):
        events = [rand.choice(EVENTS) for _ in range(rand.randint(1, 6))]
        state, resync = listen(events)
        assert_known(state)
        outcomes.add((state.revision, resync))
    assert {(3, False), (1, True), (None, True)} <= outcomes


# -- what the instance tells --------------------------------------------------


def told(server, name):
    return [body[name] for body in server.events if name in body]


def test_the_revision_that_was_taken_is_reported_without_counts(signed, client, eventually):
    client.setup(KEY, url=signed.url)
    first = signed.document().header.id
    eventually(lambda: told(signed, "applied"))
    signed.set(flag("a", on=True))
    eventually(lambda: len(told(signed, "applied")) == 2)
    second = signed.document().header.id
    assert [applied["id"] for applied in told(signed, "applied")] == [first, second]
    assert all(0 <= applied["ago_ms"] < 60_000 for applied in told(signed, "applied"))
    assert all(body["counts"] == [] and body["id"] for body in signed.events)
    eventually(lambda: client._outbox.next_batch(client._news()) is None)
    assert len(signed.events) == 2, "nothing is told twice"


def test_a_batch_that_is_sent_again_tells_the_same_with_its_age_now():
    from burgee._outbox import News, Outbox

    outbox = Outbox()
    batch = outbox.next_batch(News(("1-2-abc", 100.0), ("b", "a")))
    assert batch.body({}, 100.5)["applied"] == {"id": "1-2-abc", "ago_ms": 500}
    again = outbox.next_batch(News(("1-3-def", 101.0), ()))
    assert again is batch
    assert again.body({}, 103.0)["applied"] == {"id": "1-2-abc", "ago_ms": 3000}
    outbox.acknowledge(batch)
    following = outbox.next_batch(News(("1-3-def", 101.0), ()))
    body = following.body({"name": "x"}, 104.0)
    assert body["id"] != batch.id
    assert body["applied"] == {"id": "1-3-def", "ago_ms": 3000}
    assert body["overrides"] == []
    outbox.acknowledge(following)
    assert outbox.next_batch(News(("1-3-def", 101.0), ())) is None


def test_news_that_could_not_be_sent_are_sent_when_the_server_is_back(signed, client, eventually):
    client.setup(KEY, url=signed.url)
    eventually(lambda: told(signed, "applied"))
    signed.busy = {"/sdk/v1/events": 1}
    signed.set(flag("a", on=True))
    eventually(lambda: len(told(signed, "applied")) == 2)
    assert told(signed, "applied")[1]["id"] == signed.document().header.id
    assert told(signed, "applied")[1]["ago_ms"] >= 1000, "Retry-After was a second"


def test_half_open_connections_are_noticed_and_left(signed, client, eventually, monkeypatch):
    """The server's machine is gone without a word: nothing comes for longer than heartbeats."""
    from burgee import _updater

    monkeypatch.setattr(_updater, "HEARTBEAT_TIMEOUT", 0.3)
    seen = []
    client.setup(KEY, url=signed.url, status_handler=seen.append)
    assert client.status().last_heard is not None
    eventually(lambda: any(s.stale and s.last_error == "no answer in time" for s in seen))
    assert client.get("a", None) is False


def test_silence_and_heartbeats_are_those_of_the_contract():
    from burgee import _transport

    assert _transport.HEARTBEAT_TIMEOUT == 70.0


def test_shutdown_ends_every_thread(signed, monkeypatch, tmp_path):
    before = set(threading.enumerate())
    path = tmp_path / "overrides.json"
    path.write_text('{"a": true}')
    monkeypatch.setenv("BURGEE_OVERRIDES", str(path))
    client = burgee.Client()
    client.setup(KEY, url=signed.url, configuration_fetched_handler=lambda _: None)
    names = {thread.name for thread in set(threading.enumerate()) - before}
    assert {
        "burgee-updater",
        "burgee-sender",
        "burgee-cache",
        "burgee-handler",
        "burgee-overrides",
    } <= names
    client.shutdown(10)
    left = [t for t in set(threading.enumerate()) - before if t.name.startswith("burgee")]
    assert left == []
    assert client.get("a", False) is True, "what is in force stays"
    monkeypatch.delenv("BURGEE_OVERRIDES")
    burgee._client._overrides.read_environment()


def test_pace_tries_one_stream_every_five_minutes_while_it_polls(monkeypatch):
    pace = Pace(streaming=True, interval=30, rand=lambda: 0.5)
    for now in (0, 1, 2):
        pace.stream_ended(now, reached=True, lasted=0)
        pace.polled()
    assert pace.polls(300)
    assert not pace.polls(303)
    assert pace.stream_ended(303, reached=False, lasted=0) == 0
    assert pace.polls(600)
    assert not pace.polls(604)
    pace.stream_ended(700, reached=True, lasted=61)
    pace.stream_ended(701, reached=True, lasted=0)
    assert not pace.polls(702), "a stream that was healthy ends the polling"


def test_pace_resyncs_at_once_the_first_time_only(monkeypatch):
    from burgee import _backoff

    monkeypatch.setattr(_backoff, "BASE", 1.0)
    pace = Pace(streaming=True, interval=30, rand=lambda: 1.0)
    assert pace.resync(1000, lasted=5) == 0
    assert not pace.polls(1000)
    assert pace.resync(1001, lasted=1) == 0
    assert pace.polls(1001), "a poll tells more than the same stream again"
    assert pace.polled() > 0
    assert pace.resync(1070, lasted=65) == 0
    assert not pace.polls(1070)
