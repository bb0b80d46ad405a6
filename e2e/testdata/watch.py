"""Prints each change of what a flag serves. usage: watch.py FLAG [once]"""

import logging
import sys
import time

import burgee

logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
key = sys.argv[1]
began = time.monotonic()
burgee.setup(application="watch")
print(f"set-up took {time.monotonic() - began:.3f}s", flush=True)
before = None
try:
    while True:
        now = (burgee.get(key, "code default"), burgee.status().stale)
        if now != before:
            print(f"serves {now[0]}{', stale' if now[1] else ''}", flush=True)
            before = now
        if "once" in sys.argv:
            break
        time.sleep(0.01)
except KeyboardInterrupt:
    pass
burgee.shutdown()
