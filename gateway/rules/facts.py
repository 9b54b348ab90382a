"""What `when` can ask about: one lazily filled mapping over message, ticket, policy and time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from gateway.mail.address import key
from gateway.mail.message import Address
from gateway.policy.conditions import NAMES, Kind
from gateway.policy.durations import Duration
from gateway.policy.schema import Policy
from gateway.rules import sources
from gateway.tickets.case import Case, Incoming
from gateway.tickets.model import Ticket

LONGEST_TEXT = 64 * 1024
"""Characters of a text that patterns and words look at (A48)."""

_WORTH_PAIRS = 40
"""Rules that ask for words of a text before a set of its pairs of letters is made."""

Maker = Callable[[], Any]


def wall_time(start: datetime, length: Duration) -> datetime:
    """Return `start` plus the length by the clock."""
    return start + length.wall()


def unknown_hours(_: str | None) -> bool | None:
    """Say nothing of opening hours; a condition on them is then unknown and its rule does not fire."""
    return None


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """What calendars answer now: whether one is open (None names the desk's), and when a duration is over."""

    is_open: Callable[[str | None], bool | None] = unknown_hours
    add: Callable[[datetime, Duration], datetime] = wall_time


class Facts(Mapping[str, Any]):
    """Values by the names of `when`; each is computed when a rule first asks for it.

    Address names hold tuples of Address, words a tuple of every word that fits, `…_for` the moment since when.
    """

    __slots__ = ("_asked", "_by_text", "_folded", "_makers", "_pairs", "_raw", "_values", "_whole", "hours", "now")

    def __init__(
        self, makers: Mapping[str, Maker], now: datetime, hours: OpeningHours, values: Mapping[str, Any] | None = None
    ) -> None:
        self._makers = makers
        self._values: dict[str, Any] = dict(values or {})
        self._folded: dict[tuple[str, str | None], tuple[str, ...]] = {}
        self._raw: dict[tuple[str, str | None], tuple[str, ...]] = {}
        self._asked: dict[tuple[str, str | None], int] = {}
        self._by_text: dict[str, frozenset[tuple[str, str]]] = {}
        self._pairs: dict[tuple[str, str | None], frozenset[tuple[str, str]]] = {}
        self._whole: dict[tuple[str, str | None], frozenset[str]] = {}
        self.now = now
        self.hours = hours

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            self._values[name] = self._makers[name]()
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._makers, **self._values})

    def __len__(self) -> int:
        return len({**self._makers, **self._values})

    def value(self, name: str) -> Any:
        """Return the value, None where nothing is known of the name."""
        return self[name] if name in self._values or name in self._makers else None

    def set(self, name: str, value: Any) -> None:
        """Let later rules see another value."""
        self._values[name] = value
        caches: tuple[dict[tuple[str, str | None], Any], ...] = (self._folded, self._raw, self._whole, self._pairs)
        for cache in caches:
            for slot in [slot for slot in cache if slot[0] == name]:
                del cache[slot]

    def copy(self) -> Facts:
        """Return facts that can be changed without changing these; what was computed is shared."""
        return Facts(self._makers, self.now, self.hours, self._values)

    def texts(self, slot: tuple[str, str | None]) -> tuple[str, ...]:
        """Return the texts of a name (and its header or field) in lower case, as comparisons want them."""
        found = self._folded.get(slot)
        if found is None:
            found = self._folded[slot] = tuple(text.casefold() for text in self.raw(slot))
        return found

    def whole(self, slot: tuple[str, str | None]) -> frozenset[str]:
        """Return the texts of a name, trimmed, for comparisons with the whole."""
        found = self._whole.get(slot)
        if found is None:
            found = self._whole[slot] = frozenset(text.strip() for text in self.texts(slot))
        return found

    def pairs(self, slot: tuple[str, str | None]) -> frozenset[tuple[str, str]] | None:
        """Return every two letters that stand side by side in the texts; None while too few rules have asked."""
        found = self._pairs.get(slot)
        if found is None:
            asked = self._asked[slot] = self._asked.get(slot, 0) + 1
            if asked < _WORTH_PAIRS:
                return None
            found = self._pairs[slot] = frozenset().union(*map(self._pairs_of, self.texts(slot)))
        return found

    def _pairs_of(self, text: str) -> frozenset[tuple[str, str]]:
        found = self._by_text.get(text)  # `text` and `mentions` share the body
        if found is None:
            found = self._by_text[text] = frozenset(pairwise(text))
        return found

    def domains(self, name: str) -> frozenset[str]:
        """Return the domains of the addresses of a name."""
        found = self._whole.get((name, "domain"))
        if found is None:
            domains = frozenset(address.domain.casefold() for address in self.value(name) or ())
            found = self._whole[name, "domain"] = domains
        return found

    def raw(self, slot: tuple[str, str | None]) -> tuple[str, ...]:
        """Return the texts of a name as they were written, each cut at LONGEST_TEXT."""
        found = self._raw.get(slot)
        if found is None:
            found = self._raw[slot] = tuple(text[:LONGEST_TEXT] for text in self._texts(*slot))
        return found

    def _texts(self, name: str, argument: str | None) -> Iterable[str]:
        value = self.value(name)
        if argument is not None:
            value = (value or {}).get(argument.casefold() if name == "header" else argument)
        match value:
            case None:
                return ()
            case str():
                return (value,)
            case tuple() if NAMES.get(name) is Kind.ADDRESSES:
                return [text for address in value for text in _spoken(address)]
            case tuple() | list() | frozenset():
                return map(str, value)
            case _:
                return (str(value),)


