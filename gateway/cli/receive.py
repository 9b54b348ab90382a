"""`gateway receive < mail.eml`: for pipes of an MTA; exit 0 only when the message is on disk."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from gateway import clock
from gateway.cli.opening import settings_of, store_of
from gateway.errors import GatewayError, TryAgainError


def receive(config: Path | None, sender: str, to: tuple[str, ...]) -> int:
    """Journal one message; a daemon on the same database works on it.

    Whatever stops us is ours, and the MTA keeps the mail: a pipe that exits 1 bounces it to the customer.
    """
    from gateway.inbound.pipe import TooLargeError

    try:
        return _journal(config, sender, to)
    except TooLargeError:
        raise  # time does not mend it: its sender shall know
    except GatewayError as error:
        raise TryAgainError(str(error)) from error
    except Exception as error:  # a bug, a full disk: said whole, and the mail stays where it is
        traceback.print_exc()
        raise TryAgainError(f"nothing is on disk: {error}") from error


def _journal(config: Path | None, sender: str, to: tuple[str, ...]) -> int:
    from gateway.inbound.pipe import read
    from gateway.store.journal import write_received

    settings = settings_of(config)
    received = read(sys.stdin.buffer, sender, to, clock.now())
    with store_of(settings) as store:
        accepted = write_received(store, [received])[0]
    print(f"journal {accepted.journal_id}{' (came before)' if accepted.duplicate else ''}")
    return 0
