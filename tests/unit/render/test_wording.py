from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.render.wording import Locale, zone

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def locale(library, language, name="Europe/Stockholm"):
    return Locale(library.words[language], zone(name), NOW)


@pytest.mark.parametrize(
    ("language", "when", "day", "date"),
    [
        ("sv", "tisdag 24 november kl. 12.00", "tisdag 24 november", "24 november"),
        ("nb", "tirsdag 24. november kl. 12.00", "tirsdag 24. november", "24. november"),
        ("en", "Tuesday 24 November at 12:00", "Tuesday 24 November", "24 November"),
    ],
)
def test_times_are_written_as_people_write_them(library, language, when, day, date):
    words, at = locale(library, language), "2026-11-24T11:00:00Z"
    assert (words.when(at), words.day(at), words.date(at)) == (when, day, date)


def test_another_year_is_named(library):
    assert locale(library, "sv").day("2027-01-04T11:00:00Z") == "måndag 4 januari 2027"


def test_summer_time_is_the_zones(library):
    assert locale(library, "sv").when("2026-07-01T10:00:00Z").endswith("kl. 12.00")


def test_the_year_ends_at_the_zones_midnight(library):
    assert locale(library, "sv").date("2026-12-31T23:30:00Z") == "1 januari 2027"


def test_an_unknown_zone_is_utc():
    assert zone("Mars/Olympus").key == "UTC"
    assert zone("../etc").key == "UTC"


def test_a_word_that_is_missing_shows_its_name(library):
    assert library.words["sv"].get("labels.nosuch") == "nosuch"
