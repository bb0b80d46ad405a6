"""The parts that do no I/O."""

import pytest

from burgee._backoff import Backoff, Pace
from burgee._keys import mask
from burgee._outbox import Outbox
from burgee._sse import Event, Parser
from burgee._state import State

STREAM = b": hello\r\nevent: full\nid: 1-2-abc\ndata: one\ndata:two\n\n:\ndata\n\nevent: empty\n\n"
EVENTS = [
    Event("", b"hello"),
    Event("full", b"one\ntwo", "1-2-abc"),
    Event("", b""),
    Event("message", b""),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_read_from_pieces_of_any_size(size):
    parser = Parser()
    events = []
    for at in range(0, len(STREAM), size):
        events += parser.feed(STREAM[at : at + size])
    assert events == EVENTS


def test_an_endless_event_is_refused(monkeypatch):
    from burgee import _sse

    monkeypatch.setattr(_sse, "_MOST", 100)
    with pytest.raises(_sse.TooLargeError):
        Parser().feed(b"x" * 101)


@pytest.fixture
def real_times(monkeypatch):
    from burgee import _backoff

    monkeypatch.setattr(_backoff, "BASE", 1.0)


def test_delays_grow_to_thirty_seconds_and_jitter_fully(real_times):
    backoff = Backoff(lambda: 1.0)
    assert [backoff.next() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.next(retry_after=60) == 90
    assert Backoff(lambda: 0.0).next() == 0


def test_the_first_reconnect_after_a_healthy_stream_is_spread(real_times):
    pace = Pace(streaming=True, interval=30, rand=lambda: 1.0)
    assert pace.stream_ended(0, reached=False, lasted=0) == 1
    pace.spread = 5.0
    assert pace.stream_ended(0, reached=True, lasted=61) == 5.0
    assert pace.went_away(20) == 20
    assert pace.stream_ended(0, reached=True, lasted=61) == 20


def test_three_failed_streams_in_a_minute_lead_to_polls_for_five_minutes(real_times):
    pace = Pace(streaming=True, interval=30, rand=lambda: 0.5)
    pace.stream_ended(0, reached=True, lasted=0)
    assert not pace.polls(20)
    assert pace.stream_ended(20, reached=True, lasted=0) == 0
    assert pace.polls(21), "to find out whether the server is there"
    assert pace.polled() == 0.5
    assert not pace.polls(40)
    assert pace.stream_ended(40, reached=True, lasted=0) == 0
    assert pace.polls(41)
    assert pace.polled() == 30
    assert not pace.polls(341)


def test_a_server_that_restarts_behind_a_proxy_does_not_lead_to_polls(real_times):
    pace = Pace(streaming=True, interval=30, rand=lambda: 0.5)
    for now in range(0, 50, 5):
        pace.stream_ended(now, reached=True, lasted=0)
        if pace.polls(now):
            pace.poll_failed()
    pace.stream_ended(50, reached=True, lasted=0)
    pace.polled()
    assert not pace.polls(51), "a poll that works leads to one more stream"
    pace.stream_ended(55, reached=True, lasted=0)
    assert pace.polls(56)
    pace.poll_failed()
    assert not pace.polls(57), "nor do polls go on for a server that does not answer them"


def test_a_goodbye_speaks_for_streams(real_times):
    pace = Pace(streaming=True, interval=30)
    for now in (0, 1, 2, 3):
        pace.stream_ended(now, reached=True, lasted=0)
        pace.polled()
    assert pace.polls(4)
    pace = Pace(streaming=True, interval=30)
    for now in (0, 1, 2, 3):
        pace.stream_ended(now, reached=True, lasted=0)
        pace.polled()
        pace.went_away(5)
    assert not pace.polls(4)


def test_an_unreachable_server_does_not_speak_against_streams(real_times):
    pace = Pace(streaming=True, interval=30)
    for now in range(10):
        pace.stream_ended(now, reached=False, lasted=0)
    assert not pace.polls(11)


def test_slow_failures_do_not_lead_to_polls(real_times):
    pace = Pace(streaming=True, interval=30)
    for now in (0, 50, 100, 150):
        pace.stream_ended(now, reached=True, lasted=0)
        if pace.polls(now):
            pace.polled()
    assert not pace.polls(151)


def test_a_full_outbox_drops_the_oldest_counts():
    outbox = Outbox(capacity=3)
    for name in ("a", "a", "b", "c", "d"):
        outbox.count((name, None, "OFF", None, None, 0))
    assert outbox.dropped == 2
    assert [entry["flag"] for entry in outbox.next_batch().counts] == ["b", "c", "d"]


def test_a_batch_keeps_its_id_until_it_is_acknowledged():
    outbox = Outbox()
    outbox.count(("a", "true", "RULE", None, None, 60_000))
    first = outbox.next_batch()
    outbox.count(("a", "true", "EXPERIMENT", "x", "arm", 60_000))
    assert outbox.next_batch() is first
    outbox.acknowledge(first)
    second = outbox.next_batch()
    assert second.id != first.id
    assert second.counts == [
        {
            "flag": "a",
            "variation": "true",
            "reason": "EXPERIMENT",
            "experiment": "x",
            "arm": "arm",
            "minute": 60_000,
            "count": 1,
        }
    ]


def test_an_outage_costs_flags_and_not_evaluations():
    outbox = Outbox()
    for i in range(100_000):
        outbox.count((f"f{i % 10}", "true", "DEFAULT", None, None, 0))
    assert len(outbox) == 10


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("bgs_AbCdEfGhIjKlMnOpQrStUvWxYz012345wxyz", "bgs_AbCd…wxyz"),
        ("bgs_short", "bgs_shor…"),
        ("<your key>", "<you…"),
        ("", ""),
    ],
)
def test_keys_are_shown_masked(key, shown):
    assert mask(key) == shown


def test_a_connected_client_has_no_error_at_any_moment():
    seen = []

    class Watched(State):
        """Notes after each step what another thread would read there."""

        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            seen.append((getattr(self, "connected", False), getattr(self, "last_error", None)))

    state = Watched()
    for _ in range(2):
        state.fail("gone", "stream")
        state.confirm()
    assert {(False, "gone"), (True, None)} <= set(seen)
    assert (True, "gone") not in seen
