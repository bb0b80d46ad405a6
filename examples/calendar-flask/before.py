"""The service before it had feature flags: the switch is a line in a properties file.

Changing ``calendar.properties`` changes nothing until the service is restarted, it
changes for everybody at once, and nobody can see who changed it.
"""

import configparser
import os
from pathlib import Path

from flask import Flask, jsonify

from days import what_is_today

properties = configparser.ConfigParser()
properties.read(Path(__file__).with_name("calendar.properties"), encoding="utf-8")
is_holiday = properties.getboolean("Flags", "isHoliday", fallback=False)

app = Flask(__name__)


@app.get("/calendar/api/v1.0/whatistoday")
def get_what_is_today():
    """What today is."""
    return jsonify(what_is_today(is_holiday))


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "5000")))
