"""Asking a token endpoint: one POST over verified TLS, and what its answer means."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from gateway.errors import GatewayError

_TIMEOUT: Final = 20.0  # seconds for the connection and for each read
_LONGEST: Final = 256 * 1024
_LONGEST_LIFE: Final = 86_400.0  # a token that says it lives longer is asked for anew all the same
_LONGEST_WAIT: Final = 3600.0
# RFC 6749 §5.2: these are mended by a person. `interaction_required` is Microsoft's, for a password that changed.
_FOR_A_PERSON: Final = frozenset(
    {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope", "interaction_required", "access_denied"}
)


class TokenError(GatewayError):
    """No token now; time may mend it. `wait` is how many seconds the provider asks for, if it does."""

    def __init__(self, text: str, wait: float = 0.0) -> None:
        super().__init__(text)
        self.wait = wait


class TokenRefusedError(TokenError):
    """No token until a person sees to it: a secret ran out, or somebody has to log in."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A token, how many seconds it lives, and the refresh token to use from now on, where one came."""

    access_token: str = field(repr=False)
    lives: float
    refresh_token: str | None = field(default=None, repr=False)


Post = Callable[[str, Mapping[str, str]], tuple[int, Mapping[str, str], Any]]
"""Post a form; return status, header fields in lower case, and the JSON of the answer (None where it is none)."""


def post_form(url: str, form: Mapping[str, str]) -> tuple[int, Mapping[str, str], Any]:
    """Post a form and read JSON; raises TokenError where no answer came. Redirects are not followed."""
    request = urllib.request.Request(  # noqa: S310  # https, or http on this machine: `is_safe` was asked
        url, urlencode(form).encode(), {"Accept": "application/json"}
    )
    if not is_safe(url):
        raise TokenError(f"{_place(url)}: not https")
    try:
        with _opener(url).open(request, timeout=_TIMEOUT) as answer:
            return answer.status, _fields(answer.headers), _json(answer.read(_LONGEST))
    except urllib.error.HTTPError as error:
        with error:
            try:
                return error.code, _fields(error.headers), _json(error.read(_LONGEST))
            except OSError as lost:
                raise TokenError(f"{_place(url)}: {lost}") from lost
    except (OSError, ValueError) as error:  # URLError is an OSError
        reason = getattr(error, "reason", None) or error
        raise TokenError(f"{_place(url)}: {reason or type(error).__name__}") from error


def ask(post: Post, url: str, form: Mapping[str, str]) -> Granted:
    """Return what a token endpoint grants; raises TokenError, and TokenRefusedError where a person must help."""
    status, fields, body = post(url, form)
    if status == 200 and isinstance(body, dict) and isinstance(body.get("access_token"), str):
        fresh = body.get("refresh_token")
        return Granted(body["access_token"], _lives(body.get("expires_in")), fresh if isinstance(fresh, str) else None)
    said = reason(status, body)
    if 400 <= status < 500 and status != 429 and isinstance(body, dict) and body.get("error") in _FOR_A_PERSON:
        raise TokenRefusedError(f"{_place(url)}: {said}")
    raise TokenError(f"{_place(url)}: {said}", _wait(fields))


def reason(status: int, body: Any) -> str:
    """Return why, on one line; the answer of a provider repeats no secret, and is cut all the same."""
    words = [str(body[key]) for key in ("error", "error_description") if key in body] if isinstance(body, dict) else []
    return " ".join(f"{status} {': '.join(words)}".split())[:300]


def is_safe(url: str) -> bool:
    """Say whether a secret may be sent there: https, or this machine itself."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the secret elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        """Never follow: urllib raises HTTPError with the redirect's own status."""
        return


def _opener(url: str) -> urllib.request.OpenerDirector:
    direct = [urllib.request.ProxyHandler({})] if _is_loopback(urlsplit(url).hostname or "") else []
    secure = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    return urllib.request.build_opener(secure, _NoRedirect(), *direct)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _place(url: str) -> str:
    """Return the host of a URL, for messages: a path may carry a tenant."""
    return urlsplit(url).hostname or "token endpoint"


def _fields(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _lives(written: Any) -> float:
    """Read `expires_in`: seconds, which some write as text; an hour where it is missing."""
    try:
        return min(max(float(written), 0.0), _LONGEST_LIFE)
    except (TypeError, ValueError):
        return 3600.0


def _wait(fields: Mapping[str, str]) -> float:
    written = fields.get("retry-after", "")
    return min(float(written), _LONGEST_WAIT) if written.isdigit() else 0.0
