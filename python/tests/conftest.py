import os
import threading
import time

import pytest

import burgee
from burgee import _backoff, _log, _sender
from sdk_server import SdkServer


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    """No settings from outside, no remarks left from other tests, quick retries."""
    for name in list(os.environ):
        if name.startswith(("BURGEE_", "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BURGEE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(_backoff, "BASE", 0.05)
    monkeypatch.setattr(_backoff, "DEFAULT_SPREAD", 0.1)
    monkeypatch.setattr(_sender, "FLUSH_INTERVAL", 0.2)
    _log.forget()
    yield
    burgee.shutdown()


@pytest.fixture
def server():
    with SdkServer() as running:
        yield running


@pytest.fixture
def client():
    made = burgee.Client()
    yield made
    made.shutdown()


def eventually(condition, timeout=5.0):
    """Wait until a condition holds; fails with its last value."""
    end = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < end, f"never came true, last {value!r}"
        time.sleep(0.01)
    return value


@pytest.fixture
def ends():
    """Whether work ends; generous, as it would be an hour else."""

    def ended(work):
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(20)
        return not thread.is_alive()

    return ended


@pytest.fixture(name="eventually")
def eventually_fixture():
    return eventually
