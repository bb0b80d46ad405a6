"""Prints 1 or 0 for unit-0, unit-1, …: whether the flag is on. usage: units.py FLAG COUNT"""

import sys
import time

import burgee

key, count = sys.argv[1], int(sys.argv[2])
burgee.setup(application="units")
end = time.monotonic() + 10
while not burgee.status().revision and time.monotonic() < end:
    time.sleep(0.01)
answers = []
for number in range(count):
    with burgee.context({"targetingKey": f"unit-{number}"}):
        answers.append("1" if burgee.get(key, False) else "0")
print("".join(answers))
burgee.shutdown()
