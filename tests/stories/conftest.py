"""What a story needs: a sink for what leaves, a daemon, a mailbox with a real client. Stories use nothing else."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import NEOMUTT, Neomutt
from tests.support.daemon import RULES, Daemon
from tests.support.dovecot import PASSWORD, PROGRAM, Dovecot
from tests.support.house import House
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


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One daemon and its sink for all stories of a module; each story has customers of its own, see `House.write`.

    A module says its own rules and settings in `HOUSE_RULES` and `HOUSE_SETTINGS`.
    """
    rules = getattr(request.module, "HOUSE_RULES", RULES)
    settings = getattr(request.module, "HOUSE_SETTINGS", {})
    folder = tmp_path_factory.mktemp("house")
    with Sink() as sink, Daemon(folder, sink=sink, rules=rules, settings=settings) as daemon:
        yield House(daemon, sink)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real IMAP server for the session; its sockets' paths must stay under 108 bytes."""
    if PROGRAM is None:
        pytest.skip("dovecot is not installed (Debian: dovecot-imapd)")
    with tempfile.TemporaryDirectory(prefix="story") as folder:
        Path(folder).chmod(0o755)
        server = Dovecot(Path(folder)).start()
        yield server
        server.stop()


_USERS = itertools.count()


@pytest.fixture(scope="session")
def users() -> Callable[[], str]:
    """Return a user of the IMAP server whom no other story uses."""
    return lambda: f"u{next(_USERS)}"


@pytest.fixture
def person(dovecot: Dovecot, users: Callable[[], str], tmp_path: Path) -> Callable[..., Neomutt]:
    """Make somebody with a mailbox and a real client: `person(daemon, "anna@acme.example", "Anna Åkesson")`."""
    if NEOMUTT is None:
        pytest.skip("neomutt is not installed")

    def made(server: Daemon | Sink, address: str, name: str) -> Neomutt:
        smtp = server.port if isinstance(server, Sink) else server.address()[1]
        user = users()
        home = tmp_path / f"home-{user}"
        return Neomutt(home, imap=dovecot.port, user=user, password=PASSWORD, smtp=smtp, address=address, name=name)

    return made
