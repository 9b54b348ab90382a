"""Which header fields trusted hops wrote: those above the first hop nobody vouches for (RFC 8601 §5, §7.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from gateway.inbound.trust import Trust
from gateway.mail import address
from gateway.mail.identity import Keys, own_message_id

_LONGEST: Final = 256 * 1024
_MOST_FIELDS: Final = 2000
_BLANK: Final = re.compile(rb"\r?\n\r?\n")
_FOLD: Final = re.compile(r"\r?\n(?=[ \t])|\r(?=[ \t])")
_NAME: Final = re.compile(r"[!-9;-~]+[ \t]*\Z")
_ADDRESS: Final = re.compile(r"(?<![\w.:])(?:IPv6:)?(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]+)(?![\w:])")
_GREETED: Final = re.compile(r"from\s+\S+", re.IGNORECASE)
_BY: Final = re.compile(r"(?:^|\s)by\s", re.IGNORECASE)
_COMMENT: Final = re.compile(r"\([^()]*\)")
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,998}>")
_MOST_IDS: Final = 100
_MICROSOFT: Final = (".outlook.com", ".exchangelabs.com", ".office365.us", ".partner.outlook.cn")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: name in lower case exactly as written up to the colon, value unfolded and stripped."""

    name: str
    value: str


def read_fields(raw: bytes) -> list[Field]:
    """Read the header section, top first; never raises. Raw 8-bit becomes UTF-8 or Latin-1."""
    head = raw[:_LONGEST]
    if end := _BLANK.search(head):
        head = head[: end.start()]
    try:
        text = head.decode()
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    fields = []
    for line in islice(_FOLD.sub("", text).split("\n"), _MOST_FIELDS):
        name, colon, value = line.partition(":")
        if colon and _NAME.match(name):
            fields.append(Field(name.lower(), value.strip()))
    return fields


def trusted_fields(fields: Iterable[Field], trust: Trust) -> list[Field]:
    """Return the fields from the top down to where a stranger's begin.

    A Received field tells whom its writer had the mail from. Where that is no trusted hop, the next Received
    and all below it came from outside. Between the two lie fields of both, so what is read there must be the
    topmost of its kind: a hop writes its own above what it was given.
    """
    trusted: list[Field] = []
    at_border = False
    for field in fields:
        if field.name == "received":
            if at_border or (trust.kind == "microsoft365" and not _from_microsoft(field.value)):
                # Exchange Online writes its result above the border's Received, never below.
                return trusted
            at_border = trust.kind != "microsoft365" and not _from_trusted(field.value, trust)
        trusted.append(field)
    return trusted


def _from_trusted(received: str, trust: Trust) -> bool:
    """Say whether all addresses in the from clause are ours: the name a client gives itself is his to choose."""
    greeted = _GREETED.match(received)  # "from by.evil.example (…)": the word that ends the clause is never in his name
    named = greeted.end() if greeted else 0
    origin = received[:named] + _BY.split(received[named:], maxsplit=1)[0]
    return all(_vouched(found[1], trust) for found in _ADDRESS.finditer(origin))


def _vouched(written: str, trust: Trust) -> bool:
    return Trust("authserv_id").covers(written) or trust.covers(written)


def _from_microsoft(received: str) -> bool:
    """Say whether both ends of this hop are Exchange Online."""
    words = _COMMENT.sub(" ", received).lower().split()
    ends = [after.rstrip(";") for word, after in pairwise(words) if word in {"from", "by"}]
    return len(ends) >= 2 and all(end.endswith(_MICROSOFT) for end in ends[:2])


def return_path(raw: bytes) -> str:
    """Return the envelope sender a mailbox kept, "" for the null sender.

    Where no Return-Path was kept it is taken from From: "" would make a bounce of every mail.
    """
    fields = read_fields(raw)
    kept = next((field.value for field in fields if field.name == "return-path"), None)
    if kept is not None:
        return kept.partition("<")[2].partition(">")[0].strip() if "<" in kept else kept
    sender = address.identity([field.value for field in fields if field.name.rstrip() == "from"])
    return "" if sender is None else sender.address


def answers_one_of_ours(raw: bytes, keys: Keys) -> bool:
    """Say whether a message names a mail of ours, which only its readers know (A02): MAC and all."""
    named = (each.value for each in read_fields(raw) if each.name in {"in-reply-to", "references"})
    return any(own_message_id(keys, name) for value in named for name in _MESSAGE_ID.findall(value)[-_MOST_IDS:])
