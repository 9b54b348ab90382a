"""What a story needs: a sink for what leaves, a daemon, a mailbox with a real client. Stories use nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import RULES, Daemon
from tests.support.sink import Sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    """The outside world: every mail that leaves ends here."""
    with Sink() as sink:
        yield sink


@pytest.fixture
def start(tmp_path: Path, sink: Sink) -> Iterator[Callable[..., Daemon]]:
    """Start a daemon with rules and settings of the story's own; each ends cleanly, or the story fails."""
    with ExitStack() as running:

        def started(rules: str = RULES, **settings: Any) -> Daemon:
            folder = tmp_path / f"gateway{len(list(tmp_path.iterdir()))}"
            return running.enter_context(Daemon(folder, sink=sink, rules=rules, settings=settings))

        yield started


@pytest.fixture
def daemon(start: Callable[..., Daemon]) -> Daemon:
    """A running daemon: one desk, support@acme.example, and two operators, Anna and Bo."""
    return start()
