"""Other people's mails, where they are at hand: each is answered, quickly, and the parser process answers alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.mail import reading
from gateway.mail.message import Envelope, InboundMail
from gateway.work.parser_pool import ParserPool

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpus"
FOLDERS = sorted(path for path in SHARED.glob("*") if path.is_dir() and not path.name.startswith("_"))
ENVELOPE = Envelope("anna@kund.example", ("support@acme.example",), "smtp")

pytestmark = pytest.mark.skipif(not FOLDERS, reason="the shared corpus is not beside the repository")


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    pool = ParserPool(1, seconds=20)
    yield pool
    pool.close()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_mail_is_taken_apart_and_understood(folder: Path, pool: ParserPool) -> None:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        raw = file.read_bytes()
        mail = pool.parse(raw, ENVELOPE)
        assert isinstance(mail, InboundMail), file
        assert not [defect for defect in mail.defects if defect.startswith("could not")], file
        assert mail == reading.read(raw, ENVELOPE), file
        _assert_well_formed(mail)


def _assert_well_formed(mail: InboundMail) -> None:
    for text in (mail.text, mail.new_text, mail.subject, *(one.name for one in mail.attachments)):
        assert "\0" not in text
        assert "\r" not in text
        text.encode("utf-8")
    assert "\n" not in mail.subject
    assert all(one.content is not None and len(one.content) == one.size for one in mail.attachments)
