"""The conformance of the Python providers; python_test.go runs it with pytest.

BED_URL is where the server is reached, BED_CONTROL where it is cut off and changed.
"""

import asyncio
import json
import os
import threading
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from openfeature import api
from openfeature.contrib.provider import ofrep as stock_module
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEvent
from openfeature.exception import ErrorCode, GeneralError, ProviderFatalError
from openfeature.hook import Hook
from openfeature.provider import ProviderStatus
from openfeature.track import TrackingEventDetails

from burgee.openfeature import BurgeeProvider

URL, CONTROL = os.environ["BED_URL"], os.environ["BED_CONTROL"]
SERVER_KEY, CLIENT_KEY = os.environ["BED_SERVER_KEY"], os.environ["BED_CLIENT_KEY"]
SECRETS = {
    "server": SERVER_KEY, "client": CLIENT_KEY, "token": os.environ["BED_TOKEN"], "none": "",
    "unknown": "bgc_nobodyhasthiskey00000000000000000000000000",
}  # fmt: skip
ROWS = json.loads((Path(__file__).parent / "rows.json").read_text())
ERROR_ROWS = json.loads((Path(__file__).parent / "errors.json").read_text())
READY, ERROR, STALE, CHANGED = (
    ProviderEvent.PROVIDER_READY,
    ProviderEvent.PROVIDER_ERROR,
    ProviderEvent.PROVIDER_STALE,
    ProviderEvent.PROVIDER_CONFIGURATION_CHANGED,
)
CAPABILITIES = {
    "configuration-change", "disabled-flags", "events", "large-integers", "lifecycle", "numeric-coercion", "object",
    "reinitialization", "stale", "standard-reasons", "targeting", "unavailable", "variants",
}  # fmt: skip
EXECUTED = set()


def control(path):
    request = urllib.request.Request(CONTROL + path, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def shows(capability):
    """Mark a test as what shows a capability; it counts once it has passed."""
    return pytest.mark.shows(capability)


@pytest.fixture(autouse=True)
def fresh(request):
    control("/start")
    failed = request.session.testsfailed
    yield
    api.shutdown()
    api.clear_providers()
    api.clear_hooks()
    api.set_evaluation_context(EvaluationContext())
    mark = request.node.get_closest_marker("shows")
    if mark is not None and request.session.testsfailed == failed:
        EXECUTED.add(mark.args[0])


def own(**more):
    return BurgeeProvider(**{"key": SERVER_KEY, "url": URL, "application": "conformance", "cache_dir": False, **more})


class Heard:
    """What a client hears, in order."""

    def __init__(self, client):
        self.events, self.details, self._news = [], [], threading.Condition()
        for event in (READY, ERROR, STALE, CHANGED):
            client.add_handler(event, lambda details, event=event: self._hear(event, details))

    def _hear(self, event, details):
        with self._news:
            self.events.append(event)
            self.details.append(details)
            self._news.notify_all()

    def forget_that_nothing_is_ready(self):
        """The provider that does nothing, which is there at first, says that it is ready."""
        self.expect(READY)
        self.events.clear()

    def expect(self, *events, timeout=20):
        """Wait until exactly these were heard; gives the last one's details."""
        with self._news:
            assert self._news.wait_for(lambda: self.events == list(events), timeout), self.events
            return self.details[-1]


def use(provider):
    api.set_provider_and_wait(provider)
    return api.get_client()


def eventually(condition, timeout=20):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def ask(client, row):
    context = dict(row.get("context", {}))
    key = context.pop("targetingKey", None)
    method = getattr(client, f"get_{row['type']}_details")
    default = float(row["default"]) if row["type"] == "float" else row["default"]
    return method(row["flag"], default, EvaluationContext(key, context))


def check(client, row, over_ofrep):
    made = ask(client, row)
    assert made.value == row["value"]
    assert type(made.value) is {"boolean": bool, "string": str, "integer": int, "float": float, "object": dict}[row["type"]]
    assert made.error_code == (ErrorCode(row["errorCode"]) if "errorCode" in row else None)
    assert bool(made.error_message) == ("errorCode" in row)
    if "variant" in row:
        assert made.variant == row["variant"]
    reason = row.get("overOFREP", {}).get("reason") if over_ofrep else None
    if reason or "reason" in row:
        assert made.reason == (reason or row["reason"])


@pytest.mark.parametrize("row", [pytest.param(row, id=row["name"], marks=shows(row["capability"])) for row in ROWS])
def test_rows(row):
    check(use(own()), row, over_ofrep=False)


@pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for row in ROWS if "python-ofrep" not in row.get("except", {})])
def test_the_stock_provider_reads_every_answer_right(row):
    stock = OFREPProvider(URL, headers_factory=lambda: {"Authorization": f"Bearer {SERVER_KEY}"})
    check(use(stock), row, over_ofrep=True)


