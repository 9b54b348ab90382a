"""Pieces every arriving message shares: the entry it becomes, what it teaches, whether a receipt may leave."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.mail.message import MailClass
from gateway.mail.proof import Verdict
from gateway.policy.schema_desk import Desk
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import AddEntry, Effect, Remember, Unmute
from gateway.tickets.model import Actor, ActorKind, Kind, Ticket, Visibility

RECEIPT_AGE = timedelta(days=2)
MOST_HOPS = 50  # a mail that came by more may be going round (A53)
PERSONLIKE = frozenset({MailClass.PERSON, MailClass.MAILING_LIST})


def entry_of(
    incoming: Incoming,
    *,
    evidence: tuple[str, ...] = (),
    visibility: Visibility = Visibility.PUBLIC,
    kind: Kind = Kind.MESSAGE,
    verified: bool = True,
    folded: bool = False,
) -> AddEntry:
    """Return the message as an entry: new text in front, the whole body kept."""
    mail = incoming.mail
    sender = mail.sender_from
    return AddEntry(
        kind,
        visibility,
        "in",
        (sender.name or sender.address) if sender else "",
        mail.new_text,
        mail.new_html,
        mail.text,
        mail.to,
        mail.cc,
        mail.attachments,
        mail.message_id,
        evidence,
        verified,
        folded,
    )


def actor_of(incoming: Incoming, ticket: Ticket | None) -> Actor:
    """Return who wrote, as the ticket knows him."""
    sender = incoming.mail.sender_from
    address = sender.address if sender else incoming.envelope.mail_from
    name = (sender.name if sender else "") or address
    roles = {key(p.address): p.role for p in ticket.participants} if ticket else {}
    kinds = {"requester": ActorKind.REQUESTER, "cc": ActorKind.PARTICIPANT, "third-party": ActorKind.THIRD_PARTY}
    kind = kinds.get(roles.get(key(address), ""), ActorKind.REQUESTER if ticket is None else ActorKind.STRANGER)
    return Actor(kind, name, address)


def lessons(incoming: Incoming, case: Case) -> list[Effect]:
    """Return what a good mail teaches: the contact's name and language, and that his address works (IN9)."""
    mail = incoming.mail
    if mail.sender_from is None or mail.mail_class not in PERSONLIKE or incoming.proof.verdict is Verdict.FAIL:
        return []
    sender = mail.sender_from
    learnt: list[Effect] = [Remember(sender.address, sender.name, mail.language, _surely_his(incoming, sender.address))]
    if case.contact is not None and case.contact.muted and _surely_his(incoming, sender.address):
        learnt.append(Unmute(sender.address))  # anybody can write his name: that shows no address to work
    return learnt


def _surely_his(incoming: Incoming, address: str) -> bool:
    """Say whether a hop proved him, or he answers a mail that only he got.

    A forged From must not make its victim known: the next forgery would bring him a receipt with words of the
    forger, outside the budget of strangers (A55).
    """
    answered = (m.sent_to for m in incoming.found.messages if m.mail_id is not None and m.sent_to)
    return incoming.proof.verdict is Verdict.PASS or key(address) in map(key, answered)


def why_no_receipt(incoming: Incoming, now: datetime) -> str | None:
    """Return why this message gets no receipt (mails.md: receipts), or None where it may."""
    mail = incoming.mail
    if mail.mail_class is not MailClass.PERSON:
        return f"class {mail.mail_class}"
    if not incoming.envelope.mail_from and incoming.envelope.source != "imap":
        return "null sender"
    if incoming.proof.verdict is Verdict.FAIL:
        return f"{incoming.proof.method or 'authentication'} says fail"
    if sum(name.lower() == "received" for name, _ in mail.headers) > MOST_HOPS:
        return f"more than {MOST_HOPS} hops"
    if {mail.spam, incoming.proof.spam} & {"yes", "suspect"}:
        return "suspected spam"
    written = datetime.fromisoformat(mail.date) if mail.date else incoming.received_at
    return "the mail is older than two days" if now - written > RECEIPT_AGE else None


def is_stranger(incoming: Incoming, case: Case) -> bool:
    """Say whether nobody proved the sender and nobody of ours ever knew him: his receipt is neutral."""
    known = case.contact is not None and case.contact.known
    return incoming.proof.verdict is not Verdict.PASS and not known


def language_of(incoming: Incoming, case: Case, desk: Desk, terms: Terms) -> str:
    """Return the ticket's language: the contact's, his organisation's, the text's, the desk's first."""
    if desk.language != "auto":
        return desk.language
    sender = terms.sender(incoming.mail)
    organisation = terms.policy.contacts.organisations.get(sender.organisation or "")
    wanted = (
        case.contact.language if case.contact else None,
        organisation.language if organisation else None,
        incoming.mail.language,
    )
    return next((w for w in wanted if w and w in desk.languages), desk.languages[0])
