"""The smarthost of a benchmark: takes mails, keeps a count. One thread, a process of its own.

Prints its port. A line on stdin is answered by one JSON line: mails taken, when the last one came
(monotonic seconds, the clock all processes share), CPU seconds. Ends with stdin.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import time

_OFFERS = b"250-drain.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 SIZE 35000000\r\n"
_ANSWERS = {b"EHLO": _OFFERS, b"DATA": b"354 go on\r\n", b"QUIT": b"221 2.0.0 bye\r\n"}


class Peer:
    """One connection: commands by line, content until the final dot."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.received = bytearray()
        self.content = False
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(b"220 drain.example ESMTP\r\n")

    def take(self) -> int | None:
        """Read what arrived, answer it; return how many mails that ended, None at the end of the connection."""
        chunk = self.connection.recv(262144)
        if not chunk:
            return None
        self.received += chunk
        ended, answers = 0, []
        while True:
            if self.content:
                end = self.received.find(b"\r\n.\r\n")
                if end < 0:
                    break
                del self.received[: end + 5]
                self.content, ended = False, ended + 1
                answers.append(b"250 2.0.0 taken\r\n")
            else:
                end = self.received.find(b"\r\n")
                if end < 0:
                    break
                verb = bytes(self.received[:4]).upper()
                del self.received[: end + 2]
                self.content = verb == b"DATA"
                answers.append(_ANSWERS.get(verb, b"250 2.0.0 ok\r\n"))
        if answers:
            self.connection.sendall(b"".join(answers))
        return ended


def main() -> None:
    """Serve until stdin ends."""
    taken, last = 0, time.monotonic()
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener, selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        selector.register(0, selectors.EVENT_READ)
        print(listener.getsockname()[1], flush=True)
        while True:
            for key, _ in selector.select():
                if key.fd == 0:
                    if not os.read(0, 4096):
                        return
                    print(json.dumps({"taken": taken, "last": last, "cpu": time.process_time()}), flush=True)
                elif key.fileobj is listener:
                    connection, _ = listener.accept()
                    selector.register(connection, selectors.EVENT_READ, Peer(connection))
                else:
                    taken, last = _serve(key, selector, taken, last)


def _serve(key: selectors.SelectorKey, selector: selectors.BaseSelector, taken: int, last: float) -> tuple[int, float]:
    try:
        ended = key.data.take()
    except ConnectionError:
        ended = None
    if ended is None:
        selector.unregister(key.fileobj)
        key.data.connection.close()
        return taken, last
    return taken + ended, time.monotonic() if ended else last


if __name__ == "__main__":
    main()
