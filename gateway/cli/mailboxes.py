"""`gateway mailbox …`: how the mailboxes are doing, and letting the gateway in at a provider."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway import clock
from gateway.cli import printing
from gateway.cli.opening import settings_of, store_of

if TYPE_CHECKING:
    from gateway.oauth.endpoint import Granted
    from gateway.oauth.registration import Registration
    from gateway.settings import Settings
    from gateway.settings.schema import Mailbox, Smarthost


def list_(config: Path | None, as_json: bool) -> int:
    """Print each mailbox of gateway.toml; exit 1 where one of them does badly or waits for a login."""
    from gateway.store.grants import logins
    from gateway.store.mailbox_states import states

    settings = settings_of(config)
    with store_of(settings) as store, store.read() as conn:
        known, logged_in = states(conn), logins(conn)
    rows = list(_rows(settings, known, logged_in))
    if as_json:
        printing.lines(rows)
    else:
        shown = [(r["name"], r["state"], printing.short_time(r["last_success"]), r["error"]) for r in rows]
        printing.table(("mailbox", "state", "last read", "trouble"), shown, "gateway.toml has no [[mailbox]]")
    return 1 if any(row["error"] for row in rows) else 0


def _rows(settings: Settings, known: dict[str, Any], logged_in: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from gateway.daemon.tokens import registration

    for box in settings.mailbox:
        doing = known.get(box.name)
        wanted = registration(settings, box.oauth, box.user) if box.oauth else None
        away = wanted is not None and wanted.needs_login and wanted.grant_name not in logged_in
        at = doing.last_success if doing else None
        yield {
            "name": box.name,
            "host": box.host,
            "user": box.user,
            "oauth": box.oauth,
            "state": doing.phase if doing else "never read",
            "last_success": at.isoformat() if at else None,
            "failures": doing.failures if doing else 0,
            "error": f"nobody has logged in: gateway mailbox login {box.name}" if away else doing and doing.error,
            "updated_at": doing.updated_at.isoformat() if doing else None,
        }


def login(config: Path | None, name: str) -> int:
    """Let the gateway in at a provider: a person types a code, or pastes an address."""
    from gateway.daemon.tokens import StoredVault
    from gateway.oauth.login import keep

    settings = settings_of(config)
    wanted = _registration(settings, name)
    if isinstance(wanted, str):
        print(wanted, file=sys.stderr)
        return 1
    with store_of(settings) as store:
        granted = _by_browser(wanted) if wanted.authorize_url else _by_code(wanted)
        keep(wanted, granted, StoredVault(store))
    print(f"logged in: [oauth.{wanted.name}]{f' for {wanted.user}' if wanted.provider == 'google' else ''}")
    return 0


def _registration(settings: Settings, name: str) -> Registration | str:
    """Return the registration of a mailbox, a smarthost or its own name; else the sentence why not."""
    from gateway.daemon.tokens import registration

    entries: list[Mailbox | Smarthost] = [*settings.mailbox, *settings.smarthost]
    entry = next((each for each in entries if each.name == name), None) or next(
        (each for each in entries if each.oauth == name), None
    )
    oauth = entry.oauth if entry else name if name in settings.oauth else None
    if oauth is None:
        return f"'{name}' is no mailbox, smarthost or [oauth.NAME] that logs in with OAuth"
    wanted = registration(settings, oauth, (entry.user if entry else None) or "")
    if not wanted.needs_login:
        return f"[oauth.{oauth}] needs no login: it lets itself in by its {wanted.flow}"
    return wanted


def _by_code(wanted: Registration) -> Granted:
    from gateway.oauth.endpoint import post_form
    from gateway.oauth.login import begin, wait

    code = begin(wanted, post_form)
    print(f"open {code.url} and type {code.user_code}", flush=True)
    return wait(wanted, code, post_form, clock.now, threading.Event().wait)


def _by_browser(wanted: Registration) -> Granted:
    from gateway.oauth.endpoint import post_form
    from gateway.oauth.login import come_back, visit

    errand = visit(wanted)
    print(
        f"open this as {wanted.user}:\n\n{errand.url}\n\nThe browser ends at an address that does not open; paste it:"
    )
    sys.stdout.flush()
    return come_back(wanted, errand, sys.stdin.readline(), post_form, clock.now())
