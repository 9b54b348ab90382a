"""`/metrics` and `/healthz` over HTTP: two pages, a few requests at a time, nothing else and nothing about the server."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6, SHUT_RDWR
from typing import Any, Final

from gateway.errors import ConfigurationError, Problem, TryAgainError

_AT_ONCE: Final = 32  # requests; who asks beyond that is hung up on
_SECONDS: Final = 5.0  # for a whole request, however slowly it is said
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Page:
    """Serves in a thread of its own until closed. `metrics` is asked for each scrape, `healthy` for each look."""

    def __init__(self, address: str, port: int, metrics: Callable[[], str], healthy: Callable[[], bool]) -> None:
        class Answer(BaseHTTPRequestHandler):
            server_version = "gateway"
            sys_version = ""

            def do_GET(self) -> None:  # the name http.server looks for
                status, body = _answer(self.path, metrics, healthy)
                self.send_response(status)
                self.send_header("Content-Type", _TEXT)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing: a scrape every few seconds is no news."""

        class Server(_Patient):
            address_family = AF_INET6 if ":" in address else _Patient.address_family

        try:
            self._server = Server((address, port), Answer)
        except OSError as error:
            where = f"[metrics] {address}:{port}: {error.strerror}"
            raise ConfigurationError([Problem("gateway.toml", 0, 0, where)]) from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), name="metrics", daemon=True)
        self._thread.start()

    @property
    def place(self) -> str:
        """Return where it listens: `127.0.0.1:9125`."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def close(self) -> None:
        """Take no more requests."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Patient(ThreadingHTTPServer):
    """Keeps nobody waiting for a client that says a byte every few seconds: each has a thread, and an end."""

    block_on_close = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._free = threading.BoundedSemaphore(_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give it a thread; hang up where too many are at it."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # the machine gives no thread
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer; at the deadline the line is cut."""
        end = threading.Timer(_SECONDS, _cut, (request,))
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._free.release()

    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that goes away is no news."""


def _cut(line: Any) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(SHUT_RDWR)


def _answer(path: str, metrics: Callable[[], str], healthy: Callable[[], bool]) -> tuple[HTTPStatus, bytes]:
    match path.partition("?")[0]:
        case "/metrics":
            try:
                return HTTPStatus.OK, metrics().encode()
            except TryAgainError:
                return HTTPStatus.SERVICE_UNAVAILABLE, b"the database cannot be asked now\n"
        case "/healthz":
            return (HTTPStatus.OK, b"ok\n") if healthy() else (HTTPStatus.SERVICE_UNAVAILABLE, b"not well\n")
        case _:
            return HTTPStatus.NOT_FOUND, b"there are /metrics and /healthz\n"
