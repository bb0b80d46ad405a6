"""Unleash's client, bootstrapped from a dictionary, metrics and polling off.

Its context is a dictionary in every call, so S2 is S2n and is left out. A bulk is
one evaluation after the other.
"""

from __future__ import annotations

import logging
import tempfile

from UnleashClient import UnleashClient
from UnleashClient.cache import FileCache

from peers import scenario
from peers.scenario import BOOL, GROUP, IS_MEMBER, RING, RULES, SPLIT, Engine

OPERATORS = {"in": "IN", "newer": "SEMVER_GT", "at_least": "NUM_GTE", "starts": "STR_STARTS_WITH"}


def constraint(attribute, operator, value):
    made = {"contextName": attribute, "operator": OPERATORS[operator], "inverted": False, "caseInsensitive": False}
    if operator in ("newer", "at_least"):
        return {**made, "value": str(value), "values": []}
    return {**made, "values": value if isinstance(value, list) else [value]}


def strategy(*constraints, segments=()):
    return {"name": "default", "parameters": {}, "constraints": list(constraints), "segments": list(segments)}


def feature(key, kind):
    made = {"name": key, "type": "release", "enabled": True, "strategies": [strategy()], "variants": []}
    if kind == "rules":
        made["strategies"] = [strategy(constraint(*one), constraint(*two)) for one, two in scenario.RULES_OF_S2]
    elif kind == "group":
        made["strategies"] = [strategy(segments=[1])]
    elif kind == "split":
        made["variants"] = [
            {"name": name, "weight": share * 10, "weightType": "fix", "stickiness": "userId", "overrides": []}
            for name, share in scenario.SHARES.items()
        ]
    return made


def client_of(name, flags):
    members = {"id": 1, "name": "members", "constraints": [constraint("userId", "in", scenario.MEMBERS)]}
    features = [feature(key, kind) for key, kind in flags.items()]
    cache = FileCache(name, directory=tempfile.mkdtemp())
    cache.bootstrap_from_dict({"version": 2, "features": features, "segments": [members]})
    client = UnleashClient(
        "http://127.0.0.1:1/api", name, cache=cache, disable_metrics=True, disable_registration=True
    )
    client.initialize_client(fetch_toggles=False)
    return client


def make() -> Engine:
    logging.getLogger("UnleashClient").setLevel(logging.ERROR)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    single, bulk = client_of("single", scenario.SINGLE), client_of("bulk", scenario.BULK)
    ring = [{"userId": key} for key in RING]

    def jan():
        return {"userId": scenario.KEY, **scenario.ATTRIBUTES}

    def variant(client, key, context):
        return client.get_variant(key, context)["name"]

    def all_flags():
        context = jan()
        return {
            key: variant(bulk, key, context) if kind == "split" else bulk.is_enabled(key, context)
            for key, kind in scenario.BULK.items()
        }

    fixed = jan()
    return Engine(
        {
            "S1": lambda i: single.is_enabled(BOOL, fixed),
            "S2n": lambda i: single.is_enabled(RULES, jan()),
            "S3": lambda i: variant(single, SPLIT, ring[i % 256]) in scenario.SHARES,
            "S4": lambda i: single.is_enabled(GROUP, ring[i % 256]) == IS_MEMBER[i % 256],
            "S5": lambda i: len(all_flags()) == 1000,
        },
        lambda key: variant(single, SPLIT, {"userId": key}),
        all_flags,
    )
