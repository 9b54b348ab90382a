"""Our own mails, each with what must be read in it; `.expected.json` names only what the mail is about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.reading import described
from gateway.mail import reading
from gateway.mail.message import Envelope
from gateway.work.parser_pool import ParserPool

FOLDER = Path(__file__).parent
MAILS = sorted(FOLDER.glob("*.eml"))


def _matches(expected: Any, found: Any) -> bool:
    """Compare; an expected object may leave out keys."""
    match expected, found:
        case dict(), dict():
            return all(name in found and _matches(value, found[name]) for name, value in expected.items())
        case list(), list():
            return len(expected) == len(found) and all(map(_matches, expected, found))
        case _:
            return bool(expected == found)


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_the_mail_is_read_as_a_person_reads_it(mail: Path) -> None:
    expected = json.loads(mail.with_suffix(".expected.json").read_text(encoding="utf-8"))
    found = described(mail.name, reading.read(mail.read_bytes()))
    assert {name: found[name] for name in expected if not _matches(expected[name], found[name])} == {}


def test_every_mail_has_its_expectation_and_every_expectation_its_mail() -> None:
    assert [mail.stem for mail in MAILS] == [
        path.name.removesuffix(".expected.json") for path in sorted(FOLDER.glob("*.expected.json"))
    ]


def test_the_parser_process_reads_them_alike() -> None:
    pool = ParserPool(1)
    try:
        for mail in MAILS:
            raw = mail.read_bytes()
            envelope = Envelope("anna@kund.example", ("support@acme.example",), "smtp")
            assert pool.parse(raw, envelope) == reading.read(raw, envelope), mail.name
    finally:
        pool.close()
