"""A small server of the SDK protocol, killable and restartable, for the tests."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from burgee import _ed25519
from burgee._engine import read_header
from burgee._replica import Document, Line, Signature, key_id

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


EPOCH = 1_793_779_200


class Author:
    """Makes what a server would send, signed with keys that come from names."""

    def __init__(self, *names):
        self._seeds = [
            hashlib.sha256(f"burgee test key {name}".encode()).digest() for name in names
        ]
        self.keys = [base64.b64encode(_public(seed)).decode() for seed in self._seeds]

    def document(self, lines, revision=1, epoch=EPOCH, environment="production"):
        """A snapshot as the SDK reads it; ``encode()`` gives its bytes."""
        found = {}
        for line in lines:
            kind, key = next(iter(line.items()))
            found[kind.encode(), key.encode()] = Line((kind.encode(), key.encode()), _json(line))
        found = dict(sorted(found.items()))
        root = hashlib.sha256(b"".join(line.sum for line in found.values())).hexdigest()
        header = {
            "burgee": 1,
            "project": "default",
            "environment": environment,
            "epoch": epoch,
            "revision": revision,
            "hash": "p32",
            "root": root,
        }
        if self.keys:
            header["keys"] = self.keys
        head = _json(header)
        return Document(read_header(head), head, found, self._sign(head))

    def delta(self, before, after):
        """The bytes of what leads from one document to another."""
        head = after.header_line[:-1] + b',"from":%d}' % before.header.revision
        changed = [
            line.data
            for name, line in after.lines.items()
            if name not in before.lines or before.lines[name].data != line.data
        ]
        removed = [name for name in before.lines if name not in after.lines]
        parts = [head, *changed]
        if removed:
            parts.append(_json({"removed": [[part.decode() for part in name] for name in removed]}))
        if after.signature is not None:
            parts.append(after.signature.line)
        return b"\n".join(parts) + b"\n"

    def _sign(self, message):
        if not self._seeds:
            return None
        made = base64.b64encode(_signature(self._seeds[0], message)).decode()
        return Signature(made, key_id(base64.b64decode(self.keys[0])))


def _json(body):
    return json.dumps(body, separators=(",", ":")).encode()


def _secret(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    return scalar, digest[32:]


def _times_base(scalar):
    curve = _ed25519
    return curve._encode(curve._sum_of_multiples(scalar % curve._L, curve._BASE, 0, curve._BASE))


def _public(seed):
    return _times_base(_secret(seed)[0])


def _signature(seed, message):
    """RFC 8032, 5.1.6; what signs is the server, so the SDK has no use for it."""
    scalar, prefix = _secret(seed)
    public = _times_base(scalar)
    nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little")
    point = _times_base(nonce)
    factor = int.from_bytes(hashlib.sha512(point + public + message).digest(), "little")
    return point + ((nonce + factor * scalar) % _ed25519._L).to_bytes(32, "little")


def snapshot(lines, revision=1, epoch=EPOCH):
    """The bytes of an unsigned snapshot and its id."""
    made = Author().document(lines, revision, epoch)
    return made.encode(), made.header.id


def sse(name, data, identity):
    """An event as it is sent."""
    lines = b"".join(b"data: %s\n" % line for line in data.splitlines())
    return b"event: %s\nid: %s\n%s\n" % (name.encode(), identity.encode(), lines)


class SdkServer:
    """Holds one environment; what it received can be read by the test."""

    def __init__(self, lines=(), port=0, author=None):
        self.author = author or Author()
        self.deltas = True
        self.tamper = {}
        self.sent = []
        self.asked = []
        self.history = {}
        self.changed = threading.Condition()
        self.port = port
        self.key = KEY
        self.lines = list(lines)
        self.revision = 1
        self.epoch = 1_793_779_200
        self.refusal = None
        self.busy = {}
        self.turned_away = []
        self.lost_answers = 0
        self.streams_work = True
        self.silent_streams = False
        self.holds = False
        self.registered = []
        self.register_errors = []
        self.events = []
        self.requests = []
        self.headers = {}
        self._goaway = None
        self._revoked = False
        self._extra = ()
        self._http = None
        self._made = None

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

    def document(self):
        """What the server would serve now, signed once for each revision."""
        now = (_json(self.lines), self.revision, self.epoch, self.author)
        if self._made is None or self._made[0] != now:
            self._made = now, self.author.document(self.lines, self.revision, self.epoch)
        made = self._made[1]
        return self.history.setdefault(made.header.id, made)

    def event_for(self, known, *, deltas):
        """The name and the data of the event for a reader that knows a revision."""
        now, have = self.document(), self.history.get(known)
        if have is not None and have.header == now.header:
            return "uptodate", b"{}"
        if have is None or not deltas or have.header.epoch != now.header.epoch:
            return "full", now.encode()
        if have.header.revision > now.header.revision:
            return "full", now.encode()
        return "delta", self.author.delta(have, now)

    def say(self, event):
        """Send bytes on every stream."""
        with self.changed:
            self._extra = (*self._extra, event)
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
            data, identity = state.document().encode(), state.document().header.id
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
        document = json.loads(body)
        if self._refused(state):
            state.turned_away.append((time.monotonic(), self.path, document))
            return
        if self.path == "/sdk/v1/register":
            state.registered.append(document)
            answer = {"accepted": len(document["flags"]), "errors": state.register_errors}
        else:
            state.events.append(document)
            if state.lost_answers:
                state.lost_answers -= 1
                self.close_connection = True
                return
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
        state.asked.append(self.headers)
        sent, said = None, len(state._extra)
        known = self.headers.get("Last-Event-ID")
        deltas = state.deltas and self.headers.get("Burgee-Delta") == "1"
        if state.silent_streams:
            time.sleep(30)
            return
        while True:
            with state.changed:
                if state._http is not self.server:  # another, where it was started again
                    return
                identity = state.document().header.id
                goaway, revoked, extra = state._goaway, state._revoked, state._extra[said:]
                if identity == sent and goaway is None and not revoked and not extra:
                    state.changed.wait(0.2)
                    continue
                name, data = state.event_for(known, deltas=deltas)
                if state.holds:
                    self._chunk(b":\n")
                    state.changed.wait(0.2)
                    continue
            if revoked:
                self._chunk(b"event: revoked\ndata: {}\n\n")
                break
            if goaway is not None:
                self._chunk(b'event: goaway\ndata: {"spread_ms":%d}\n\n' % goaway)
                break
            if identity != sent:
                data = state.tamper.get(name, bytes)(data)
                state.sent.append(name)
                self._chunk(sse(name, data, identity))
                known = sent = identity
            for event in extra:
                self._chunk(event)
            said += len(extra)
            self._chunk(b":\n")
        self._chunk(b"")
        self.close_connection = True

    def _chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()
