"""A person lets the gateway in once: by a code on another device (RFC 8628), or by his browser's last address."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from gateway import clock as wall
from gateway.oauth.endpoint import Granted, Post, TokenError, TokenRefusedError, ask, reason
from gateway.oauth.registration import Registration
from gateway.oauth.source import Vault, credentials

_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER: Final = 5.0  # RFC 8628 §3.5
# Nothing listens there: the browser shows an error, and its address bar the code. Google allows loopback only.
REDIRECT: Final = "http://127.0.0.1"


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person types where; `interval` and `lives` in seconds."""

    user_code: str
    url: str
    device_code: str = field(repr=False)
    interval: float
    lives: float


def begin(registration: Registration, post: Post) -> DeviceCode:
    """Ask for a code; raises TokenError."""
    status, _, body = post(registration.device_url, {"client_id": registration.client_id, "scope": registration.scope})
    if status != 200 or not isinstance(body, dict) or "device_code" not in body:
        raise TokenRefusedError(f"no device code: {reason(status, body)}")
    url = body.get("verification_uri") or body.get("verification_url") or ""
    return DeviceCode(
        str(body["user_code"]), str(url), str(body["device_code"]), float(body.get("interval", 5)),
        float(body.get("expires_in", 900)),
    )  # fmt: skip


def wait(
    registration: Registration,
    code: DeviceCode,
    post: Post,
    now: Callable[[], datetime],
    sleep: Callable[[float], object],
) -> Granted:
    """Ask again and again until the person is done; raises TokenRefusedError where he is not, or says no."""
    interval, waited = code.interval, 0.0
    while waited < code.lives:
        sleep(interval)
        waited += interval
        form = {"grant_type": _GRANT, "device_code": code.device_code, **credentials(registration, now())}
        status, _, body = post(registration.token_url, form)
        match _error(body):
            case "authorization_pending":
                continue
            case "slow_down":
                interval += _SLOWER
            case None if status == 200:
                return ask(lambda *_: (status, {}, body), registration.token_url, {})  # noqa: B023  # asked at once
            case _ if status >= 500 or status == 429:
                continue
            case _:
                raise TokenRefusedError(reason(status, body))
    raise TokenRefusedError("the code ran out before anybody typed it")


def _error(body: Any) -> str | None:
    found = body.get("error") if isinstance(body, dict) else None
    return found if isinstance(found, str) else None


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser's errand: where it goes, and what we must know when it comes back (PKCE, RFC 7636)."""

    url: str
    state: str
    verifier: str = field(repr=False)


def visit(registration: Registration) -> Visit:
    """Return where a person's browser goes."""
    state, verifier = wall.token(), wall.token(320)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "client_id": registration.client_id, "redirect_uri": REDIRECT, "response_type": "code",
        "scope": registration.scope, "state": state, "code_challenge": challenge, "code_challenge_method": "S256",
        "access_type": "offline", "prompt": "consent", "login_hint": registration.user,
    }  # fmt: skip
    return Visit(f"{registration.authorize_url}?{urlencode(asked)}", state, verifier)


def come_back(registration: Registration, errand: Visit, address: str, post: Post, now: datetime) -> Granted:
    """Read the address the browser ended at and fetch the tokens; raises TokenError."""
    said = parse_qs(urlsplit(address.strip()).query)
    if said.get("state") != [errand.state] or "code" not in said:
        raise TokenRefusedError(f"that is not the address of this login ({', '.join(said.get('error', ['no code']))})")
    form = {
        "grant_type": "authorization_code", "code": said["code"][0], "redirect_uri": REDIRECT,
        "code_verifier": errand.verifier, **credentials(registration, now),
    }  # fmt: skip
    return ask(post, registration.token_url, form)


def keep(registration: Registration, granted: Granted, vault: Vault) -> None:
    """Keep what the login brought; raises TokenError where it will not last."""
    if granted.refresh_token is None:
        raise TokenError("the provider gave no refresh token: the scope must allow offline access")
    with vault.turn(registration.grant_name):
        vault.write(registration.grant_name, granted.refresh_token)
