"""The Flask extension."""

import flask
import pytest

import burgee
from burgee.flask import Burgee
from sdk_server import KEY, flag


@pytest.fixture
def ready(server):
    rule = {
        "id": "r",
        "when": {"attr": "targetingKey", "op": "in", "values": ["ann"]},
        "serve": {"variation": 0},
    }
    server.set(flag("ann", rules=[rule]), flag("on"))
    burgee.setup(KEY, url=server.url)
    return server


def application(extension):
    app = flask.Flask("calendar")

    @app.get("/")
    def index():
        return {"ann": burgee.get("ann", False)}

    extension.init_app(app)
    return app


def test_the_context_of_the_request_is_set_and_ends_with_it(ready):
    app = application(Burgee(context=lambda: {"targetingKey": flask.request.headers.get("X-User")}))
    client = app.test_client()
    assert client.get("/", headers={"X-User": "ann"}).json == {"ann": True}
    assert client.get("/", headers={"X-User": "bob"}).json == {"ann": False}
    assert client.get("/").json == {"ann": False}
    assert burgee.get("ann", False) is False


def test_the_callable_may_take_the_request(ready):
    app = application(Burgee(context=lambda request: request.headers["X-User"]))
    assert app.test_client().get("/", headers={"X-User": "ann"}).json == {"ann": True}


def test_the_callable_runs_when_a_flag_is_asked_and_its_failure_is_harmless(ready, caplog):
    calls = []

    def context():
        calls.append(1)
        raise RuntimeError

    app = application(Burgee(context=context))

    @app.get("/other")
    def other():
        return "no flag here"

    app.test_client().get("/other")
    assert calls == []
    assert app.test_client().get("/").json == {"ann": False}
    assert len(calls) == 1
    assert "the context callable failed" in caplog.text


def test_a_request_sees_one_snapshot(ready, eventually):
    app = flask.Flask("calendar")
    Burgee(app)

    @app.get("/")
    def index():
        before = burgee.get("on", False)
        ready.set(flag("on", on=True))
        eventually(lambda: burgee.status().revision == ready.revision)
        return {"same": before is burgee.get("on", False)}

    assert app.test_client().get("/").json == {"same": True}
    assert burgee.get("on", False) is True


def test_errors_in_a_view_leave_nothing_behind(ready):
    app = application(Burgee(context=lambda: "ann"))

    @app.get("/fail")
    def fail():
        burgee.context({"targetingKey": "bob"})
        raise RuntimeError

    assert app.test_client().get("/fail").status_code == 500
    assert burgee.get("ann", False) is False


def test_settings_of_the_application_set_burgee_up(server):
    server.set(flag("ann", on=True))
    app = flask.Flask("calendar")
    app.config.update(BURGEE_KEY=KEY, BURGEE_URL=server.url, BURGEE_APPLICATION="from config")
    extension = Burgee()
    extension.init_app(app)
    assert app.extensions["burgee"] is extension
    assert burgee.status().application == "from config"
    with pytest.raises(RuntimeError, match="already has a Burgee extension"):
        Burgee(app)
    with pytest.raises(TypeError, match="context must be a callable"):
        Burgee(context={"targetingKey": "ann"})
