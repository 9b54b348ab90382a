"""Blocks of header lines which clients write into the text above an older mail ("Från: … Skickat: … Till: … Ämne: …")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.mail.lines import is_blank, plain, unquoted
from gateway.mail.words import HEADER_LABELS

_OTHER: Final = (
    "importance", "priority", "attachments", "attachment", "categories", "organization", "message-id", "x-mailer", "when", "where", "mailed-by",
    "vikt", "prioritet", "bilagor", "bifogade filer", "bifogad fil", "kategorier", "viktighet", "viktighetsgrad", "vedlegg", "tidspunkt", "vedhæftede filer", "vigtighed", "prioriteetti", "tärkeys", "liitteet",
    "wichtigkeit", "priorität", "anlagen", "anhänge", "importance", "pièces jointes", "pièce jointe", "importancia", "datos adjuntos", "anexos", "importância", "allegati", "priorità", "urgentie", "bijlagen", "prioriteit", "załączniki", "ważność",
    "přílohy", "důležitost", "mellékletek", "fontosság", "важность", "вложения", "ekler", "önem",
)  # fmt: skip
KINDS: Final[dict[str, str]] = {
    **dict.fromkeys(_OTHER, "other"),
    **{
        label.casefold(): kind for kinds in HEADER_LABELS.values() for kind, labels in kinds.items() for label in labels
    },
}
"""Label, lower case, to the kind of header: from, date, to, cc, bcc, subject, reply_to, other."""

_LONGEST: Final = max(map(len, KINDS)) + 6
_BARE: Final = {kind: {label for label, k in KINDS.items() if k == kind} for kind in ("to", "subject")}
_MOST_LINES: Final = 24  # a block with a wrapped list of recipients
_UNKNOWN: Final = re.compile(r"[*_]?[^\W\d_][\w '’.-]{1,28}\s?[:：][*_]?(?:\s|$)")
_DIGIT: Final = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """Lines `start` to `end` (exclusive) of a text; `fields` by kind, values as written."""

    start: int
    end: int
    fields: dict[str, str]

    def is_a_mail(self) -> bool:
        """Say whether the fields can only be those of a mail, not a form or a travel order."""
        has = self.fields.keys()
        addressed = any("@" in self.fields.get(kind, "") for kind in ("from", "to", "cc"))
        dated = "date" in has and _DIGIT.search(self.fields["date"]) is not None
        if "from" not in has:
            return False
        if dated and "subject" in has:
            return "to" in has or addressed
        return addressed and (dated or "subject" in has) and "to" in has


def label(line: str) -> tuple[str, str] | None:
    """Read `Label: value` with a label known in some language as (kind, value)."""
    if ":" not in line and "：" not in line:
        return None
    text = unquoted(line).lstrip("*_ ")
    head, colon, _ = text[:_LONGEST].replace("：", ":").partition(":")
    if not colon:
        return None
    kind = KINDS.get(head.strip("*_ \t.").casefold().replace("’", "'"))
    return None if kind is None else (kind, text[len(head) + 1 :].strip("*_ \t"))


def read(lines: Sequence[str], start: int) -> HeaderBlock | None:
    """Read the block beginning at `start`; None unless it begins with a label and can only be a mail's."""
    block = read_loose(lines, start)
    return block if block is not None and block.is_a_mail() else None


def read_loose(lines: Sequence[str], start: int) -> HeaderBlock | None:
    """Read as many header lines as follow each other from `start`, whatever they are."""
    first = label(lines[start])
    if first is None or first[0] in ("cc", "bcc", "other", "reply_to"):
        return None
    fields = {first[0]: first[1]}
    last, at = first[0], start + 1
    while at < min(len(lines), start + _MOST_LINES):
        found = label(lines[at])
        if found is not None and (found[0] not in fields or found[0] == "other"):
            last = found[0]
            fields[last] = found[1]
        elif is_blank(lines[at]):
            if not _goes_on(lines, at, fields):
                break
        elif found is None and _is_unknown(lines[at], fields):
            last = "other"
            fields[last] = unquoted(lines[at])
        elif found is None and _is_wrapped(lines, at, last, fields[last]):
            fields[last] = f"{fields[last]} {unquoted(lines[at])}".strip()
        else:
            break
        at += 1
    return HeaderBlock(start, at, fields)


def _is_unknown(line: str, fields: dict[str, str]) -> bool:
    """Whether it is a header whose label we do not know, with an address, among those that we know ("Ответ-Кому: …")."""
    return len(fields) >= 2 and "@" in line and _UNKNOWN.match(unquoted(line)) is not None


def _goes_on(lines: Sequence[str], blank: int, fields: dict[str, str]) -> bool:
    """Each header in a paragraph of its own: a single blank line, then a header not yet seen."""
    following = label(lines[blank + 1]) if blank + 1 < len(lines) else None
    return following is not None and following[0] not in fields and not {"from", "date", "subject"} <= fields.keys()


def _is_wrapped(lines: Sequence[str], at: int, last: str, value: str) -> bool:
    """Whether a line without label continues the header before it, rather than being the mail itself."""
    text = unquoted(lines[at])
    if not value:
        each_below_its_label = label(lines[at - 2]) is None and not is_blank(lines[at - 2])
        return last != "subject" or each_below_its_label or (at + 1 < len(lines) and label(lines[at + 1]) is not None)
    if (
        last in ("from", "to", "cc", "bcc", "reply_to")
        and len(text) < 400
        and ("@" in text or value.endswith((",", ";")))
    ):
        return True
    return at + 1 < len(lines) and label(lines[at + 1]) is not None and len(text) < 200


def notes_block(lines: Sequence[str], at: int) -> int | None:
    """Find Lotus Notes' block, labels on lines of their own ("To", "cc", "Subject"): its first line, or None.

    `at` is the line that holds the bare "To"; above it stand sender and date.
    """
    if plain(lines[at]).casefold() not in _BARE["to"]:
        return None
    if not any(plain(line).casefold() in _BARE["subject"] for line in lines[at + 1 : at + 8]):
        return None
    above = [i for i in range(max(0, at - 5), at) if not is_blank(lines[i])][-2:]
    if not above or not any(_DIGIT.search(lines[i]) for i in above):
        return None
    return above[0]
