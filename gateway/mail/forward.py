"""Forwarded mail: who wrote it first, and what the forwarder added. By attachment or in the text of any client."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Final

from gateway.mail import attribution, header_block, marker_lines
from gateway.mail.address import normalise
from gateway.mail.banners import lines_on_top
from gateway.mail.header_block import HeaderBlock
from gateway.mail.lines import is_blank, is_quoted, is_rule, plain, scanned, unquoted
from gateway.mail.message import Address, Forwarded
from gateway.mail.quote_text import split_text
from gateway.mail.references import Prefix, base_subject, prefix
from gateway.mail.words import ATTRIBUTION_LEADS, HEADER_LABELS

_ADDRESS: Final = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,128}@[\w.-]{1,190}[\w-]")
_MAILTO: Final = re.compile(r"[<\[(]\s?mailto:([^>\])\s]{1,200})\s?[>\])]", re.IGNORECASE)
_ON_BEHALF: Final = re.compile(
    r"\s(?:on behalf of|för|på vegne av|på vegne af|im auftrag von|de la part de|en nombre de|namens|för räkning)\s",
    re.IGNORECASE,
)
_QUOTES_OF_NAMES: Final = " \t\"'“”„«»‘’<>()[],;*"
_MOST_ADDRESSES: Final = 100
_NEAR: Final = 6  # lines between a marker and its headers
_BRACKETED: Final = re.compile(r"[<(\[](?:mailto:)?([^\s<>()\[\]]{1,128}@[^\s<>()\[\]]{1,190})[>)\]]")
_QUOTED_NAME: Final = re.compile(r'["“”„«»]\s?([^"“”„«»]{1,80}?)\s?["“”„«»]$')
_CLAUSE: Final = re.compile("[、，]")
_OF_A_CLOCK: Final = re.compile(r"(?:[AP]\.?M\.?|GMT|UTC|CES?T|[A-Z]{2,5}[+-]\d{1,2}),?|[^\d]*\d")
_PARTICLES: Final = frozenset({"von", "van", "de", "af", "der", "den", "da", "di", "la", "ter"})
_FINNISH: Final = frozenset(word.casefold() for words in HEADER_LABELS["fi"].values() for word in words)
_AT: Final = re.compile(r"\bat\b|\bkl\.?(?=\s?\d)", re.IGNORECASE)
_ISO: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)\s?(Z|[+-]\d\d:?\d\d)")


@dataclass(frozen=True, slots=True)
class Inner:
    """A message attached to a mail (message/rfc822), as it was read."""

    sender: Address | None
    to: tuple[Address, ...]
    date: str | None  # RFC 3339
    subject: str | None
    text: str


@dataclass(frozen=True, slots=True)
class _Head:
    """Where a forwarded mail begins in the lines, where its own text begins, and what its head says."""

    start: int
    end: int
    fields: dict[str, str]


def find(text: str, html: str | None, inner: Sequence[Inner], subject: str) -> tuple[Forwarded, str] | None:  # noqa: ARG001  # clients mark a forward in words, also in HTML
    """Find the mail that was forwarded, with the forwarder's own words; None where this is no forward.

    `text` is the whole body. A sender known by name only has an empty address.
    """
    lines, behind = scanned(text)
    head = _find_head(lines, subject)
    if head is not None:
        return _from_text(lines, behind, head, subject)
    return _from_attachment(text, inner, subject)


def _from_text(lines: Sequence[str], behind: str, head: _Head, subject: str) -> tuple[Forwarded, str]:
    body = (
        [_one_level_less(line) for line in lines[head.end :]]
        if _is_quoted_through(lines[head.end :])
        else list(lines[head.end :])
    )
    own = _own_words(lines[lines_on_top(lines) : head.start])
    forwarded = Forwarded(
        sender=sender(head.fields["from"]),
        to=recipients(head.fields.get("to", "")),
        date=_rfc3339(head.fields.get("date", "")),
        subject=head.fields.get("subject")
        or (base_subject(subject) if prefix(subject) is not Prefix.NONE else "")
        or None,
        text="\n".join([*body, behind]).strip("\n \t\ufeff\xa0"),
    )
    return forwarded, own


def _own_words(above: Sequence[str]) -> str:
    """What the forwarder wrote above, without rulers and signature."""
    end = len(above)
    while end and (is_blank(above[end - 1]) or is_rule(above[end - 1])):
        end -= 1
    return split_text("\n".join(above[:end])).new_text if end else ""


def _from_attachment(text: str, inner: Sequence[Inner], subject: str) -> tuple[Forwarded, str] | None:
    if not inner or inner[0].sender is None or prefix(subject) is Prefix.REPLY:
        return None
    first = inner[0]
    assert first.sender is not None
    own = split_text(text).new_text if text.strip() else ""
    return Forwarded(first.sender, first.to, first.date, first.subject, first.text), own


def _find_head(lines: Sequence[str], subject: str) -> _Head | None:
    """The first place where an older mail begins, if it is one that was forwarded and not answered."""
    said = prefix(subject)
    top = lines_on_top(lines)
    floor = top
    for at in range(top, len(lines)):
        if not plain(lines[at]):
            floor = at + 1
            continue
        if marker_lines.is_own_marker(lines[at]):
            return None
        if (behind := marker_lines.forward(lines[at])) is not None:
            head = _below_marker(lines, at, behind)
            if head is not None:
                return head
        if marker_lines.is_original(lines[at]):
            return _below_original(lines, at, said, subject)
        if (block := header_block.read(lines, at)) is not None:
            return _of_block(lines, block, top, said, subject)
        if (found := attribution.read_ending_at(lines, at, floor)) is not None and found.certain:
            return _of_attribution(lines, found, top, said, subject)
    return None


def _below_marker(lines: Sequence[str], at: int, behind: str) -> _Head | None:
    if behind:
        fields = _fields_in_line(behind)
        return _Head(at, at + 1, fields) if "from" in fields else None
    for start in range(at + 1, min(len(lines), at + _NEAR)):
        if is_blank(lines[start]):
            continue
        block = header_block.read_loose(lines, start)
        return _Head(at, block.end, block.fields) if block is not None and "from" in block.fields else None
    return None


def _below_original(lines: Sequence[str], at: int, said: Prefix, subject: str) -> _Head | None:
    """Tell what "Original Message" opens, a reply or a forward: the subject says, or quoting as a whole does (IONOS)."""
    quoted_as_forward = is_quoted(lines[at]) and said is not Prefix.REPLY
    if said in (Prefix.FORWARD, Prefix.EITHER) or quoted_as_forward or not subject.strip():
        return _below_marker(lines, at, "")
    return None


def _of_block(lines: Sequence[str], block: HeaderBlock, top: int, said: Prefix, subject: str) -> _Head | None:
    alone = all(is_blank(line) or is_rule(line) for line in lines[top : block.start])
    finnish = _is_finnish(lines, block)
    match said:
        case Prefix.FORWARD:
            forwarded = True
        case Prefix.EITHER:
            forwarded = not finnish
        case Prefix.REPLY:
            forwarded = False
        case Prefix.NONE:
            forwarded = alone or not subject.strip()
    return _Head(block.start, block.end, block.fields) if forwarded else None


def _is_finnish(lines: Sequence[str], block: HeaderBlock) -> bool:
    """Whether the labels are Finnish, in which VS: means an answer."""
    heads = (unquoted(line).partition(":")[0].strip("* \t").casefold() for line in lines[block.start : block.end])
    return any(head in _FINNISH for head in heads)


def _of_attribution(
    lines: Sequence[str], found: attribution.Attribution, top: int, said: Prefix, subject: str
) -> _Head | None:
    """Outlook for Mac forwards below "On …, "John" <…> wrote:" as it answers; only the subject tells."""
    alone = all(is_blank(line) for line in lines[top : found.start]) and not any(map(is_quoted, lines[found.end :]))
    forwarded = said is Prefix.FORWARD or (said is Prefix.EITHER and alone) or (not subject.strip() and alone)
    fields = _fields_of_attribution(found.text)
    return _Head(found.start, found.end, fields) if forwarded and fields is not None else None


def _fields_of_attribution(text: str) -> dict[str, str] | None:
    address = _BRACKETED.search(text)
    if address is None:
        return None
    before = text[: address.start()].rstrip(" ,(<[")
    quoted = _QUOTED_NAME.search(before[-120:])
    name = quoted[1] if quoted else _name_at_end(before)
    return {"from": f"{name.strip()} <{address[1]}>", "date": attribution.moment(text)}


def _name_at_end(text: str) -> str:
    """Return the words at the end that are written as names are."""
    lead = next((lead for lead in ATTRIBUTION_LEADS if text.casefold().startswith(lead)), "")
    words = _CLAUSE.split(text[len(lead) :][-120:])[-1].split()
    first = len(words)
    while first and _may_be_of_a_name(words[first - 1]):
        first -= 1
    return " ".join(words[first:])


def _may_be_of_a_name(word: str) -> bool:
    return word in _PARTICLES or (word[0].isupper() and not _OF_A_CLOCK.match(word))


def _fields_in_line(text: str) -> dict[str, str]:
    """Read headers which were rendered into one line, each label stuck to the value before it."""
    best: list[tuple[int, int, str]] = []
    for labels in HEADER_LABELS.values():
        found = _labels_in(text, labels)
        if found and found[0][0] == 0 and len(found) > len(best):
            best = found
    fields: dict[str, str] = {}
    for number, (_, end, kind) in enumerate(best):
        following = best[number + 1][0] if number + 1 < len(best) else len(text)
        fields[kind] = text[end:following].strip()
    return fields


def _labels_in(text: str, labels: dict[str, tuple[str, ...]]) -> list[tuple[int, int, str]]:
    found = []
    for kind, names in labels.items():
        every = (*names, "Cc", "CC") if kind == "cc" else names
        marks = [name + colon for name in every for colon in (":", " :")]
        places = [(at, at + len(mark), kind) for mark in marks if (at := text.find(mark)) >= 0]
        if places:
            found.append(min(places))
    return sorted(found)


def sender(written: str) -> Address:
    """Read the sender of a header block: `John <j@x>`, `John [mailto:j@x]`, `John<mailto:j@x> <j@x<mailto:j@x>> on behalf of …`."""
    principal = _ON_BEHALF.split(written)[0]
    found = recipients(principal, keep_commas=True)
    return found[0] if found else Address(_name(principal), "")


def recipients(written: str, *, keep_commas: bool = False) -> tuple[Address, ...]:
    """Read the addresses of a header block, by whatever sign they are parted; those by name only are left out."""
    text = _MAILTO.sub(lambda found: f"<{found[1]}>", written)
    found: list[Address] = []
    start = 0
    for match in _ADDRESS.finditer(text):
        if len(found) >= _MOST_ADDRESSES:
            break
        address = normalise(match[0]) or match[0]
        before = text[start : match.start()]
        start = match.end()
        name = _name(before if keep_commas else before.strip().removeprefix(">").removeprefix(">").lstrip(",; "))
        if found and found[-1].address == address and not name:
            continue
        if found and _ADDRESS.fullmatch(found[-1].name) is None and found[-1].address == address:
            found[-1] = replace(found[-1], name=name or found[-1].name)
            continue
        # `bessie@x <bessie@x>`: the address stands as its own name
        found.append(Address(name, address))
    return tuple(found)


def _name(written: str) -> str:
    name = " ".join(written.split()).strip(_QUOTES_OF_NAMES)
    return "" if _ADDRESS.fullmatch(name) else name


def _rfc3339(written: str) -> str | None:
    """Return the date as RFC 3339 where it says its zone, else as it was written."""
    text = " ".join(written.split())
    if iso := _ISO.search(text):
        zone = iso[3] if iso[3] == "Z" or ":" in iso[3] else f"{iso[3][:3]}:{iso[3][3:]}"
        return f"{iso[1]}T{iso[2] if iso[2].count(':') == 2 else iso[2] + ':00'}{zone}"
    try:
        moment = parsedate_to_datetime(_AT.sub(" ", text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return text or None
    return text if moment.tzinfo is None else moment.isoformat()


def _is_quoted_through(lines: Sequence[str]) -> bool:
    written = [line for line in lines if plain(line)]
    return bool(written) and sum(map(is_quoted, written)) * 2 >= len(written) and is_quoted(written[0])


def _one_level_less(line: str) -> str:
    stripped = line.lstrip(" \t\ufeff")
    return stripped[1:].removeprefix(" ") if stripped.startswith(">") else line
