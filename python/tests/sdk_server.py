"""A small server of the SDK protocol, killable and restartable, for the tests."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

KEY = "bgs_" + "AbCdEfGhIjKlMnOpQrStUvWxYz012345wxyz"


def flag(key, on=False, **fields):
    """A boolean flag as the wire has it."""
    return {
        "flag": key,
        "type": "boolean",
        "enabled": True,
        "variations": [["true", True], ["false", False]],
        "off": 1,
        "prerequisites": [],
        "targets": [],
        "rules": [],
        "default": {"variation": 0 if on else 1},
        **fields,
    }


def typed(key, kind, *values, serve=0):
    """A flag of another type."""
    variations = [[f"v{i}", value] for i, value in enumerate(values)]
    return {
        **flag(key),
        "type": kind,
        "variations": variations,
        "off": None,
        "default": {"variation": serve},
    }


def split(key, ppm, seed="seed"):
    """A boolean flag that is on for a share of people."""
    table = [[ppm, 0], [1_000_000, 1]]
    return {**flag(key), "default": {"seed": seed, "unit": "targetingKey", "table": table}}


def snapshot(lines, revision=1, epoch=1_793_779_200):
    """The bytes of a snapshot and its id."""
    bodies = [json.dumps(line, separators=(",", ":")).encode() for line in lines]
    root = hashlib.sha256(b"".join(hashlib.sha256(b).digest() for b in bodies)).hexdigest()
    header = {
        "burgee": 1,
        "project": "default",
        "environment": "production",
        "epoch": epoch,
        "revision": revision,
        "hash": "p32",
        "root": root,
    }
    head = json.dumps(header, separators=(",", ":")).encode()
    return b"\n".join([head, *bodies]) + b"\n", f"{epoch}-{revision}-{root[:6]}"


class SdkServer:
    """Holds one environment; what it received can be read by the test."""

    def __init__(self, lines=(), port=0):
        self.changed = threading.Condition()
        self.port = port
        self.key = KEY
        self.lines = list(lines)
        self.revision = 1
        self.epoch = 1_793_779_200
        self.refusal = None
        self.busy = {}
        self.streams_work = True
        self.silent_streams = False
        self.registered = []
        self.register_errors = []
        self.events = []
        self.requests = []
        self.headers = {}
        self._goaway = None
        self._revoked = False
        self._http = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        handler = type("Handler", (_Handler,), {"server_state": self})
        self._http = _Server(("127.0.0.1", self.port), handler)
        self.port = self._http.server_address[1]
        self._goaway, self._revoked = None, False
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def kill(self):
        """Stop at once: every connection breaks."""
        http, self._http = self._http, None
        if http is None:
            return
        http.shutdown()
        http.server_close()
        with self.changed:
            self.changed.notify_all()
        http.break_connections()

    def set(self, *lines, revision=None, epoch=None):
        """Publish the next revision."""
        with self.changed:
            self.lines = list(lines)
            self.epoch = epoch or self.epoch
            self.revision = revision if revision is not None else self.revision + 1
            self.changed.notify_all()

    def say_goodbye(self, spread_ms=0):
        with self.changed:
            self._goaway = spread_ms
            self.changed.notify_all()

    def revoke(self):
        with self.changed:
            self._revoked = True
            self.changed.notify_all()

    @property
    def running(self):
        return self._http is not None

    @property
    def counts(self):
        """What was counted, every batch id once."""
        seen, total = set(), {}
        for body in self.events:
            if body["id"] in seen:
                continue
            seen.add(body["id"])
            for entry in body["counts"]:
                name = (entry["flag"], entry["variation"], entry["reason"])
                total[name] = total.get(name, 0) + entry["count"]
        return total

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *args):
        self.open = set()
        super().__init__(*args)

    def process_request(self, request, client_address):
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.open.discard(request)
        super().shutdown_request(request)

    def break_connections(self):
        for sock in list(self.open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        """Broken connections are what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: SdkServer

    def log_message(self, *_):
        pass

    def do_GET(self):
        state = self._note()
        if self._refused(state):
            return
        if self.path == "/sdk/v1/stream":
            self._stream(state)
        elif self.path == "/sdk/v1/snapshot":
            data, identity = snapshot(state.lines, state.revision, state.epoch)
            if self.headers.get("If-None-Match") == f'"{identity}"':
                self._answer(304, b"", {"ETag": f'"{identity}"'})
            else:
                self._answer(
                    200,
                    gzip.compress(data),
                    {
                        "ETag": f'"{identity}"',
                        "Content-Type": "application/x-ndjson",
                        "Content-Encoding": "gzip",
                    },
                )
        else:
            self._problem(404, "not_found", "no such path")

    def do_POST(self):
        state = self._note()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if self._refused(state):
            return
        document = json.loads(body)
        if self.path == "/sdk/v1/register":
            state.registered.append(document)
            answer = {"accepted": len(document["flags"]), "errors": state.register_errors}
        else:
            state.events.append(document)
            answer = {"accepted": len(document["counts"])}
        self._answer(202, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    def _note(self):
        state = self.server_state
        state.requests.append((self.command, self.path))
        state.headers = {name: unquote(value) for name, value in self.headers.items()}
        return state

    def _refused(self, state):
        if state.refusal is not None:
            self._problem(*state.refusal)
            return True
        if self.headers.get("Authorization") != f"Bearer {state.key}":
            self._problem(401, "key_unknown", "the key is unknown here")
            return True
        left = state.busy.get(self.path, 0)
        if left:
            state.busy[self.path] = left - 1
            self._problem(503, "busy", "try later", {"Retry-After": "1"})
            return True
        return False

    def _problem(self, status, code, detail, headers=None):
        body = {
            "type": "about:blank",
            "title": code,
            "status": status,
            "code": code,
            "detail": detail,
        }
        self._answer(
            status,
            json.dumps(body).encode(),
            {"Content-Type": "application/problem+json", **(headers or {})},
        )

    def _answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, state):
        if not state.streams_work:
            self._problem(404, "not_found", "a proxy in the way knows no streams")
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        sent = None
        if state.silent_streams:
            time.sleep(30)
            return
        while True:
            with state.changed:
                if not state.running:
                    return
                data, identity = snapshot(state.lines, state.revision, state.epoch)
                goaway, revoked = state._goaway, state._revoked
                if identity == sent and goaway is None and not revoked:
                    state.changed.wait(0.2)
                    continue
            if revoked:
                self._chunk(b"event: revoked\ndata: {}\n\n")
                break
            if goaway is not None:
                self._chunk(b'event: goaway\ndata: {"spread_ms":%d}\n\n' % goaway)
                break
            if sent is None and self.headers.get("Last-Event-ID") == identity:
                self._chunk(b"id: %s\nevent: uptodate\ndata: {}\n\n" % identity.encode())
            else:
                lines = b"".join(b"data: %s\n" % line for line in data.splitlines())
                self._chunk(b"event: full\nid: %s\n%s\n" % (identity.encode(), lines))
            self._chunk(b":\n")
            sent = identity
        self._chunk(b"")
        self.close_connection = True

    def _chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()
