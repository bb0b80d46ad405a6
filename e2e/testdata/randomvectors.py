"""Evaluate random vectors with the Python engine.

Each line of the input is a suite: a snapshot as text, and cases. For each suite one line
goes out: the details of its cases, in their order.
"""

import json
import sys

from burgee import _values
from burgee._detail import detail_of
from burgee._engine import Context, compile_document, parse
from burgee._engine.outcome import OUTCOME_NOT_READY, OVERRIDE, Outcome


def detail(made, case, context):
    """What a client does, without the network."""
    snapshot = None if case.get("ready") is False else made
    key, now, default = case["flag"], case["now"], case["default"]
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


def main():
    for line in sys.stdin:
        suite = json.loads(line)
        made = compile_document(parse(suite["payload"].encode()))
        details, contexts = [], [Context.of(each) for each in suite["contexts"]]
        for case in suite["cases"]:
            details.append(detail(made, case, contexts[case["context"]]))
        print(json.dumps(details))


main()
