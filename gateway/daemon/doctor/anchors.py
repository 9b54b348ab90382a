"""Whose word counts for who wrote: of each way mail comes in, and what cannot be known from here."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from gateway.daemon.doctor.finding import Finding
from gateway.settings import Settings
from gateway.settings.values import Trust

_FORGED = (
    "send yourself a mail with a forged Authentication-Results of that name; `gateway journal show` must not believe it"
)


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at each listener and mailbox."""
    for name, listen in (("smtp", settings.listen.smtp), ("lmtp", settings.listen.lmtp)):
        if listen is not None:
            local = name == "lmtp" or _is_loopback(getattr(listen, "address", None))
            yield _of(f"trust of [listen.{name}]", listen.trust, local)
    for box in settings.mailbox:
        yield _of(f"trust of mailbox {box.name}", box.trust, local=True)


def _of(about: str, trust: Trust, local: bool) -> Finding:
    match trust.kind:
        case "none":
            do = "name who checks it: trust = {authserv_id = …}, microsoft365 or google"
            return Finding(about, "note", "no sender is proven; operators confirm by a second mail", do)
        case "authserv" if not trust.relays and not local:
            do = 'trust = {…, relays = ["address of your mail server"]}'
            return Finding(about, "wrong", f"anybody who connects may claim to be {trust.authserv_id}", do)
        case "authserv":
            return Finding(about, "note", f"{trust.authserv_id} is believed; it must take forged fields away", _FORGED)
        case "verify":
            return Finding(about, "ok", "DKIM is checked here")
        case _:
            return Finding(about, "ok", f"the topmost result of {trust.kind} is believed")


def _is_loopback(address: str | None) -> bool:
    try:
        return address is None or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
