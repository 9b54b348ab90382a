"""Days a calendar is closed: national holidays by the holidays library, and days as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from gateway.policy.schema_time import Holidays


@dataclass(frozen=True, slots=True)
class DayOff:
    """The holidays of one year: those that close, and every day that has a name, closing or not."""

    closed: frozenset[date]
    names: Mapping[date, frozenset[str]]  # folded, in the country's language and in English


def in_range(day: date, written: str) -> bool:
    """Say whether the day is meant by `2026-12-24`, `12-24` or `FROM..TO`; other texts mean no day."""
    first, dots, last = written.partition("..")
    if not first[:2].isdigit():
        return False
    begin, end = _key(first), _key(last if dots else first)
    here = day.isoformat() if len(first) == len("2026-12-24") else day.strftime("%m-%d")
    return begin <= here <= end if begin <= end else here >= begin or here <= end


def days_off(holidays: Holidays | None, year: int) -> DayOff:
    """Return the holidays of a year."""
    return _NONE if holidays is None else _of_year(holidays.country, holidays.subdivision, holidays.also, year)


def unknown_country(holidays: Holidays) -> str | None:
    """Return what is wrong with country, subdivision or categories, or None."""
    try:
        days_off(holidays, 2026)
    except (NotImplementedError, ValueError) as error:
        return str(error)
    return None


_NONE = DayOff(frozenset(), {})


def _key(written: str) -> str:
    return written.strip()


@lru_cache(maxsize=200)
def _of_year(country: str, subdivision: str | None, also: tuple[str, ...], year: int) -> DayOff:
    import holidays  # a third of a second: only for whom has holidays

    def days(categories: tuple[str, ...], language: str | None) -> dict[date, str]:
        found = holidays.country_holidays(
            country, subdiv=subdivision, years=year, categories=categories, language=language
        )
        return dict(found.items())

    about = holidays.country_holidays(country, subdiv=subdivision)
    names: dict[date, frozenset[str]] = {}
    # never None: the library would take the language of the machine
    for language in (about.default_language or "en_US", "en_US"):
        for day, written in days(tuple(about.supported_categories), language).items():
            # "Trettondagsafton (från kl. 14.00); …"
            parts = {part.partition("(")[0].strip().casefold() for part in written.split(";")}
            names[day] = names.get(day, frozenset()) | parts
    return DayOff(frozenset(days(("public", *also), "en_US")), names)
