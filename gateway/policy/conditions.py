"""What stands under `when:`, as a tree that is already checked; gateway.rules evaluates it.

Keys side by side become `All`, a list of values becomes one `Test` that any of them fulfils. Case never matters,
accents do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from gateway.policy.durations import Duration


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in the admin's files; line and column from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Op(StrEnum):
    """How a test compares; the comment tells the type of `Test.value`."""

    IS = "is"  # tuple of one str, or a bool for the yes-or-no names
    ANY_OF = "any_of"  # tuple of str: equal to one of them
    CONTAINS = "contains"  # tuple of str: one of them stands somewhere inside
    WORDS = "words"  # tuple of str: one of them stands inside as whole word(s)
    STARTS = "starts"  # tuple of str
    ENDS = "ends"  # tuple of str
    DOMAIN = (
        "domain"  # tuple of str, normalised: the address's domain is one of them; ".acme.example" means those below it
    )
    REGEX = "regex"  # tuple of str: patterns that compile; IGNORECASE; named groups are captures
    AFTER_DIGITS = "after_digits"  # AfterDigits
    OVER = "over"  # int (bytes, number) or Duration: strictly more
    UNDER = "under"  # int (bytes, number) or Duration: strictly less
    EXISTS = "exists"  # bool: has a value (not empty) / has none
    SOME = "some"  # attachments only: a Condition over `name`, `type`, `size` that one attachment fulfils as a whole


@dataclass(frozen=True, slots=True)
class AfterDigits:
    """A number of so many digits that follows one of the words: `{after: [faktura], digits: 4-8}`."""

    words: tuple[str, ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison. `name` is a key of `when` (NAMES); inside `Op.SOME` it is name, type or size of the attachment."""

    __test__: ClassVar[bool] = False  # pytest would take the class for a collection of tests

    name: str
    argument: str | None  # header: its name; fields: the field; business_hours: the calendar, None the desk's
    op: Op
    value: Value
    capture: str | None  # the name under which the digits of `after` are kept; a regex names its own groups
    place: Place


@dataclass(frozen=True, slots=True)
class All:
    """Every part must hold; without parts it always holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One part must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold; an unknown part (a pattern that took too long) stays unknown."""

    part: Condition


Condition = All | Any | Not | Test
Value = tuple[str, ...] | bool | int | Duration | AfterDigits | All | Any | Not | Test

ALWAYS = All(())


class Kind(StrEnum):
    """What a name of `when` holds; decides which tests fit it (OPS)."""

    ADDRESSES = (
        "addresses"  # one or several addresses: `is` compares addresses, the other tests see "Name <address>" too
    )
    TEXT = "text"
    WORD = "word"  # one word of a known list
    WORDS = "words"  # several of a list: one must fit
    YES_NO = "yes-no"
    SIZE = "size"  # bytes
    FOR = "for"  # a duration until now
    HEADER = "header"
    FIELDS = "fields"
    ATTACHMENT = "attachment"
    HOURS = "hours"  # open | closed


NAMES: dict[str, Kind] = {
    "from": Kind.ADDRESSES,
    "to": Kind.ADDRESSES,
    "cc": Kind.ADDRESSES,
    "recipient": Kind.ADDRESSES,  # To, Cc, Delivered-To, X-Original-To and the envelope
    "subject": Kind.TEXT,
    "text": Kind.TEXT,  # the new text
    "mentions": Kind.TEXT,  # subject and new text; a bare value means `contains`
    "header": Kind.HEADER,
    "attachment": Kind.ATTACHMENT,
    "size": Kind.SIZE,  # of the whole message
    "source": Kind.WORD,
    "class": Kind.WORD,
    "spam": Kind.WORD,  # yes | suspect | no; true is yes, false is no
    "authentication": Kind.WORD,  # pass | fail | none
    "addressed": Kind.YES_NO,  # one of the desk's addresses stands in To or Cc
    "known": Kind.YES_NO,  # the sender wrote before or is one of ours
    "organisation": Kind.WORD,
    "customer_type": Kind.WORD,
    "contract": Kind.WORD,
    "desk": Kind.WORD,
    "language": Kind.WORD,
    "importance": Kind.WORD,
    "contains_personal_number": Kind.YES_NO,
    "business_hours": Kind.HOURS,
    "status": Kind.WORD,  # a fixed status or an own name
    "priority": Kind.WORD,
    "impact": Kind.WORD,
    "urgency": Kind.WORD,
    "type": Kind.WORD,
    "category": Kind.WORD,
    "product": Kind.WORD,
    "template": Kind.WORD,
    "service": Kind.WORD,
    "object": Kind.WORD,
    "group": Kind.WORD,
    "owner": Kind.WORD,
    "tags": Kind.WORDS,
    "fields": Kind.FIELDS,
    "last_word": Kind.WORD,  # customer | us
    "in_status_for": Kind.FOR,
    "unassigned_for": Kind.FOR,
    "untouched_for": Kind.FOR,
}

_TEXT_OPS = frozenset(
    {Op.IS, Op.ANY_OF, Op.CONTAINS, Op.WORDS, Op.STARTS, Op.ENDS, Op.REGEX, Op.AFTER_DIGITS, Op.EXISTS}
)
OPS: dict[Kind, frozenset[Op]] = {
    Kind.ADDRESSES: _TEXT_OPS - {Op.AFTER_DIGITS} | {Op.DOMAIN},
    Kind.TEXT: _TEXT_OPS,
    Kind.WORD: frozenset({Op.IS, Op.ANY_OF, Op.EXISTS}),
    Kind.WORDS: frozenset({Op.IS, Op.ANY_OF, Op.EXISTS}),
    Kind.YES_NO: frozenset({Op.IS}),
    Kind.SIZE: frozenset({Op.OVER, Op.UNDER}),
    Kind.FOR: frozenset({Op.OVER, Op.UNDER}),
    Kind.HEADER: _TEXT_OPS,
    Kind.FIELDS: _TEXT_OPS | {Op.OVER, Op.UNDER},
    Kind.ATTACHMENT: frozenset({Op.EXISTS, Op.SOME}),
    Kind.HOURS: frozenset({Op.IS}),
}
"""Which tests fit which kind."""
