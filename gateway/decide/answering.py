"""An operator's words become an answer or a note; one answer does what a desk expects of it (commands.md)."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from gateway.commands import relay, transcript
from gateway.commands.closings import is_closing
from gateway.commands.context import Performed
from gateway.commands.grammar import Reading
from gateway.decide.acting import Acted, act_on
from gateway.decide.asking import reply_to
from gateway.decide.letter import Letter
from gateway.decide.moving import enter
from gateway.mail.address import key, subaddress
from gateway.policy.schema_people import Person
from gateway.tickets.effects import AddEntry, Change, Decision, Effect, project
from gateway.tickets.model import Kind, Status, Ticket, Visibility
from gateway.tickets.states import Trigger, move
from gateway.tickets.tell import Happening, tell


def answer(letter: Letter, reading: Reading, done: Performed, *, note: bool, told: bool = False) -> Decision:
    """Do the orders, add the words, move the ticket, tell whom it concerns; `told`: he hears what became of them."""
    said = done.whole(done.text.strip())
    effects: list[Effect] = list(done.effects)
    events = list(done.events)
    entry = _entry(letter, reading, done, note=note) if said or letter.incoming.mail.attachments else None
    if entry is not None:
        effects.append(entry)
    if entry is not None and not note:
        more, new_events = _answered(letter, project(letter.ticket, tuple(effects)))
        effects += more
        events = _spoken_events(events, new_events)
    elif note and entry is not None:
        events.append("changed")
    trace = [*letter.placement.evidence, f"operator {letter.person}: {letter.standing.level.name.lower()}"]
    acted = act_on(
        events, letter.incoming, project(letter.ticket, tuple(effects)), letter.case, letter.terms, letter.now
    )
    effects += [*acted.effects, *acted.tells]
    after = project(letter.ticket, tuple(effects))
    notices: list[Effect] = [
        *tell(_happening(letter, acted, entry, note=note), after, letter.terms.policy, letter.case.contact)
    ]
    if told or _transcript_wanted(letter):
        notices.append(reply_to(letter, "transcript", transcript.transcript(done, said if not note else "")))
    return Decision(letter.actor, (*effects, *notices), (*trace, *acted.trace))


def _entry(letter: Letter, reading: Reading, done: Performed, *, note: bool) -> AddEntry:
    mail, text = letter.incoming.mail, done.text.strip()
    person = letter.settings
    signature = _signature(text, person)
    public = letter.case.answered_mail.public_lines if letter.case.answered_mail else ()
    relayed = relay.prepare(replace(reading, text=text), mail.new_html, signature, public)
    return AddEntry(
        Kind.NOTE if note else Kind.ANSWER,
        Visibility.INTERNAL if note else Visibility.PUBLIC,
        "none" if note else "out",
        person.name if person else letter.person,
        done.whole(relayed.text),
        _around(relayed.html, done),
        mail.text,
        mail.to,
        mail.cc,
        mail.attachments,
        mail.message_id,
        letter.placement.evidence,
    )


def _around(html: str | None, done: Performed) -> str | None:
    """Put ready answers around the operator's own words as his client wrote them."""
    return None if html is None else f"{_paragraphs(done.before)}{html}{_paragraphs(done.after)}"


def _paragraphs(text: str) -> str:
    blocks = (escape(block).replace("\n", "<br>") for block in text.split("\n\n") if block.strip())
    return "".join(f"<p>{block}</p>" for block in blocks)


def _signature(text: str, person: Person | None) -> str:
    """Return the tail that the brand's signature takes the place of: his declared one, or closing and own name."""
    if person is None:
        return ""
    if person.signature and person.signature != "ours" and person.signature.strip() in text:
        return person.signature
    filled = [line.strip() for line in text.splitlines() if line.strip()]
    names = {person.name, person.first_name}
    for count in (2, 1):
        tail = filled[-count:]
        if len(filled) <= count:
            continue
        signed = count == 1 or tail[-1].strip("*_ ,.") in names
        if signed and is_closing(tail[0]):
            return "\n".join(tail)
    return ""


def _answered(letter: Letter, ticket: Ticket) -> tuple[list[Effect], list[str]]:
    """Return what a plain answer does: takes a ticket nobody owns, opens it, counts as first response."""
    effects: list[Effect] = [Change("last_word", "us", "answered")]
    if ticket.owner is None:
        effects += [Change("owner", letter.person, "answered"), Change("owner_at", letter.now, "answered")]
    if ticket.first_response_at is None:
        effects.append(Change("first_response_at", letter.now, "answered"))
    if ticket.status is not letter.ticket.status:  # his own command said where the ticket goes
        return effects, ["answered"]
    to = move(ticket.status, Trigger.ANSWERED)
    assert isinstance(to, Status), "an answer is possible in every status"
    desk = letter.terms.desk(ticket)
    target = Status(desk.after_answer) if to is Status.OPEN else to
    if target is ticket.status:
        return effects, ["answered"]
    moved, events = enter(ticket, target, "answered", desk, letter.terms, letter.now, by=letter.person)
    kept = [event for event in events if event in {"waiting", "resolved"}]
    return [*effects, *moved], ["answered", *kept]


def _spoken_events(events: list[str], new: list[str]) -> list[str]:
    """One mail carries his words: where an order has its own mail (waiting, resolved), that is the one."""
    return [*events, *(event for event in new if event not in events)]


def _happening(letter: Letter, acted: Acted, entry: AddEntry | None, *, note: bool) -> Happening:
    what = Happening(
        acted.events,
        by=letter.written_from,
        person=letter.person,
        served=_served(letter) if entry is not None and not note else frozenset(),
        spoken=entry is not None and not note,
        extra=acted.notify,
    )
    if note:
        return replace(what, extra=(*acted.notify, ("changed", ("owner-or-group", "watchers"))))
    if "answered" in acted.events and letter.ticket.owner not in {None, letter.person}:
        return replace(what, extra=(*acted.notify, ("colleague-answered", ("owner",))))
    return what


def _served(letter: Letter) -> frozenset[str]:
    """Return who has his mail already: To and Cc of a mail that he sent to the customer himself."""
    ours = {key(a) for desk in letter.terms.policy.desks.values() for a in desk.addresses}
    named = [a.address for a in (*letter.incoming.mail.to, *letter.incoming.mail.cc)]
    return frozenset(key(a) for a in named if _without_tag(a) not in ours)


def _without_tag(address: str) -> str:
    local, _, domain = subaddress(address)
    return key(f"{local}@{domain}")


def _transcript_wanted(letter: Letter) -> bool:
    person = letter.settings
    return person is not None and person.mail.receipts == "all"
