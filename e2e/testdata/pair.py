"""Reads two flags of one experiment, pinned, again and again. usage: pair.py EVALUATIONS"""

import sys
import time

import burgee

count = int(sys.argv[1])
burgee.setup(application="pair")
end = time.monotonic() + 10
while not burgee.status().revision and time.monotonic() < end:
    time.sleep(0.01)
apart = on = 0
for number in range(count):
    with burgee.context({"targetingKey": f"unit-{number % 50}"}), burgee.pinned():
        web = burgee.get("web.banner", False)
        time.sleep(0.0001)
        api = burgee.get("api.banner", False)
    apart += web != api
    on += web
print(f"{count} evaluations, {apart} apart, {on} on", flush=True)
sys.exit(0 if apart == 0 and 0 < on < count else 1)
