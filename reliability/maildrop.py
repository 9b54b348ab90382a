"""Mails that come by IMAP: put into a Maildir as a delivery agent does, for a real Dovecot to show."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

from reliability import mails
from reliability.mails import Mail

_FIRST = 500_000  # their numbers, apart from those that come by SMTP


class Maildrop:
    """Drops `most` mails into a Maildir, one every `pace` seconds on average. What is in there is promised: see `dropped`."""

    def __init__(self, maildir: Path, owner: tuple[int, int], most: int, seed: int, pace: float) -> None:
        self.dropped: dict[str, Mail] = {}
        self._maildir = maildir
        self._owner = owner
        self._most = most
        self._seed = seed
        self._pace = pace
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        for folder in (maildir, *(maildir / part for part in ("cur", "new", "tmp"))):
            folder.mkdir(parents=True, exist_ok=True)
            os.chown(folder, *owner)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def finish(self, seconds: float = 600.0) -> bool:
        """Wait for the last mail; False where it takes longer."""
        self._thread.join(seconds)
        self._stop.set()
        return not self._thread.is_alive()

    def _run(self) -> None:
        rest = random.Random(f"{self._seed}/maildrop")  # noqa: S311  # pauses, not secrets
        answered: Mail | None = None
        for number in range(_FIRST, _FIRST + self._most):
            mail = mails.write(number, answered, self._seed)
            self._drop(mail)
            self.dropped[mail.token] = mail
            if not mail.poison:
                answered = mail
            if self._stop.wait(rest.uniform(0, 2 * self._pace)):
                return

    def _drop(self, mail: Mail) -> None:
        path = self._maildir / "tmp" / f"{mail.token}.maildrop"
        path.write_bytes(mail.raw)
        os.chown(path, *self._owner)
        path.rename(self._maildir / "new" / path.name)
