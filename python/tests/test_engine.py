"""The engine's own expectations, beside the shared vectors."""

import json
import math
import time

import pytest

from burgee._engine import Context, WireError, bucket, compile_document, md5, parse
from burgee._engine.addresses import address_of, prefix_test
from burgee._engine.instants import instant_of
from burgee._engine.patterns import glob_test, regex_test
from burgee._engine.versions import order_of, range_test
from sdk_server import flag, snapshot, split, typed

NOW = 1_793_779_200_000


def compiled(*lines):
    return compile_document(parse(snapshot(list(lines))[0]))


def evaluate(made, key, context=None):
    return made.evaluate(key, Context.of(context or {}), NOW)


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        (
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            "d174ab98d277d9f5a5611c2c9f419d9f",
        ),
        ("1234567890" * 8, "57edf4a22be3c955ac49da2e2107b67a"),
    ],
)
def test_our_md5_agrees_with_rfc_1321(text, digest):
    assert md5.digest(text.encode()).hex() == digest


def test_our_md5_agrees_with_the_standard_library_at_every_length():
    import hashlib

    for length in range(200):
        data = bytes(range(length))
        assert md5.digest(data) == hashlib.md5(data, usedforsecurity=False).digest()


@pytest.mark.parametrize(
    ("seed", "unit", "h", "ppm"),
    [
        ("s1", "user-1", 214800892, 50012),
        ("s1", "user-2", 557862292, 129887),
        ("release-2026-11", "bob", 2168568502, 504909),
        ("", "a", 305512017, 71132),
        ("s", "é", 3257099855, 758352),
        ("s", "e\u0301", 767419551, 178678),
        ("s", "日本", 3644943387, 848654),
    ],
)
def test_buckets_are_those_of_the_specification(seed, unit, h, ppm):
    assert bucket.bucket(seed, unit) == h
    assert bucket.position(h) == ppm


def test_the_same_number_is_one_unit_however_written():
    made = compiled(split("a", 500_000, "s"))
    values = {evaluate(made, "a", {"targetingKey": unit}).value for unit in (42, 42.0, "42")}
    assert len(values) == 1
    assert evaluate(made, "a", {"targetingKey": 42.5}).reason == "DEFAULT"
    assert evaluate(made, "a", {"targetingKey": True}).value is False


def test_raising_a_share_removes_nobody():
    low, high = compiled(split("a", 250_000)), compiled(split("a", 500_000))
    contexts = [Context.of({"targetingKey": f"user-{i}"}) for i in range(10_000)]
    before = {i for i, c in enumerate(contexts) if low.evaluate("a", c, NOW).value}
    after = {i for i, c in enumerate(contexts) if high.evaluate("a", c, NOW).value}
    assert before <= after
    assert abs(len(before) - 2500) < 200
    assert abs(len(after) - 5000) < 200


def test_a_literal_path_wins_over_a_nested_one():
    context = Context.of({"device": {"platform": "nested"}, "device.platform": "literal"})
    assert context.attrs["device.platform"] == "literal"
    context = Context.of({"device": {"platform": "nested"}, "device.platform": None})
    assert context.attrs["device.platform"] == "nested"


def test_values_with_no_place_in_a_context_are_left_out_with_a_note():
    context = Context.of({"a": object(), "b": [1, object(), None], "now": 5, 7: 1, "huge": 10**400})
    assert set(context.attrs) == {"b", "huge"}
    assert context.attrs["b"] == (1.0,)
    assert context.attrs["huge"] == math.inf
    assert context.notes == ("ATTR_TYPE 7", "ATTR_TYPE a", "ATTR_TYPE b")


def test_lone_surrogates_become_replacement_characters():
    assert Context.of({"a": "x\ud800y"}).attrs["a"] == "x\ufffdy"
    made = compiled({**typed("s", "string", "x"), "variations": [["v0", "a\ud83d"]]})
    assert evaluate(made, "s").value == "a\ufffd"


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"nonsense", b"[]", b"{}", b'{"burgee":2}', b'{"burgee":1,"hash":"p64"}',
     b"<html>", b'{"burgee":1,"revision":"x"}', b'{"burgee":1,"environment":5}'],
)  # fmt: skip
def test_a_bad_header_is_refused(data):
    with pytest.raises(WireError):
        parse(data)


