"""One daemon a module: a desk, two operators, a relay whose word counts; and the outside world as a sink."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.scene import Scene
from tests.support.daemon import Daemon
from tests.support.sink import Sink


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with Sink() as sink, Daemon(tmp_path_factory.mktemp("attacked") / "gateway", sink=sink) as daemon:
        yield Scene(daemon, sink)
