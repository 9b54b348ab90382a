"""Waiting for what another process does, without a fixed sleep."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(condition: Callable[[], T], seconds: float = 15.0, saying: str | Callable[[], str] = "") -> T:
    """Return the first true value of `condition`, asked every 20 ms; AssertionError after `seconds`.

    `saying` is added to the message; a callable is asked only then, for logs and queues as they are at the end.
    """
    end = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() >= end:
            more = saying() if callable(saying) else saying
            raise AssertionError(f"not within {seconds} s: {more or condition}")
        time.sleep(0.02)
