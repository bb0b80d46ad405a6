"""Forks, exits and servers of processes; each case is a program of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import types
from pathlib import Path

import pytest

from burgee import _process
from sdk_server import KEY, flag

SOURCES = Path(__file__).resolve().parents[1] / "src"


PRELUDE = """
import atexit, pathlib, time
atexit.register(lambda: pathlib.Path({path!r}).write_text(str(time.monotonic() - began)))
import burgee
burgee._process.EXIT_TIMEOUT = {patience}
began = time.monotonic()
"""
AN_HOUR = 3600.0


def run(code, server=None, timeout=60, patience=AN_HOUR, **environment):
    """Run a program against the server; gives what it printed and how long it took.

    It fails for a program that takes longer than ``timeout`` seconds, the exit too, which
    may wait for ``patience`` seconds for its reports and its disk: longer than the program
    may take, so that a busy machine loses nothing, and an exit that ends does so by itself.

    The time is from after the import to the very end of the exit, as starting Python
    takes long on a busy machine; 0 where the program ends without an exit.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith("BURGEE_")}
    env |= {"PYTHONPATH": str(SOURCES), "BURGEE_KEY": KEY, "BURGEE_CACHE_DIR": "off"}
    env |= environment
    if server is not None:
        env["BURGEE_URL"] = server.url
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "took")
        program = PRELUDE.format(path=str(path), patience=patience) + textwrap.dedent(code)
        options = ["-W", "error", "-W", "ignore::DeprecationWarning"]
        done = subprocess.run(
            [sys.executable, *options, "-c", program],
            env=env,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        took = float(path.read_text()) if path.exists() else 0.0
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr, took


def test_importing_starts_no_thread_and_needs_nothing():
    out, err, _ = run("""
        import sys, threading
        import burgee
        print(threading.active_count(), "flask" in sys.modules, "pytest" in sys.modules)
    """)
    assert out == "1 False False\n"
    assert err == ""


def test_a_one_shot_script_reports_everything_and_exits_at_once(server):
    server.set(flag("Flags.a", on=True))
    out, err, _ = run(
        """
        import burgee
        class Flags:
            a = burgee.Flag()
        burgee.register("Flags", Flags)
        burgee.setup()
        print(Flags.a.is_enabled())
    """,
        server,
    )
    assert out == "True\n"
    assert err == (
        f"burgee: connected to {server.url}: project default, environment production, "
        "revision 2, 1 flag, as application python\n"
    )
    assert server.counts == {("Flags.a", "true", "DEFAULT"): 1}
    assert [f["key"] for body in server.registered for f in body["flags"]] == ["Flags.a"]


def test_a_program_that_set_up_logging_decides_what_it_hears(server):
    _, err, _ = run(
        """
        import logging, burgee
        logging.basicConfig(level=logging.WARNING)
        burgee.setup()
        """,
        server,
    )
    assert err == ""
    _, err, _ = run(
        """
        import logging, burgee
        logging.getLogger("burgee").addHandler(logging.NullHandler())
        burgee.setup("")
        """,
        server,
    )
    assert err == ""


def test_without_a_server_a_script_ends_soon_after_its_timeout():
    out, err, took = run("""
        import burgee
        burgee.setup(url="http://127.0.0.1:1", timeout=0.5)
        print(burgee.get("a", "default"))
    """)
    assert out == "default\n"
    assert "no configuration after 0.5 s" in err
    assert took >= 0.5


def test_a_server_that_swallows_everything_holds_an_exit_up_for_a_second_at_most():
    assert _process.EXIT_TIMEOUT == 1.0
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _, _, took = run(
            f"""
            from burgee import _sender, _transport
            _sender.SEND_TIMEOUT = _transport.CONNECT_TIMEOUT = {AN_HOUR}
            burgee.setup(url="http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
            burgee.get("a", 1)
            """,
            patience=_process.EXIT_TIMEOUT,
        )
    assert took > 0.2


def test_an_uncaught_error_ends_the_program_as_always(server):
    out, _, _ = run(
        """
        import os, sys, burgee
        burgee.setup()
        sys.excepthook = lambda *_: (print("ended"), sys.stdout.flush(), os._exit(0))
        raise RuntimeError
    """,
        server,
    )
    assert out == "ended\n"


@pytest.mark.parametrize("children", [1, 3])
def test_forked_children_go_on_being_updated(server, children):
    """As under gunicorn with preload, or Celery's prefork pool."""
    server.set(flag("a"))
    code = f"""
        import os, sys, time, urllib.request
        import burgee
        burgee.setup()
        assert burgee.get("a", True) is False
        def follow():
            end = time.monotonic() + 10
            while not burgee.get("a", False):
                assert time.monotonic() < end, "it was never updated"
                time.sleep(0.02)
            while not burgee.status().connected:
                assert time.monotonic() < end, "it was never connected"
                time.sleep(0.02)
        pids = []
        for _ in range({children}):
            pid = os.fork()
            if pid == 0:
                os.write(1, b"forked\\n")
                follow()
                os.write(1, b"updated\\n")
                burgee.shutdown(30)
                os._exit(0)
            pids.append(pid)
        for pid in pids:
            assert os.waitpid(pid, 0)[1] == 0
        follow()
        print("the parent lives on")
    """

    def flip():
        end = time.monotonic() + 10
        while [p for _, p in server.requests].count("/sdk/v1/stream") < children + 1:
            assert time.monotonic() < end
            time.sleep(0.02)
        server.set(flag("a", on=True))

    flipper = threading.Thread(target=flip)
    flipper.start()
    out, _, _ = run(code, server)
    flipper.join()
    assert out.count("updated") == children
    assert "the parent lives on" in out
    assert server.counts[("a", "true", "DEFAULT")] == children + 1, "each counts its own"


def test_children_of_multiprocessing_work_and_are_other_instances(server):
    server.set(flag("a", on=True))
    out, _, _ = run(
        """
        import multiprocessing, burgee
        def work(_):
            return burgee.get("a", False), burgee._client.default_client._instance
        burgee.setup()
        with multiprocessing.get_context("fork").Pool(2) as pool:
            answers = pool.map(work, range(20), chunksize=1)
        assert all(value for value, _ in answers)
        assert burgee._client.default_client._instance not in {i for _, i in answers}
        print("ok")
    """,
        server,
    )
    assert out == "ok\n"


def test_uwsgi_without_threads_is_pointed_out_once(server, client, monkeypatch, caplog):
    uwsgi = types.ModuleType("uwsgi")
    uwsgi.opt = {b"master": True}
    monkeypatch.setitem(sys.modules, "uwsgi", uwsgi)
    client.setup(KEY, url=server.url)
    _process.warn_without_threads()
    assert caplog.text.count("uWSGI runs without threads") == 1
    assert "--enable-threads" in caplog.text


@pytest.mark.parametrize("option", [{b"enable-threads": True}, {"threads": b"4"}])
def test_uwsgi_with_threads_is_fine(option, monkeypatch, caplog):
    uwsgi = types.ModuleType("uwsgi")
    uwsgi.opt = option
    monkeypatch.setitem(sys.modules, "uwsgi", uwsgi)
    _process.warn_without_threads()
    assert caplog.text == ""
