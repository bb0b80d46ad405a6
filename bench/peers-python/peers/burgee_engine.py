"""Burgee: its evaluator over a snapshot, and its client connected on loopback."""

from __future__ import annotations

import contextvars

import burgee
from burgee._engine import Context, compile_document, parse
from sdk_server import KEY, SdkServer, flag, snapshot

from peers import scenario
from peers.openfeature_step import through_openfeature
from peers.scenario import BOOL, GROUP, IS_MEMBER, RING, RULES, SPLIT, Engine

OPERATORS = {"in": "in", "newer": "ver_gt", "at_least": "ge", "starts": "starts_with"}
JAN = {"targetingKey": scenario.KEY, **scenario.ATTRIBUTES}


def clause(attribute, operator, value):
    return {"attr": attribute, "op": OPERATORS[operator], "values": value if isinstance(value, list) else [value]}


def line(key, kind):
    if kind == "bool":
        return flag(key, on=True)
    if kind == "group":
        return flag(key, rules=[{"id": "r", "when": {"target_group": "members"}, "serve": {"variation": 0}}])
    if kind == "rules":
        rules = [
            {"id": f"r{i}", "when": {"all": [clause(*one), clause(*two)]}, "serve": {"variation": 0}}
            for i, (one, two) in enumerate(scenario.RULES_OF_S2)
        ]
        return flag(key, rules=rules)
    end, table = 0, []
    for i, share in enumerate(scenario.SHARES.values()):
        end += share * 10_000
        table.append([end, i])
    return flag(
        key, type="string", variations=[[v, v] for v in scenario.SHARES], off=None,
        default={"seed": f"seed-{key}", "unit": "targetingKey", "table": table},
    )


def lines(flags):
    group = {"target_group": "members", "unit": "targetingKey", "include": scenario.MEMBERS, "exclude": []}
    return [group, *(line(key, kind) for key, kind in flags.items())]


def make() -> Engine:
    single, bulk = (compile_document(parse(snapshot(lines(flags))[0])) for flags in (scenario.SINGLE, scenario.BULK))
    jan, ring = Context.of(JAN), [Context.of({"targetingKey": key}) for key in RING]

    def serve(key, context):
        return single.evaluate(key, context, 0).value

    def all_flags():
        return {key: bulk.evaluate(key, jan, 0).value for key in scenario.BULK}

    return Engine(
        {
            "S1": lambda i: serve(BOOL, jan),
            "S2": lambda i: serve(RULES, jan),
            "S2n": lambda i: serve(RULES, Context.of({"targetingKey": scenario.KEY, **scenario.ATTRIBUTES})),
            "S3": lambda i: serve(SPLIT, ring[i % 256]) is not None,
            "S4": lambda i: serve(GROUP, ring[i % 256]) == IS_MEMBER[i % 256],
            "S5": lambda i: len(all_flags()) == 1000,
            "S6": through_openfeature(
                "burgee", lambda key, c: serve(key, Context.of({"targetingKey": c.targeting_key, **c.attributes}))
            ),
        },
        lambda key: serve(SPLIT, Context.of({"targetingKey": key})),
        all_flags,
    )


def client_of(flags):
    server = SdkServer(lines(flags)).start()
    client = burgee.Client()
    client.setup(KEY, url=server.url, streaming=False, fetch_interval=3600, timeout=10)
    return client


def make_sdk() -> Engine:
    """The client with the context of the request set around it, as the Flask extension does."""
    single, bulk = client_of(scenario.SINGLE), client_of(scenario.BULK)
    jan, ring = request(JAN), [request({"targetingKey": key}) for key in RING]

    def all_flags():
        return {key: bulk.get(key) for key in scenario.BULK}

    return Engine(
        {
            "S1": lambda i: jan.run(single.get, BOOL, False),
            "S2": lambda i: jan.run(single.get, RULES, False),
            "S2n": lambda i: single.get(RULES, False, {"targetingKey": scenario.KEY, **scenario.ATTRIBUTES}),
            "S3": lambda i: ring[i % 256].run(single.get, SPLIT, "") != "",
            "S4": lambda i: ring[i % 256].run(single.get, GROUP, False) == IS_MEMBER[i % 256],
            "S5": lambda i: len(jan.run(all_flags)) == 1000,
            "S6": through_openfeature(
                "burgee-sdk", lambda key, c: single.get(key, False, {"targetingKey": c.targeting_key, **c.attributes})
            ),
        },
        lambda key: single.get(SPLIT, "", {"targetingKey": key}),
        lambda: jan.run(all_flags),
    )


def request(attributes):
    """A task whose context is these attributes."""
    task = contextvars.copy_context()
    task.run(burgee.context, attributes)
    return task
