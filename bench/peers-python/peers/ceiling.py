"""Hand-written Python that knows the scenarios: the least work for the right answers."""

from __future__ import annotations

from zlib import crc32

from peers import scenario
from peers.openfeature_step import through_openfeature
from peers.scenario import BOOL, GROUP, IS_MEMBER, RING, RULES, SPLIT, Engine


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


class User:
    __slots__ = ("age", "country", "email", "key", "plan", "version")

    def __init__(self, key, country="", plan="", email="", age=0, number=(0,)):
        self.key, self.country, self.plan, self.email = key, country, plan, email
        self.age, self.version = age, number


def clause(attribute, operator, value):
    if operator == "in":
        values = frozenset(value)
        return lambda user: getattr(user, attribute) in values
    if operator == "newer":
        least = version(value)
        return lambda user: user.version > least
    if operator == "at_least":
        return lambda user: user.age >= value
    return lambda user: user.email.startswith(value)


CLAUSES = [(clause(*one), clause(*two)) for one, two in scenario.RULES_OF_S2]
MEMBERS = frozenset(scenario.MEMBERS)


def by_rules(user, salt):
    for first, second in CLAUSES:
        if first(user) and second(user):
            return True
    return False


def by_split(user, salt):
    position = crc32((salt + user.key).encode()) * 100 >> 32
    for value, share in scenario.SHARES.items():
        if position < share:
            return value
        position -= share
    return None


KINDS = {
    "bool": lambda user, salt: True,
    "rules": by_rules,
    "split": by_split,
    "group": lambda user, salt: user.key in MEMBERS,
}


def compiled(flags):
    return {key: (KINDS[kind], f"salt-{key}.") for key, kind in flags.items()}


def user_of(key, attributes):
    return User(
        key, attributes["country"], attributes["plan"], attributes["email"], attributes["age"],
        version(attributes["version"]),
    )


def make() -> Engine:
    single, bulk = compiled(scenario.SINGLE), compiled(scenario.BULK)

    def serve(key, user):
        function, salt = single[key]
        return function(user, salt)

    def all_flags():
        return {key: function(jan, salt) for key, (function, salt) in bulk.items()}

    jan = user_of(scenario.KEY, scenario.ATTRIBUTES)
    ring = [User(key) for key in RING]
    return Engine(
        {
            "S1": lambda i: serve(BOOL, jan),
            "S2": lambda i: serve(RULES, jan),
            "S2n": lambda i: serve(RULES, user_of(scenario.KEY, scenario.ATTRIBUTES)),
            "S3": lambda i: serve(SPLIT, ring[i % 256]) is not None,
            "S4": lambda i: serve(GROUP, ring[i % 256]) == IS_MEMBER[i % 256],
            "S5": lambda i: len(all_flags()) == 1000,
            "S6": through_openfeature("ceiling", lambda key, c: serve(key, user_of(c.targeting_key, c.attributes))),
        },
        lambda key: serve(SPLIT, User(key)),
        all_flags,
    )
