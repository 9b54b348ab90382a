"""The one source of tokens of a registration: threads share it, and it fetches before the old one dies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from gateway import clock as wall
from gateway.oauth.assertion import CLIENT_ASSERTION, JWT_BEARER, client_assertion, service_assertion
from gateway.oauth.endpoint import Granted, Post, TokenError, TokenRefusedError, ask, post_form
from gateway.oauth.registration import Registration

_EARLY: Final = 300.0  # seconds before its death that a token is renewed; of a short life, the last third
_PAUSES: Final = (5.0, 15.0, 60.0, 300.0)  # after failures in a row; providers lock out who asks too often
_AFTER_REFUSAL: Final = 300.0  # a person is needed: looking again now and then finds what he mended


class Vault(Protocol):
    """Where refresh tokens survive a restart."""

    def turn(self, name: str) -> AbstractContextManager[None]:
        """Let one process at a time use the refresh token: of two that rotate it at once, one loses."""

    def read(self, name: str) -> str | None:
        """Return the refresh token, None where nobody logged in."""

    def write(self, name: str, refresh_token: str) -> None:
        """Keep it, committed when this returns."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A token; times in monotonic seconds."""

    token: str = field(repr=False)
    renew_at: float
    dies_at: float


class TokenSource:
    """Call it for a token; tell it with `refuse` which one a server would not have. Safe for threads."""

    def __init__(
        self,
        registration: Registration,
        vault: Vault,
        post: Post = post_form,
        clock: Callable[[], float] = wall.monotonic,
        now: Callable[[], datetime] = wall.now,
    ) -> None:
        self.registration = registration
        self._vault, self._post, self._clock, self._now = vault, post, clock, now
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._unsaved: str | None = None  # a refresh token the vault could not take: the old one may be void
        self._trouble: TokenError | None = None
        self._failures = 0
        self._not_before = 0.0

    def __call__(self) -> str:
        """Return a token that lives; raises TokenError. While it is renewed the others go on with the old one."""
        held = self._held
        if held is not None and self._clock() < held.renew_at:
            return held.token
        old = held is not None and self._clock() < held.dies_at
        if not self._lock.acquire(blocking=not old):
            assert held is not None, "only who has an old one does not wait"
            return held.token
        try:
            return self._renewed()
        finally:
            self._lock.release()

    def refuse(self, token: str) -> None:
        """Forget this token: a server would not have it. One that was fetched meanwhile stays."""
        with self._lock:
            if self._held is not None and self._held.token == token:
                self._held = None

    def _renewed(self) -> str:
        held, at = self._held, self._clock()
        if held is not None and at < held.renew_at:  # another thread was faster
            return held.token
        lives = held is not None and at < held.dies_at
        if self._trouble is not None and at < self._not_before:
            if held is not None and lives:
                return held.token
            raise self._trouble
        try:
            granted = self._fetch()
        except TokenError as error:
            self._failed(error)
            if held is not None and lives and not isinstance(error, TokenRefusedError):
                return held.token
            raise
        self._trouble, self._failures = None, 0
        at = self._clock()
        early = min(_EARLY, granted.lives / 3)
        self._held = _Held(granted.access_token, at + granted.lives - early, at + granted.lives)
        return granted.access_token

    def _failed(self, error: TokenError) -> None:
        pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        if isinstance(error, TokenRefusedError):
            pause = _AFTER_REFUSAL
        self._failures += 1
        self._trouble, self._not_before = error, self._clock() + max(pause, error.wait)

    # Fetching.

    def _fetch(self) -> Granted:
        each = self.registration
        if each.needs_login:
            with self._vault.turn(each.grant_name):
                return self._refreshed()
        return ask(self._post, each.token_url, self._own_grant())

    def _own_grant(self) -> dict[str, str]:
        """Return the form by which the program itself is let in."""
        each = self.registration
        if each.provider == "google":
            return {"grant_type": JWT_BEARER, "assertion": service_assertion(each, self._now())}
        return {"grant_type": "client_credentials", "scope": each.scope, **credentials(each, self._now())}

    def _refreshed(self) -> Granted:
        each = self.registration
        if self._unsaved is not None:
            self._save(self._unsaved)
        token = self._vault.read(each.grant_name)
        if token is None:
            raise TokenRefusedError(f"nobody has logged in: gateway mailbox login {each.name}")
        form = {"grant_type": "refresh_token", "refresh_token": token, **credentials(each, self._now())}
        if each.provider == "microsoft":
            form["scope"] = each.scope
        try:
            granted = ask(self._post, each.token_url, form)
        except TokenRefusedError as error:
            raise TokenRefusedError(f"{error}; log in again: gateway mailbox login {each.name}") from error
        if granted.refresh_token not in {None, token}:
            self._save(granted.refresh_token or "")
        return granted

    def _save(self, refresh_token: str) -> None:
        """Keep a rotated token before anything is done with its access token: the old one may be void by now."""
        self._unsaved = refresh_token
        try:
            self._vault.write(self.registration.grant_name, refresh_token)
        except Exception as error:
            raise TokenError(f"a new refresh token could not be kept: {error}") from error
        self._unsaved = None


def credentials(registration: Registration, now: datetime) -> dict[str, str]:
    """Return the form fields that say who the client is: by secret, by key, or by name alone (a public client)."""
    form = {"client_id": registration.client_id}
    if registration.certificate and registration.provider != "google":
        assertion = client_assertion(registration, now, wall.token())
        return {**form, "client_assertion_type": CLIENT_ASSERTION, "client_assertion": assertion}
    if registration.client_secret:
        form["client_secret"] = registration.client_secret
    return form
