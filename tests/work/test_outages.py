"""What stops mail soon or now is told to the admins: in time, and not every day anew."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gateway.store import mailbox_states
from gateway.store.mailbox_states import Doing
from gateway.work import outages

WARNINGS = (60, 30, 7, -1)


def told(house) -> list[str]:
    """Tell, send, and return the texts that came."""
    outages.run_once(house.deps, house.now)
    return [" ".join(mail.get_body(("plain",)).get_content().split()) for mail in house.send()]


def doing(house, error: str | None, since: timedelta | None) -> None:
    last = house.now - since if since is not None else None
    with house.store.write("state") as conn:
        mailbox_states.put(conn, Doing("support", "pausing", error, 3, last, house.now))


def test_a_secret_is_told_of_60_30_and_7_days_before_and_when_it_is_over_once_each(house):
    runs_out = house.now.date() + timedelta(days=61)
    house.under(secrets=(("[oauth.m365]", runs_out),), secret_warnings=WARNINGS, admin=())
    days = []
    for day in range(64):
        for text in told(house):
            assert "[oauth.m365]" in text
            assert str(runs_out) in text
            days.append(61 - day)
        house.later(days=1)
    assert days == [60, 30, 7, -1]


def test_who_starts_late_is_told_once_of_what_is_left(house):
    house.under(secrets=(("[oauth.m365]", house.now.date() + timedelta(days=20)),), secret_warnings=WARNINGS)
    assert ["om 20 dagar" in text for text in told(house)] == [True]
    assert told(house) == []


def test_a_secret_that_was_renewed_is_quiet_until_its_own_time(house):
    house.under(secrets=(("[oauth.m365]", house.now.date() + timedelta(days=5)),), secret_warnings=WARNINGS)
    assert len(told(house)) == 1
    house.under(secrets=(("[oauth.m365]", date(2036, 1, 1)),), secret_warnings=WARNINGS)
    assert told(house.later(days=10)) == []


@pytest.mark.parametrize(("since", "count"), [(timedelta(minutes=50), 0), (timedelta(hours=2), 1), (None, 1)])
def test_a_mailbox_that_cannot_be_read_is_told_of_after_an_hour_once_a_day(house, since, count):
    house.under(mailboxes=("support",))
    doing(house, "[AUTHENTICATIONFAILED] Authentication failed.", since)
    texts = told(house)
    assert len(texts) == count
    assert all("support" in text and "AUTHENTICATIONFAILED" in text for text in texts)
    assert told(house) == []
    doing(house.later(hours=25), "still", timedelta(hours=30))
    assert len(told(house)) == 1


def test_a_mailbox_that_is_well_or_not_ours_is_not_told_of(house):
    doing(house, "gone", timedelta(days=3))
    assert told(house) == []
    house.under(mailboxes=("support",))
    doing(house, None, timedelta(days=3))
    assert told(house) == []
