"""Follows a server and prints how each revision came and what it is. usage: follow.py"""

import sys
import time

import burgee
from burgee._state import State

take = State.take


def telling(self, data, source, *, delta=False):
    taken = take(self, data, source, delta=delta)
    if taken.applied:
        signed = self.replica.document.signature is not None
        kind = "delta" if delta else "full"
        print(f"{kind} {self.id} {'signed' if signed else 'unsigned'}", flush=True)
    return taken


State.take = telling
burgee.setup(application="follow")
print(f"began with {burgee.status().source}", flush=True)
try:
    while True:
        time.sleep(0.1)
        if burgee.status().resyncs:
            sys.exit("what came did not fit")
except KeyboardInterrupt:
    pass
burgee.shutdown()