def _spoken(address: Address) -> tuple[str, ...]:
    return (address.address, str(address)) if address.name else (address.address,)


def facts(
    incoming: Incoming | None,
    ticket: Ticket | None,
    policy: Policy,
    now: datetime,
    case: Case,
    hours: OpeningHours | None = None,
) -> Facts:
    """Return every fact of a message, of its ticket (a draft for a new one), or of a ticket alone.

    At event `received` the ticket is None. `fields` maps names to texts, `header` lower-case names to their values.
    """
    made: dict[str, Maker] = {}
    if incoming is not None:
        made |= sources.of_message(incoming, policy, ticket.desk if ticket is not None else None, case.contact)
    if ticket is not None:
        made |= sources.of_ticket(ticket, policy, case)
    return Facts(made, now, hours or OpeningHours())


def plain(values: Mapping[str, Any], now: datetime) -> Facts:
    """Return facts of plain values, as the `examples:` of a rule write them: `{subject: …, from: a@x}`."""
    read = {name: _example(name, value) for name, value in values.items()}
    text = read.get("text", ("",))
    read.setdefault("mentions", tuple(filter(None, (*_one(read.get("subject")), *_one(text)))))
    return Facts({}, now, OpeningHours(), read)


def _one(value: Any) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),) if value is not None else ()


def _example(name: str, value: Any) -> Any:
    match NAMES.get(name):
        case Kind.ADDRESSES:
            return tuple(_address(str(item)) for item in (value if isinstance(value, list | tuple) else [value]))
        case Kind.WORD | Kind.WORDS | Kind.HOURS:
            words = value if isinstance(value, list | tuple) else [value]
            return tuple(
                {True: "yes", False: "no"}.get(word, str(word)) if name == "spam" else str(word) for word in words
            )
        case Kind.HEADER:
            return {str(header).casefold(): (str(text),) for header, text in dict(value).items()}
        case Kind.YES_NO | Kind.SIZE | Kind.FIELDS | Kind.ATTACHMENT | Kind.FOR:
            return value
        case _:
            return (str(value),)


def _address(text: str) -> Address:
    name, angle, rest = text.partition("<")
    return Address(name.strip().strip('"'), rest.rstrip("> ")) if angle else Address("", key(text))
