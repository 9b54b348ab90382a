"""What a delivery report changes: the state of that mail, the ticket's line, the address that is muted (IN9, A57)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.decide.arriving import entry_of
from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.mail.message import RecipientReport
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import UNPLACED_REPORT, Decision, Effect, FileMail, MarkMail, Mute
from gateway.tickets.model import Actor, ActorKind, Kind, Ticket, Visibility
from gateway.tickets.tell import Happening, tell
from gateway.tickets.thread import Placement

_STATES = {"failed": "failed", "delayed": "deferred", "delivered": "sent", "relayed": "sent", "expanded": "sent"}
_WORST_FIRST = ("failed", "delayed", "expanded", "relayed", "delivered")


@dataclass(frozen=True, slots=True)
class _Ours:
    """A mail of ours that the report proves to have had, to whom it went, and what became of it."""

    mail_id: int
    address: str
    action: str
    status: str | None
    permanent: bool  # nothing will ever arrive there

    @property
    def failed(self) -> bool:
        """Say whether this mail will not arrive any more, be the address good or not."""
        return self.action == "failed"


def report_came(incoming: Incoming, placement: Placement, case: Case, terms: Terms) -> Decision:
    """Believe a report only with an envelope of ours, or our own Message-ID sent to just that recipient.

    Each mail it proves to have had is marked, each address that is no good is muted; that something failed is told
    even where the address is good, for what we wrote did not arrive.
    """
    actor = Actor(ActorKind.GATEWAY, "delivery-report", incoming.envelope.mail_from)
    ours = _proved(incoming)
    changes = [effect for each in ours for effect in _changes(each)]
    reports = incoming.mail.delivery_report.recipients if incoming.mail.delivery_report else ()
    if case.ticket is None or not reports:
        return Decision(actor, (*changes, FileMail(UNPLACED_REPORT)), placement.evidence)
    quiet = entry_of(
        incoming, evidence=placement.evidence, visibility=Visibility.INTERNAL, kind=Kind.EVENT,
        verified=bool(ours), folded=True,
    )  # fmt: skip
    if not ours:
        why = "a delivery report without a valid return address: shown, believed in nothing"
        return Decision(actor, (quiet,), (*placement.evidence, why))
    told = _told(incoming, ours, case.ticket, case, terms)
    said = [f"{each.address}: {each.action}" + (", muted" if each.permanent else "") for each in ours]
    return Decision(actor, (quiet, *changes, *told), (*placement.evidence, *said))


def _changes(ours: _Ours) -> Iterable[Effect]:
    yield MarkMail(ours.mail_id, _STATES.get(ours.action, "deferred"), ours.status, ours.action)
    if ours.permanent:
        yield Mute(ours.address, f"bounced {ours.status or ''}".strip())


def _told(incoming: Incoming, ours: Sequence[_Ours], ticket: Ticket, case: Case, terms: Terms) -> Sequence[Effect]:
    failed = sorted((each for each in ours if each.failed), key=lambda each: not each.permanent)
    if not failed:
        return ()
    bounce: dict[str, Any] = {
        "recipient": ", ".join(dict.fromkeys(each.address for each in failed)),
        "status": failed[0].status,
        "message": incoming.mail.new_text[:1000],
    }
    happening = Happening(("bounced",), by=key(failed[0].address), automatic=True, facts={"bounce": bounce})
    return tell(happening, ticket, terms.policy, case.contact)


def _proved(incoming: Incoming) -> list[_Ours]:
    """Return the mails of ours this report is about, where it proves to have had them; each once.

    Only the address a mail went to can be muted: who got one mail has its return address and its Message-ID, and
    could name anybody else in a report of his own making.
    """
    report = incoming.mail.delivery_report
    if report is None or not report.recipients:
        return []
    found: dict[int, _Ours] = {}
    for bearer in incoming.found.bearers:
        if bearer.purpose == "report" and bearer.mail_id:
            found.setdefault(bearer.mail_id, _outcome(bearer.mail_id, bearer.address, report.recipients))
    if found:
        return list(found.values())
    named = {key(each.address) for each in report.recipients}
    for message in incoming.found.messages:
        ours = message.message_id == report.original_message_id
        if ours and message.mail_id is not None and message.sent_to is not None and key(message.sent_to) in named:
            found.setdefault(message.mail_id, _outcome(message.mail_id, message.sent_to, report.recipients))
    return list(found.values())


def _outcome(mail_id: int, address: str, reports: Sequence[RecipientReport]) -> _Ours:
    """Return what is said of the address our mail went to; else, where it was forwarded to others, of all of them.

    The worst that happened to one of them is told; the address itself is no good only where it reaches nobody.
    """
    mine = [each for each in reports if key(each.address) == key(address)] or list(reports)
    worst = min(mine, key=lambda each: (_rank(each.action), not each.permanent))
    return _Ours(mail_id, address, worst.action, worst.status, all(each.permanent for each in mine))


def _rank(action: str) -> int:
    return _WORST_FIRST.index(action) if action in _WORST_FIRST else len(_WORST_FIRST)
