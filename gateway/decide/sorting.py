"""Before threading: rules of event `received`, the desk a message came to, the clues it carries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.decide import own_list
from gateway.decide.acting import ask, unanswered
from gateway.decide.terms import Terms
from gateway.mail.address import addresses, identity, key, presentable
from gateway.mail.message import Address, InboundMail, MailClass
from gateway.mail.proof import Proof, Verdict
from gateway.rules import actions
from gateway.rules.aliases import in_subject
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import Unanswered
from gateway.tickets.thread import Clues, Placement, clues, place, recipients


@dataclass(frozen=True, slots=True)
class Sorted:
    """A message after the rules of event `received`."""

    incoming: Incoming
    desk: str
    foreign: tuple[str, ...] = ()
    verdict: Any = None  # actions.HoldFor | actions.DiscardBecause | None
    trace: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()  # those of `foreign` that are an old system's number in the subject (TH7)
    unanswered: tuple[Unanswered, ...] = ()

    def place(self, incoming: Incoming, terms: Terms) -> Placement:
        """Weigh the evidence under the desk's own rule of who may join."""
        join = terms.policy.desks[self.desk].who_may_join
        return place(incoming.mail, incoming.found, terms.sender(incoming.mail), join=join, aliases=self.aliases)


def sort(incoming: Incoming, terms: Terms, now: datetime) -> Sorted:
    """Ask the rules of event `received`; they may only say what the message is and where it belongs."""
    desk, addressed = desk_for(incoming, terms)
    if terms.was_sent_from(incoming.envelope):
        return Sorted(replace(incoming, mail=_presentable(incoming.mail)), desk)
    incoming, desk, addressed = _without_list(incoming, desk, terms, addressed=addressed)
    outcome = ask("received", incoming, None, Case(), terms, now)
    mail, proof, foreign, verdict = incoming.mail, incoming.proof, [], None
    for action in outcome.actions:
        match action:
            case actions.DiscardBecause() | actions.HoldFor():
                verdict = verdict or action
            case actions.DeskIs(desk=name) if name in terms.policy.desks:
                desk = name
            case actions.ForeignReference(reference=reference):
                foreign.append(reference)
            case actions.TreatAs(mail_class=kind):
                mail = replace(mail, mail_class=MailClass(kind), why=(*mail.why, "a rule says so"))
            case actions.SenderFrom(source=source):
                mail, proof = _in_the_name_of(_named_sender(mail, source), mail, proof, terms)
            case actions.TreatAsSpam(spam=yes):
                mail = replace(mail, spam="yes" if yes else "no")
                proof = replace(proof, spam="yes" if yes else "no")
            case _:
                pass
    trace = tuple(f"rule {line.name}: {', '.join(line.did)}" for line in outcome.asked if line.verdict)
    if not addressed:
        trace = (f"no desk address in the mail: desk {desk}", *trace)
    patterns = (pattern for each in terms.policy.desks.values() for pattern in each.reference_aliases)
    aliases = in_subject(mail.subject, patterns)
    read = replace(incoming, mail=_presentable(mail), proof=proof)
    return Sorted(read, desk, (*foreign, *aliases), verdict, trace, aliases, unanswered(outcome))


def _without_list(incoming: Incoming, desk: str, terms: Terms, *, addressed: bool) -> tuple[Incoming, str, bool]:
    """Return the message as it was before a desk's own list passed it on; the list addresses its desk."""
    found = own_list.came_by(incoming.mail, terms.policy)
    if found is None:
        return incoming, desk, addressed
    mail = own_list.as_sent(incoming.mail, found[1])
    mail, proof = _in_the_name_of(own_list.sender(mail, terms.policy), mail, incoming.proof, terms)
    return replace(incoming, mail=mail, proof=proof), desk if addressed else found[0], True


def _presentable(mail: InboundMail) -> InboundMail:
    """Take names that pose as addresses from everybody in the mail: from here on they are shown to people."""
    sender = presentable(mail.sender_from) if mail.sender_from else None
    return replace(mail, sender_from=sender, to=tuple(map(presentable, mail.to)), cc=tuple(map(presentable, mail.cc)))


def desk_for(incoming: Incoming, terms: Terms) -> tuple[str, bool]:
    """Return the desk: first desk address in To, then Cc, envelope, Delivered-To, X-Original-To, else the mailbox's."""
    mail = incoming.mail
    for address in (*(a.address for a in (*mail.to, *mail.cc)), *recipients(mail, incoming.envelope)):
        found = terms.policy.desk_of(address)
        if found is not None:
            return found[0], True
    fallback = terms.mailbox_desks.get(incoming.envelope.mailbox or "")
    if fallback is not None and fallback in terms.policy.desks:
        return fallback, False
    return next(iter(terms.policy.desks)), False


def gather(incoming: Incoming, foreign: tuple[str, ...]) -> Clues:
    """Return what the store is asked for."""
    return clues(incoming.mail, incoming.envelope, foreign)


def _in_the_name_of(sender: Address | None, mail: InboundMail, proof: Proof, terms: Terms) -> tuple[InboundMail, Proof]:
    """Let the message speak for somebody else: what a hop proved of the From domain proves nothing of him.

    He never becomes one of ours that From does not name: the text that names him may be a stranger's (A05, A12).
    """
    before = key(mail.sender_from.address) if mail.sender_from else ""
    if sender is None or key(sender.address) == before or key(sender.address) in terms.policy.own_addresses():
        return mail, proof
    verdict = Verdict.FAIL if proof.verdict is Verdict.FAIL else Verdict.NONE
    return replace(mail, sender_from=sender), replace(proof, verdict=verdict)


def _named_sender(mail: InboundMail, source: str) -> Address | None:
    """Return the sender where a rule says to look: a form or a provider writes in the customer's name."""
    match source:
        case "reply-to":
            return mail.reply_to[0] if mail.reply_to else None
        case "sender":
            return mail.sender
        case text:
            return identity([text]) or next(iter(addresses(text)), None)
