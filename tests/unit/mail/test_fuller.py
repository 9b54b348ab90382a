from __future__ import annotations

import pytest

from gateway.mail import fuller, reading

TABLE = "<table><tr><td>Faktura</td><td>Belopp</td></tr><tr><td>1042</td><td>1 250 kr</td></tr><tr><td>1043</td><td>980 kr</td></tr></table>"
HTML = f"<html><head><style>td {{ color: red }}</style></head><body><p>Hej! Vilka av dessa är betalda?</p>{TABLE}<p>Hälsningar<br>Anna</p></body></html>"


def mail(plain: str, html: str) -> bytes:
    return (
        "From: Anna <anna@kund.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=q\r\n\r\n"
        f"--q\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n--q\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--q--\r\n"
    ).encode()


def test_a_table_that_the_text_part_lacks_is_in_the_text() -> None:
    read = reading.read(mail("Hej! Vilka av dessa är betalda?\r\n\r\nHälsningar\r\nAnna", HTML))
    assert "1042\t1 250 kr\n1043\t980 kr" in read.new_text
    assert read.new_text.startswith("Hej! Vilka av dessa är betalda?")


def test_a_text_part_that_only_asks_for_html_is_not_the_text() -> None:
    assert "1 250 kr" in reading.read(mail("This message requires an HTML reader.", HTML)).text


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("Hej! Det fungerar.", "<p>Hej! <b>Det</b> fungerar.</p>"),
        ("Hej!\n\nFaktura Belopp 1042 1 250 kr", "<p>Hej!<table><tr><td>Faktura<td>Belopp<tr><td>1042<td>1 250 kr</table>"),
        ("Läs mer: https://x.example/a", '<p>Läs mer: <a href="https://x.example/a">här</a></p>'),
        ("Texten är en annan än den andra och lång nog", "<p>En sida med helt skilda ord för den som läser på ett annat sätt i dag</p>"),
        ("kort", "<div>" * 5000 + "en bomb som ingen ska läsa"),
    ],
)  # fmt: skip
def test_a_text_part_that_says_the_same_or_something_else_stays(plain: str, html: str) -> None:
    assert fuller.rendered(plain, html) is None
