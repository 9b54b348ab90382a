"""DATA as it streams in: constant memory, its pace, its size (RFC 5321 §4.5.3.2.5)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import Enum, auto
from typing import Final

from gateway.inbound.options import SmtpLimits
from gateway.inbound.spool import Spool
from gateway.inbound.unstuff import Unstuffer

_log = logging.getLogger(__name__)

TALKS_EARLY: Final = "554 5.5.0 Commands before the reply, goodbye"
CHUNK: Final = 64 * 1024  # with hundreds of clients at once this is what each of them holds
_HOPELESS: Final = 4  # so many times the size limit, then the line is cut


class Hangup(Exception):  # noqa: N818  # not an error: the conversation is over
    """The conversation is over; `args[0]` is the last word, empty for none."""


class Outcome(Enum):
    """What came of a DATA that ended as it should."""

    WHOLE = auto()
    TOO_BIG = auto()
    FULL = auto()  # our disk, not their mail


async def receive(reader: asyncio.StreamReader, spool: Spool, limits: SmtpLimits, touch: Callable[[], None]) -> Outcome:
    """Read to the end of the message into the spool; `touch` is called before each wait.

    What is too big is read to its end and thrown away, so that the client hears why. Hangup where it trickles,
    never ends, breaks off, or goes on behind the end (A20, A31, A33).
    """
    loop = asyncio.get_running_loop()
    unstuffer, total, begun = Unstuffer(), 0, loop.time()
    outcome = Outcome.WHOLE
    while not unstuffer.done:
        touch()
        chunk = await reader.read(CHUNK)
        if not chunk:
            raise Hangup("")
        total += len(chunk)
        _check_pace(limits, total, loop.time() - begun)
        chunk = unstuffer.feed(chunk)
        if outcome is Outcome.WHOLE:
            outcome = await _keep(spool, chunk, limits)
        del chunk  # while waiting for the next, one of them is enough
    if unstuffer.rest:
        raise Hangup(TALKS_EARLY)
    return outcome


def _check_pace(limits: SmtpLimits, total: int, elapsed: float) -> None:
    """End what trickles, never ends, or is out of all proportion."""
    if elapsed > limits.longest or (elapsed > limits.idle and total < limits.least_rate * elapsed):
        raise Hangup("421 4.4.2 Too slow, closing")
    if total > limits.max_size * _HOPELESS:
        raise Hangup("421 4.3.4 Far too big, closing")


async def _keep(spool: Spool, content: bytes, limits: SmtpLimits) -> Outcome:
    """Keep content as long as it fits; disks are written off the loop."""
    if spool.size + len(content) > limits.max_size:
        spool.drop()
        return Outcome.TOO_BIG
    try:
        if spool.would_spill(content):
            await asyncio.get_running_loop().run_in_executor(None, spool.write, content)
        else:
            spool.write(content)
    except OSError:
        _log.exception("spool is full")
        spool.drop()
        return Outcome.FULL
    return Outcome.WHOLE
