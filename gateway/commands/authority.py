"""Who is it, and how sure are we: the ladder from refused over unproven and known to proven (commands.md).

From alone, Reply-To, a subject number, a display name and headers from outside never count (A05, A11, A12).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from gateway.commands.sentences import Said, say
from gateway.mail.message import MailClass
from gateway.mail.proof import Verdict
from gateway.policy import roles
from gateway.policy.schema import Policy
from gateway.tickets.case import BearerMatch, Incoming

NEWS_FOR = timedelta(days=7)
"""So far the Date of an operator's mail may lie from its arrival."""


class Level(IntEnum):
    """How much a mail may do; each level may do what those below it may."""

    REFUSED = 0  # a trusted result says fail, or From is not one well-formed address
    UNPROVEN = 1  # his From and nothing else
    KNOWN = 2  # a bearer for this person and this ticket, and nothing against it
    PROVEN = 3  # known and an aligned pass, or an answered confirmation


PROVEN_VERBS = frozenset({"merge", "unmerge", "split", "requester", "open-up", "discard", "on"})
"""Verbs that need PROVEN. An outside address never seen in the ticket needs it too; that is seen at the argument."""

_DECIDING = frozenset({"held", "confirm"})
"""Purposes of bearers that let a person decide about a held mail."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer, with its evidence for the audit trail.

    `person` is the operator (or other person of ours) whose address stands in From, whatever the level; None for
    everybody else. What becomes of a bearer that was passed on is decided for every mail, whoever wrote it.
    """

    level: Level
    person: str | None
    reason: str  # malformed-from | fail | not-ours | class | replay | date | grant | bearer | group-bearer | no-bearer | mismatch
    bearer: BearerMatch | None = None
    method: str | None = None  # dmarc | dkim | provider | confirmation

    @property
    def acts(self) -> bool:
        """Say whether orders of this mail are obeyed at all."""
        return self.person is not None and self.level >= Level.KNOWN


OPERATOR_ON_SITE = "command-line"


def on_command_line(person: str) -> Standing:
    """Return the standing of `gateway ticket do … --as PERSON`: who may run it may do everything."""
    return Standing(Level.PROVEN, person, OPERATOR_ON_SITE, method="confirmation")


def level(incoming: Incoming, policy: Policy, ticket_id: int | None) -> Standing:
    """Weigh the evidence of a message about the ticket it was threaded to (None: no ticket)."""
    sender = incoming.mail.sender_from
    if sender is None:
        return Standing(Level.REFUSED, None, "malformed-from")
    person = policy.person_of(sender.address)
    if person is None:
        return Standing(Level.UNPROVEN, None, "not-ours")
    if incoming.proof.verdict is Verdict.FAIL:
        return Standing(Level.REFUSED, person, "fail")
    if incoming.mail.mail_class is not MailClass.PERSON:
        return Standing(Level.UNPROVEN, person, "class")
    doubt = _is_old_news(incoming)
    if doubt and incoming.grant.get("confirmed") != person:
        return Standing(Level.UNPROVEN, person, doubt)
    return _weigh(incoming, policy, ticket_id, person)


def _is_old_news(incoming: Incoming) -> str | None:
    """Say why a genuine message may be one that somebody kept and sent again: seen before, or of another week (A08)."""
    if incoming.replayed:
        return "replay"
    written = datetime.fromisoformat(incoming.mail.date) if incoming.mail.date else incoming.received_at
    return "date" if abs(incoming.received_at - written) > NEWS_FOR else None


def _weigh(incoming: Incoming, policy: Policy, ticket_id: int | None, person: str) -> Standing:
    passed = incoming.proof.verdict is Verdict.PASS
    method = incoming.proof.method
    own = _own(incoming.found.bearers, person, ticket_id)
    shared = _shared(incoming.found.bearers, policy, person, ticket_id)
    if incoming.grant.get("confirmed") == person:
        return Standing(Level.PROVEN, person, "grant", own or shared, method="confirmation")
    if own is not None:
        return Standing(Level.PROVEN if passed else Level.KNOWN, person, "bearer", own, method=method)
    if _is_anothers(incoming, policy, person):
        return Standing(Level.UNPROVEN, person, "mismatch")
    if shared is not None:
        return Standing(Level.KNOWN if passed else Level.UNPROVEN, person, "group-bearer", shared, method=method)
    return Standing(Level.UNPROVEN, person, "no-bearer", method=method)


def _own(bearers: tuple[BearerMatch, ...], person: str, ticket_id: int | None) -> BearerMatch | None:
    """Return the bearer of this person for this ticket; one that decides about a held mail comes first."""
    mine = [bearer for bearer in bearers if bearer.person == person and not bearer.group]
    deciding = [bearer for bearer in mine if bearer.purpose in _DECIDING and bearer.journal_id is not None]
    about = [bearer for bearer in mine if bearer.purpose == "ticket" and bearer.ticket_id == ticket_id is not None]
    return next(iter((*deciding, *about)), None)


def _shared(bearers: tuple[BearerMatch, ...], policy: Policy, person: str, ticket_id: int | None) -> BearerMatch | None:
    """Return a group's bearer of which the person is a member: for this ticket, or for a held mail, whatever it is about."""
    groups = [b for b in bearers if b.group and b.person is not None and person in policy.members(b.person)]
    deciding = [b for b in groups if b.purpose in _DECIDING and b.journal_id is not None]
    about = [b for b in groups if b.ticket_id == ticket_id is not None]
    return next(iter((*deciding, *about)), None)


def _is_anothers(incoming: Incoming, policy: Policy, person: str) -> bool:
    """Say whether he shows a bearer that was made for another of ours."""
    return any(
        bearer.person not in {None, person}
        and not bearer.group
        and bearer.purpose != "report"
        and policy.person(bearer.person or "") is not None
        for bearer in incoming.found.bearers
    )


def may(standing: Standing, verb: str, policy: Policy, desk: str | None, word: str) -> Said | None:
    """Return None where the person may use the verb, else the sentence that says why not; `word` is his own word."""
    if standing.person is None or standing.level is Level.UNPROVEN:
        return say("unproven")
    if standing.level is Level.REFUSED:
        return say("refused")
    strict = desk is not None and desk in policy.desks and policy.desks[desk].operator_proof == "proven"
    if (strict or verb in PROVEN_VERBS) and standing.level < Level.PROVEN:
        return say("needs-proven", word=word)
    if not roles.may(policy.roles(standing.person), verb):
        allowed = ", ".join(role for role in roles.ROLES if verb in roles.VERBS.get(role, frozenset()))
        return say("role", word=word, allowed=allowed)
    return None
