"""A message arrived: its class, its sender and its evidence say which of a dozen small deciders has the word."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gateway.commands.authority import Level, level
from gateway.commands.grammar import read
from gateway.decide.arriving import actor_of, entry_of
from gateway.decide.asking import confirm
from gateway.decide.by_hand import written_by_hand
from gateway.decide.customer import customer_wrote, stranger_wrote, third_party_wrote
from gateway.decide.holding import decided
from gateway.decide.letter import Letter
from gateway.decide.operators import operator_wrote
from gateway.decide.passed_on import ADDRESSED, out_of_use
from gateway.decide.refusing import hold_for_group
from gateway.decide.register import Opening, register
from gateway.decide.report import report_came
from gateway.decide.sorting import Sorted
from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.mail.message import Address, MailClass
from gateway.mail.proof import Verdict
from gateway.rules import actions
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import AddEntry, Decision, Discard, FileMail, Join, Tell
from gateway.tickets.model import Actor, ActorKind, Kind, Participant, Visibility
from gateway.tickets.thread import Placement

COMMAND_LINE = "command-line"  # `by` of what an admin let in with `gateway journal accept`
_NEVER_REGISTERS = frozenset(
    {
        MailClass.VACATION,
        MailClass.READ_RECEIPT,
        MailClass.FEEDBACK_REPORT,
        MailClass.CALENDAR,
        MailClass.REACTION,
        MailClass.RECALL,
    }
)


def decide_mail(
    incoming: Incoming, arrived: Sorted, placement: Placement, case: Case, terms: Terms, now: datetime
) -> Decision:
    """Return what a message does."""
    decision = (
        _set_aside(incoming, arrived)
        or written_by_hand(incoming, placement, case, terms, now)
        or _by_class(incoming, arrived, placement, case, terms, now)
        or _held_before_reading(incoming, arrived, placement, case, terms)
        or _by_sender(incoming, arrived, placement, case, terms, now)
    )
    told = frozenset(key(e.to.address) for e in decision.effects if isinstance(e, Tell) and e.event == "held")
    revoked = out_of_use(incoming, terms, told)
    effects = (*decision.effects, *revoked, *arrived.unanswered)
    return replace(decision, effects=effects, trace=(*arrived.trace, *decision.trace))


def _set_aside(incoming: Incoming, arrived: Sorted) -> Decision | None:
    """Return a decision where the message never comes to be read: our own, seen already, thrown away by a rule."""
    gateway = Actor(ActorKind.GATEWAY, "")
    if incoming.own:
        return Decision(
            gateway, (FileMail("one of our own mails came back"),), ("its Message-ID or loop mark is ours",)
        )
    if incoming.found.same_content is not None:
        reason = f"the same message is entry {incoming.found.same_content[1]}"
        return Decision(gateway, (FileMail(reason, "duplicate"),), (reason,))
    if isinstance(arrived.verdict, actions.DiscardBecause) and not incoming.grant:
        because = arrived.verdict.because
        return Decision(Actor(ActorKind.RULE, arrived.verdict.rule), (Discard(because),), (f"discarded: {because}",))
    return None


def _by_class(
    incoming: Incoming, arrived: Sorted, placement: Placement, case: Case, terms: Terms, now: datetime
) -> Decision | None:
    """Return a decision where the class alone decides (design.md: class x what happens)."""
    kind = incoming.mail.mail_class
    if kind in {MailClass.PERSON, MailClass.MAILING_LIST}:
        return None
    if kind is MailClass.DELIVERY_REPORT:
        return report_came(incoming, placement, case, terms)
    actor = actor_of(incoming, case.ticket)
    matter = case.ticket is None and kind is MailClass.AUTOMATIC  # a scanner or a script may send in his name
    if terms.sender(incoming.mail).person is not None and not matter:
        return Decision(actor, (FileMail(f"{kind} of one of ours"),), placement.evidence)
    if case.ticket is not None:
        quiet = _quiet(incoming, placement, case, terms)
        return Decision(actor, (quiet,), (*placement.evidence, f"{kind}: attached quietly, changes nothing"))
    if kind in _NEVER_REGISTERS or kind is MailClass.LOOP:
        return Decision(actor, (FileMail(f"{kind} without a ticket"),), (*placement.evidence, *incoming.mail.why))
    return _register(incoming, arrived, placement, case, terms, now)


def _quiet(incoming: Incoming, placement: Placement, case: Case, terms: Terms) -> AddEntry:
    """Return a folded entry; what a third party's machine says is as little for customers as what he says (TH5)."""
    if _role(case, terms.sender(incoming.mail).key) == "third-party":
        visibility, kind = Visibility.EXTERNAL, Kind.EXTERNAL
    else:
        visibility, kind = Visibility.PUBLIC if placement.verified else Visibility.INTERNAL, Kind.MESSAGE
    return entry_of(
        incoming,
        evidence=placement.evidence,
        verified=placement.verified,
        folded=True,
        visibility=visibility,
        kind=kind,
    )


def _held_before_reading(
    incoming: Incoming, arrived: Sorted, placement: Placement, case: Case, terms: Terms
) -> Decision | None:
    """Return a hold where a person must look first; none where a person already did."""
    if incoming.grant:
        return None
    if isinstance(arrived.verdict, actions.HoldFor):
        return hold_for_group(incoming, arrived, placement, case, terms, "rule", arrived.verdict.because)
    if incoming.mail.sender_from is None and incoming.unparsable is None:
        return hold_for_group(incoming, arrived, placement, case, terms, "ambiguous", "From is not one address")
    if incoming.proof.spam == "yes" and not _surely_of_the_ticket(incoming, placement, case):
        return hold_for_group(incoming, arrived, placement, case, terms, "spam", "a trusted filter says spam")
    stolen = [b for b in placement.stolen if b.carrier in ADDRESSED]
    if stolen:
        owners = [b.person for b in stolen if b.person is not None and not b.group]
        why = "a reply address that belongs to somebody else"
        return hold_for_group(incoming, arrived, placement, case, terms, "stranger", why, also=owners)
    return None


