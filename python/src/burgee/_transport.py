"""HTTP by the standard library: proxies, TLS, and streams that can be closed from outside."""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.client
import ipaddress
import json
import os
import socket
import ssl
import urllib.request
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

CONNECT_TIMEOUT = 10.0
HEARTBEAT_TIMEOUT = 70.0
_MOST_SECONDS = 3600.0


class UnreachableError(Exception):
    """No answer came; ``connected`` says whether the server was reached at all."""

    def __init__(self, message: str, *, connected: bool) -> None:
        super().__init__(message)
        self.connected = connected


class AnswerError(Exception):
    """The server answered with an error."""

    def __init__(self, status: int, code: str, detail: str, retry_after: float | None) -> None:
        super().__init__(f"{status} {code}: {detail}" if code else f"{status}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after

    @property
    def refused(self) -> bool:
        """Whether it is the key that the server does not take."""
        return self.status in {401, 403}


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer."""

    status: int
    etag: str | None
    body: bytes


class Stream:
    """An open event stream."""

    __slots__ = ("_response", "_socket")

    def __init__(self, response: http.client.HTTPResponse, sock: socket.socket) -> None:
        self._response = response
        self._socket = sock

    def wait_at_most(self, seconds: float) -> None:
        """How long a read may stay without a byte."""
        self._socket.settimeout(seconds)

    def read(self) -> bytes:
        """What arrived, b"" at the end; raises UnreachableError when nothing comes."""
        try:
            return self._response.read1(65536)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise UnreachableError(_why(error), connected=True) from None

    def interrupt(self) -> None:
        """Wake the reader, from any thread."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError, ValueError):
            self._response.close()
        with contextlib.suppress(OSError):
            self._socket.close()

    def abandon(self) -> None:
        """Drop the connection in a forked child; the parent goes on using it."""
        with contextlib.suppress(OSError):
            os.close(self._socket.detach())


class Transport:
    """Requests to one Burgee server under one key."""

    __slots__ = ("_headers", "_tls", "_url")

    def __init__(self, url: str, key: str, identity: Mapping[str, str]) -> None:
        self._url = urlsplit(url.rstrip("/"))
        self._tls: ssl.SSLContext | None = None
        self._headers = {
            "Authorization": f"Bearer {key}",
            "User-Agent": f"burgee-{identity.get('Burgee-Sdk', 'python')}",
            **{name: quote(value, safe=" /:;,()@=!*'") for name, value in identity.items()},
        }

    def get(self, path: str, headers: Mapping[str, str], timeout: float) -> Answer:
        """GET a document; 304 is an answer too."""
        return self._exchange("GET", path, None, {"Accept-Encoding": "gzip", **headers}, timeout)

    def post(self, path: str, body: Any, timeout: float, *, zipped: bool = False) -> Answer:
        """POST a JSON document."""
        data = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        if zipped:
            data = gzip.compress(data, 6)
            headers["Content-Encoding"] = "gzip"
        return self._exchange("POST", path, data, headers, timeout)

    def stream(self, path: str, headers: Mapping[str, str]) -> Stream:
        """Open an event stream."""
        connection = self._connect(CONNECT_TIMEOUT)
        sock = connection.sock
        assert sock is not None  # noqa: S101 - _connect has connected
        accept = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}
        response = self._send(connection, "GET", path, None, {**accept, **headers})
        if response.status != 200:
            try:
                raise _error_of(response, _body_of(response))
            finally:
                connection.close()
        kind = response.headers.get_content_type()
        if kind != "text/event-stream":
            connection.close()
            raise AnswerError(200, "", f"not an event stream but {kind}", None)
        return Stream(response, sock)

    def _exchange(
        self,
        method: str,
        path: str,
        data: bytes | None,
        headers: Mapping[str, str],
        timeout: float,
    ) -> Answer:
        connection = self._connect(timeout)
        try:
            response = self._send(connection, method, path, data, headers)
            body = _body_of(response)
            if response.status not in {200, 202, 204, 304}:
                raise _error_of(response, body)
            return Answer(response.status, response.headers.get("ETag"), body)
        finally:
            connection.close()

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        data: bytes | None,
        headers: Mapping[str, str],
    ) -> http.client.HTTPResponse:
        target = self._url.path + path
        extra: dict[str, str] = {}
        proxy = self._proxy()
        if proxy is not None and self._url.scheme == "http":
            target = f"http://{self._url.netloc}{target}"
            extra = _proxy_authorization(proxy)
        try:
            connection.request(
                method,
                target,
                data,
                {**self._headers, **headers, **extra, "Host": self._url.netloc.split("@")[-1]},
            )
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise UnreachableError(_why(error), connected=True) from None

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        connection = self._connection(timeout)
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise UnreachableError(self._via_proxy() + _why(error), connected=False) from None
        return connection

    def _via_proxy(self) -> str:
        """Say that it was the proxy, whose address may hold a password, that did not answer."""
        if self._proxy() is None:
            return ""
        return f"through the proxy of {self._url.scheme}_proxy: "

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        proxy = self._proxy()
        if self._url.scheme == "http":
            if proxy is not None:
                host, port = proxy.hostname or "", proxy.port
            return http.client.HTTPConnection(host, port, timeout=timeout)
        if self._tls is None:
            self._tls = ssl.create_default_context()
        if proxy is None:
            return http.client.HTTPSConnection(host, port, timeout=timeout, context=self._tls)
        connection = http.client.HTTPSConnection(
            proxy.hostname or "", proxy.port or 80, timeout=timeout, context=self._tls
        )
        connection.set_tunnel(host, port or 443, _proxy_authorization(proxy))
        return connection

    def _proxy(self) -> SplitResult | None:
        """The proxy that the environment names for this server, read anew each time."""
        host = self._url.hostname or ""
        if _is_loopback(host) or urllib.request.proxy_bypass(host):
            return None
        address = urllib.request.getproxies().get(self._url.scheme)
        if not address:
            return None
        return urlsplit(address if "://" in address else f"http://{address}")


