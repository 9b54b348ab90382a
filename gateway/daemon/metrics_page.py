"""`/metrics` and `/healthz` over HTTP: two pages, one request at a time, nothing else and nothing about the server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from socket import AF_INET6

from gateway.errors import ConfigurationError, Problem, TryAgainError

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Page:
    """Serves in a thread of its own until closed. `metrics` is asked for each scrape, `healthy` for each look."""

    def __init__(self, address: str, port: int, metrics: Callable[[], str], healthy: Callable[[], bool]) -> None:
        class Answer(BaseHTTPRequestHandler):
            timeout = 5  # seconds; a client that says nothing keeps the others waiting no longer
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

        class Server(HTTPServer):
            address_family = AF_INET6 if ":" in address else HTTPServer.address_family

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