def _surely_of_the_ticket(incoming: Incoming, placement: Placement, case: Case) -> bool:
    """Say whether it outweighs a filter's word: a number that anybody counts to and a From that anybody writes do not."""
    if case.ticket is None or not placement.verified or incoming.proof.verdict is Verdict.FAIL:
        return False
    return placement.how != "subject" or incoming.proof.verdict is Verdict.PASS


def _by_sender(
    incoming: Incoming, arrived: Sorted, placement: Placement, case: Case, terms: Terms, now: datetime
) -> Decision:
    sender = terms.sender(incoming.mail)
    role = _role(case, sender.key)
    if incoming.grant.get("by") == COMMAND_LINE:  # an admin let it in: words of somebody outside, whoever From names
        return _let_in(incoming, arrived, placement, case, terms, now)
    standing = level(incoming, terms.policy, case.ticket.id if case.ticket else None)
    # What a person let in though a hop says it is not his colleague's is words of somebody outside, held no more.
    let_in = standing.level is Level.REFUSED and bool(incoming.grant)
    if sender.person is not None and not let_in and (role is None or standing.bearer is not None):
        letter = Letter(incoming, placement, case, standing, sender.person, terms, now)
        decision = _by_operator(letter)
        if decision is not None:
            return decision
    if case.ticket is None or placement.ticket_id is None:
        return _without_ticket(incoming, arrived, placement, case, terms, now)
    if incoming.grant.get("as") == "note":  # who decided wants it kept, and heard by nobody outside
        return stranger_wrote(incoming, placement, case, terms, now)
    if (
        incoming.proof.verdict is Verdict.FAIL and not incoming.grant
    ):  # a trusted hop says it is not his: changes nothing
        return stranger_wrote(incoming, placement, case, terms, now)
    if role == "third-party":
        return third_party_wrote(incoming, placement, case, terms, now)
    if role is None and (not placement.verified or _was_only_told(placement)):
        return stranger_wrote(incoming, placement, case, terms, now)
    decision = customer_wrote(incoming, placement, case, terms, now)
    if role is None and incoming.mail.sender_from is not None:
        who = incoming.mail.sender_from
        decision = replace(decision, effects=(*decision.effects, Join(Participant(who.address, who.name, "cc"))))
    return decision


def _let_in(
    incoming: Incoming, arrived: Sorted, placement: Placement, case: Case, terms: Terms, now: datetime
) -> Decision:
    """Return what a held message does that `gateway journal accept` let in, as the requester's words or as a note."""
    if case.ticket is None or placement.ticket_id is None:
        return _without_ticket(incoming, arrived, placement, case, terms, now)
    if incoming.grant.get("as") == "note":
        return stranger_wrote(incoming, placement, case, terms, now)
    return customer_wrote(incoming, placement, case, terms, now)


def _was_only_told(placement: Placement) -> bool:
    """Say whether he answers a mail that a rule sent beside the ticket: an alarm, a notice to somebody outside."""
    return placement.bearer is not None and placement.bearer.audience != "requester"


def _role(case: Case, sender: str) -> str | None:
    people = case.ticket.participants if case.ticket else ()
    return next((p.role for p in people if key(p.address) == sender), None)


def _by_operator(letter: Letter) -> Decision | None:
    """Return what one of ours does; None where he writes to a desk as anybody may."""
    settled = decided(letter) if letter.standing.level >= Level.KNOWN else None
    if settled is not None:
        return settled
    if letter.case.ticket is not None:
        return confirm(letter) if _about_another(letter) else operator_wrote(letter)
    reading = read(letter.incoming.mail.new_text)
    if reading.commands or reading.suspects or letter.standing.level is Level.REFUSED:
        return confirm(letter)
    return None


def _about_another(letter: Letter) -> bool:
    """Say whether he is known only by a question about a held mail that was none of this ticket.

    What such a question carries is a key to its answer, not to whichever ticket the subject names.
    """
    bearer, confirmed = letter.standing.bearer, letter.incoming.grant.get("confirmed") == letter.person
    return bearer is not None and bearer.ticket_id != letter.ticket.id and not confirmed


def _without_ticket(
    incoming: Incoming, arrived: Sorted, placement: Placement, case: Case, terms: Terms, now: datetime
) -> Decision:
    claimed = incoming.found.tickets.get(placement.claims) if placement.claims else None
    if claimed is None:
        return _register(incoming, arrived, placement, case, terms, now)
    match terms.desk(claimed).number_from_stranger:
        case "hold" if not incoming.grant:
            why = "a number in the subject, from nobody of that ticket"
            return hold_for_group(incoming, arrived, placement, case, terms, "stranger", why)
        case "attach":
            return stranger_wrote(incoming, placement, replace(case, ticket=claimed), terms, now)
        case _:
            link = ("claims", claimed.reference)
            return _register(incoming, arrived, placement, case, terms, now, link)


def _register(
    incoming: Incoming,
    arrived: Sorted,
    placement: Placement,
    case: Case,
    terms: Terms,
    now: datetime,
    link: tuple[str, str] | None = None,
) -> Decision:
    sender = incoming.mail.sender_from or Address("", incoming.envelope.mail_from or "unknown@invalid")
    return register(incoming, Opening(arrived.desk, sender, placement.evidence, link), case, terms, now)
