"""The line above a quote that says who wrote it and when ("Den mån 3 mars 2025 kl 10:14 skrev Anna <a@s.se>:")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.mail.lines import is_blank, is_quoted, plain, unquoted
from gateway.mail.words import ATTRIBUTION_LEADS, ATTRIBUTION_VERBS, WEEKDAYS

_MOST_LINES: Final = 5
_LONGEST: Final = 600
_MOST_NAMES: Final = 6  # words behind the verb
_VERB: Final = re.compile(
    r"(?<!\w)(?:"
    + "|".join(
        map(
            re.escape,
            sorted({v for v in ATTRIBUTION_VERBS if v.isascii() or ord(v[0]) < 0x0590}, key=len, reverse=True),
        )
    )
    + r")(?!\w)"
)
_EASTERN_VERBS: Final = tuple(v for v in ATTRIBUTION_VERBS if ord(v[0]) >= 0x0590)
_ADDRESS: Final = re.compile(r"[\w.+'=&/-]{1,128}@[\w.-]{1,128}")
_ENDS_IN_ADDRESS: Final = re.compile(r"[\w.+'=&/-]{1,128}@[\w.-]{1,128}\Z")
_TIME: Final = re.compile(r"(?<!\d)\d{1,2}[:.h]\d\d(?!\d)|\d{1,2} ?[ap]\.?m\b")
_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.] ?\d{1,2}[-/.] ?(?:\d{4}|\d\d)|\d{4}\. ?\d)(?!\d)|\d{4}[年년]"
    r"|(?<!\d)\d{1,2}(?:st|nd|rd|th|er|º)?[.,]? (?:de |d')?[^\W\d_]{3,12}\.?,? (?:de |г\. )?(?:\d{4}|\d\d\b|kl|at|à|um|às|alle)"
    r"|[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:\d{4}|at)"
)
_WRITTEN_DATE: Final = re.compile(rf"(?:(?<!\d)\d{{4}}\. ?)?(?:{_DATE.pattern})", re.IGNORECASE)
_WRITTEN_TIME: Final = re.compile(
    r"(?<!\d)\d{1,2}[:.h]\d\d(?:[:.]\d\d)?(?!\d)(?:[ \u202f]?[ap]\.?m\b\.?)?", re.IGNORECASE
)
_DAY: Final = re.compile(r"(?<!\d)\d{1,2}[.,]? (?:de )?[^\W\d_]{3,12}|[^\W\d_]{3,12}\.? \d{1,2}(?!\d)")
_DATE_BEHIND: Final = re.compile(r"\s{0,3}(?:(?:on|am|den|le|el|op|il|em|dnia|dne|følgende den) )?\d")
_NOT_NAMES: Final = re.compile(r"https?://|[!?]")
_GROUPWISE: Final = re.compile(r">>> ?[^>]{3,200}(?:>[^>]{0,60})? ?>>>")
_NOTES: Final = re.compile(
    r"[^\d-]{3,80} ?-{2,3}\d[\d/. :APM-]{8,30}-{2,3}.{0,200}"
)  # Anna Berg ---03.03.2025 10:14:05---Hej
_QUOTING: Final = ("quoting ", "citerar ", "zitat von ", "citando ", "siterer ", "citerer ", "citation de ", "quoth ")
_LEADS: Final = (*WEEKDAYS, *ATTRIBUTION_LEADS)
_DASHES: Final = " \t-–—"
_ENDS: Final = (
    "wrote ----", "wrote ---", "wrote", "skrev ----", "schrieb ----", "a écrit ----", "escribió ----", "wrote -----", "skrev",
)  # fmt: skip
_TAIL: Final = max(map(len, _ENDS))


@dataclass(frozen=True, slots=True)
class Attribution:
    """Lines `start` to `end` (exclusive); `text` is the whole in one line."""

    start: int
    end: int
    text: str
    certain: bool  # it has an address or a time, so it needs no quote signs below to be believed


def read_ending_at(lines: Sequence[str], last: int, floor: int = 0) -> Attribution | None:
    """Read the attribution whose last line is `last`, which may have begun up to four lines above (not above `floor`)."""
    if _NOTES.fullmatch(plain(lines[last])):
        return Attribution(last, last + 1, plain(lines[last]), certain=True)
    if not _may_end(lines[last]):
        return None
    joined, best = "", None
    for start in range(last, max(floor - 1, last - _MOST_LINES), -1):
        line = unquoted(lines[start])
        joined = f"{line} {joined}".strip()
        if not line or len(joined) > _LONGEST or is_quoted(lines[start]) != is_quoted(lines[last]):
            break
        judged = _judge(joined)
        if judged is None:
            continue
        certain, led = judged
        if led or best is None:
            best = Attribution(start, last + 1, joined, certain)
        if led and _DATE.search(joined.casefold()):
            break
    return best


def _may_end(line: str) -> bool:
    text = plain(line).rstrip(_DASHES)
    if text.endswith((":", "：")) or (text.startswith(">>>") and _GROUPWISE.fullmatch(text)):
        return True
    return text[-_TAIL:].casefold().endswith(_ENDS)


def _judge(text: str) -> tuple[bool, bool] | None:
    """(certain, begins like an attribution), or None where it is none."""
    if text.endswith(">>>") and _TIME.search(text):
        return True, True
    low = text.casefold().rstrip(":： \t-–—")
    if "@" not in low and not any(map(str.isdigit, low)):
        return None
    if low.startswith(_QUOTING) and _ADDRESS.search(low):
        return False, True
    if _NOT_NAMES.search(_without_links(low)):
        return None
    verb = _VERB.search(low)
    eastern = any(word in low for word in _EASTERN_VERBS)
    address = _ADDRESS.search(low) is not None
    time = _TIME.search(low) is not None
    date = _DATE.search(low) is not None
    day = date or _DAY.search(low) is not None or low.lstrip(_DASHES).startswith(WEEKDAYS)
    led = _is_led(low)
    if verb is None and not eastern:
        # Gmail and Yandex in some languages: date, time, name <address>:
        ends = low.endswith((">", ")")) or " from " in low or _ENDS_IN_ADDRESS.search(low) is not None
        return (ends and date and time and led, led) if address and (day or time) else None
    if address:
        return (day or time or low.endswith("wrote"), led) if day or time or len(low) < 200 else None
    if day or time:
        told = verb is None or (
            _only_names(text, verb.end()) if led else _name_then_date(text, verb.start(), verb.end())
        )
        return date and time and told, led
    return None


def _only_names(text: str, start: int) -> bool:
    """Whether nothing but a name stands behind the verb; somebody telling a story says more."""
    words = text[start:].rstrip(":： \t").split()
    return len(words) <= _MOST_NAMES and (not words or not words[0][0].islower())


def _name_then_date(text: str, start: int, end: int) -> bool:
    """Whether it reads "Anna Berg kirjoitti 24.11.2026 klo 12.00": a name, the verb, a date with or without a word before."""
    name = text[:start].split()
    return 0 < len(name) <= _MOST_NAMES and name[0][0].isupper() and _DATE_BEHIND.match(text, end) is not None


def _without_links(low: str) -> str:
    return low.replace("<mailto:", "<").replace("<http://", "<").replace("<https://", "<")


def _is_led(low: str) -> bool:
    """Whether it begins as attributions begin: a lead word, a date, a weekday, dashes."""
    return low.startswith(ATTRIBUTION_LEADS) or low[:1].isdigit() or low.lstrip(_DASHES).startswith(_LEADS)


def moment(text: str) -> str:
    """Return the words of an attribution that say when, as written; empty where it does not."""
    date = _WRITTEN_DATE.search(text)
    if date is None:
        return ""
    time = _WRITTEN_TIME.search(text, date.end()) or _WRITTEN_TIME.search(text[: date.start()])
    start, end = date.span() if time is None else (min(date.start(), time.start()), max(date.end(), time.end()))
    return text[start:end]


def is_followed_by_quote(lines: Sequence[str], end: int) -> bool:
    """Whether the next line with something on it bears a quote sign."""
    return next((is_quoted(line) for line in lines[end : end + 6] if plain(line)), False)


def is_followed_by_nothing(lines: Sequence[str], end: int) -> bool:
    """Whether only blank lines are left."""
    return all(is_blank(line) for line in lines[end:])
