from __future__ import annotations

import email
import re
import shutil
from email import policy
from pathlib import Path

import pytest

from gateway.errors import ConfigurationError
from gateway.render import samples
from gateway.render.compose import compose
from gateway.render.library import Library

ROOT = Path(__file__).parents[3]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def signatures(tmp_path):
    shutil.copytree(ROOT / "branding" / "acme", tmp_path / "branding" / "acme")
    return tmp_path / "branding" / "acme" / "signatures"


def load(signatures):
    return Library.load([ROOT / "templates" / "mail"], [signatures.parents[1]])


def answered(library, audience="requester", **changes):
    return compose(samples.notice("answered", audience, "sv") | changes, library, lambda _: b"")


def shown(mail):
    """Return the picture under the signature: its bytes and its tag."""
    tag = re.search(r'<img [^>]*cid:[0-9a-f]+@signature"[^>]*>', mail.html)
    cid = re.search(r"cid:([^\"]+)", tag[0])[1]
    parts = email.message_from_bytes(mail.raw, policy=policy.default).walk()
    part = next(part for part in parts if part["Content-ID"] == f"<{cid}>")
    assert part["Content-Disposition"].content_disposition == "inline"
    return part.get_content(), tag[0]


def test_an_operators_picture_goes_along_inline_under_her_signature(signatures):
    (signatures / "anna.md").write_text("Hälsar Anna\n", "utf-8")
    (signatures / "anna.png").write_bytes(PNG + b"anna")
    mail = answered(load(signatures))
    content, tag = shown(mail)
    assert content == PNG + b"anna"
    assert 'alt="Anna Åkesson"' in tag
    assert 'width="96"' in tag
    assert mail.html.index("Hälsar Anna") < mail.html.index("@signature")


def test_the_text_part_is_the_same_with_and_without_a_picture(signatures):
    without = answered(load(signatures))
    (signatures / "anna.png").write_bytes(PNG)
    with_one = answered(load(signatures))
    assert with_one.text == without.text
    assert "@signature" in with_one.html
    assert "@signature" not in without.html


def test_the_most_particular_picture_is_taken_whichever_text_was(signatures):
    seen = []
    for name in ("global.gif", "acme.jpg", "anna.png", "anna@acme.jpeg"):
        beginning = {"gif": b"GIF89a", "png": PNG}.get(name.partition(".")[2], b"\xff\xd8\xff\xe0")
        (signatures / name).write_bytes(beginning + name.encode())
        seen.append(shown(answered(load(signatures)))[0].endswith(name.encode()))
    assert seen == [True] * 4


def test_a_desks_picture_says_the_brand_where_pictures_are_off(signatures):
    (signatures / "acme.png").write_bytes(PNG)
    assert 'alt="ACME"' in shown(answered(load(signatures)))[1]


def test_a_mail_no_operator_wrote_and_one_to_a_stranger_have_no_picture(signatures):
    (signatures / "global.png").write_bytes(PNG)
    library = load(signatures)
    receipt = compose(samples.notice("registered", "requester", "sv"), library, lambda _: b"")
    stranger = answered(library, neutral=True)
    assert b"@signature" not in receipt.raw
    assert b"@signature" not in stranger.raw


def test_the_same_picture_twice_goes_along_once(signatures):
    for name in ("global.png", "anna.png"):
        (signatures / name).write_bytes(PNG)
    assert answered(load(signatures)).raw.count(b"Content-ID: ") == 2  # and the logo


def test_the_width_is_the_brands(signatures):
    brand = signatures.parent / "brand.yaml"
    brand.write_text(brand.read_text("utf-8") + "signature_width: 140\n", "utf-8")
    (signatures / "anna.png").write_bytes(PNG)
    assert 'width="140"' in shown(answered(load(signatures)))[1]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("anna.png", PNG + b"x" * 40_000, "acme/signatures/anna.png: anna.png has 40,008 bytes; at most 40,000"),
        ("anna.png", b"GIF89a", "acme/signatures/anna.png: anna.png is no PNG inside, whatever its name says"),
        (
            "anna.svg",
            b"<svg/>",
            "acme/signatures/anna.svg: expected a text (.md) or a picture (PNG, JPEG or GIF)",
        ),
    ],
)
def test_a_picture_that_cannot_go_along_is_told(signatures, name, content, told):
    (signatures / name).write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        load(signatures)
    assert str(caught.value) == told


def test_one_name_has_one_picture(signatures):
    (signatures / "anna.gif").write_bytes(b"GIF89a")
    (signatures / "anna.png").write_bytes(PNG)
    with pytest.raises(ConfigurationError, match=r"there is anna\.gif already"):
        load(signatures)


def test_a_width_wider_than_a_phone_is_told_with_its_line(signatures):
    (signatures.parent / "brand.yaml").write_text("name: x\nsignature_width: 900\n", "utf-8")
    with pytest.raises(ConfigurationError, match=r"brand\.yaml:2: signature_width: expected 1 to 320, got '900'"):
        load(signatures)
