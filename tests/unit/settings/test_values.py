from __future__ import annotations

import pickle
from datetime import timedelta

import pytest

from gateway.settings import values
from gateway.settings.values import After, Rate, Secret, Trust


def test_a_secret_is_given_only_by_reveal():
    secret = Secret("canary", "file x")
    assert secret.reveal() == "canary"
    assert "canary" not in f"{secret} {secret!r} {[secret]}"
    assert secret == Secret("canary", "file y")
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("60s", 60), ("15m", 900), ("15min", 900), ("2h", 7200), ("5d", 432_000), ("1w", 604_800), ("0s", 0)],
)
def test_durations(text, seconds):
    assert values.duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("text", "size"), [("35MB", 35_000_000), ("1 kB", 1000), ("5B", 5), ("1GB", 10**9)])
def test_sizes(text, size):
    assert values.size(text) == size


def test_rates():
    assert values.rate("25/min") == Rate(25, timedelta(minutes=1))
    assert str(values.rate("10 / s")) == "10/s"


def test_what_becomes_of_a_read_mail():
    assert values.after("move:Gamla/Klara") == After("move", "Gamla/Klara")
    assert values.after("seen") == After("seen")


def test_trust():
    assert values.trust("none", ("none", "verify")) == Trust("none")
    assert values.trust({"authserv_id": "mx"}, ("none",)) == Trust("authserv", "mx")


@pytest.mark.parametrize("read", [values.duration, values.size, values.rate, values.after])
@pytest.mark.parametrize("wrong", ["", "x", 5, None, "5x", "-1s", "1 2"])
def test_anything_else_is_refused(read, wrong):
    with pytest.raises(ValueError, match="writ"):
        read(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "all",
        5,
        {"relays": []},
        {"authserv_id": "x", "more": 1},
        {"authserv_id": "x", "relays": "y"},
        {"authserv_id": "x", "relays": ["mx.acme.example"]},
    ],
)
def test_unknown_trust_is_refused(wrong):
    with pytest.raises(ValueError, match="write none"):
        values.trust(wrong, ("none",))
