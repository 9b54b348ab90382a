"""The end of DATA and its transparency, whatever the chunks the network cut it into (RFC 5321 §4.5.2)."""

from __future__ import annotations

from typing import Final

_END: Final = b"\r\n.\r\n"
_STUFFED: Final = b"\r\n."


class Unstuffer:
    """Takes chunks as they come, gives content back as soon as it is certain.

    Only CRLF.CRLF ends a message: bare CR and bare LF are content like any other byte (A20). Memory is
    one chunk. After `done`, `rest` holds what stood behind the end.
    """

    __slots__ = ("_kept", "_started", "done", "rest")

    def __init__(self) -> None:
        # A message may begin with a stuffed dot, or be empty: the line before it ended with 354's DATA.
        self._kept = b"\r\n"
        self._started = False
        self.done = False
        self.rest = b""

    def feed(self, chunk: bytes) -> bytes:
        """Return the content this chunk makes certain; may be empty."""
        seen = self._kept + chunk
        end = seen.find(_END)
        if end >= 0:
            self.done = True
            self.rest = seen[end + len(_END) :]
            cut = end + 2
        else:
            cut = _safe_cut(seen)
        self._kept = b"" if self.done else seen[cut:]
        content = seen[:cut].replace(_STUFFED, b"\r\n")
        if not self._started and cut:
            self._started = True
            return content[2:]
        return content


def _safe_cut(seen: bytes) -> int:
    """Return how much may leave: an end or a stuffed dot must never lie across the cut."""
    cut = max(0, len(seen) - len(_END) + 1)
    if seen[cut - 1 : cut] == b"\r":
        return cut - 1
    if seen[max(0, cut - 2) : cut] == b"\r\n":
        return cut - 2
    return cut