class Asked:
    """A stock provider, the boolean flag that it is asked for, and the status of each answer to it."""

    def __init__(self, url, row):
        secret = SECRETS[row.get("credential", "server")]
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        provider = OFREPProvider(url, headers_factory=lambda: headers)
        provider.session.hooks["response"].append(lambda answer, **_: self.statuses.append(answer.status_code))
        self.client, self.statuses = use(provider), []
        self._flag, self._context = row.get("flag", "boolean-flag"), row.get("context", {})

    def __call__(self):
        """Ask; gives what is served, and what the server answered: 0 when nothing came."""
        before = len(self.statuses)
        made = self.client.get_boolean_details(self._flag, False, EvaluationContext(attributes=self._context))
        return made, self.statuses[-1] if len(self.statuses) > before else 0


def check_error(row, made, status):
    assert status == row["status"]
    assert made.value is row.get("value", False)
    assert made.reason == row.get("reason", "ERROR")
    assert made.error_code == (ErrorCode(row["errorCode"]) if "errorCode" in row else None)


@pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for row in ERROR_ROWS if "python-ofrep" not in row.get("except", {})])
def test_the_stock_provider_on_errors(row, monkeypatch):
    row = row | row.get("by", {}).get("python-ofrep", {})
    when = row.get("when")
    if when == "away":
        control("/stop")
    url = control("/unready") if when == "unready" else URL
    ask = Asked(url + "/" if row.get("slash") else url, row)
    if when == "limited":
        check_limited(row, ask, monkeypatch)
        return
    if when == "cut":
        assert ask()[0].value is True
        control("/stop")
    check_error(row, *ask())


def check_limited(row, ask, monkeypatch):
    control("/flood")
    try:
        made, status = ask()
        while status == 200:  # now and then one of many is let in
            made, status = ask()
        check_error(row, made, status)
        again, status = ask()
        assert "paused" in again.error_message
        assert (status == 0) is row["pauses"]
    finally:
        control("/calm")

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=5)  # the longest time that the server says

    monkeypatch.setattr(stock_module, "datetime", Later)
    eventually(lambda: ask()[0].value is True)


@shows("lifecycle")
def test_lifecycle():
    provider = own()
    heard = Heard(api.get_client())
    heard.forget_that_nothing_is_ready()
    assert provider.status is ProviderStatus.NOT_READY
    client = use(provider)
    heard.expect(READY)
    assert client.get_provider_status() is provider.status is ProviderStatus.READY
    assert client.get_boolean_value("boolean-flag", False) is True
    assert asyncio.run(client.get_boolean_value_async("boolean-flag", False)) is True
    provider.shutdown()
    provider.shutdown()
    assert provider.status is ProviderStatus.NOT_READY
    made = provider.resolve_boolean_details("boolean-flag", False)
    assert (made.value, made.error_code) == (False, ErrorCode.PROVIDER_NOT_READY)
    assert heard.events == [READY]


@shows("reinitialization")
def test_reinitialization():
    provider = own()
    for _ in range(2):
        provider.initialize(EvaluationContext())
        assert provider.resolve_string_details("string-flag", "x").value == "hi"
        provider.shutdown()


@shows("unavailable")
def test_unavailable():
    control("/stop")
    provider = own(init_timeout=0.2)
    heard = Heard(api.get_client())
    heard.forget_that_nothing_is_ready()
    with pytest.raises(GeneralError):
        api.set_provider_and_wait(provider)
    heard.expect(ERROR)
    client = api.get_client()
    assert client.get_provider_status() is provider.status is ProviderStatus.ERROR
    made = client.get_string_details("string-flag", "code")
    assert (made.value, made.error_code) == ("code", ErrorCode.PROVIDER_NOT_READY)
    control("/join")
    heard.expect(ERROR, READY)
    assert client.get_string_value("string-flag", "code") == "hi"


@shows("events")
def test_fatal():
    provider = own(key=CLIENT_KEY)
    with pytest.raises(ProviderFatalError, match="client key"):
        api.set_provider_and_wait(provider)
    client = api.get_client()
    assert client.get_provider_status() is provider.status is ProviderStatus.FATAL
    assert client.get_boolean_details("boolean-flag", False).error_code is ErrorCode.PROVIDER_FATAL


@shows("configuration-change")
def test_configuration_change():
    client = use(own())
    heard = Heard(client)
    heard.expect(READY)
    changed = control("/change")
    details = heard.expect(READY, CHANGED)
    assert (details.flags_changed, details.provider_name) == (["changing-flag"], "burgee")
    assert client.get_string_value("changing-flag", "x") == changed
    assert client.get_provider_status() is ProviderStatus.READY