def test_a_bad_line_spoils_only_itself_and_its_readers():
    data, _ = snapshot(
        [flag("good", on=True), flag("reader", prerequisites=[["broken", ["true"]]])]
    )
    made = compile_document(parse(data + b'{"flag":"broken","type":\n{"later":"kind"}\n[]\n'))
    assert evaluate(made, "good").value is True
    assert evaluate(made, "broken").error[0] == "MALFORMED"
    assert evaluate(made, "reader").reason == "ERROR"
    assert "later" not in made


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "colour"},
        {"variations": [["true", True], ["true", False]]},
        {"variations": [["true", "yes"], ["false", False]]},
        {"off": 2},
        {"off": True},
        {"default": {"variation": -1}},
        {"default": None},
        {"default": {"table": []}},
        {"default": {"table": [[500_000, 0]]}},
        {"default": {"table": [[600_000, 0], [500_000, 1], [1_000_000, 1]]}},
        {"rules": [{"id": "r"}]},
        {
            "rules": [
                {
                    "id": "r",
                    "when": {"attr": "a", "op": "in", "values": []},
                    "serve": {"variation": 0},
                }
            ]
        },
        {
            "rules": [
                {
                    "id": "r",
                    "when": {"attr": "a", "op": "lt", "values": ["5"]},
                    "serve": {"variation": 0},
                }
            ]
        },
        {"rules": [{"id": "r", "when": {}, "serve": {"variation": 0}}]},
        {"targets": [["targetingKey", {"a": 9}]]},
        {"prerequisites": ["other"]},
    ],
)
def test_a_line_that_cannot_be_meant_is_malformed(fields):
    made = compiled({**flag("a"), **fields}, flag("b", on=True))
    assert evaluate(made, "a").error[0] == "MALFORMED"
    assert evaluate(made, "b").value is True


def chain(length):
    lines = [flag(f"f{i}", on=True, prerequisites=[[f"f{i + 1}", ["true"]]]) for i in range(length)]
    return compiled(*lines, flag(f"f{length}", on=True))


def test_ten_flags_in_a_row_are_allowed_and_no_chain_exhausts_the_stack():
    made = chain(3000)
    assert evaluate(made, "f2990").reason == "DEFAULT"
    assert evaluate(made, "f2989").error[0] == "TOO_DEEP"
    assert evaluate(made, "f0").error[0] == "TOO_DEEP"


def test_a_circle_of_any_length_is_found():
    lines = [flag(f"f{i}", prerequisites=[[f"f{(i + 1) % 3000}", ["true"]]]) for i in range(3000)]
    made = compiled(*lines)
    assert {evaluate(made, f"f{i}").error[0] for i in range(3000)} == {"CYCLE"}


def test_any_bytes_are_parsed_or_refused_and_never_crash():
    import random

    data, _ = snapshot(
        [
            flag(
                "a",
                rules=[
                    {
                        "id": "r",
                        "when": {"attr": "x", "op": "in", "values": [1]},
                        "serve": {"variation": 0},
                    }
                ],
            ),
            split("b", 1),
        ]
    )
    rand = random.Random(7)
    parsed = 0
    for _ in range(2000):
        broken = bytearray(data)
        for _ in range(rand.randint(1, 4)):
            broken[rand.randrange(len(broken))] = rand.randrange(256)
        try:
            made = compile_document(parse(bytes(broken[: rand.randint(1, len(broken))])))
        except WireError:
            continue
        parsed += 1
        for key in ("a", "b"):
            evaluate(made, key, {"x": 1, "targetingKey": "u"})
    assert parsed > 500


@pytest.mark.parametrize(
    ("older", "newer"),
    [("1", "1.0.1"), ("1.9", "1.10"), ("1.2.0-rc.1", "1.2.0"), ("1.0-1", "1.0-a"),
     ("1.0-9", "1.0-10"), ("1-a", "1-a.1"), ("9" * 5000, "1" + "0" * 5000)],
)  # fmt: skip
def test_versions_are_ordered(older, newer):
    assert order_of(older) < order_of(newer)


def test_versions_that_are_equal_or_none():
    assert order_of("v1.1") == order_of("1.1.0") == order_of("01.1+build")
    for text in ("", "1.", "a", "1..2", "1.2-", "1 ", "V1", "\u0661"):
        assert order_of(text) is None


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("^1.2", ["1.2", "1.99"], ["2.0.0-0", "2", "1.1"]),
        ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0-0", "0.2.2"]),
        ("~1.2.3", ["1.2.3", "1.2.99"], ["1.3-0", "1.3"]),
        ("~1", ["1", "1.99"], ["2-0", "2"]),
        (">=1.2 <2", ["1.2", "2-rc"], ["2", "1.1"]),
        ("1.0", ["1"], ["1.0.1"]),
    ],
)
def test_ranges_hold_what_they_say(text, inside, outside):
    holds = range_test(text)
    assert [v for v in inside if not holds(order_of(v))] == []
    assert [v for v in outside if holds(order_of(v))] == []


