"""A desk's own list or group address (`arrives_via`): its headers are ignored, the From it rewrote is resolved (IN13).

Google Groups, Mailman and others put themselves into From where the sender's domain forbids to pass his mail on; he
then stands in X-Original-From or Reply-To. Nothing they say proves him: he is as unproven as any From.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gateway.mail.address import addresses, identity, key
from gateway.mail.message import Address, InboundMail, MailClass
from gateway.policy.schema import Policy

_ORIGINAL: Final = ("x-original-from", "x-mailman-original-from", "x-original-sender")
_NAMES: Final = ("list-id", "list-post", "x-beenthere", "delivered-to", "x-original-to")
_LIST_ID: Final = re.compile(r"<?([^<>\s]{1,250})>?\s*\Z")
_BY_THE_LIST: Final = "Precedence: list"  # what a list alone makes look automatic


def came_by(mail: InboundMail, policy: Policy) -> tuple[str, str] | None:
    """Return the desk and the name of its own list or group that the message came by; None where it did not."""
    own = {name.casefold().strip("<>"): desk for desk, one in policy.desks.items() for name in one.arrives_via}
    return next(((own[name], name) for name in _named(mail) if name in own), None) if own else None


def is_own_list(address: str, policy: Policy) -> bool:
    """Say whether an address is that of a desk's own list; written as an address, or as its List-Id."""
    whole = address.casefold()
    names = {name.casefold().strip("<>") for desk in policy.desks.values() for name in desk.arrives_via}
    return whole in names or whole.replace("@", ".") in names


def as_sent(mail: InboundMail, name: str) -> InboundMail:
    """Return the message with the class it has without the list, and why."""
    machine = mail.mail_class is MailClass.AUTOMATIC and all(why == _BY_THE_LIST for why in mail.why)
    if mail.mail_class is not MailClass.MAILING_LIST and not machine:
        return mail
    return replace(mail, mail_class=MailClass.PERSON, why=(*mail.why, f"{name} is the desk's own list"))


def sender(mail: InboundMail, policy: Policy) -> Address | None:
    """Return who wrote, where the list put itself, or a desk, into From; None where From says it."""
    shown = mail.sender_from
    if shown is None or not (policy.desk_of(shown.address) or is_own_list(shown.address, policy)):
        return None
    for field in _ORIGINAL:
        written = mail.header(field)
        found = identity([written]) if written else None
        if found is not None:
            return found if found.name else replace(found, name=_without_via(shown.name))
    others = [one for one in mail.reply_to if not (policy.desk_of(one.address) or is_own_list(one.address, policy))]
    if len({key(one.address) for one in others}) != 1:
        return None
    return others[0] if others[0].name else replace(others[0], name=_without_via(shown.name))


def _named(mail: InboundMail) -> Iterator[str]:
    for name, value in mail.headers:
        if name.lower() == "list-id" and (found := _LIST_ID.search(value.strip())):
            yield found[1].casefold()
        elif name.lower() in _NAMES:
            yield from (one.address.casefold() for one in addresses(value.replace("mailto:", "")))
    yield from (one.address.casefold() for one in (*mail.to, *mail.cc))


def _without_via(name: str) -> str:
    """Return the name without what the list added: "'Karin Berg' via Support"."""
    return name.partition(" via ")[0].strip(" '\"")
