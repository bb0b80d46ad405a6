"""The shared vectors: the executable form of the specification, the same for every engine."""

import json
from pathlib import Path

import pytest

from burgee import _values
from burgee._detail import detail_of
from burgee._engine import Context, bucket, compile_document, parse
from burgee._engine.outcome import OUTCOME_NOT_READY, OVERRIDE, Outcome

FOLDER = Path(__file__).resolve().parents[2] / "spec" / "vectors"
FILES = sorted(FOLDER.glob("*.json"))
HEADER = {
    "burgee": 1, "project": "default", "environment": "production", "epoch": 1_793_779_200,
    "revision": 1, "hash": "p32", "root": "0" * 64,
}  # fmt: skip
NOW = 1_793_779_200_000


def documents():
    return [(path, json.loads(path.read_text(encoding="utf-8"))) for path in FILES]


def suites():
    return [
        pytest.param(suite, id=f"{path.stem}: {suite['name']}")
        for path, document in documents()
        for suite in document.get("suites", [])
    ]


def test_there_are_vectors():
    assert FILES, f"no vectors in {FOLDER}"
    assert sum(len(list(s["cases"])) for _, d in documents() for s in d.get("suites", [])) > 100


def compiled(lines):
    head = [] if lines and isinstance(lines[0], dict) and "burgee" in lines[0] else [HEADER]
    texts = [
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)
        for line in [*head, *lines]
    ]
    return compile_document(parse("\n".join(texts).encode("utf-8", "surrogatepass")))


def detail(made, case):
    """What a client does, without the network."""
    snapshot = None if case.get("ready") is False else made
    key, now, default = case["flag"], case.get("now", NOW), case.get("default")
    context = Context.of(case.get("context") or {})
    override = case.get("override") or {}
    if key in override:
        outcome = Outcome(OVERRIDE, True, None, override[key])
    elif snapshot is None:
        outcome = OUTCOME_NOT_READY
    else:
        outcome = snapshot.evaluate(key, context, now)
    value = _values.coerce(outcome.value, case.get("as")) if outcome.served else default
    mismatch = value is _values.MISMATCH
    if mismatch:
        value = default
    return detail_of(key, outcome, value, snapshot, context, now, mismatch=mismatch).to_dict()


@pytest.mark.parametrize("suite", suites())
def test_every_case_of_a_suite_has_the_expected_detail(suite):
    made = compiled(suite["lines"])
    assert suite["cases"]
    assert [problem for case in suite["cases"] if (problem := difference(made, case))] == []


def difference(made, case):
    """What is not as expected, None when all is."""
    got, expected = detail(made, case), {"variation": None, **case["expect"]}
    for name, want in expected.items():
        have = got.get(name)
        if name == "error" and isinstance(want, dict):
            have = {part: (have or {}).get(part) for part in want}
        if not same(have, want):
            return f"{case['name']}: {name}: got {have!r}, want {want!r}, all: {got}"
    return None


def same(have, want):
    """Equality that tells true from 1 and does not mind how a number is written."""
    if isinstance(have, bool) or isinstance(want, bool):
        return have is want
    if isinstance(have, dict) and isinstance(want, dict):
        return have.keys() == want.keys() and all(same(have[k], want[k]) for k in want)
    if isinstance(have, list) and isinstance(want, list):
        return len(have) == len(want) and all(map(same, have, want))
    return have == want


def test_buckets_and_thresholds_are_those_of_the_vectors():
    document = json.loads((FOLDER / "bucketing.json").read_text(encoding="utf-8"))
    assert document["hashes"]
    assert document["thresholds"]
    for entry in document["hashes"]:
        h = bucket.bucket(entry["seed"], entry["unit"])
        assert (h, bucket.position(h)) == (entry["h"], entry["ppm"]), entry
    for ppm, expected in document["thresholds"]:
        assert bucket.threshold(ppm) == expected