@pytest.mark.parametrize("text", ["", " ", ">", "1.2 - 2", "a", ">>1"])
def test_what_is_no_range_is_refused(text):
    assert range_test(text) is None


def test_instants():
    assert instant_of("1970-01-01T00:00:00Z") == 0
    assert instant_of("2026-11-04T08:00:00.1239+02:00") == 1793772000123
    assert instant_of(1.9) == 1
    for text in (
        "2026-02-30T00:00:00Z",
        "2026-01-01",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00",
        "2026-01-01t00:00:00z",
        "2026-01-01T00:00:00.Z",
        True,
        None,
        math.nan,
    ):
        assert instant_of(text) is None


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("*@corp.example", ["a@corp.example"], ["a@corp.example.org"]),
        ("a?c", ["abc", "aéc", "a\nc"], ["ac", "abbc"]),
        (r"a\*", ["a*"], ["ab"]),
        ("", [""], ["a"]),
        ("*", ["", "any"], []),
        ("a*b*c", ["abc", "a..b..c"], ["ab", "acb"]),
        ("ab*ba", ["abba", "abxba"], ["aba"]),
    ],
)
def test_globs(pattern, fits, fits_not):
    test = glob_test(pattern)
    assert [text for text in fits if not test(text)] == []
    assert [text for text in fits_not if test(text)] == []


def test_no_glob_is_slow():
    started = time.perf_counter()
    assert glob_test("*a" * 60 + "b")("a" * 20_000) is False
    assert time.perf_counter() - started < 1


def test_patterns_are_found_anywhere_and_read_as_go_reads_them():
    assert regex_test(r"\Aab\z")("ab")
    assert not regex_test(r"\Aab\z")("ab\n")
    assert regex_test(r"[[]")("[")
    assert regex_test(r"\x{1F600}")("😀")
    assert regex_test("(") is None


def test_addresses():
    assert prefix_test("10.0.0.0/8")(address_of("10.1.2.3"))
    assert prefix_test("10.0.0.0/8")(address_of("::ffff:10.1.2.3"))
    assert prefix_test("2001:db8::/32")(address_of("2001:db8::1"))
    assert not prefix_test("0.0.0.0/0")(address_of("::1"))
    for text in (
        "10.0.0.256",
        "10.0.0.0/33",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/08",
        "fe80::1%eth0",
        "",
    ):
        assert prefix_test(text) is None


def test_simple_flags_are_evaluated_in_microseconds():
    made = compiled(
        flag("on", on=True),
        flag(
            "ruled",
            rules=[
                {
                    "id": "r",
                    "when": {"attr": "country", "op": "in", "values": ["DE"]},
                    "serve": {"variation": 0},
                }
            ],
        ),
    )
    context = Context.of({"country": "DE"})
    for key in ("on", "ruled"):
        best = math.inf
        for _ in range(5):
            started = time.perf_counter()
            for _ in range(2000):
                made.evaluate(key, context, NOW)
            best = min(best, (time.perf_counter() - started) / 2000)
        assert best < 50e-6, "an order of magnitude above what is expected"


def test_a_large_snapshot_is_compiled_quickly():
    lines = [split(f"f{i}", 250_000, json.dumps(i)) for i in range(1000)]
    started = time.perf_counter()
    made = compiled(*lines)
    assert time.perf_counter() - started < 2
    assert len(made) == 1000


@pytest.mark.parametrize(("count", "usable"), [(32_767, True), (32_768, False)])
def test_more_cells_rules_or_arms_than_engines_can_number_are_malformed(count, usable):
    two = {"type": "integer", "enabled": True, "variations": [["a", 1], ["b", 2]]}
    fixed = {"variation": 1}
    cells = [*([at + 1, 0] for at in range(count - 1)), [1_000_000, 1]]
    rule = {"when": {"any": []}, "serve": {"variation": 0}}
    arms = {"experiment": "x", "arms": ["arm"] * count, "serve": fixed}
    made = compiled(
        {"flag": "cells", **two, "default": {"seed": "s", "unit": "u", "table": cells}},
        {"flag": "rules", **two, "rules": [rule] * count, "default": fixed},
        {"flag": "arms", **two, "rules": [arms], "default": fixed},
    )
    for key in ("cells", "rules", "arms"):
        assert evaluate(made, key, {"u": "somebody"}).served is usable, key
