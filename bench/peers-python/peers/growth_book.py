"""GrowthBook's SDK with its features as a dictionary.

The attributes belong to the object, one per user; a bulk is one evaluation after the
other. Starts-with is a regular expression.
"""

from __future__ import annotations

from growthbook import GrowthBook

from peers import scenario
from peers.scenario import BOOL, GROUP, IS_MEMBER, RING, RULES, SPLIT, Engine


def clause(attribute, operator, value):
    if operator == "starts":
        return {attribute: {"$regex": f"^{value}"}}
    return {attribute: {{"in": "$in", "newer": "$vgt", "at_least": "$gte"}[operator]: value}}


def feature(key, kind):
    if kind == "bool":
        return {"defaultValue": True}
    if kind == "rules":
        rules = [{"condition": {"$and": [clause(*one), clause(*two)]}, "force": True} for one, two in scenario.RULES_OF_S2]
        return {"defaultValue": False, "rules": rules}
    if kind == "group":
        return {"defaultValue": False, "rules": [{"condition": {"id": {"$inGroup": "members"}}, "force": True}]}
    weights = [share / 100 for share in scenario.SHARES.values()]
    rule = {"key": key, "hashAttribute": "id", "hashVersion": 2, "coverage": 1, "variations": list(scenario.SHARES), "weights": weights}
    return {"defaultValue": "", "rules": [rule]}


def make() -> Engine:
    single, bulk = ({key: feature(key, kind) for key, kind in flags.items()} for flags in (scenario.SINGLE, scenario.BULK))
    groups = {"members": scenario.MEMBERS}

    def user(features, attributes):
        return GrowthBook(attributes=attributes, features=features, saved_groups=groups)

    def attributes():
        return {"id": scenario.KEY, **scenario.ATTRIBUTES}

    jan, everything = user(single, attributes()), user(bulk, attributes())
    ring = [user(single, {"id": key}) for key in RING]

    def again():
        jan.set_attributes(attributes())
        return jan.is_on(RULES)

    def all_flags():
        return {key: everything.get_feature_value(key, None) for key in scenario.BULK}

    return Engine(
        {
            "S1": lambda i: jan.is_on(BOOL),
            "S2": lambda i: jan.is_on(RULES),
            "S2n": lambda i: again(),
            "S3": lambda i: ring[i % 256].get_feature_value(SPLIT, "") != "",
            "S4": lambda i: ring[i % 256].is_on(GROUP) == IS_MEMBER[i % 256],
            "S5": lambda i: len(all_flags()) == 1000,
        },
        lambda key: user(single, {"id": key}).get_feature_value(SPLIT, ""),
        all_flags,
    )