@shows("stale")
def test_stale():
    provider = own()
    client = use(provider)
    heard = Heard(client)
    heard.expect(READY)
    control("/stop")
    heard.expect(READY, STALE)
    assert client.get_provider_status() is provider.status is ProviderStatus.STALE
    assert client.get_string_value("string-flag", "code") == "hi"
    changed = control("/change")
    control("/join")
    eventually(lambda: client.get_string_value("changing-flag", "x") == changed)
    eventually(lambda: len(heard.events) == 4)
    assert set(heard.events[2:]) == {READY, CHANGED}
    assert client.get_provider_status() is ProviderStatus.READY


@shows("lifecycle")
def test_begins_with_what_is_stored(tmp_path):
    first = own(cache_dir=str(tmp_path))
    first.initialize(EvaluationContext())
    first.shutdown()
    control("/stop")
    heard = Heard(api.get_client())
    heard.forget_that_nothing_is_ready()
    client = use(own(cache_dir=str(tmp_path)))
    heard.expect(READY, STALE)
    assert client.get_string_value("string-flag", "code") == "hi"


def test_metadata():
    provider = own()
    client = use(provider)
    assert provider.get_metadata().name == "burgee"
    born = datetime(1997, 5, 1, tzinfo=timezone.utc)
    made = client.get_string_details("context-flag", "x", EvaluationContext("ann", {"customer": "false", "age": 29, "born": born}))
    assert made.value == "INTERNAL"
    assert made.flag_metadata["reason"] == "RULE"
    assert made.flag_metadata["rule"] == "inside"
    assert made.flag_metadata["revision"] >= 2


def test_experiment_metadata():
    client = use(own())
    made = client.get_string_details("trial-split-flag", "x", EvaluationContext("ann"))
    assert made.reason == "SPLIT"
    assert made.flag_metadata["experiment"] == "trial-split"
    assert made.flag_metadata["arm"] == {"a": "one", "b": "two"}[made.variant]
    assert made.flag_metadata["phase"] == 1


def test_override(monkeypatch):
    monkeypatch.setenv("BURGEE_OVERRIDES", '{"string-flag": "mine", "unheard-of": 7}')
    client = use(own())
    made = client.get_string_details("string-flag", "x")
    assert (made.value, made.reason, made.variant) == ("mine", "STATIC", "")
    assert made.flag_metadata["reason"] == "OVERRIDE"
    assert client.get_integer_value("unheard-of", 1) == 7
    other = client.get_boolean_details("string-flag", True)
    assert other.value is True and other.error_code == ErrorCode.TYPE_MISMATCH


class Noting(Hook):
    def __init__(self):
        self.stages = []

    def before(self, hook_context, hints):
        self.stages.append("before")
        return EvaluationContext(attributes={"customer": "false", "age": 20, "born": "2000-01-01T00:00:00Z"})

    def after(self, hook_context, details, hints):
        self.stages.append("after")

    def error(self, hook_context, exception, hints):
        self.stages.append("error")

    def finally_after(self, hook_context, details, hints):
        self.stages.append("finally")


def test_hooks():
    hook = Noting()
    client = use(own(hooks=[hook]))
    assert client.get_string_value("context-flag", "x", EvaluationContext("ann")) == "INTERNAL"
    client.get_string_value("missing-flag", "x")
    assert hook.stages == ["before", "after", "finally", "before", "error", "finally"]


def test_tracking():
    got = []
    client = use(own(track=lambda name, context, details: got.append((name, context.targeting_key, details.value))))
    client.track("bought", EvaluationContext("ann"), TrackingEventDetails(99.5))
    assert got == [("bought", "ann", 99.5)]
    use(own()).track("bought")  # nobody listens


def test_context_merging():
    client = use(own(context={"customer": "true", "age": 20, "born": "2000-01-01T00:00:00Z"}))
    assert client.get_string_value("context-flag", "x") == "EXTERNAL"
    api.set_evaluation_context(EvaluationContext("ann", {"customer": "false"}))
    assert client.get_string_value("context-flag", "x") == "INTERNAL"
    assert client.get_string_value("context-flag", "x", EvaluationContext("bob", {"age": 3})) == "EXTERNAL"


@shows("events")
def test_late_handler():
    client = use(own())

    def fails(_):
        raise RuntimeError("a handler may be wrong")

    client.add_handler(CHANGED, fails)
    heard = Heard(client)
    heard.expect(READY)
    control("/change")
    heard.expect(READY, CHANGED)


def test_zz_every_capability_was_shown():
    """The last one: what is declared was executed, and nothing else is there."""
    assert EXECUTED - {""} == CAPABILITIES