def _is_loopback(host: str) -> bool:
    """Whether it is this machine, which no proxy stands before."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _proxy_authorization(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _body_of(response: http.client.HTTPResponse) -> bytes:
    try:
        body = response.read()
        if response.headers.get("Content-Encoding", "").lower() == "gzip":
            body = gzip.decompress(body)
    except (OSError, EOFError, zlib.error, http.client.HTTPException) as error:
        raise UnreachableError(_why(error), connected=True) from None
    return body


def _error_of(response: http.client.HTTPResponse, body: bytes) -> AnswerError:
    code, detail = "", response.reason or "no explanation"
    location = response.headers.get("Location")
    if response.status == 404:
        detail = f"{detail}. Is the address the one of a Burgee server?"
    if 300 <= response.status < 400 and location:
        detail = f"the server has moved to {location}. Set BURGEE_URL to its address"
    elif response.headers.get_content_type() in {"application/problem+json", "application/json"}:
        with contextlib.suppress(ValueError):
            problem = json.loads(body)
            if isinstance(problem, dict):
                code = str(problem.get("code", ""))
                detail = str(problem.get("detail") or problem.get("title") or detail)
    return AnswerError(response.status, code, detail, _retry_after(response))


def _retry_after(response: http.client.HTTPResponse) -> float | None:
    value = response.headers.get("Retry-After", "")
    return min(float(value), _MOST_SECONDS) if value.isascii() and value.isdigit() else None


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused. Is the server running?"
    if isinstance(error, socket.gaierror):
        return f"the host's name is not known ({error.strerror})"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
        return "the server speaks no https there. Does its address begin with http://?"
    if isinstance(error, http.client.IncompleteRead):
        return "the connection broke off"
    if isinstance(error, http.client.RemoteDisconnected):
        return "the server closed the connection"
    return str(error) or type(error).__name__
