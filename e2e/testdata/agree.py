"""Evaluates flags with the Python SDK: contexts in, details out, one JSON line each.

usage: agree.py FLAG=DEFAULT ... < contexts.ndjson
"""

import json
import sys
import time

import burgee

flags = {}
for argument in sys.argv[1:]:
    key, _, default = argument.partition("=")
    flags[key] = burgee.Flag(json.loads(default), key=key)


class Container:
    pass


container = Container()
for number, flag in enumerate(flags.values()):
    setattr(container, f"flag{number}", flag)

burgee.register("", container)
burgee.setup(application="agree")
end = time.monotonic() + 10
while burgee.status().revision in (None, 0) and time.monotonic() < end:
    time.sleep(0.01)

for line in sys.stdin:
    context = json.loads(line)
    for key, flag in flags.items():
        detail = flag.detail(context)
        print(json.dumps({"flag": key, "value": detail.value, "variation": detail.variation, "reason": str(detail.reason)}))
burgee.shutdown()
