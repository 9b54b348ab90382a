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
    mail_id = _believed(incoming)
    recipient = _first(incoming)
    if case.ticket is None or recipient is None:
        return Decision(actor, (FileMail("delivery report about no mail of a ticket"),), placement.evidence)
    quiet = entry_of(
        incoming, evidence=placement.evidence, visibility=Visibility.INTERNAL, kind=Kind.EVENT,
        verified=mail_id is not None, folded=True,
    )  # fmt: skip
    if mail_id is None:
        why = "a delivery report without a valid return address: shown, believed in nothing"
        return Decision(actor, (quiet,), (*placement.evidence, why))
    state = _STATES.get(recipient.action, "deferred")
    effects: list[Effect] = [quiet, MarkMail(mail_id, state, recipient.status, recipient.action)]
    if not recipient.permanent:
        return Decision(actor, tuple(effects), (*placement.evidence, f"{recipient.action}: not permanent"))
    effects.append(Mute(recipient.address, f"bounced {recipient.status or ''}".strip()))
    bounce = {"recipient": recipient.address, "status": recipient.status, "message": incoming.mail.new_text[:1000]}
    happening = Happening(("bounced",), by=key(recipient.address), automatic=True, facts={"bounce": bounce})
    told = tell(happening, case.ticket, terms.policy, case.contact)
    return Decision(actor, (*effects, *told), (*placement.evidence, "permanent failure: the address is muted"))


def _first(incoming: Incoming) -> RecipientReport | None:
    report = incoming.mail.delivery_report
    return report.recipients[0] if report and report.recipients else None


def _believed(incoming: Incoming) -> int | None:
    """Return the mail of ours this report is about, where it proves to have had it."""
    verp = next((b.mail_id for b in incoming.found.bearers if b.purpose == "report" and b.mail_id), None)
    report = incoming.mail.delivery_report
    if verp is not None or report is None:
        return verp
    named = {key(r.address) for r in report.recipients}
    for message in incoming.found.messages:
        ours = message.message_id == report.original_message_id and message.mail_id is not None
        if ours and message.sent_to is not None and key(message.sent_to) in named:
            return message.mail_id
    return None
