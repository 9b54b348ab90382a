"""Secrets that run out are named in time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateway.settings import load
from gateway.settings.expiry import running_out

TODAY = date(2026, 11, 24)


def settings(folder: Path, expires: str):
    file = folder / "gateway.toml"
    file.write_text(
        f'[oauth.m365]\nprovider = "microsoft"\ntenant = "t"\nclient_id = "c"\nclient_secret = {{env = "S"}}\n{expires}\n'
    )
    return load(file, {"S": "hemligt"})


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2027-01-24", []),
        ("2027-01-23", ["[oauth.m365]: its secret runs out on 2027-01-23, 60 days left"]),
        ("2026-11-24", ["[oauth.m365]: its secret runs out on 2026-11-24, 0 days left"]),
        ("2026-11-20", ["[oauth.m365]: its secret ran out on 2026-11-20, 4 days ago"]),
    ],
)
def test_a_secret_is_named_from_sixty_days_before(tmp_path: Path, at: str, said: list[str]):
    assert running_out(settings(tmp_path, f"secret_expires = {at}"), TODAY) == said


def test_status_names_it_in_its_last_week_only(tmp_path: Path):
    assert running_out(settings(tmp_path, "secret_expires = 2026-12-02"), TODAY, 7) == []
    assert len(running_out(settings(tmp_path, "secret_expires = 2026-12-01"), TODAY, 7)) == 1


def test_what_says_no_date_is_not_named(tmp_path: Path):
    assert running_out(settings(tmp_path, ""), TODAY) == []
