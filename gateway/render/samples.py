"""Sample notices: Karin Berg's printer, for `gateway check`, `gateway mail preview` and tests. Invented from end to end."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "requester": (
            "registered", "answered", "waiting", "reminder-1", "reminder-2", "reminder-3", "closed-after-silence", "resolved",
            "reopened", "closed", "status-changed", "paused", "approved", "list",
        ),
        "operator": (
            "registered", "customer-wrote", "assigned", "taken", "colleague-answered", "status-changed", "reopened", "resolved",
            "closed", "closed-after-silence", "escalated", "due-soon", "breached", "external-answered", "bounced", "held",
            "transcript", "confirmation", "list", "digest-of-events", "report", "contract-ending",
        ),
        "third-party": ("external-asked", "alarm"),
        "admin": ("alarm", "held"),
    }
)  # fmt: skip
PICTURE = "0" * 64  # the hash the sample picture goes by


@dataclass(frozen=True, slots=True)
class Story:
    """What is said in one language."""

    subject: str
    fault: str
    question: str
    answer: str
    note: str
    solution: str
    kind: str  # what tickets of this kind are
    step: str
    ready: str
    slip: str  # a command with a slip of the finger, and what was meant
    meant: str


STORIES: Mapping[str, Story] = MappingProxyType(
    {
        "sv": Story(
            "Skrivaren är trasig",
            "Hej!\n\nSkrivaren på plan 3 skriver inte ut längre. En lampa blinkar, och det står ”E-14”.\nKan ni hjälpa mig före fredag?\n\nHälsningar\nKarin",
            "Vilken färg lyser lampan på skrivaren med?",
            "Hej Karin!\n\nTack för bilden. Fixeringsenheten är slut, så jag har beställt en ny. Den kommer på torsdag och jag byter den samma dag.\n\nUnder tiden kan du skriva ut på SKR-3B i korridoren.",
            "Har haft samma fel på plan 2. Garantin gäller till mars.",
            "Vi bytte fixeringsenheten och skrev ut en provsida.",
            "Fel på en skrivare.",
            "Fråga vilken färg lampan lyser med",
            "Stäng av skrivaren, vänta i en minut och sätt på den igen.",
            "#lösst",
            "#löst",
        ),
        "nb": Story(
            "Skriveren virker ikke",
            "Hei!\n\nSkriveren i tredje etasje skriver ikke ut lenger. En lampe blinker, og det står «E-14».\nKan dere hjelpe meg før fredag?\n\nHilsen\nKarin",
            "Hvilken farge lyser lampen på skriveren med?",
            "Hei, Karin!\n\nTakk for bildet. Fikseringsenheten er utslitt, så jeg har bestilt en ny. Den kommer torsdag, og jeg bytter den samme dag.\n\nI mellomtiden kan du skrive ut på SKR-3B i gangen.",
            "Har hatt samme feil i andre etasje. Garantien gjelder til mars.",
            "Vi byttet fikseringsenheten og skrev ut en prøveside.",
            "Feil på en skriver.",
            "Spør hvilken farge lampen lyser med",
            "Slå av skriveren, vent ett minutt og slå den på igjen.",
            "#løstt",
            "#løst",
        ),
        "en": Story(
            "The printer is broken",
            "Hello,\n\nThe printer on the third floor does not print any more. A light is blinking and it says “E-14”.\nCould you help me before Friday?\n\nKind regards,\nKarin",
            "What colour is the light on the printer?",
            "Hi Karin,\n\nThank you for the picture. The fuser is worn out, so I have ordered a new one. It arrives on Thursday and I will put it in the same day.\n\nUntil then you can print on SKR-3B in the corridor.",
            "Same fault on the second floor. Under warranty until March.",
            "We replaced the fuser and printed a test page.",
            "A fault of a printer.",
            "Ask what colour the light is",
            "Switch the printer off, wait a minute and switch it on again.",
            "#resovle",
            "#resolve",
        ),
    }
)
_KARIN = {"name": "Karin Berg", "first_name": "Karin", "address": "karin.berg@umbrella.example"}
_ANNA = {"name": "Anna Åkesson", "first_name": "Anna", "key": "anna"}
_STATUS = {"waiting": "waiting", "resolved": "resolved", "closed": "closed", "registered": "new", "paused": "paused"} | {
    f"reminder-{n}": "waiting" for n in (1, 2, 3)
} | {"closed-after-silence": "closed"}  # fmt: skip
_OF_NO_TICKET = {"list", "digest-of-events", "report", "alarm", "contract-ending"}
_WITH_WORDS = {"answered", "waiting", "colleague-answered", "external-asked"}


def notice(event: str, audience: str, language: str, brand: str = "acme", *, bare: bool = False) -> dict[str, Any]:
    """Return a sample notice; `bare` is one with every optional feature off."""
    story = STORIES.get(language) or STORIES["en"]
    operator = audience in {"operator", "admin"}
    made: dict[str, Any] = {
        "event": event, "audience": audience, "language": language, "fallbacks": [language, "en"], "desk": brand, "brand": brand,
        "timezone": "Europe/Stockholm", "to": _reader(audience), "cc": [],
        "from": {"name": _sender(event, audience, brand), "address": f"support@{brand}.example"},
        "reply_to": f"support+k7q29xmabcdefghj@{brand}.example" if operator else None, "reference": "ACME-1042",
        "subject": story.subject, "threaded": True, "neutral": False,
        "message_id": f"<1042.{event}.7f3a.9c1e@tickets.{brand}.example>", "in_reply_to": "<7d2b@umbrella.example>",
        "references": [f"<t.1042.4be0@tickets.{brand}.example>", "<7d2b@umbrella.example>"], "thread_index": None,
        "auto": None if event in _WITH_WORDS else "auto-replied", "loop": "v1.k3.6f1d", "reasons": ["owner" if operator else "requester"],
        "list_id": f"first-line.{brand}.tickets.{brand}.example" if operator else None, "list_unsubscribe": None, "importance": None,
        "date": "2026-11-23T09:14:00+01:00", "attach_up_to": 8_000_000, "attachments": [],
        "key": "K7Q2-9XMA-BCDE-FGHJ" if operator and not bare else None,
        "facts": _facts(event, audience, brand, story, bare=bare),
    }  # fmt: skip
    if event in _OF_NO_TICKET:
        made |= {"reference": None, "threaded": False, "subject": "", "in_reply_to": None, "references": []}
        made["facts"]["ticket"] = None
    return deepcopy(made)


def _reader(audience: str) -> dict[str, str]:
    match audience:
        case "requester":
            return {"name": "Karin Berg", "address": "karin.berg@umbrella.example"}
        case "third-party":
            return {"name": "Toner & Co", "address": "order@toner.example"}
        case "admin":
            return {"name": "", "address": "root@acme.example"}
        case _:
            return {"name": "Anna Åkesson", "address": "anna@acme.example"}


def _sender(event: str, audience: str, brand: str) -> str:
    desk = f"{brand.capitalize() if brand != 'acme' else 'ACME'} Support"
    if audience == "operator":
        return f"Karin Berg via {desk}"
    return f"Anna via {desk}" if event in _WITH_WORDS else desk


def _facts(event: str, audience: str, brand: str, story: Story, *, bare: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "ticket": _ticket(event, story, bare=bare),
        "entry": _entry(event, audience, story),
        "requester": _KARIN,
        "desk": {"name": _sender("", "", brand), "address": f"support@{brand}.example"},
        "greeting_name": None if bare else "Karin",
        "closed_now": False,
        "where_answer_goes": ("internal" if event in _INTERNAL else "customer") if audience == "operator" else None,
        "operator": _ANNA if event in _WITH_WORDS or event in {"resolved", "closed"} else None,
        "reader": {"key": "anna"} if audience == "operator" else None,
    } | _particular(event, story)
    return facts if bare else facts | _features(audience, story)


_INTERNAL = {"held", "transcript", "confirmation", "list", "report", "bounced", "contract-ending"}


def _ticket(event: str, story: Story, *, bare: bool) -> dict[str, Any]:
    known = {
        "reference": "ACME-1042", "subject": story.subject, "status": _STATUS.get(event, "open"), "priority": "medium",
        "group": "first-line", "owner": None if event == "registered" else "anna",
        "owner_name": None if event == "registered" else "Anna Åkesson", "created_at": "2026-11-18T08:10:00Z", "requester": _KARIN,
        "description": story.kind,
    }  # fmt: skip
    if bare:
        return known
    return known | {
        "solution": story.solution, "organisation": "Umbrella AB", "contract": "umbrella-gold", "category": "support", "type": "fault",
        "tags": ["plan-3"], "wakes_at": "2026-12-01T08:00:00+01:00",
        "other_tickets": [{"reference": "ACME-1017", "subject": "Wifi", "status": "waiting"}],
    }  # fmt: skip


def _entry(event: str, audience: str, story: Story) -> dict[str, Any] | None:
    karin = event in {"registered", "customer-wrote", "reopened", "held"} and audience != "requester"
    if not karin and event not in _WITH_WORDS | {"external-answered"}:
        return None
    text = story.fault if karin else story.question if event in {"waiting", "external-asked"} else story.answer
    return {
        "text": text, "html": None, "author": dict(_KARIN if karin else _ANNA), "at": "2026-11-23T08:12:00Z",
        "kind": "message" if karin else "answer", "visibility": "public", "verified": True,
    }  # fmt: skip


def _features(audience: str, story: Story) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "due": {"first_response": "2026-11-24T12:00:00+01:00", "resolution": "2026-11-26T12:00:00+01:00"},
        "waiting": {
            "next": "2026-11-26T09:00:00+01:00",
            "then_at": "2026-12-04T09:00:00+01:00",
            "then_status": "resolved",
        },
        "reopen_until": "2026-12-18T17:00:00+01:00",
        "question": {"text": story.question, "at": "2026-11-18T10:30:00+01:00", "author": "Anna"},
        "history": _history(story, internal=audience == "operator") if audience in {"operator", "requester"} else [],
    }
    if audience == "operator":
        facts |= {
            "instruction": f"{story.step}.",
            "steps": [{"text": story.step, "done": True}, {"text": story.solution, "done": False}],
            "answers": [{"name": "restart", "text": story.ready}],
        }
    return facts


def _history(story: Story, *, internal: bool) -> list[dict[str, Any]]:
    entries = [
        {
            "at": "2026-11-18T10:30:00+01:00",
            "author": "Anna Åkesson",
            "kind": "answer",
            "visibility": "public",
            "text": story.question,
        },
        {
            "at": "2026-11-18T09:40:00+01:00",
            "author": "Bo Ek",
            "kind": "note",
            "visibility": "internal",
            "text": story.note,
        },
        {
            "at": "2026-11-18T09:10:00+01:00",
            "author": "Karin Berg",
            "kind": "message",
            "visibility": "public",
            "text": story.fault,
        },
    ]
    return [one for one in entries if internal or one["visibility"] == "public"]


def _particular(event: str, story: Story) -> dict[str, Any]:  # noqa: PLR0911  # one row an event
    """Return what only this event has."""
    match event:
        case "held":
            slip = {"line": story.slip, "nearest": story.meant}
            return {
                "held": {
                    "reason": "near-miss",
                    "journal_id": 77,
                    "near_miss": slip,
                    "text": f"{story.slip}\n\n{story.solution}",
                }
            }
        case "transcript":
            return {"transcript": _transcript(story), "customer_got": story.answer}
        case "confirmation":
            return {"confirmation": {"orders": [story.meant], "text": f"{story.meant}\n\n{story.solution}"}}
        case "bounced":
            said = "550 5.1.1 <karin.berg@umbrella.example>: Recipient address rejected: User unknown"
            return {
                "bounce": {
                    "recipient": "karin.berg@umbrella.example",
                    "status": "5.1.1",
                    "explanation": "",
                    "message": said,
                }
            }
        case "list" | "report":
            rows = [["ACME-1042", story.subject, "Anna Åkesson"], ["ACME-1017", "Wifi", "Bo Ek"]]
            return {"table": {"title": "", "text": "", "columns": [], "rows": rows, "more": 3}}
        case "digest-of-events":
            return _folded(story)
        case "alarm":
            title = "imap.acme.example: AUTHENTICATIONFAILED"
            return {
                "alarm": {
                    "title": title,
                    "text": "support · 3",
                    "orders": ["gateway mailbox list", "gateway doctor"],
                    "items": [],
                }
            }
        case "contract-ending":
            return {
                "contract": {
                    "name": "umbrella-gold",
                    "organisation": "Umbrella AB",
                    "ends": "2026-12-31T23:59:00+01:00",
                }
            }
        case _:
            return {}


def _folded(story: Story) -> dict[str, Any]:
    said = (
        ("registered", "Karin Berg", story.fault),
        ("customer-wrote", "Karin Berg", story.question),
        ("resolved", "", story.subject),
    )
    return {
        "where_answer_goes": None,
        "folded": {"count": 5, "tickets": 2, "more": 2, "references": "ACME-1043, ACME-1044", "example": "ACME-1042"},
        "happenings": [
            {"at": f"2026-11-23T09:{n}2:00+01:00", "reference": "ACME-1042", "event": event, "author": who, "text": text[:60]}
            for n, (event, who, text) in enumerate(said)
        ],
    }  # fmt: skip


def _transcript(story: Story) -> list[dict[str, str]]:
    return [
        {"line": story.meant, "result": "done", "message": ""},
        {"line": "#tag +printer", "result": "done", "message": ""},
        {"line": "#priority urgent", "result": "failed", "message": "low · medium · high"},
    ]
