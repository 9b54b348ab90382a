"""One daemon and its sink for the tests of a module; each test has customers of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.daemon import RULES, Daemon
from tests.support.house import House
from tests.support.sink import Sink


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A module says its rules and settings in HOUSE_RULES and HOUSE_SETTINGS; templates and brands of its own lie in the house's folder."""
    folder = tmp_path_factory.mktemp("house")
    own = {name: folder / name for name in ("templates", "branding")}
    for path in own.values():
        path.mkdir()
    settings = {"paths": {name: str(path) for name, path in own.items()}} | getattr(
        request.module, "HOUSE_SETTINGS", {}
    )
    prepare = getattr(request.module, "prepare", None)
    if prepare is not None:
        prepare(folder)
    rules = getattr(request.module, "HOUSE_RULES", RULES)
    with Sink() as sink, Daemon(folder, sink=sink, rules=rules, settings=settings) as daemon:
        yield House(daemon, sink)
