"""Signed contexts."""

import base64
import json
import time
from pathlib import Path

import pytest

import burgee
from burgee import _contexttoken

SPEC = Path(__file__).parents[2] / "spec"
VECTORS = json.loads((SPEC / "context-tokens.json").read_text("utf-8"))
KEY = "bgs_" + "s" * 40


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_tokens_are_those_of_the_vectors(case):
    assert _contexttoken._seal(case["key"], case["payload"].encode()) == case["token"]


def test_a_signed_context_says_the_attributes_and_the_end():
    before = int(time.time())
    token = burgee.sign_context(KEY, {"targetingKey": "日本", "beta": True}, valid_for=60)
    part = token.split(".")[2]
    said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert said["context"] == {"targetingKey": "日本", "beta": True}
    assert before + 60 <= said["expires"] <= int(time.time()) + 61


@pytest.mark.parametrize(
    ("key", "attributes", "valid_for", "why"),
    [
        ("bgc_" + "s" * 40, {}, 60, "server key"),
        (KEY, {}, 0, "more than 0"),
        (KEY, {}, float("inf"), "not for ever"),
        (KEY, {}, float("nan"), "more than 0"),
        (KEY + "\n", {}, 60, "server key"),
        (KEY, {"targetingKey": 7}, 60, "must be a string"),
        (KEY, {"x": "x" * (12 << 10)}, 60, "sign fewer"),
        (KEY, {"x": float("nan")}, 60, "as JSON"),
        (KEY, {"x": object()}, 60, "as JSON"),
        (KEY, {"x": "\ud800"}, 60, "as JSON"),
    ],
)
def test_what_cannot_be_signed_says_why(key, attributes, valid_for, why):
    with pytest.raises(ValueError, match=why):
        burgee.sign_context(key, attributes, valid_for)
