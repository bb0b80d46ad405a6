"""Check every engine's answers, then print rounds of benchmarks as `go test` does."""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections import Counter

from peers import burgee_engine, ceiling, growth_book, launchdarkly, scenario, unleash
from peers.scenario import Engine, Step

MAKERS = {
    "ceiling": ceiling.make,
    "burgee": burgee_engine.make,
    "burgee-sdk": burgee_engine.make_sdk,
    "launchdarkly": launchdarkly.make,
    "unleash": unleash.make,
    "growthbook": growth_book.make,
}

SCENARIOS = ("S1", "S2", "S2n", "S3", "S4", "S5", "S6")
SECONDS = 0.1


def check(name: str, engine: Engine) -> list[str]:
    """What is wrong with an engine's answers."""
    wrong = []
    for key, step in engine.steps.items():
        times = 2 if key == "S5" else 512
        wrong += [f"{name} {key}: wrong answer at {i}" for i in range(times) if step(i) is not True][:1]
    users = [f"user-{i:05d}" for i in range(3000)]
    served = Counter(engine.variation(user) for user in users)
    for value, share in scenario.SHARES.items():
        if abs(served[value] - 30 * share) > 150:
            wrong.append(f"{name} S3: {value!r} is served to {served[value]} of 3000 users")
    answers = engine.answers()
    for key, kind in scenario.BULK.items():
        got = answers.get(key)
        if not (got in scenario.SHARES if kind == "split" else got is (kind != "group")):
            wrong.append(f"{name} S5: {key} serves {got!r}")
    return wrong


def measure(step: Step) -> tuple[int, float]:
    """How often it ran and the processor time of one run in nanoseconds."""
    times = 1
    while True:
        started = time.process_time_ns()
        for i in range(times):
            step(i)
        spent = time.process_time_ns() - started
        if spent > SECONDS * 1e9:
            return times, spent / times
        times = max(times + 1, min(times * 20, int(times * 1.2 * SECONDS * 1e9 / max(spent, 1))))


def main() -> int:
    parser = argparse.ArgumentParser(prog="peers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    engines = {name: make() for name, make in MAKERS.items()}
    wrong = [line for name, engine in engines.items() for line in check(name, engine)]
    if wrong:
        print("\n".join(wrong[:20]), file=sys.stderr)
        return 1
    gc.collect()
    gc.freeze()  # what the engines hold costs no engine a collection
    for _ in range(rounds):
        for key in SCENARIOS:
            for name, engine in engines.items():
                if key in engine.steps:
                    times, nanoseconds = measure(engine.steps[key])
                    print(f"BenchmarkPeers/{name}/{key} {times} {nanoseconds:.1f} cpu-ns/op", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
