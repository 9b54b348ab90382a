"""What the shapes of gateway.toml cannot see: names used twice or not declared, plain text over a network."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from gateway.settings.places import Path
from gateway.settings.schema import Mailbox, OAuth, Settings, Smarthost

Wrong = Iterator[tuple[Path, str]]


def contradictions(settings: Settings) -> Wrong:
    """Yield the path and the sentence of each."""
    parts: tuple[tuple[str, tuple[Mailbox | Smarthost, ...]], ...] = (
        ("mailbox", settings.mailbox),
        ("smarthost", settings.smarthost),
    )
    for part, entries in parts:
        names: set[str] = set()
        for index, entry in enumerate(entries):
            if entry.name in names:
                yield (part, index, "name"), f"a {part} named '{entry.name}' stands already above"
            names.add(entry.name)
            for key, said in _connection(entry, settings):
                yield (part, index, key), said
    for name, oauth in settings.oauth.items():
        for said in _oauth(oauth):
            yield ("oauth", name), said
    if settings.sms is not None and "{number}" not in settings.sms.to:
        yield ("sms", "to"), "write {number} where the number goes"


def is_loopback(host: str) -> bool:
    """Say whether the host is this machine itself, by name or number."""
    if host.lower() in {"localhost", "localhost.localdomain", "ip6-localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _connection(entry: Mailbox | Smarthost, settings: Settings) -> Iterator[tuple[str, str]]:
    if entry.tls == "none" and not entry.allow_plain and not is_loopback(entry.host):
        yield "tls", 'plain text over a network; use "tls" or "starttls", or set allow_plain = true'
    if entry.oauth is not None and entry.oauth not in settings.oauth:
        yield "oauth", f"no [oauth.{entry.oauth}] in this file"
    if entry.oauth is not None and entry.password is not None:
        yield "password", "password and oauth exclude each other"
    has_secret = entry.oauth is not None or entry.password is not None
    if isinstance(entry, Mailbox) and not has_secret:
        yield "name", f"mailbox '{entry.name}' needs password or oauth"
    if isinstance(entry, Smarthost) and has_secret != (entry.user is not None):
        yield "name", f"smarthost '{entry.name}' needs user and a secret, or neither"


def _oauth(oauth: OAuth) -> Iterator[str]:
    if oauth.provider == "custom" and oauth.token_url is None:
        yield "provider custom needs token_url"
    if oauth.provider == "microsoft" and oauth.tenant is None:
        yield "provider microsoft needs tenant"
    if oauth.client_secret is None and oauth.certificate is None and oauth.flow != "device":
        yield 'write client_secret, certificate or flow = "device"'
