"""A calendar service whose answer is steered from Burgee while it runs."""

import logging
import os

import burgee
from burgee.flask import Burgee
from flask import Flask, jsonify, request

from days import what_is_today


class Flags:
    """The flags of this service; each appears in the dashboard by itself."""

    def __init__(self):
        self.isHoliday = burgee.Flag(description="Serve the special day")


def request_context():
    """Who asks, and with which app: what rules, splits and target groups go by."""
    return {
        "targetingKey": request.headers.get("X-User"),
        "app": {
            "platform": request.headers.get("X-Platform"),
            "version": request.headers.get("X-App-Version"),
        },
    }


def configuration_fetched(fetched):
    """Say whether the configuration changed; runs on a background thread."""
    if fetched.error:
        print(f"configuration not fetched: {fetched.error}", flush=True)
    elif fetched.has_changes:
        print(f"configuration fetched with changes, revision {fetched.revision}", flush=True)
    else:
        print(f"configuration fetched without changes, revision {fetched.revision}", flush=True)


logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")

flags = Flags()
burgee.register("Flags", flags)
burgee.setup(
    os.environ.get("BURGEE_KEY"),
    application=os.environ.get("BURGEE_APPLICATION", "calendar-flask"),
    version="1.0",
    configuration_fetched_handler=configuration_fetched,
)

app = Flask(__name__)
Burgee(app, context=request_context)


@app.get("/calendar/api/v1.0/whatistoday")
def get_what_is_today():
    """What today is."""
    return jsonify(what_is_today(flags.isHoliday.is_enabled()))


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "5000")))
