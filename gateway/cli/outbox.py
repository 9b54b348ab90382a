"""`gateway outbox …`: every mail that leaves, and why one did not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway import clock
from gateway.cli import rows
from gateway.cli.opening import settings_of, store_of
from gateway.settings import Settings

STATES = ("ready", "deferred", "sent", "failed", "held", "cancelled", "suppressed")


def list_(config: Path | None, state: str | None, as_json: bool, limit: int) -> int:
    """List mails, newest first."""
    return rows.list_(_kind(), config, state, as_json, limit)


def show(config: Path | None, number: int, raw: bool, as_json: bool) -> int:
    """Show one mail, or its exact bytes."""
    return rows.show(_kind(), config, number, raw, as_json)


def _kind() -> rows.Kind:
    from gateway.store import outbox
    from gateway.store.show import outbox_json

    return rows.Kind(
        "mail",
        "outbox",
        STATES,
        outbox.list_rows,
        outbox.get,
        outbox.load_raw,
        lambda conn, row: outbox_json(conn, row) | {"ticket_id": row.ticket_id},
        ("id", "ticket", "event", "to", "state", "reason or error"),
        lambda r: (r["id"], r["ticket"], r["event"], r["to"], r["state"], r["reason"] or r["error"]),
    )


def retry(config: Path | None, number: int) -> int:
    """Send it at the next turn."""
    from gateway.store.outbox import retry as again

    return _change(config, number, lambda conn: again(conn, number, clock.now()), "will be sent again")


def cancel(config: Path | None, number: int) -> int:
    """Never send it."""
    from gateway.store.outbox import cancel as stop

    return _change(config, number, lambda conn: stop(conn, number, "on the command line"), "cancelled")


def pause(config: Path | None, smarthost: str | None, desk: str | None, reason: str) -> int:
    """Let nothing leave, or nothing of a desk, or nothing by a smarthost."""
    from gateway.store import outbox as mails

    settings = settings_of(config)
    scope = _scope(settings, smarthost, desk)
    if scope is None:
        return 2
    with store_of(settings) as store, store.write() as conn:
        mails.pause(conn, clock.now(), reason or "on the command line", scope)
    print(f"paused: {_named(scope)}. Mail waits in the outbox until `gateway outbox resume`; the admins are told daily")
    return 0


def resume(config: Path | None, smarthost: str | None, desk: str | None) -> int:
    """Let mail leave again: all of it, or what one pause held."""
    from gateway.store import outbox as mails

    settings = settings_of(config)
    scope = _scope(settings, smarthost, desk)
    if scope is None:
        return 2
    with store_of(settings) as store, store.write() as conn:
        lifted = mails.resume(conn, None if scope == "all" else scope)
    print(f"lifted {lifted} pause{'s' * (lifted != 1)}" if lifted else "nothing was paused")
    return 0 if lifted else 1


def _scope(settings: Settings, smarthost: str | None, desk: str | None) -> str | None:
    """Return what a pause is called in the database; None, having said why, where there is no such thing."""
    from gateway.daemon.rulebook import policy
    from gateway.policy.nearest import unknown

    if smarthost is not None and desk is not None:
        print("one of --smarthost and --desk at a time", file=sys.stderr)
    elif smarthost is not None:
        names = [each.name for each in settings.smarthost]
        if smarthost in names:
            return f"smarthost:{smarthost}"
        print(unknown("smarthost", smarthost, names), file=sys.stderr)
    elif desk is not None:
        desks = policy(settings).desks
        if desk in desks:
            return f"from:{desks[desk].addresses[0].lower()}"
        print(unknown("desk", desk, desks), file=sys.stderr)
    else:
        return "all"
    return None


def _named(scope: str) -> str:
    kind, _, name = scope.partition(":")
    kinds = {"all": "all mail", "from": "mail from", "smarthost": "mail by smarthost"}
    return f"{kinds.get(kind, kind)} {name}".strip()


def _change(config: Path | None, number: int, change: Callable[[Any], bool], said: str) -> int:
    with store_of(settings_of(config)) as store, store.write() as conn:
        if not change(conn):
            return _none(number)
    print(f"mail {number}: {said}")
    return 0


def _none(number: int) -> int:
    print(f"mail {number} does not exist, or its state does not allow it (`gateway outbox list`)", file=sys.stderr)
    return 1
