"""Both answers of the service, with no server and no key."""

import importlib
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import burgee
import burgee.testing
import pytest

HERE = Path(__file__).resolve().parent
PATH = "/calendar/api/v1.0/whatistoday"


@pytest.fixture(params=["app", "rox_calendar"])
def calendar(request, monkeypatch):
    monkeypatch.delenv("BURGEE_KEY", raising=False)
    monkeypatch.syspath_prepend(str(HERE))
    sys.modules.pop(request.param, None)
    module = importlib.import_module(request.param)
    yield module.app.test_client()
    burgee.shutdown()


def test_without_a_server_it_is_a_normal_day(calendar):
    answer = calendar.get(PATH)
    assert answer.status_code == 200
    assert answer.json["day"] == "normal"


def test_with_the_flag_on_it_is_a_special_day(calendar):
    with burgee.testing.override({"Flags.isHoliday": True}):
        assert calendar.get(PATH).json["day"] == "special"
    assert calendar.get(PATH).json["day"] == "normal"


def test_the_headers_become_the_context(monkeypatch):
    monkeypatch.delenv("BURGEE_KEY", raising=False)
    monkeypatch.syspath_prepend(str(HERE))
    app = importlib.import_module("app")
    headers = {"X-User": "ann", "X-Platform": "ios", "X-App-Version": "2.1"}
    with app.app.test_request_context(PATH, headers=headers):
        assert app.request_context() == {
            "targetingKey": "ann",
            "app": {"platform": "ios", "version": "2.1"},
        }


def test_before_reads_its_properties_file(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))
    before = importlib.import_module("before")
    assert before.app.test_client().get(PATH).json["day"] == "normal"
    before.is_holiday = True
    assert before.app.test_client().get(PATH).json["day"] == "special"


@pytest.mark.parametrize("program", ["app.py", "rox_calendar.py", "before.py"])
def test_the_program_starts_and_honours_its_port(program, monkeypatch):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    monkeypatch.setenv("PORT", str(port))
    monkeypatch.delenv("BURGEE_KEY", raising=False)
    running = subprocess.Popen([sys.executable, str(HERE / program)], stderr=subprocess.DEVNULL)
    try:
        assert b'"normal"' in answer_of(f"http://127.0.0.1:{port}{PATH}")
    finally:
        running.terminate()
        running.wait(5)


def answer_of(url):
    """The answer of a service that is only just starting."""
    end = time.monotonic() + 10
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.read()
        except OSError:
            assert time.monotonic() < end, "the service did not start"
            time.sleep(0.05)
