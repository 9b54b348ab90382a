"""What templates may print: every name, literally. docs/templates.md is compared with it by a test."""

from __future__ import annotations

from collections.abc import Mapping

_PERSON = {
    "name": "as he writes it, may be empty",
    "first_name": "only where it is certain",
    "address": "never an operator's in mail to customers",
}
_OTHER = {"reference": "ACME-1040", "subject": "its subject", "status": "its status"}

# One thing each; absent it is false and all its names print nothing.
THINGS: Mapping[str, Mapping[str, str]] = {
    "ticket": {
        "reference": "ACME-1042",
        "subject": "the thread's own subject, without Re: and reference",
        "status": "new, open, waiting, external, paused, resolved or closed",
        "status_name": "in the reader's language and audience",
        "priority": "", "impact": "", "urgency": "", "type": "", "category": "",
        "template": "name of the ticket template",
        "group": "", "owner": "the operator's key", "owner_name": "his name",
        "created_at": "a time: use `| when` or `| day`",
        "solution": "what solved it, in words for the customer",
        "tags": "a list", "description": "", "organisation": "", "contract": "",
        "other_tickets": "the requester's other tickets: a list of `reference subject status`",
        "likely_duplicates": "the same for tickets that may be about the same thing",
        "requester": "`name first_name address`",
        "next_step": "", "wakes_at": "when a paused ticket wakes", "last_operator": "who wrote last of us: a first name",
    },
    "entry": {
        "text": "his new words; in HTML with his lists, tables and pictures", "html": "not for templates",
        "author": "`name first_name address`", "at": "a time", "kind": "message, answer, note, external or event",
        "visibility": "public, internal or external", "verified": "false where the sender could not be proved",
    },
    "question": {"text": "the last question we asked, at most six lines", "at": "a time", "author": "a first name"},
    "requester": _PERSON,
    "operator": {**_PERSON, "key": "his name in rules.yaml"},
    "actor": {**_PERSON, "key": "who did it, when it was one of us"},
    "third_party": _PERSON,
    "participant": _PERSON,
    "desk": {"name": "ACME Support", "opens": "when the desk opens again: a time", "address": "", "phone": ""},
    "brand": {
        "name": "", "phone": "", "hours_text": "", "footer": "", "logo_alt": "",
        "privacy": "`text url contact`",
    },
    "due": {"first_response": "a time", "next_response": "a time", "update": "a time", "resolution": "a time"},
    "waiting": {
        "next": "when the next reminder goes: a time", "then_at": "when the ticket is closed or moves on: a time",
        "then_status": "the status it then gets",
    },
    "held": {
        "reason": "near-miss, collision, leak, unproven, missing, stranger, spam, ambiguous, limit, rule …",
        "explanation": "one sentence, already in the reader's language, may be empty", "journal_id": "",
        "text": "his own text back", "near_miss": "`line nearest`", "collision": "`by at text`", "leak": "`line`",
        "missing": "`field label line`", "from": "`name first_name address`", "subject": "",
    },
    "confirmation": {"orders": "a list of lines", "text": "the whole mail it is about"},
    "bounce": {"recipient": "an address", "status": "5.1.1", "explanation": "in plain words", "message": "what the other server said"},
    "alarm": {"title": "", "text": "", "orders": "commands to run, a list", "items": "a list of lines"},
    "table": {"title": "", "text": "", "columns": "a list", "rows": "a list of lists", "more": "how many rows are left out"},
    "folded": {
        "count": "how many mails did not come one by one", "tickets": "about how many tickets",
        "more": "how many have no line in the list", "references": "the tickets of those, in one line",
        "example": "the reference of one of the tickets",
    },
    "contract": {"name": "", "organisation": "", "starts": "a time", "ends": "a time", "notice_by": "a time"},
    "other_ticket": _OTHER,
    "links": {
        "reply": "mailto: a plain answer", "solved": "mailto: it has solved itself", "mine": "mailto: my tickets",
        "yes": "mailto: yes, that was me", "no": "mailto: no, it was not me",
    },
}  # fmt: skip
_ENTRY = {"at": "a time", "author": "", "kind": "", "visibility": "public, internal or external", "text": ""}
LISTS: Mapping[str, Mapping[str, str]] = {
    "history": _ENTRY,
    "answers": {"name": "", "text": ""},
    "steps": {"text": "", "done": "true or false"},
    "transcript": {"line": "the command as it was written", "result": "done, failed, held or not-done", "message": ""},
    "help": {"verb": "", "text": ""},
    "happenings": {
        "at": "a time",
        "reference": "may be empty",
        "event": "an event",
        "author": "",
        "text": "the first words",
    },
    "buttons": {"word": "a key under `buttons` in words.yaml, or empty", "label": "", "say": "what the mail says"},
}
# Plain values.
VALUES: Mapping[str, str] = {
    "event": "an event of the list", "audience": "requester, operator, third-party or admin", "language": "sv, nb, en …",
    "greeting": "“Hej Karin!”, or “Hej!” where the first name is not certain",
    "signature": "the operator's, from the brand's folder", "instruction": "the ticket template's, for the operator",
    "reopen_until": "until when an answer reopens: a time", "closed_now": "true while the desk is closed",
    "customer_got": "what the customer was sent; empty: nothing",
    "where_answer_goes": "customer or internal", "subject": "the mail's own subject line", "key": "the key line's key",
    "other_events": "further events of the same moment, a list of words", "files": "names of attached files",
    "left_out": "names of files that did not come along",
}  # fmt: skip
INSIDE: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("ticket", "requester"): _PERSON, ("entry", "author"): _PERSON, ("held", "from"): _PERSON,
    ("held", "near_miss"): {"line": "", "nearest": ""}, ("held", "collision"): {"by": "", "at": "a time", "text": ""},
    ("held", "leak"): {"line": ""}, ("held", "missing"): {"field": "", "label": "", "line": ""},
    ("brand", "privacy"): {"text": "", "url": "", "contact": ""},
}  # fmt: skip
INSIDE_LISTS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("ticket", "other_tickets"): _OTHER,
    ("ticket", "likely_duplicates"): _OTHER,
}
PLAIN_LISTS = frozenset(
    {
        ("ticket", "tags"),
        ("confirmation", "orders"),
        ("alarm", "orders"),
        ("alarm", "items"),
        ("table", "columns"),
        ("table", "rows"),
    }
)
# What people wrote: a paragraph of its own shows it as a block, with its line breaks.
WRITTEN = frozenset(
    {
        ("question", "text"), ("ticket", "solution"), ("ticket", "description"), ("held", "text"),
        ("confirmation", "text"), ("alarm", "text"), ("bounce", "message"), ("table", "text"),
    }
)  # fmt: skip
