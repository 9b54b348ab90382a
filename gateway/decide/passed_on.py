"""A key of ours in a mail from somebody it was not made for: out of use at once, and its owner hears who had it (A10)."""

from __future__ import annotations

from gateway.decide.arriving import PERSONLIKE
from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.mail.message import Address
from gateway.mail.proof import Verdict
from gateway.tickets.case import BearerMatch, Incoming
from gateway.tickets.effects import Effect, Revoke, Tell
from gateway.tickets.thread import is_for

ADDRESSED = frozenset({"subaddress", "verp"})  # it was written to: that is no quote
_WORDS: dict[str, tuple[str, str]] = {  # language -> title, text
    "sv": (
        "Ett av dina mejl har hamnat hos någon annan",
        (
            "{who} använde nyckeln i ett mejl som bara gick till dig. Nyckeln gäller inte längre; ingenting gjordes med den. "
            "Svarar du själv på just det mejlet får du först en fråga om det var du."
        ),
    ),
    "nb": (
        "En av e-postene dine har havnet hos noen andre",
        (
            "{who} brukte nøkkelen i en e-post som bare gikk til deg. Nøkkelen gjelder ikke lenger; ingenting ble gjort med den. "
            "Svarer du selv på akkurat den e-posten, får du først et spørsmål om det var deg."
        ),
    ),
    "en": (
        "One of your mails is in somebody else's hands",
        (
            "{who} used the key in a mail that went to you alone. The key is worth nothing now, and nothing was done with it. "
            "If you answer that very mail yourself, you are first asked whether it was you."
        ),
    ),
}


def passed_on(incoming: Incoming, terms: Terms) -> tuple[BearerMatch, ...]:
    """Return the bearers that this sender should not have; none where he carries them along in good faith.

    A machine quotes what it answers; a colleague quotes what he was sent, and is known by more than that; a
    participant's references name the mail an operator answered him from. Only who writes *to* a key has taken it.
    """
    if incoming.own or incoming.grant or incoming.found.same_content or incoming.mail.mail_class not in PERSONLIKE:
        return ()
    sender = terms.sender(incoming.mail)
    found = [b for b in incoming.found.bearers if b.purpose != "report"]
    mine = any(is_for(b, sender) for b in found)
    colleague = sender.person is not None and (mine or incoming.proof.verdict is Verdict.PASS)
    strays = [b for b in found if not is_for(b, sender)]
    return tuple(
        b for b in strays if b.carrier in ADDRESSED or not (colleague or _in_good_faith(b, incoming, sender.key))
    )


def _in_good_faith(bearer: BearerMatch, incoming: Incoming, sender: str) -> bool:
    if bearer.carrier != "message-id":
        return False
    ticket = incoming.found.tickets.get(bearer.ticket_id) if bearer.ticket_id is not None else None
    who = {key(address) for address in ticket.addresses()} if ticket is not None else set()
    return bearer.person is None or sender in who


def out_of_use(incoming: Incoming, terms: Terms, told: frozenset[str]) -> list[Effect]:
    """Revoke each, and tell its owner, unless he is among `told`, who were asked what to do with the mail."""
    strays = passed_on(incoming, terms)
    sender = incoming.mail.sender_from
    who = key(sender.address) if sender else incoming.mail.header("From") or "?"
    effects: list[Effect] = [Revoke(b.hash, f"used from {who}"[:200]) for b in strays]
    owners = dict.fromkeys(b.person for b in strays if not b.group)
    return [*effects, *(tell for name in owners if name for tell in _tell(name, who, terms, told))]


def _tell(name: str, who: str, terms: Terms, told: frozenset[str]) -> list[Tell]:
    person = terms.policy.person(name)
    if person is None or key(person.addresses[0]) in told:
        return []
    language = person.language or next(iter(terms.policy.desks.values())).languages[0]
    title, text = _WORDS.get(language, _WORDS["en"])
    alarm = {"title": title, "text": text.format(who=who), "items": [], "orders": []}
    return [
        Tell(
            "alarm", "admin", Address(person.name, person.addresses[0]), name, language, ("key",), entry=False,
            auto="auto-generated", facts={"alarm": alarm, "subject": title},
        )
    ]  # fmt: skip
