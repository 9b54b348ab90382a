"""What the shapes of gateway.toml cannot see: names used twice or not declared, plain text over a network."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from gateway.settings.places import Path
from gateway.settings.schema import Mailbox, OAuth, Smarthost

Wrong = Iterator[tuple[Path, str]]
K = TypeVar("K", int, str)
T = TypeVar("T", bound=BaseModel)


def contradictions(data: Mapping[str, Any]) -> Wrong:
    """Yield the path and the sentence of each; an entry that does not fit its own shape is left out."""
    oauth = data.get("oauth")
    registrations = dict(_fitting(oauth.items(), OAuth)) if isinstance(oauth, dict) else {}
    declared = frozenset(oauth) if isinstance(oauth, dict) else frozenset()
    yield from _connections("mailbox", dict(_fitting(_numbered(data.get("mailbox")), Mailbox)), declared)
    yield from _connections("smarthost", dict(_fitting(_numbered(data.get("smarthost")), Smarthost)), declared)
    for name, registration in registrations.items():
        for said in _oauth(registration):
            yield ("oauth", name), said
    sms = data.get("sms")
    to = sms.get("to") if isinstance(sms, dict) else None
    if isinstance(to, str) and "{number}" not in to:
        yield ("sms", "to"), "write {number} where the number goes"


def _numbered(entries: Any) -> Iterable[tuple[int, Any]]:
    return enumerate(entries) if isinstance(entries, list) else ()


def _fitting(entries: Iterable[tuple[K, Any]], model: type[T]) -> Iterator[tuple[K, T]]:
    for key, entry in entries:
        try:
            yield key, model.model_validate(entry)
        except ValidationError:
            continue


def _connections(part: str, entries: Mapping[int, Mailbox | Smarthost], declared: frozenset[str]) -> Wrong:
    names: set[str] = set()
    for index, entry in entries.items():
        if entry.name in names:
            yield (part, index, "name"), f"a {part} named '{entry.name}' stands already above"
        names.add(entry.name)
        for key, said in _connection(entry, declared):
            yield (part, index, key), said


def is_loopback(host: str) -> bool:
    """Say whether the host is this machine itself, by name or number."""
    if host.lower() in {"localhost", "localhost.localdomain", "ip6-localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _connection(entry: Mailbox | Smarthost, declared: frozenset[str]) -> Iterator[tuple[str, str]]:
    if entry.tls == "none" and not entry.allow_plain and not is_loopback(entry.host):
        yield "tls", 'plain text over a network; use "tls" or "starttls", or set allow_plain = true'
    if entry.oauth is not None and entry.oauth not in declared:
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
    if oauth.flow == "device" and oauth.provider == "custom" and oauth.device_url is None:
        yield 'provider custom with flow = "device" needs device_url'
    for key, url in (("token_url", oauth.token_url), ("device_url", oauth.device_url)):
        if url is not None and not _hides_secrets(url):
            yield f"{key} must begin with https://"


def _hides_secrets(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
