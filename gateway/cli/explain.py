"""`gateway rules explain`: which rules hit or missed and why, what would happen, which mails would leave."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway import clock
from gateway.cli import printing
from gateway.cli.opening import settings_of, store_of

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.decide.sorting import Sorted
    from gateway.store.engine import Store
    from gateway.tickets.case import Case, Incoming
    from gateway.tickets.effects import Decision
    from gateway.tickets.model import Ticket
    from gateway.tickets.thread import Placement


def explain(file: Path | None, by_ticket: str | None, config: Path | None, as_json: bool) -> int:
    """Tell the story of a mail that never happens, or of a ticket as it happened."""
    if (file is None) == (by_ticket is None):
        print("name a mail, or a ticket with --ticket REF", file=sys.stderr)
        return 2
    story = _of_mail(file, config) if file is not None else _of_ticket(by_ticket or "", config)
    if story is None:
        return 1
    if as_json:
        printing.lines([story])
    else:
        _print(story)
    return 0


@dataclass(frozen=True, slots=True)
class _Foretold:
    """What would become of a mail."""

    incoming: Incoming
    arrived: Sorted
    placement: Placement
    case: Case
    draft: Ticket  # the ticket it belongs to, or the one it would open
    decision: Decision


def _of_mail(file: Path, config: Path | None) -> dict[str, Any] | None:
    """Decide about the mail on what the database holds now, and write nothing down."""
    from gateway.daemon.orders import offline

    settings, now = settings_of(config), clock.now()
    try:
        raw = file.read_bytes()
    except OSError as error:
        print(f"{file}: {error.strerror}", file=sys.stderr)
        return None
    with store_of(settings) as store:
        deps = offline(settings, store)
        found = _foretell(store, _incoming(deps.parser.parse, raw), deps.terms(), now)
        rules = _rules(found, deps.terms(), now)
    return {"file": str(file), **_facts(found), "rules": rules, **_result(found)}


def _foretell(store: Store, incoming: Incoming, terms: Any, now: datetime) -> _Foretold:
    from gateway.decide import decide_mail, gather, sort
    from gateway.mail.address import key
    from gateway.store import lookup, tickets
    from gateway.tickets.case import Case

    arrived = sort(incoming, terms, now)
    sender = arrived.incoming.mail.sender_from
    who = key(sender.address) if sender else None
    with store.read() as conn:
        known = lookup.find(conn, gather(arrived.incoming, arrived.foreign), who, now)
        incoming = replace(arrived.incoming, found=known)
        placement = arrived.place(incoming, terms)
        ticket = placement.ticket_id
        case = tickets.load_case(conn, ticket, who) if ticket else Case(contact=known.contact)
    decision = decide_mail(incoming, arrived, placement, case, terms, now)
    draft = case.ticket or _draft(incoming, arrived.desk, terms, now, decision.effects)
    return _Foretold(incoming, arrived, placement, case, draft, decision)


def _rules(found: _Foretold, terms: Any, now: datetime) -> list[dict[str, Any]]:
    """Return each rule that is asked, at `received` and at what the mail is to the ticket."""
    from gateway.decide.acting import ask
    from gateway.tickets.case import Case

    event = "registered" if found.case.ticket is None else "customer-wrote"
    outcomes = (
        ask("received", found.incoming, None, Case(), terms, now),
        ask(event, found.incoming, found.draft, found.case, terms, now),
    )
    return [
        {"name": line.name, "hit": line.hit, "reasons": list(line.reasons), "did": list(line.did)}
        for outcome in outcomes
        for line in outcome.trace
    ]


def _facts(found: _Foretold) -> dict[str, Any]:
    return {
        "class": str(found.incoming.mail.mail_class),
        "desk": found.arrived.desk,
        "ticket": found.case.ticket.reference if found.case.ticket else None,
        "evidence": list(found.placement.evidence),
    }


def _result(found: _Foretold) -> dict[str, Any]:
    from gateway.tickets.effects import project

    after = project(found.draft, found.decision.effects)
    return {
        "happens": list(found.decision.trace),
        "status": str(after.status),
        "group": after.group,
        "owner": str(after.owner) if after.owner else None,
        "priority": after.priority,
        "mails": list(_mails(found.decision.effects)),
    }


def _incoming(parse: Any, raw: bytes) -> Incoming:
    from gateway.mail.message import Envelope
    from gateway.mail.proof import Proof
    from gateway.tickets.case import Found, Incoming
    from gateway.work.parser_pool import Unparsable

    envelope = Envelope("unknown@invalid", (), "pipe")
    read = parse(raw, envelope)
    mail, lost = (read.mail, read.reason) if isinstance(read, Unparsable) else (read, None)
    return Incoming(0, mail, envelope, Proof(), clock.now(), Found(), unparsable=lost)


def _draft(incoming: Incoming, desk: str, terms: Any, now: Any, effects: Any) -> Any:
    """Return the ticket as the rules of `registered` see it: opened, and nothing of theirs done yet."""
    from gateway.mail.message import Address
    from gateway.mail.references import base_subject
    from gateway.tickets.effects import Join, OpenTicket, project
    from gateway.tickets.model import Status, Ticket

    settings = terms.policy.desks[desk]
    sender = incoming.mail.sender_from or Address("", "")
    subject = base_subject(incoming.mail.subject)
    draft = Ticket(0, 0, settings.prefix, desk, subject, Status.NEW, sender, now, group=settings.group)
    opened = next((effect for effect in effects if isinstance(effect, OpenTicket)), None)
    if opened is None:
        return draft
    draft = replace(draft, subject=opened.subject, requester=opened.requester, **opened.values)
    return project(draft, [effect for effect in effects if isinstance(effect, Join)])


def _mails(effects: Any) -> Any:
    from gateway.tickets.effects import Suppress, Tell

    for effect in effects:
        match effect:
            case Tell(event=event, to=to, language=language):
                yield {"event": event, "to": to.address, "language": language, "suppressed": None}
            case Suppress(event=event, to=to, reason=reason):
                yield {"event": event, "to": to.address, "language": None, "suppressed": reason}
            case _:
                pass


def _of_ticket(reference: str, config: Path | None) -> dict[str, Any] | None:
    from gateway.cli.ticket import facts_of

    with store_of(settings_of(config)) as store:
        facts = facts_of(store, reference)
    if facts is None:
        print(f"no ticket {reference!r}", file=sys.stderr)
        return None
    return {
        "ticket": facts["reference"],
        "entries": [
            {"at": e["at"], "kind": e["kind"], "author": e["author"], "evidence": e["evidence"]}
            for e in facts["entries"]
        ],
        "history": facts["history"],
        "mails": [
            {"event": m["event"], "to": m["to"], "language": None, "suppressed": m["suppressed_reason"]}
            for m in facts["mails"]
        ],
    }


def _print(story: dict[str, Any]) -> None:
    for name in ("file", "class", "desk", "ticket", "status", "group", "owner", "priority"):
        if story.get(name):
            print(f"{name + ':':10}{story[name]}")
    for line in story.get("evidence", ()):
        printing.prose(f"  because {line}", 10)
    _print_rules(story.get("rules", ()))
    for entry in story.get("entries", ()):
        print(f"\n{printing.short_time(entry['at'])}  {entry['kind']}  {printing.who(entry['author'])}")
        print("\n".join(f"    because {line}" for line in entry["evidence"] or ()))
    for line in story.get("history", ()):
        changes = ", ".join(f"{k} = {v}" for k, v in line["change"].items())
        printing.prose(f"{printing.short_time(line['at'])}  {line['cause']}: {changes}", 18)
    foretold = "file" in story
    print("\nMails that would leave" if foretold else "\nMails")
    for mail in story["mails"]:
        why = f"{'would not be' if foretold else 'not'} sent: {mail['suppressed']}" if mail["suppressed"] else ""
        printing.prose(f"  {mail['event']:18} {mail['to']:30} {why}".rstrip(), 21)
    if not story["mails"]:
        print("  none")


def _print_rules(rules: Any) -> None:
    words = {True: "hit", False: "miss", None: "unknown"}
    for rule in rules:
        print(f"\n{words[rule['hit']]:8}{rule['name']}")
        for reason in rule["reasons"]:
            printing.prose(f"          {reason}", 14)
        for did in rule["did"]:
            printing.prose(f"        → {did}", 12)
