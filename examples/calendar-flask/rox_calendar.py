"""The guide's service on ``burgee.compat.rox``: only the import lines and the key differ."""

import os

from burgee.compat.rox import Rox, RoxFlag, RoxOptions
from flask import Flask, jsonify

from days import what_is_today


class FlagsContainer:
    def __init__(self):
        self.isHoliday = RoxFlag()


def configuration_fetched_handler(fetched):
    if fetched is not None and fetched.has_changes:
        print("configuration has changes", flush=True)
    else:
        print("configuration has no changes", flush=True)


app = Flask(__name__)

flags = FlagsContainer()
Rox.register("Flags", flags)
options = RoxOptions(configuration_fetched_handler=configuration_fetched_handler)
Rox.setup(os.environ.get("BURGEE_KEY", ""), options).result()


@app.route("/calendar/api/v1.0/whatistoday", methods=["GET"])
def get_what_is_today():
    return jsonify(what_is_today(flags.isHoliday.is_enabled()))


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "5000")))
