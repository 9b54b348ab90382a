"""The writing process: `python -m gateway.render.worker`. Cleans HTML of others and composes mails, and may do nothing else.

It loads templates, words and brands as the parent checked them, then gives up files, sockets and forking as the
parser does: what it meets in a mail may kill it, and no more (A45, A83).
"""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from gateway.mail import confined, frames, limits
from gateway.render import samples, skeleton, wording
from gateway.render.compose import compose, compose_with
from gateway.render.environment import Draft, rendered
from gateway.render.failure import TemplateFailure
from gateway.render.finished import Opening, Order, Outcome, reply, unpacked
from gateway.render.shelf import Shelf


def main(memory: int = limits.PARSER_MEMORY) -> None:
    """Answer until the parent closes the pipe."""
    first = confined.read_frame()
    if first is None:
        return
    opening: Opening = unpacked(first)
    kept = _load(opening)
    confined.confine(memory)
    confined.write(frames.frame(b""))  # ready
    while (asked := confined.read_frame()) is not None:
        confined.write(reply(written(unpacked(asked), opening.library)))
    del kept


def _load(opening: Opening) -> list[ZoneInfo]:
    """Let everything be loaded that is otherwise loaded with the first mail; zones stay known while they are held."""
    skeleton.piece("<p>a</p>", "p { margin: 0 }")  # premailer with all it brings
    with contextlib.suppress(TemplateFailure):  # what jinja2 needs to say which line was wrong
        rendered(Draft(opening.library.sandbox, "{{ nothing }}", "warm-up"), {})
    with contextlib.suppress(Exception):  # templates may be anybody's: what is wrong is told with a real mail
        compose(samples.notice("registered", "requester", "sv"), opening.library, lambda _: b"")
    return [wording.zone(name) for name in opening.zones]


def written(orders: Sequence[Order], library: Shelf) -> list[Outcome]:
    """Write each mail; what goes wrong with one costs the others nothing."""
    return [_written(order, library) for order in orders]


def _written(order: Order, library: Shelf) -> Outcome:
    try:
        return compose_with(order.notice, library, order.chosen).raw
    except TemplateFailure as failure:
        return failure
    except ValueError as error:  # an address no header can hold
        return str(error)
    except Exception:  # noqa: BLE001  # a bug costs one notice, never the others of its batch
        return f"rendering failed; see the log\n{traceback.format_exc()}"


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
