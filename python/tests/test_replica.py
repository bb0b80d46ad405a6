"""What a reader takes, by the vectors that every SDK runs, and Ed25519 by those of its RFC."""

import json
from pathlib import Path

import pytest

from burgee import _ed25519
from burgee._engine import snapshot as engine
from burgee._replica import (
    NotNewerError,
    RefusedError,
    Replica,
    key_id,
    pinned,
    public_key,
    read_document,
)
from sdk_server import Author, flag, split

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "delivery" / "replica.json"
CASES = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
STEPS = [step for case in CASES for step in case["steps"]]

# RFC 8032, 7.1: key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_signatures_of_the_rfc_are_verified(key, message, signature):
    key, message, signature = (bytes.fromhex(part) for part in (key, message, signature))
    assert _ed25519.verify(key, message, signature)
    assert not _ed25519.verify(key, message + b"x", signature)
    for part in (0, 31, 32, 63):
        bad = bytearray(signature)
        bad[part] ^= 1
        assert not _ed25519.verify(key, message, bytes(bad))


def test_what_is_no_key_or_signature_is_no_error():
    key, _, signature = (bytes.fromhex(part) for part in RFC_8032[0])
    assert not _ed25519.verify(key[:-1], b"", signature)
    assert not _ed25519.verify(key, b"", signature[:-1])
    assert not _ed25519.verify(b"\xff" * 32, b"", signature), "y is not below p"
    assert not _ed25519.verify(b"\x02" + bytes(31), b"", signature), "not on the curve"
    assert not _ed25519.verify(b"\x01" + bytes(30) + b"\x80", b"", signature), "minus zero"


def test_a_scalar_of_another_spelling_is_refused():
    key, message, signature = (bytes.fromhex(part) for part in RFC_8032[1])
    scalar = int.from_bytes(signature[32:], "little") + _ed25519._L
    assert not _ed25519.verify(key, message, signature[:32] + scalar.to_bytes(32, "little"))


def step_of(replica, step):
    data = "\n".join(step["data"]).encode()
    return replica.delta(data) if step["event"] == "delta" else replica.full(data)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_reader_takes_what_the_vectors_say(case):
    replica = Replica(pinned(case.get("pins") or []))
    for number, step in enumerate(case["steps"]):
        outcome = "taken"
        try:
            replica = step_of(replica, step)
        except NotNewerError:
            outcome = "not_newer"
        except RefusedError:
            outcome = "refused"
        assert (outcome, replica.id or "") == (step["outcome"], step["id"]), f"step {number}"


def test_there_are_vectors_of_every_kind():
    assert len(CASES) >= 20
    assert {step["outcome"] for step in STEPS} == {"taken", "not_newer", "refused"}


def test_a_document_is_written_as_it_was_read():
    for step in STEPS:
        if step["event"] == "full" and step["outcome"] == "taken":
            data = "\n".join(step["data"]).encode() + b"\n"
            assert read_document(data).encode() == data


SIGNED = Author("a")


def test_the_authors_of_these_tests_sign_as_go_does():
    """The key and the signature of the same header line are in the vectors."""
    step = CASES[0]["steps"][0]
    lines = [json.loads(line) for line in step["data"][1:-1]]
    data = SIGNED.document(lines, revision=1, epoch=100).encode()
    assert data.decode().splitlines() == step["data"]


def before_and_after():
    before = SIGNED.document([flag("f"), flag("g"), split("s", 250_000)], revision=1)
    after = SIGNED.document([flag("f", on=True), flag("h"), split("s", 250_000)], revision=2)
    return before, after


@pytest.mark.parametrize("event", ["full", "delta"])
@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80, 0xFF])
def test_every_flipped_byte_and_every_cut_is_caught(event, mask, monkeypatch):
    """Refused, or the same document; what is not signed anew is not even compiled."""
    before, after = before_and_after()
    have = Replica().full(before.encode())
    data = after.encode() if event == "full" else SIGNED.delta(before, after)
    take = have.full if event == "full" else have.delta
    taken = take(data)
    assert taken.document.encode() == after.encode()
    for at in range(len(data)):
        bad = bytearray(data)
        bad[at] ^= mask
        for payload in (bytes(bad), data[:at]):
            try:
                got = take(payload)
            except (RefusedError, NotNewerError):
                continue
            assert got.document.encode() == after.encode(), payload


def test_what_a_delta_leaves_alone_is_not_compiled_again(monkeypatch):
    before, after = before_and_after()
    compiled = []
    monkeypatch.setattr(
        engine,
        "read_entity",
        lambda line, read=engine.read_entity: compiled.append(line) or read(line),
    )
    have = Replica().full(before.encode())
    have.document.snapshot()
    assert len(compiled) == 3
    compiled.clear()
    for following in (have.delta(SIGNED.delta(before, after)), have.full(after.encode())):
        made = following.document.snapshot()
        assert "h" in made
        assert "g" not in made
    assert sorted(line[:12] for line in compiled) == [b'{"flag":"f",'] * 2 + [b'{"flag":"h",'] * 2


def test_a_snapshot_that_is_here_already_costs_no_second_verification(monkeypatch):
    before, _ = before_and_after()
    have = Replica().full(before.encode())
    monkeypatch.setattr(_ed25519, "verify", None)
    with pytest.raises(NotNewerError):
        have.full(before.encode())


@pytest.mark.parametrize(
    "text",
    ["", "abc", "AAAA", "A" * 44, "é" * 32, SIGNED.keys[0] + "\n", SIGNED.keys[0][:-2] + "==="],
)
def test_pins_that_are_no_keys_are_refused(text):
    with pytest.raises(ValueError, match="is not a public key"):
        pinned([SIGNED.keys[0], text])


def test_keys_are_named_by_their_hash():
    public = public_key(SIGNED.keys[0])
    assert f'"key":"{key_id(public)}"'.encode() in before_and_after()[0].encode()
