"""Arguments of MAIL and RCPT."""

from __future__ import annotations

import pytest

from gateway.inbound.path import Path, is_plain, read_path


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("FROM:<a@b.example>", Path("a@b.example")),
        ("from: <a@b.example>", Path("a@b.example")),
        ("FROM:<>", Path("")),
        ("FROM:<> SIZE=12 BODY=8BITMIME", Path("", {"SIZE": "12", "BODY": "8BITMIME"})),
        ("FROM:<å@ö.example> smtputf8", Path("å@ö.example", {"SMTPUTF8": ""})),
        ("FROM:a@b.example", Path("a@b.example")),
        ('FROM:<"a b"@c.example>', Path('"a b"@c.example')),
        ("FROM <a@b.example>", None),
        ("TO:<a@b.example>", None),
        ("FROM:<a@b.example", None),
        ("FROM:", None),
        ("FROM:<a\x00@b.example>", None),
        ("FROM:<a@b>junk", None),
        (f"FROM:<{'a' * 400}@b.example>", None),
    ],
)
def test_a_path_is_read_or_refused(argument: str, expected: Path | None) -> None:
    assert read_path(argument, "FROM") == expected


@pytest.mark.parametrize(
    "address",
    [
        "a%evil.example@desk.example",
        "a@evil.example@desk.example",
        '"a@evil.example"@desk.example',
        "@evil.example:a@desk.example",
        "evil.example!a@desk.example",
        "a b@desk.example",
        "@desk.example",
        "a@",
        "",
    ],
)
def test_a_recipient_behind_a_recipient_is_no_plain_address(address: str) -> None:
    assert not is_plain(address)


@pytest.mark.parametrize("address", ["a@desk.example", "desk+b-k7q2@desk.example", "stöd@ö.example", "postmaster"])
def test_one_mailbox_at_one_domain_is_plain(address: str) -> None:
    assert is_plain(address)
