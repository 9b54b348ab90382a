"""What a delivery report changes: the state of that mail, the ticket's line, the address that is muted (IN9, A57)."""

from __future__ import annotations

from gateway.decide.arriving import entry_of
from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.mail.message import RecipientReport
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import Decision, Effect, FileMail, MarkMail, Mute
from gateway.tickets.model import Actor, ActorKind, Kind, Visibility
from gateway.tickets.tell import Happening, tell
from gateway.tickets.thread import Placement

_STATES = {"failed": "failed", "delayed": "deferred", "delivered": "sent", "relayed": "sent", "expanded": "sent"}


def report_came(incoming: Incoming, placement: Placement, case: Case, terms: Terms) -> Decision:
    """Believe a report only with a VERP address of ours, or our own Message-ID sent to just that recipient."""
    actor = Actor(ActorKind.GATEWAY, "delivery-report", incoming.envelope.mail_from)
    believed = _believed(incoming)
    recipient = _reported(incoming, believed[1] if believed else "")
    if case.ticket is None or recipient is None:
        return Decision(actor, (FileMail("delivery report about no mail of a ticket"),), placement.evidence)
    quiet = entry_of(
        incoming, evidence=placement.evidence, visibility=Visibility.INTERNAL, kind=Kind.EVENT,
        verified=believed is not None, folded=True,
    )  # fmt: skip
    if believed is None:
        why = "a delivery report without a valid return address: shown, believed in nothing"
        return Decision(actor, (quiet,), (*placement.evidence, why))
    mail_id, address = believed
    state = _STATES.get(recipient.action, "deferred")
    effects: list[Effect] = [quiet, MarkMail(mail_id, state, recipient.status, recipient.action)]
    if not recipient.permanent:
        return Decision(actor, tuple(effects), (*placement.evidence, f"{recipient.action}: not permanent"))
    effects.append(Mute(address, f"bounced {recipient.status or ''}".strip()))
    bounce = {"recipient": address, "status": recipient.status, "message": incoming.mail.new_text[:1000]}
    happening = Happening(("bounced",), by=key(address), automatic=True, facts={"bounce": bounce})
    told = tell(happening, case.ticket, terms.policy, case.contact)
    return Decision(actor, (*effects, *told), (*placement.evidence, "permanent failure: the address is muted"))


def _reported(incoming: Incoming, address: str) -> RecipientReport | None:
    """Return what is said of the address our mail went to, else of the first one: it may have been forwarded."""
    reports = incoming.mail.delivery_report.recipients if incoming.mail.delivery_report else ()
    mine = (each for each in reports if key(each.address) == key(address))
    return next(mine, next(iter(reports), None))


def _believed(incoming: Incoming) -> tuple[int, str] | None:
    """Return the mail of ours this report is about and to whom it went, where it proves to have had it.

    Only that address can be muted: who got one mail has its return address and its Message-ID, and could name
    anybody else in a report of his own making.
    """
    verp = next((b for b in incoming.found.bearers if b.purpose == "report"), None)
    report = incoming.mail.delivery_report
    if verp is not None and verp.mail_id:
        return verp.mail_id, verp.address
    named = {key(r.address) for r in report.recipients} if report else set()
    for message in incoming.found.messages:
        ours = report is not None and message.message_id == report.original_message_id
        if ours and message.mail_id is not None and message.sent_to is not None and key(message.sent_to) in named:
            return message.mail_id, message.sent_to
    return None
