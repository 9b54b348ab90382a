"""What the writing process and its parent say to each other: orders for mails, and finished ones.

The process is first sent an `Opening`, then one batch of orders after the other. What goes in is pickled: it comes
from our own parent. What comes out is JSON and bytes alone, for the process has seen HTML of others: a frame with a
list of what became of each order, then a frame with the bytes of each mail that was written.
"""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gateway.mail import frames
from gateway.render.failure import TemplateFailure
from gateway.render.files import Chosen
from gateway.render.library import Library

Outcome = bytes | TemplateFailure | str
"""A finished mail, a template's failure, or in words what else went wrong."""


@dataclass(frozen=True, slots=True)
class Order:
    """One mail to write: the notice's facts, and the files that go along."""

    notice: Mapping[str, Any]
    chosen: Chosen


@dataclass(frozen=True, slots=True)
class Opening:
    """What the process must have before it gives up opening files."""

    library: Library
    zones: tuple[str, ...]


class _Pickler(pickle.Pickler):
    """Takes read-only views for the mappings they show."""

    def reducer_override(self, one: object) -> Any:
        return (dict, (dict(one),)) if isinstance(one, MappingProxyType) else NotImplemented


def packed(one: object) -> bytes:
    """Return a frame for the process."""
    file = io.BytesIO()
    _Pickler(file, protocol=5).dump(one)
    return frames.frame(file.getvalue())


def unpacked(content: bytes) -> Any:
    """Read what the parent packed."""
    return pickle.loads(content)  # noqa: S301  # our own parent's


def reply(outcomes: Sequence[Outcome]) -> bytes:
    """Return the frames that answer a batch."""
    said = [_said(outcome) for outcome in outcomes]
    mails = [frames.frame(outcome) for outcome in outcomes if isinstance(outcome, bytes)]
    return b"".join((frames.frame(json.dumps(said).encode()), *mails))


def parse_reply(next_frame: Callable[[], bytes], count: int) -> list[Outcome]:
    """Read the answer to a batch of `count` orders; ValueError, KeyError or TypeError where it is none."""
    said = json.loads(next_frame())
    if len(said) != count:
        raise ValueError(f"{len(said)} answers to {count} orders")
    return list(_outcomes(said, next_frame))


def _said(outcome: Outcome) -> Any:
    match outcome:
        case bytes():
            return None
        case TemplateFailure():
            return [outcome.file, outcome.line, outcome.message]
        case _:
            return outcome


def _outcomes(said: Sequence[Any], next_frame: Callable[[], bytes]) -> Iterator[Outcome]:
    for one in said:
        match one:
            case None:
                yield next_frame()
            case [str(file), int(line), str(message)]:
                yield TemplateFailure(file, line, message)
            case str():
                yield one
            case _:
                raise ValueError("no answer of ours")
