"""The Go program follower in Python. usage: follower.py FLAG"""

import json
import logging
import sys
import time

began = time.monotonic()

import burgee  # noqa: E402 - its import is part of the start

logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
key = sys.argv[1]


def report(value: bool, different: bool, evaluations: int) -> None:
    status = burgee.status()
    line = {
        "since_start_ms": round((time.monotonic() - began) * 1000),
        "value": value,
        "different": different,
        "evaluations": evaluations,
        "connected": status.connected,
        "stale": status.stale,
        "revision": status.revision or 0,
        "id": status.id or "",
    }
    print(json.dumps(line), flush=True)


burgee.setup(application="follower", timeout=0)
report(burgee.get(key, False), False, 1)
while True:
    value, different, evaluations = burgee.get(key, False), False, 0
    end = time.monotonic() + 0.1
    while time.monotonic() < end:
        different = different or burgee.get(key, False) != value
        evaluations += 1
        time.sleep(0.0001)
    try:
        report(value, different, evaluations)
    except BrokenPipeError:
        break
