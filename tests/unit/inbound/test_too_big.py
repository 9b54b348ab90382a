"""A mail that is too large is refused kindly, in the sender's language as far as his address tells."""

from __future__ import annotations

import pytest

from gateway.inbound.too_big import refusal


@pytest.mark.parametrize(
    ("sender", "begins"),
    [
        ("karin@umbrella.se", "552 5.3.4 Message too big. Ditt mejl ryms inte: vi kan ta emot 35 MB, med filer omkring 26 MB."),
        ("kari@paraply.no", "552 5.3.4 Message too big. E-posten din er for stor: vi kan ta imot 35 MB"),
        ("john@umbrella.example", "552 5.3.4 Message too big. Your mail is too large: we can take 35 MB"),
        ("", "552 5.3.4 Message too big. Your mail is too large"),
    ],
)  # fmt: skip
def test_the_refusal_speaks_to_who_sent_it(sender: str, begins: str) -> None:
    said = refusal(sender, 35_000_000)
    assert said.startswith(begins)
    assert "Please send it in several mails." in said, "and English for everybody"
    assert said.isascii()
    assert len(said) < 500, "a reply line ends at 512 octets"
