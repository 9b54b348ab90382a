from __future__ import annotations

import pytest

from gateway.render import files


def one(name, size=10, **more):
    return {
        "name": name,
        "type": "application/pdf",
        "size": size,
        "sha256": f"{size:064x}",
        "inline": False,
        "content_id": None,
    } | more


def test_inline_pictures_come_first_then_the_smallest():
    picture = one("bild.png", 60, type="image/png", inline=True, content_id="a@b")
    chosen = files.choose([one("stor.pdf", 50), one("liten.pdf", 30), picture], 100, lambda _: b"x")
    assert [file.name for file in chosen.inline] == ["bild.png"]
    assert [file.name for file in chosen.attached] == ["liten.pdf"]
    assert chosen.left_out == ("stor.pdf",)


def test_only_what_goes_along_is_read():
    read = []
    files.choose([one("a.exe", 1), one("stor.pdf", 999), one("b.pdf", 5)], 100, lambda sha: read.append(sha) or b"x")
    assert read == [f"{5:064x}"]


@pytest.mark.parametrize("name", ["a.exe", "A.EXE", "rapport.pdf.js", "x.scr ", "bild.png\u202egpj.exe", "a.lnk."])
def test_nothing_that_runs_goes_along(name):
    assert files.choose([one(name)], 100, lambda _: b"x").left_out


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x\\y.txt", "C__x_y.txt"),
        ("a\r\nBcc: x.txt", "a Bcc_ x.txt"),
        ("", "file"),
        ("...", "file"),
        ("ok åäö.pdf", "ok åäö.pdf"),
    ],
)
def test_a_name_is_made_harmless(name, safe):
    assert files.safe_name(name) == safe


def test_a_long_name_keeps_its_ending():
    name = files.safe_name("x" * 300 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name) <= 121


@pytest.mark.parametrize("kind", ["text/html\r\nX: y", "multipart/mixed", "message/rfc822", "", "a/b/c", "text/ht ml"])
def test_an_odd_type_is_sent_as_octets(kind):
    chosen = files.choose([one("a.bin", type=kind)], 100, lambda _: b"x")
    assert chosen.attached[0].type == "application/octet-stream"
