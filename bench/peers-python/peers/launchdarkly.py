"""LaunchDarkly's server SDK over its file data source, events off."""

from __future__ import annotations

import json
import logging
import tempfile
from pathlib import Path

from ldclient import Config, Context, LDClient
from ldclient.integrations import Files

from peers import scenario
from peers.openfeature_step import through_openfeature
from peers.scenario import BOOL, GROUP, IS_MEMBER, RING, RULES, SPLIT, Engine

OPERATORS = {"in": "in", "newer": "semVerGreaterThan", "at_least": "greaterThanOrEqual", "starts": "startsWith"}


def clause(attribute, operator, value):
    values = value if isinstance(value, list) else [value]
    return {"attribute": attribute, "op": OPERATORS[operator], "values": values, "negate": False}


def feature(key, kind):
    made = {
        "key": key, "version": 1, "on": True, "salt": f"salt-{key}", "offVariation": 0, "variations": [False, True],
        "fallthrough": {"variation": 1 if kind == "bool" else 0}, "targets": [], "rules": [], "prerequisites": [],
    }
    if kind == "rules":
        made["rules"] = [
            {"id": f"r{i}", "variation": 1, "clauses": [clause(*one), clause(*two)]}
            for i, (one, two) in enumerate(scenario.RULES_OF_S2)
        ]
    elif kind == "group":
        match = {"attribute": "", "op": "segmentMatch", "values": ["members"], "negate": False}
        made["rules"] = [{"id": "r", "variation": 1, "clauses": [match]}]
    elif kind == "split":
        weights = [{"variation": i, "weight": share * 1000} for i, share in enumerate(scenario.SHARES.values())]
        made |= {"variations": list(scenario.SHARES), "fallthrough": {"rollout": {"variations": weights}}}
    return made


def client_of(flags):
    segment = {"key": "members", "version": 1, "included": scenario.MEMBERS, "excluded": [], "rules": [], "salt": "salt"}
    data = {"flags": {key: feature(key, kind) for key, kind in flags.items()}, "segments": {"members": segment}}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "flags.json")
        path.write_text(json.dumps(data))
        source = Files.new_data_source(paths=[str(path)])
        return LDClient(Config("sdk-key", update_processor_class=source, send_events=False, diagnostic_opt_out=True))


def context_of(key, attributes):
    builder = Context.builder(key)
    for name, value in attributes.items():
        builder.set(name, value)
    return builder.build()


def make() -> Engine:
    logging.getLogger("ldclient").setLevel(logging.ERROR)
    single, bulk = client_of(scenario.SINGLE), client_of(scenario.BULK)
    jan, ring = context_of(scenario.KEY, scenario.ATTRIBUTES), [Context.create(key) for key in RING]

    def all_flags():
        return bulk.all_flags_state(jan).to_values_map()

    return Engine(
        {
            "S1": lambda i: single.variation(BOOL, jan, False),
            "S2": lambda i: single.variation(RULES, jan, False),
            "S2n": lambda i: single.variation(RULES, context_of(scenario.KEY, scenario.ATTRIBUTES), False),
            "S3": lambda i: single.variation(SPLIT, ring[i % 256], "") != "",
            "S4": lambda i: single.variation(GROUP, ring[i % 256], False) == IS_MEMBER[i % 256],
            "S5": lambda i: len(all_flags()) == 1000,
            "S6": through_openfeature(
                "launchdarkly", lambda key, c: single.variation(key, context_of(c.targeting_key, c.attributes), False)
            ),
        },
        lambda key: single.variation(SPLIT, Context.create(key), ""),
        all_flags,
    )
