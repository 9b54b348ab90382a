"""[oauth.NAME] to sources of tokens: one for each registration, shared by its mailboxes and smarthosts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from gateway import clock
from gateway.oauth.endpoint import TokenError
from gateway.oauth.registration import (
    GOOGLE_AUTHORIZE,
    GOOGLE_SCOPE,
    GOOGLE_TOKENS,
    MICROSOFT_DEVICE_SCOPE,
    MICROSOFT_SCOPE,
    Flow,
    Registration,
    microsoft_urls,
)
from gateway.oauth.source import TokenSource, Vault
from gateway.settings.schema import Mailbox, OAuth, Settings, Smarthost
from gateway.store import grants, leases
from gateway.store.engine import Store

_TURN: Final = timedelta(seconds=60)  # longer than one request to a token endpoint
_PATIENCE: Final = 30.0
_LOOK: Final = 0.2


@dataclass(frozen=True, slots=True)
class StoredVault:
    """Refresh tokens in the database; a lease lets one process at a time use one."""

    store: Store

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Wait for the lease, hold it, give it back."""
        lease, holder = f"oauth {name}", clock.token()
        until = clock.monotonic() + _PATIENCE
        while not self._taken(lease, holder):
            if clock.monotonic() > until:
                raise TokenError(f"{lease}: another process fetches a token for too long")
            threading.Event().wait(_LOOK)
        try:
            yield
        finally:
            with self.store.write("oauth turn") as conn:
                leases.release(conn, lease, holder)

    def read(self, name: str) -> str | None:
        """Return the refresh token, None where nobody logged in."""
        with self.store.read() as conn:
            return grants.get(conn, name)

    def write(self, name: str, refresh_token: str) -> None:
        """Keep it, committed."""
        with self.store.write("oauth grant") as conn:
            grants.put(conn, name, refresh_token, clock.now())

    def _taken(self, lease: str, holder: str) -> bool:
        with self.store.write("oauth turn") as conn:
            return leases.acquire(conn, lease, holder, leases.its_time(conn, clock.now()), _TURN)


class Tokens:
    """Every source of the settings, made when it is first asked for."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self._settings, self._vault = settings, vault
        self._sources: dict[str, TokenSource] = {}

    def of(self, entry: Mailbox | Smarthost) -> TokenSource | None:
        """Return the source an entry logs in with, None where it has a password or nothing."""
        if entry.oauth is None:
            return None
        wanted = registration(self._settings, entry.oauth, entry.user or "")
        return self._sources.setdefault(wanted.grant_name, TokenSource(wanted, self._vault))


def registration(settings: Settings, name: str, user: str) -> Registration:
    """Return [oauth.NAME] with what its provider adds; `user` is the mailbox it is for."""
    oauth = settings.oauth[name]
    flow = _flow(oauth)
    plain = Registration(
        name, oauth.provider, oauth.client_id, oauth.token_url or "", oauth.scope or "", flow,
        oauth.client_secret.reveal() if oauth.client_secret else None,
        oauth.certificate.reveal() if oauth.certificate else None,
        oauth.device_url or "", user=user,
    )  # fmt: skip
    match oauth.provider:
        case "microsoft":
            tokens, devices = microsoft_urls(oauth.tenant or "")
            scope = MICROSOFT_DEVICE_SCOPE if flow == "device" else MICROSOFT_SCOPE
            return _filled(plain, tokens, scope, device_url=devices)
        case "google":
            return _filled(plain, GOOGLE_TOKENS, GOOGLE_SCOPE, authorize_url=GOOGLE_AUTHORIZE)
        case _:
            return plain


def _flow(oauth: OAuth) -> Flow:
    return oauth.flow or ("certificate" if oauth.certificate else "secret")


def _filled(
    plain: Registration, tokens: str, scope: str, device_url: str = "", authorize_url: str = ""
) -> Registration:
    """Put in what the settings leave to the provider."""
    return replace(
        plain,
        token_url=plain.token_url or tokens,
        scope=plain.scope or scope,
        device_url=plain.device_url or device_url,
        authorize_url=authorize_url,
    )
