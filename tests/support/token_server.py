"""A provider's token endpoint on loopback: real HTTP, tokens that the real Dovecot takes.

It lets in by secret, by assertion, by refresh token (each use makes a new one, the old one is void) and by device
code. `answers` are given before anything else, one for each request:

    with TokenServer("u1") as provider:
        provider.answers.append((429, {"Retry-After": "30"}, {}))
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl

from tests.support.dovecot import token

Answer = tuple[int, dict[str, str], Any]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class TokenServer:
    """`user` is whose mailbox its tokens open; `lives` is what it says of them, in seconds."""

    def __init__(self, user: str, lives: int = 3600) -> None:
        self.user = user
        self.lives = lives
        self.really_lives = lives
        self.refresh_token = "r0"  # the only one that is good
        self.asked: list[dict[str, str]] = []  # the forms that came, oldest first
        self.answers: list[Answer] = []
        self.issued: list[str] = []
        self.hold = threading.Event()  # cleared: requests wait
        self.hold.set()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                status, fields, body = provider._answer(self.path, form)
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, path: str, form: dict[str, str]) -> Answer:
        self.asked.append(form)
        self.hold.wait(30)
        if self.answers:
            return self.answers.pop(0)
        if path == "/device":
            body = {"device_code": "d1", "user_code": "ABCD-EFGH", "verification_uri": f"{self.url}/type"}
            return 200, {}, {**body, "interval": 0.05, "expires_in": 60}
        more: dict[str, str] = {}
        if form.get("grant_type") in {"refresh_token", DEVICE, "authorization_code"}:
            if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.refresh_token:
                return 400, {}, {"error": "invalid_grant", "error_description": "the token was used before"}
            self.refresh_token = f"r{int(self.refresh_token[1:]) + 1}"
            more = {"refresh_token": self.refresh_token}
        self.issued.append(token(self.user, self.really_lives + len(self.issued)))  # each one another
        return 200, {}, {"access_token": self.issued[-1], "expires_in": self.lives, "token_type": "Bearer", **more}
